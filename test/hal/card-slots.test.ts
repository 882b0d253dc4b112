import { beforeEach, expect, test } from "vitest";
import { armCardSlots, type CardSlots, type Presented } from "../../hal/card-slots.ts";
import { openCcidSerial } from "../../hal/icc/ccid-serial.ts";
import { openHidMsr } from "../../hal/msr/hid-msr.ts";
import type { Picc } from "../../hal/picc/picc.ts";
import { openCcidPicc } from "../../hal/picc/ccid-picc.ts";
import { SimIcc } from "../../tools/sim/devices/icc.ts";
import { SimMsr } from "../../tools/sim/devices/msr.ts";
import { SimPicc } from "../../tools/sim/devices/picc.ts";
import { T0Card, TestField } from "../conform/chip-cards.ts";
import { rig } from "../conform/rig.ts";
import { createFakeSystem, type FakeSystem } from "../fakes/system.ts";

let system: FakeSystem;
let slots: CardSlots & { picc: Picc };
let stripe: SimMsr;
let slot: SimIcc;
let field: SimPicc;
let shown: Presented[];
const TRACK2 = "6222021234567890128=30122010000012300";

beforeEach(async () => {
  system = createFakeSystem();
  stripe = rig("msr", (context) => new SimMsr(context), {}, system).device;
  slot = rig("icc", (context) => new SimIcc(context), {}, system).device;
  field = rig("picc", (context) => new SimPicc(context), {}, system).device;
  slots = { msr: openHidMsr(system, "msr"), icc: openCcidSerial(system, "icc"), picc: openCcidPicc(system, "picc") };
  shown = [];
  await system.advance(500);
});

const arm = async (): Promise<() => void> => {
  const disarm = armCardSlots(system, slots, (presented) => shown.push(presented));
  await system.advance(500);
  return disarm;
};
const by = (): string[] => shown.map((presented) => presented.by);

test("a swipe wins: the slot is no longer watched and the field is off", async () => {
  await arm();
  expect(field.field).toBe(true);
  stripe.swipe({ track2: TRACK2 });
  await system.advance(500);
  slot.insert("card", new T0Card());
  field.tap("other", [new TestField()]);
  stripe.swipe({ track2: TRACK2 });
  await system.advance(5_000);
  expect(shown).toMatchObject([{ by: "stripe", swipe: { track2: TRACK2 } }]);
  expect(field.field).toBe(false);
});

test("a chip wins, also one that was in the slot before", async () => {
  await arm();
  slot.insert("card", new T0Card());
  await system.advance(500);
  await arm();
  expect(by()).toEqual(["chip", "chip"]);
  expect(field.field).toBe(false);
});

test("a card in the field wins, and the field stays on for it", async () => {
  await arm();
  field.tap("card", [new TestField()]);
  await system.advance(200);
  expect(by()).toEqual(["field"]);
  expect(field.field).toBe(true);
  stripe.swipe({ track2: TRACK2 });
  await system.advance(200);
  expect(by()).toEqual(["field"]);
});

test("disarmed, nothing counts; armed again at once, the field is on", async () => {
  const disarm = await arm();
  disarm();
  const again = armCardSlots(system, slots, (presented) => shown.push(presented));
  await system.advance(500);
  expect(field.field).toBe(true);
  again();
  again();
  await system.advance(500);
  expect(field.field).toBe(false);
  stripe.swipe({ track2: TRACK2 });
  slot.insert("card", new T0Card());
  await system.advance(5_000);
  expect(shown).toEqual([]);
  expect(system.taskFailures).toEqual([]);
});

test("a reader that is away does not stop the others, and counts when it is back", async () => {
  field.setFault({ fault: "unplug" });
  slot.setFault({ fault: "unplug" });
  await arm();
  stripe.swipe({ track2: TRACK2 });
  await system.advance(100);
  expect(by()).toEqual(["stripe"]);
  await arm();
  field.clearFault("unplug");
  await system.advance(120_000);
  field.tap("card", [new TestField()]);
  await system.advance(500);
  expect(by()).toEqual(["stripe", "field"]);
  expect(system.taskFailures).toEqual([]);
});

test("afresh: what is in the field has to leave it before a card counts", async () => {
  await arm();
  field.tap("card", [new TestField()]);
  await system.advance(200);
  armCardSlots(system, { ...slots, afresh: true }, (presented) => shown.push(presented));
  await system.advance(200);
  expect(by()).toEqual(["field"]);
  field.takeAway();
  await system.advance(200);
  field.tap("card", [new TestField()]);
  await system.advance(200);
  expect(by()).toEqual(["field", "field"]);
  expect(field.field).toBe(true);
});
