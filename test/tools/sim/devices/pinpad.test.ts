import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { SimPinPad } from "../../../../tools/sim/devices/pinpad.ts";
import { crc16, frame } from "../../../../tools/sim/devices/pinpad-frame.ts";
import { type Bench, bench, HandClock, hex, unhex } from "./bench.ts";

const ACK = "06";
const NAK = "15";
const MASTER = "0123456789ABCDEFFEDCBA9876543210";
const PAN = "6229990000000000019";
const NO_AMOUNT = "FFFFFFFFFFFF";
const PIK = "01 01 02 10 AB96792B48260E7AD4F6F8EA07892BAF 889B0C3B";
const MAK = "01 02 01 08 85722AE34E539113 BB6573FE";
const TDK = "01 03 02 10 A6C952048C5CF1185D23ECEF88765116 282193C6";

interface Rig extends Bench {
  pad: SimPinPad;
  /** Sends a command and answers status and data, after the pad's work. */
  ask(command: number, args?: string): { status: number; data: string };
  /** Bytes as they came, since the last call. */
  heard(): string[];
  begin(command: number, args?: string): void;
}

let sequence = 0;
const nextSequence = (): number => (sequence = (sequence % 255) + 1);

function rig(storeFile?: string, clock = new HandClock()): Rig {
  const made = bench(clock);
  const pad = new SimPinPad(made.context, { storeFile, serial: "PAD42" });
  const heard = (): string[] => made.sent.splice(0).map(hex);
  const begin = (command: number, args = ""): void =>
    pad.receive(frame(nextSequence(), new Uint8Array([command, ...unhex(args)])));
  const ask = (command: number, args = ""): { status: number; data: string } => {
    made.sent.length = 0;
    begin(command, args);
    clock.settle();
    return answer(heard());
  };
  pad.attached(true);
  return Object.assign(made, { pad, ask, heard, begin });
}

/** The last answer frame among what was heard. */
function answer(heard: readonly string[]): { status: number; data: string } {
  const last = heard.filter((bytes) => bytes.length > 2 && !bytes.slice(8).startsWith("E")).at(-1);
  if (last === undefined) throw new Error(`no answer among ${heard.join(" ")}`);
  return { status: Number.parseInt(last.slice(10, 12), 16), data: last.slice(12, -4) };
}

function keyed(storeFile?: string, clock?: HandClock): Rig {
  const made = rig(storeFile, clock);
  made.pad.injectMasterKey(1, MASTER, "3des");
  for (const key of [PIK, MAK, TDK]) expect(made.ask(0x03, key).status).toBe(0);
  return made;
}

const pinArguments = (
  options: { pan?: string; min?: number; max?: number; empty?: number; seconds?: number; algorithm?: number } = {},
): string => {
  const pan = options.pan ?? PAN;
  const bytes = [
    options.algorithm ?? 2,
    pan === "" ? 0 : 1,
    pan.length,
    ...Buffer.from(pan),
    ...unhex("000000001000"),
    options.min ?? 4,
    options.max ?? 12,
    options.empty ?? 1,
    0,
    options.seconds ?? 60,
    1,
  ];
  return hex(new Uint8Array(bytes));
};
const PIN = (pin: string): string[] => [...pin, "enter"];

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});
function storeFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "pad-"));
  directories.push(directory);
  return join(directory, "pad.store");
}

test("a check value of CRC-16/CCITT-FALSE", () => {
  expect(crc16(Buffer.from("123456789"))).toBe(0x29b1);
});

test("INFO: ACK at once, the answer after the work", () => {
  const { pad, heard, clock } = rig();
  pad.receive(frame(7, new Uint8Array([1])));
  expect(heard()).toEqual([ACK]);
  clock.settle();
  const body = Buffer.concat([
    Buffer.from([0x81, 0, 0, 7]),
    Buffer.from("TPP-100"),
    Buffer.from([5]),
    Buffer.from("1.0.0\x05PAD42"),
  ]);
  expect(heard()).toEqual([hex(frame(7, body))]);
});

test("keys are loaded under the master key with their check values", () => {
  const { ask } = keyed();
  expect(ask(0x02, "00 01")).toEqual({ status: 0, data: "08D7B4FB" });
  expect(ask(0x02, "01 00").data).toBe("889B0C3B");
  expect(ask(0x02, "02 00").data).toBe("BB6573FE");
  expect(ask(0x02, "03 00").data).toBe("282193C6");
  expect(ask(0x02, "00 02").status).toBe(1);
  expect(ask(0x02, "00 32").status).toBe(6);
});

test("a wrong check value leaves the old key", () => {
  const { ask } = keyed();
  expect(ask(0x03, PIK.replace("AB96", "AB97")).status).toBe(2);
  expect(ask(0x02, "01 00").data).toBe("889B0C3B");
  expect(ask(0x03, PIK.replace("01 01 02", "09 01 02")).status).toBe(1);
});

test("PIN: digits are counted, the block is the vector's, nothing of the PIN stays", () => {
  const { pad, begin, heard, clock } = keyed();
  begin(0x04, pinArguments());
  clock.settle();
  expect(heard()).toEqual([ACK]);
  expect(pad.asking).toBe(true);
  expect(pad.screen).toEqual({ prompt: "enter-pin", lines: ["请输入密码", "ENTER PIN", "¥10.00", ""], digits: 0 });
  pad.type([..."123456"]);
  clock.settle();
  expect(pad.screen.digits).toBe(6);
  const notices = heard();
  expect(notices).toEqual([1, 2, 3, 4, 5, 6].map((count) => hex(frame(0, new Uint8Array([0xe0, count])))));
  pad.type(["enter"]);
  expect(answer(heard())).toEqual({ status: 0, data: "08676189BB8BF1100B" });
  expect(pad.asking).toBe(false);
  expect(JSON.stringify(pad.describe())).not.toContain("123456");
});

test("PIN without PAN, and with the key's own algorithm", () => {
  const { pad, begin, heard, clock } = keyed();
  begin(0x04, pinArguments({ pan: "", algorithm: 0 }));
  clock.settle();
  pad.type(PIN("123456"));
  clock.settle();
  expect(answer(heard()).data).toBe("08FB4CB6667190FCE0");
});

test("clear starts anew, too few digits do not enter, too many are ignored", () => {
  const { pad, begin, heard, clock } = keyed();
  begin(0x04, pinArguments({ empty: 0, max: 6 }));
  clock.settle();
  pad.type(["enter", "9", "9", "enter", "clear", ...PIN("12345678")]);
  clock.settle();
  expect(answer(heard()).data).toBe("08676189BB8BF1100B");
});

test("a CANCEL that comes before the pad has begun to ask stops the asking all the same", () => {
  const { pad, begin, heard, clock } = keyed();
  begin(0x04, pinArguments());
  begin(0x05, "");
  clock.settle();
  expect(pad.asking).toBe(false);
  const ends = heard().filter((bytes) => bytes.slice(8, 10) === "84");
  expect(ends.map((end) => answer([end]).status)).toEqual([0x08]);
});

test("empty, cancelled by the cardholder, timed out", () => {
  const { pad, begin, heard, clock } = keyed();
  begin(0x04, pinArguments());
  clock.settle();
  pad.type(["enter"]);
  expect(answer(heard()).status).toBe(0x0a);
  begin(0x04, pinArguments());
  clock.settle();
  pad.type(["1", "cancel"]);
  clock.settle();
  expect(answer(heard()).status).toBe(0x08);
  begin(0x04, pinArguments({ seconds: 600 }));
  clock.settle();
  clock.advance(59_000);
  expect(pad.asking).toBe(true);
  clock.advance(1_100);
  expect(answer(heard()).status).toBe(0x09);
});

test("CANCEL ends PIN; the repeated PIN frame gets the stored answer and no new PIN", () => {
  const { pad, heard, clock } = keyed();
  const body = new Uint8Array([4, ...unhex(pinArguments())]);
  pad.receive(frame(100, body));
  clock.settle();
  pad.receive(frame(100, body));
  clock.settle();
  expect(heard()).toEqual([ACK, ACK]);
  pad.receive(frame(101, new Uint8Array([5])));
  expect(heard()).toEqual([ACK, hex(frame(101, unhex("8500"))), hex(frame(100, unhex("8408")))]);
  pad.receive(frame(100, body));
  expect(heard()).toEqual([ACK, hex(frame(100, unhex("8408")))]);
  expect(pad.asking).toBe(false);
});

test("while PIN is under way everything but CANCEL is busy, and no other words can be shown", () => {
  const { pad, begin, ask, clock } = keyed();
  begin(0x04, pinArguments());
  clock.settle();
  expect(ask(0x09, `03 ${NO_AMOUNT}`).status).toBe(7);
  expect(pad.screen.prompt).toBe("enter-pin");
  expect(ask(0x01).status).toBe(7);
  expect(ask(0x05).status).toBe(8);
});

test("MACs by frames, and their verification without giving the right one away", () => {
  const { ask } = keyed();
  const mab =
    `0200302004C020C0981100000000000000100000012302100012376229990000000000019D6D5EEE207258B7E70031323334353637383132333435363738
    39303132333435313536676189BB8BF1100B2610000000000000001322000001000600`.replace(/\s/g, "");
  expect(ask(0x06, `01 03 ${mab}`)).toEqual({ status: 0, data: hex(Buffer.from("627F49B5")) });
  expect(ask(0x06, `02 01 ${mab.slice(0, 40)}`)).toEqual({ status: 0, data: "" });
  expect(ask(0x06, `02 02 ${mab.slice(40)}`).data).toBe("695E6C07870A2AB7");
  expect(ask(0x07, `01 03 ${hex(Buffer.from("627F49B5"))} ${mab}`).status).toBe(0);
  expect(ask(0x07, `01 03 ${hex(Buffer.from("627F49B6"))} ${mab}`)).toEqual({ status: 0x0b, data: "" });
  expect(ask(0x06, `02 02 ${mab}`).status).toBe(6);
  ask(0x06, `02 01 ${mab}`);
  ask(0x01);
  expect(ask(0x06, `02 02 ${mab}`).status).toBe(6);
});

test("keys serve their own use and algorithm", () => {
  const { ask } = keyed();
  expect(ask(0x06, "04 03 00").status).toBe(5);
  expect(ask(0x06, "03 03 00").status).toBe(6);
  expect(ask(0x08, `03 ${hex(Buffer.from("123D45"))}`).status).toBe(5);
  expect(ask(0x04, pinArguments({ algorithm: 1 })).status).toBe(5);
  expect(ask(0x04, pinArguments({ min: 3 })).status).toBe(6);
  expect(ask(0x33).status).toBe(0x0c);
});

test("a track is enciphered", () => {
  const { ask } = keyed();
  const track = hex(Buffer.from(`${PAN}D30122010000012300`));
  expect(ask(0x08, `02 ${track}`)).toEqual({ status: 0, data: "256229990000000000019D6D5EEE207258B7E700" });
  expect(ask(0x08, `02 ${hex(Buffer.from("12=4"))}`).status).toBe(6);
});

test("prompts come from the pad's table", () => {
  const { pad, ask } = keyed();
  expect(ask(0x09, "03 000000012345").status).toBe(0);
  expect(pad.screen).toEqual({ prompt: "approved", lines: ["交易成功", "APPROVED", "¥123.45"], digits: 0 });
  expect(ask(0x09, `07 ${NO_AMOUNT}`).status).toBe(6);
});

test("erasing working keys leaves the master key", () => {
  const { ask } = keyed();
  expect(ask(0x0a).status).toBe(0);
  expect(ask(0x02, "01 00").status).toBe(1);
  expect(ask(0x02, "00 01").status).toBe(0);
});

test("twenty PINs, then one in thirty seconds; a restart does not refill", () => {
  const file = storeFile();
  const clock = new HandClock();
  const { pad, begin, ask } = keyed(file, clock);
  for (let i = 0; i < 20; i++) {
    begin(0x04, pinArguments());
    clock.settle();
    pad.type(PIN("1234"));
    clock.settle();
  }
  const refused = ask(0x04, pinArguments());
  expect(refused.status).toBe(3);
  const seconds = Number.parseInt(refused.data, 16);
  expect(seconds).toBeGreaterThan(20);
  expect(seconds).toBeLessThanOrEqual(30);
  const again = rig(file, clock);
  expect(again.ask(0x04, pinArguments()).status).toBe(3);
  clock.advance(30_000);
  again.begin(0x04, pinArguments());
  clock.settle();
  expect(again.pad.asking).toBe(true);
});

test("damaged frames: NAK after 20 ms of silence, and the line works again", () => {
  const { pad, heard, clock, ask } = rig();
  const good = frame(9, new Uint8Array([1]));
  const bad = good.slice();
  bad[4]! ^= 1;
  pad.receive(bad);
  clock.advance(15);
  pad.receive(good);
  clock.advance(19);
  expect(heard()).toEqual([]);
  clock.advance(1);
  expect(heard()).toEqual([NAK]);
  pad.receive(unhex("02 FFFF 01"));
  clock.advance(20);
  expect(heard()).toEqual([NAK]);
  pad.receive(good.slice(0, 4));
  clock.advance(50);
  expect(heard()).toEqual([NAK]);
  expect(ask(0x01).status).toBe(0);
});

test("frames arrive in any pieces, with rubbish between", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }), (cuts) => {
      const { pad, heard, clock } = rig();
      const bytes = new Uint8Array([0xff, 0x06, 0x15, 0x00, ...frame(3, new Uint8Array([1]))]);
      let at = 0;
      for (const size of [...cuts, bytes.length]) {
        pad.receive(bytes.slice(at, at + size));
        at += size;
        clock.advance(5);
      }
      clock.settle();
      expect(heard().filter((text) => text !== ACK)).toHaveLength(1);
    }),
  );
});

test("any bytes at all: the pad stays whole and answers afterwards", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (chunks) => {
      const { pad, ask, clock } = keyed();
      for (const chunk of chunks) {
        pad.receive(frame(nextSequence(), chunk.length > 0 ? chunk : new Uint8Array([0])));
        pad.receive(chunk);
        clock.advance(200);
      }
      clock.advance(61_000);
      expect(ask(0x01).status).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("faults on the line: lost ACK, lost answer, NAK, wrong CRC, silence", () => {
  const { pad, heard, clock } = rig();
  const info = frame(5, new Uint8Array([1]));
  const send = (): string[] => {
    pad.receive(info);
    clock.settle();
    return heard();
  };
  pad.setFault({ fault: "lost-answer" });
  expect(send()).toEqual([ACK]);
  const whole = send();
  expect(whole).toHaveLength(2);
  pad.setFault({ fault: "lost-ack", count: 1 });
  expect(send()).toEqual([whole[1]]);
  pad.setFault({ fault: "nak", count: 2 });
  expect(send().concat(send())).toEqual([NAK, NAK]);
  pad.setFault({ fault: "bad-crc" });
  expect(send()[1]).not.toBe(whole[1]);
  expect(send()).toEqual(whole);
  pad.setFault({ fault: "silent" });
  expect(send()).toEqual([]);
  pad.clearFault("silent");
  expect(pad.faults).toEqual([]);
  expect(() => pad.setFault({ fault: "on-fire" })).toThrow(/no fault "on-fire"/);
});

test("busy answers busy to everything but INFO; slow answers late", () => {
  const { pad, ask, clock } = keyed();
  pad.setFault({ fault: "busy" });
  expect(ask(0x02, "00 01").status).toBe(7);
  expect(ask(0x01).status).toBe(0);
  pad.clearFault();
  pad.setFault({ fault: "slow", value: 700 });
  const before = clock.now();
  expect(ask(0x02, "00 01").status).toBe(0);
  expect(clock.now() - before).toBe(700);
});

test("tamper wipes every key at once and outlives a restart until the maker resets it", () => {
  const file = storeFile();
  const clock = new HandClock();
  const { pad, begin, ask, heard } = keyed(file, clock);
  begin(0x04, pinArguments());
  clock.settle();
  heard();
  pad.setFault({ fault: "tamper" });
  expect(heard().map((bytes) => bytes.slice(6, 12))).toEqual([expect.stringMatching(/8404$/), expect.stringMatching(/^00E1/)]);
  expect(ask(0x02, "00 01").status).toBe(4);
  expect(ask(0x01).data.slice(0, 2)).toBe("01");
  expect(() => pad.injectMasterKey(1, MASTER, "3des")).toThrow(/tampered/);
  const later = rig(file, clock);
  expect(later.pad.faults).toEqual([{ fault: "tamper" }]);
  expect(later.ask(0x02, "00 01").status).toBe(4);
  later.pad.clearFault("tamper");
  expect(later.ask(0x02, "00 01").status).toBe(1);
  later.pad.injectMasterKey(1, MASTER, "3des");
  expect(later.ask(0x02, "00 01").data).toBe("08D7B4FB");
});

test("another unit has another number and no keys; the first one comes back with its own", () => {
  const { pad, ask, clock } = keyed();
  pad.setFault({ fault: "replaced" });
  clock.settle();
  expect(ask(0x01).data).toContain(hex(Buffer.from("PAD42-B")));
  expect(ask(0x02, "00 01").status).toBe(1);
  pad.clearFault("replaced");
  clock.settle();
  expect(ask(0x02, "00 01").data).toBe("08D7B4FB");
});

test("power lost while a key is being stored leaves the old key; the restart is told", () => {
  const file = storeFile();
  const { pad, begin, heard, clock, ask } = rig(file);
  pad.injectMasterKey(1, MASTER, "3des");
  begin(0x03, PIK);
  clock.advance(10);
  heard();
  pad.setFault({ fault: "power-cycle", value: 300 });
  clock.settle();
  expect(heard()).toEqual([hex(frame(0, new Uint8Array([0xe2])))]);
  expect(ask(0x02, "01 00").status).toBe(1);
  expect(pad.faults).toEqual([]);
});

test("keys never lie in clear on the disk, survive the end of the process, and a changed file is tamper", () => {
  const file = storeFile();
  keyed(file);
  const bytes = readFileSync(file);
  for (const secret of [MASTER, "1C1C1C1C2A2A2A2A", "5E5E5E5E6B6B6B6B"]) {
    expect(bytes.includes(Buffer.from(unhex(secret)))).toBe(false);
    expect(bytes.toString("latin1").toUpperCase()).not.toContain(secret);
  }
  expect(existsSync(`${file}.key`)).toBe(true);
  expect(rig(file).ask(0x02, "01 00").data).toBe("889B0C3B");
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  expect(rig(file).ask(0x02, "01 00").status).toBe(4);
});

test("putting in another master key forgets what was loaded under the old one", () => {
  const { pad, ask } = keyed();
  pad.injectMasterKey(1, MASTER, "3des");
  expect(ask(0x02, "01 00").status).toBe(0);
  pad.injectMasterKey(1, "FEDCBA98765432100123456789ABCDEF", "3des");
  expect(ask(0x02, "01 00").status).toBe(1);
});

test("a pad that is unplugged in the middle of a PIN forgets it", () => {
  const made = keyed();
  made.begin(0x04, pinArguments());
  made.clock.settle();
  made.pad.type(["1", "2"]);
  made.pad.setFault({ fault: "unplug" });
  expect(made.unplugs).toBe(1);
  expect(made.pad.plugged).toBe(false);
  expect(made.pad.asking).toBe(false);
  made.pad.clearFault("unplug");
  made.clock.settle();
  expect(made.ask(0x02, "01 00").status).toBe(0);
});
