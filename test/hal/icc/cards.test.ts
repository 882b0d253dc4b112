/** Whole transactions of the tray's cards over the reader's wire: kernel, driver, simulated reader, card. What comes out is what comes out without a wire. */
import { expect, test } from "vitest";
import { type CardChannel, decodeCaKey, type Outcome, runTransaction } from "../../../app/emv/index.ts";
import { openCcidSerial } from "../../../hal/icc/ccid-serial.ts";
import { openCcidPicc } from "../../../hal/picc/ccid-picc.ts";
import { openChip } from "../../../tools/cards/index.ts";
import { publishedKeys } from "../../../tools/cards/published.ts";
import { SimIcc } from "../../../tools/sim/devices/icc.ts";
import { SimPicc } from "../../../tools/sim/devices/picc.ts";
import { hex, pattern, T1Card, unhex, withTck, Works } from "../../conform/chip-cards.ts";
import { rig } from "../../conform/rig.ts";
import { insert } from "../../tools/cards/slot.ts";

const caKeys = publishedKeys().map(({ objects }) => {
  const read = decodeCaKey(objects);
  if (!read.ok) throw new Error(read.words);
  return read.key;
});

function pay(channel: CardChannel, face: "contact" | "contactless"): Promise<Outcome> {
  const contactless = { floorLimitFen: 100_000, cvmLimitFen: 100_000 };
  const application = { aid: "A0000003330101", ecashLimitFen: 100_000, floorLimitFen: 5_000, contactless };
  const people = {
    onlinePin: () => "entered" as const,
    random: (count: number) => new Uint8Array(count).fill(0x5a),
    percent: () => 99,
  };
  return runTransaction(
    channel,
    { applications: [application], caKeys, date: "261122", unpredictableNumber: "11223344", people },
    { amountFen: 3_000, interface: face, time: "101112" },
    () => "05",
  );
}

async function withoutWire(id: string, face: "contact" | "contactless"): Promise<Outcome> {
  return pay(insert(openChip(id, { seed: 1 }), face)!, face);
}

test.each(["chip-debit-1", "chip-credit-1", "chip-sm-1", "chip-slow", "chip-slow-t1", "chip-warm-only"])(
  "%s in the slot",
  async (id) => {
    const { system, device, ended } = rig("icc", (context) => new SimIcc(context));
    const icc = openCcidSerial(system, "icc");
    device.insert(id, openChip(id, { seed: 1 }).contact!);
    await ended(icc.waitPresent());
    await ended(icc.powerOn());
    const outcome = await ended(pay({ transmit: (command) => icc.transmit(command) }, "contact"));
    expect(outcome).toEqual(await withoutWire(id, "contact"));
    await ended(icc.powerOff());
  },
);

test.each(["chip-debit-1", "chip-ecash-1", "chip-slow"])("%s in the field", async (id) => {
  const { system, device, ended } = rig("picc", (context) => new SimPicc(context));
  const picc = openCcidPicc(system, "picc");
  device.tap(id, openChip(id, { seed: 1 }).field);
  await ended(picc.poll());
  await ended(picc.connect());
  const outcome = await ended(pay({ transmit: (command) => picc.transmit(command) }, "contactless"));
  expect(outcome).toEqual(await withoutWire(id, "contactless"));
  await ended(picc.remove());
});

test("two in the field, and a card that is mute", async () => {
  const { system, device, ended, failure } = rig("picc", (context) => new SimPicc(context));
  const picc = openCcidPicc(system, "picc");
  device.tap("chip-two-in-field", openChip("chip-two-in-field", { seed: 1 }).field);
  await ended(picc.poll());
  expect(await failure(picc.connect())).toMatchObject({ code: "collision" });
  const slot = rig("icc", (context) => new SimIcc(context));
  const icc = openCcidSerial(slot.system, "icc");
  slot.device.insert("chip-mute", openChip("chip-mute", { seed: 1 }).contact!);
  expect(await slot.failure(icc.powerOn())).toMatchObject({ code: "card-mute" });
});

test("a notice that comes late, of a card that has its power already, is no removal", async () => {
  const { system, device, ended } = rig("icc", (context) => new SimIcc(context));
  const icc = openCcidSerial(system, "icc");
  device.insert("card", openChip("chip-debit-1", { seed: 1 }).contact!);
  await ended(icc.powerOn());
  system.fakePort("icc").toTerminal(unhex("5003"));
  expect(hex(await ended(icc.transmit(unhex("00A404000E315041592E5359532E444446303100")))).slice(-4)).toBe("9000");
});

test("a card that is taken out while the reader says nothing is missed when the reader is well again", async () => {
  const { system, device, ended } = rig("icc", (context) => new SimIcc(context));
  const icc = openCcidSerial(system, "icc");
  device.insert("card", openChip("chip-debit-1", { seed: 1 }).contact!);
  await ended(icc.powerOn());
  const out = icc.waitAbsent();
  device.setFault({ fault: "silent" });
  device.remove();
  device.clearFault();
  expect(icc.present).toBe(true);
  await ended(out);
  expect(icc.present).toBe(false);
});

test("a security module in the second slot, outside the EMV subset and with a CRC, while a card comes and goes in the first", async () => {
  const atr = withTck("3BE5000081712045012063CB6800");
  const module = new T1Card(new Works(), { checksum: "crc", atrs: [atr, atr] });
  const { system, device, ended, failure } = rig("icc", (context) => new SimIcc(context, { sam: module }));
  const icc = openCcidSerial(system, "icc", { sam: true });
  const sam = icc.sam!;
  expect(await ended(sam.powerOn())).toMatchObject({ protocol: "T=1" });
  device.insert("card", openChip("chip-debit-1", { seed: 1 }).contact!);
  await ended(icc.powerOn());
  const read = Promise.all([sam.transmit(unhex("00B0006400")), icc.transmit(unhex("00A404000E315041592E5359532E444446303100"))]);
  const [data, directory] = await ended(read);
  expect([hex(data), hex(directory).slice(-4)]).toEqual([`${hex(pattern(100))}9000`, "9000"]);
  device.remove();
  await ended(icc.waitAbsent());
  expect(hex(await ended(sam.transmit(unhex("00B0000100"))))).toBe("019000");
  expect(await failure(icc.transmit(unhex("00B0000100")))).toMatchObject({ code: "card-removed" });
});
