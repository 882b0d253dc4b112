/** Keypad, stripe reader, display, lamps and buzzer. */
import fc from "fast-check";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { createDevices } from "../../../../tools/sim/devices/index.ts";
import { SimKeypad } from "../../../../tools/sim/devices/keypad.ts";
import { SimLcd } from "../../../../tools/sim/devices/lcd.ts";
import { SimMsr, swipeReport, withSentinels } from "../../../../tools/sim/devices/msr.ts";
import { bench, hex } from "./bench.ts";

const TRACK2 = "6229990000000000019=30122010000012300";

function keypad() {
  const made = bench();
  const device = new SimKeypad(made.context);
  const reports = (): string[] => {
    made.clock.settle();
    return made.sent.splice(0).map((report) => hex(report).slice(4, 8));
  };
  return { ...made, device, reports };
}

test("a key goes down and up, keys follow one another", () => {
  const { device, reports, clock } = keypad();
  device.press("1");
  device.press("00");
  expect(clock.busy).toBe(true);
  expect(reports()).toEqual(["5900", "0000", "B000", "0000"]);
  expect(() => device.press("13")).toThrow(/no key "13"/);
});

test("bounce, double reports, roll-over", () => {
  const { device, reports } = keypad();
  device.setFault({ fault: "bounce" });
  device.press("enter");
  expect(reports()).toEqual(["5800", "0000", "5800", "0000", "5800", "0000"]);
  device.clearFault();
  device.setFault({ fault: "double-report" });
  device.press("enter");
  expect(reports()).toEqual(["5800", "5800", "0000", "0000"]);
  device.clearFault();
  device.setFault({ fault: "roll-over", count: 1 });
  device.press("enter");
  expect(reports()).toEqual(["0101", "5800", "0000"]);
});

test("a stuck key stays in every report until it is freed", () => {
  const { device, reports } = keypad();
  device.setFault({ fault: "stuck-key" });
  device.press("5");
  device.press("6");
  expect(reports()).toEqual(["5D00", "5D00", "5D5E", "5D00"]);
  device.clearFault("stuck-key");
  expect(reports()).toEqual(["0000"]);
});

test("an unplugged keypad says nothing", () => {
  const made = keypad();
  made.device.setFault({ fault: "unplug" });
  expect(made.device.plugged).toBe(false);
  made.device.press("1");
  expect(made.reports()).toEqual([]);
});

test("a swipe is one report of 337 bytes with sentinels", () => {
  const report = swipeReport(["B6229990000000000019^CARD/TEST^3012201", TRACK2.replace("=", "D"), undefined]);
  expect(report).toHaveLength(337);
  expect([...report.slice(0, 7)]).toEqual([0, 0, 0, 40, 39, 0, 0]);
  const text = Buffer.from(report).toString("latin1");
  expect(text.slice(7, 7 + 40)).toBe("%B6229990000000000019^CARD/TEST^3012201?");
  expect(text.slice(117, 117 + 39)).toBe(`;${TRACK2}?`);
  expect(withSentinels(`;${TRACK2}?`, 2)).toBe(`;${TRACK2}?`);
  expect([...swipeReport([undefined, undefined, undefined]).slice(0, 7)]).toEqual([0, 0, 0, 0, 0, 0, 3]);
  expect([...swipeReport([null, TRACK2, undefined]).slice(0, 7)]).toEqual([1, 0, 0, 0, 39, 0, 0]);
});

test("what cannot be on a stripe is refused with words", () => {
  expect(() => withSentinels("12*4", 2)).toThrow(/track 2 has characters/);
  expect(() => withSentinels("1".repeat(120), 3)).toThrow(/at most 110/);
});

test("digits of any track 2 come back from its report", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{1,19}=[0-9]{1,18}$/), (track) => {
      const report = swipeReport([undefined, track, undefined]);
      const field = Buffer.from(report.slice(117, 117 + report[4]!)).toString("latin1");
      expect(field).toBe(`;${track}?`);
    }),
  );
});

test("swipe faults: damaged track, two swipes within 100 ms, short report", () => {
  const { context, sent, clock } = bench();
  const msr = new SimMsr(context);
  msr.setFault({ fault: "damaged-track-2" });
  msr.swipe({ track2: TRACK2 });
  expect([...sent[0]!.slice(0, 6)]).toEqual([0, 1, 0, 0, 0, 0]);
  msr.clearFault();
  msr.setFault({ fault: "two-swipes", count: 1 });
  msr.swipe({ track2: TRACK2 });
  clock.advance(99);
  expect(sent).toHaveLength(3);
  expect(sent[2]).toEqual(sent[1]);
  msr.setFault({ fault: "short-report", count: 1 });
  msr.swipe({ track2: TRACK2 });
  expect(sent[3]!.length).toBeLessThan(337);
  expect(JSON.stringify(msr.describe())).not.toContain("622999");
});

function rectangle(x: number, y: number, w: number, h: number, pixel: number): Uint8Array {
  const bytes = new Uint8Array(8 + w * h * 2);
  const view = new DataView(bytes.buffer);
  [x, y, w, h].forEach((value, i) => {
    view.setUint16(i * 2, value, true);
  });
  for (let i = 0; i < w * h; i++) view.setUint16(8 + i * 2, pixel, true);
  return bytes;
}

test("rectangles reach the panel, and its picture has their colours", () => {
  const lcd = new SimLcd(bench().context);
  lcd.receive(rectangle(318, 238, 2, 2, 0xf800));
  lcd.receive(rectangle(0, 0, 1, 1, 0x07e0));
  expect(lcd.pixels[239 * 320 + 319]).toBe(0xf800);
  const picture = PNG.sync.read(Buffer.from(lcd.picture()));
  expect([picture.width, picture.height]).toEqual([320, 240]);
  expect([...picture.data.subarray(0, 3)]).toEqual([0, 255, 0]);
  expect([...picture.data.subarray(-4, -1)]).toEqual([255, 0, 0]);
  lcd.attached(false);
  expect(lcd.pixels.some((pixel) => pixel !== 0)).toBe(false);
});

test("a rectangle that does not fit is refused whole", () => {
  const lcd = new SimLcd(bench().context);
  lcd.receive(rectangle(319, 0, 2, 1, 0xffff));
  lcd.receive(rectangle(0, 0, 2, 2, 0xffff).slice(0, 12));
  lcd.receive(new Uint8Array(3));
  expect(lcd.pixels.some((pixel) => pixel !== 0)).toBe(false);
  expect(lcd.describe()).toMatchObject({ refused: 3, rectangles: 0 });
});

test("lamps and buzzer", () => {
  const made = bench();
  const wires: string[] = [];
  const { lights, beeper } = createDevices((wire) => {
    wires.push(wire);
    return made.context;
  });
  expect(wires.sort()).toEqual(["beeper", "files", "icc", "keypad", "lcd", "lights", "msr", "picc", "pinpad", "printer"]);
  lights.receive(new Uint8Array([0b001, 0b100]));
  expect(lights.on).toEqual({ send: true, receive: false, error: true });
  lights.attached(false);
  expect(lights.on).toEqual({ send: false, receive: false, error: false });
  made.clock.advance(500);
  beeper.receive(new Uint8Array([0xb8, 0x0b, 0x64, 0x00, 80]));
  expect(beeper.notes).toEqual([{ at: 500, hz: 3000, ms: 100, volume: 80 }]);
});
