import fc from "fast-check";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { SimPrinter, type PrinterSettings } from "../../../../tools/sim/devices/printer.ts";
import { type Bench, bench, hex, unhex } from "./bench.ts";

interface Rig extends Bench {
  printer: SimPrinter;
  /** Sends strings (as bytes) and hex in arrays, and lets the printer come to rest. */
  print(...parts: (string | number[] | Uint8Array)[]): void;
  /** Status bytes for DLE EOT n. */
  status(n: number): string;
  lines(): string[];
}

const NO_FONT = "/nowhere/font.bin";
const ESC = 0x1b;
const GS = 0x1d;
const FS = 0x1c;
const CUT = [GS, 0x56, 0x00];
const RESET = [ESC, 0x40];
const feed = (lines: number): number[] => [ESC, 0x64, lines];

function rig(settings: PrinterSettings = {}): Rig {
  const made = bench();
  const printer = new SimPrinter(made.context, { cutter: true, fontFile: NO_FONT, ...settings });
  const print = (...parts: (string | number[] | Uint8Array)[]): void => {
    for (const part of parts) printer.receive(typeof part === "string" ? Buffer.from(part, "latin1") : new Uint8Array(part));
    made.clock.settle();
  };
  const status = (n: number): string => {
    made.sent.length = 0;
    printer.receive(new Uint8Array([0x10, 0x04, n]));
    return hex(made.sent.at(-1));
  };
  return Object.assign(made, { printer, print, status, lines: () => printer.paper.flatMap((slip) => slip.text) });
}

/** GB18030 bytes of what these tests print. */
const CHINESE: Record<string, string> = { 消费: "CFFBB7D1", 金额: "BDF0B6EE", 㐂: "8139EF31", "€": "A2E3" };
const gb = (text: string): Uint8Array => unhex(CHINESE[text]!);

test("words, columns and centring as they stand on the paper", () => {
  const { print, lines } = rig();
  print("AMOUNT", [ESC, 0x24, 0xf0, 0x00], "RMB 12.00\n", [ESC, 0x61, 1], "SALE\n", gb("消费"), "\n");
  expect(lines()).toEqual(["AMOUNT              RMB 12.00", `${" ".repeat(14)}SALE`, `${" ".repeat(14)}消费`]);
});

test("a line wraps at the paper's width", () => {
  const { print, lines } = rig();
  print("x".repeat(40), "\n", gb("金额"), "y".repeat(30), "\n");
  expect(lines()).toEqual(["x".repeat(32), "x".repeat(8), `金额${"y".repeat(28)}`, "yy"]);
});

test("GB18030: two bytes, four bytes, a sign, and a printer that only knows two", () => {
  const full = rig();
  full.print(gb("㐂"), gb("€"), "\n");
  expect(full.lines()).toEqual(["㐂€"]);
  const short = rig({ fourByte: false });
  short.print(gb("㐂"), "\n");
  expect(short.lines()[0]).not.toContain("㐂");
});

test("outside Chinese mode bytes are the code page's", () => {
  const { print, lines } = rig();
  print([FS, 0x2e], [0x80, 0x9c], "\n", [ESC, 0x74, 16], [0x80, 0xa3], "\n", [FS, 0x26], gb("消费"), "\n");
  expect(lines()).toEqual(["Ç£", "€£", "消费"]);
});

test("big letters keep their words together", () => {
  const { print, lines, printer } = rig();
  print([GS, 0x21, 0x11], "AB", gb("金额"), "\n", [GS, 0x21, 0x00], [ESC, 0x21, 0x30], "C D\n");
  expect(lines()).toEqual(["AB金额", "C D"]);
  const picture = PNG.sync.read(Buffer.from(printer.picture()));
  expect(picture.height).toBe(96);
});

test("tabs, margin and relative position", () => {
  const { print, lines } = rig();
  print("A\tB\n", [ESC, 0x44, 4, 12, 0], "A\tB\tC\n", [GS, 0x4c, 24, 0], "M\n", [ESC, 0x5c, 24, 0], "R\n");
  expect(lines()).toEqual(["A       B", "A   B       C", "  M", "    R"]);
});

test("slips end at a cut, at a tear, and where a job starts after a feed", () => {
  const { print, printer } = rig();
  print(RESET, "one\n", CUT, "two\n", [GS, 0x56, 66, 10]);
  print(RESET, "three\n", feed(4));
  print(RESET, "four\n");
  print(RESET, "still four\n");
  expect(printer.paper.map((slip) => [slip.n, slip.text, slip.torn])).toEqual([
    [1, ["one"], true],
    [2, ["two"], true],
    [3, ["three"], true],
    [4, ["four", "still four"], false],
  ]);
  expect(printer.paper[0]!.at).toMatch(/^2026-11-21T09:00:00\.\d{3}Z$/);
  printer.tear();
  expect(printer.paper).toEqual([]);
  print("five\n");
  expect(printer.paper.map((slip) => slip.n)).toEqual([5]);
});

test("a printer without a knife ignores cuts", () => {
  const { print, printer } = rig({ cutter: false });
  print("one\n", CUT, "two\n");
  expect(printer.paper).toHaveLength(1);
});

test("printing takes its time at the printer's speed; GS r answers after it", () => {
  const { printer, clock, sent } = rig({ speedMmPerSecond: 60 });
  printer.receive(Buffer.from(`${"line\n".repeat(16)}\x1dr\x01`, "latin1"));
  expect(clock.busy).toBe(true);
  clock.advance(950);
  expect(printer.paper[0]!.text).toHaveLength(15);
  expect(sent).toEqual([]);
  clock.advance(60);
  expect(printer.paper[0]!.text).toHaveLength(16);
  expect(sent.map(hex)).toEqual(["00"]);
});

test("status: the worked example of a roll that is out", () => {
  const { printer, status } = rig();
  expect([1, 2, 3, 4].map(status)).toEqual(["12", "12", "12", "12"]);
  printer.setFault({ fault: "paper-out" });
  expect([1, 2, 4].map(status)).toEqual(["1A", "32", "7E"]);
  printer.newRoll();
  printer.setFault({ fault: "near-end" });
  expect([1, 2, 4].map(status)).toEqual(["12", "12", "1E"]);
  printer.clearFault();
  printer.setFault({ fault: "cover-open" });
  expect([1, 2, 3].map(status)).toEqual(["1A", "16", "12"]);
  printer.clearFault();
  printer.setFault({ fault: "jam" });
  expect([1, 2, 3].map(status)).toEqual(["1A", "52", "1A"]);
  printer.clearFault();
  printer.setFault({ fault: "overheat", value: 500 });
  expect([1, 2, 3].map(status)).toEqual(["1A", "52", "52"]);
});

test("automatic status goes out when it changes, for the classes asked for", () => {
  const { printer, print, sent } = rig();
  print([GS, 0x61, 0x0f]);
  expect(sent.splice(0).map(hex)).toEqual(["10000000"]);
  printer.setFault({ fault: "near-end" });
  printer.setFault({ fault: "cover-open" });
  printer.clearFault("cover-open");
  printer.setFault({ fault: "slow" });
  expect(sent.splice(0).map(hex)).toEqual(["10000300", "38000300", "10000300"]);
  print([GS, 0x61, 0x00]);
  printer.setFault({ fault: "cover-open" });
  expect(sent).toEqual([]);
});

test("out of paper: printing stops and goes on with a new roll", () => {
  const { printer, print, lines, clock } = rig();
  printer.setFault({ fault: "paper-out-after", value: 8 });
  print("1\n2\n3\n4\n5\n");
  expect(lines()).toEqual(["1", "2", "3"]);
  expect(clock.busy).toBe(false);
  expect(printer.describe()).toMatchObject({ state: "paper-out", bufferedBytes: 4, rollLeftMm: 0 });
  printer.newRoll();
  clock.settle();
  expect(lines()).toEqual(["1", "2", "3", "4", "5"]);
  expect(printer.paper).toHaveLength(2);
});

test("a roll that is used up: clearing the printer's faults puts in a new one, and printing goes on", () => {
  const { printer, print, lines, clock } = rig({ rollMm: 8, nearEndMm: 0 });
  print("1\n2\n3\n4\n5\n");
  expect(lines()).toEqual(["1", "2", "3"]);
  printer.clearFault("jam");
  expect(printer.describe()).toMatchObject({ state: "paper-out" });
  printer.clearFault();
  clock.settle();
  expect(lines()).toEqual(["1", "2", "3", "4", "5"]);
});

test("out of paper: DLE ENQ 2 drops what was waiting; the job printed again is a slip of its own", () => {
  const { printer, print, clock } = rig();
  printer.setFault({ fault: "paper-out-after", value: 4 });
  print(RESET, "1\n2\n3\n4\n");
  printer.receive(new Uint8Array([0x10, 0x05, 2]));
  printer.newRoll();
  clock.settle();
  print(RESET, "1\n2\n3\n4\n", CUT);
  expect(printer.paper.map((slip) => slip.text)).toEqual([
    ["1", "2"],
    ["1", "2", "3", "4"],
  ]);
});

test("the roll gets shorter as it is used, near its end says so, and is out at last", () => {
  const { printer, print, status } = rig({ rollMm: 20, nearEndMm: 10 });
  print(feed(2));
  expect(status(4)).toBe("12");
  print(feed(1));
  expect(status(4)).toBe("1E");
  print(feed(3));
  expect(status(4)).toBe("7E");
  expect(printer.describe()).toMatchObject({ rollLeftMm: 0, problem: "paper-out" });
});

test("cover, jam and heat stop the head; heat goes by itself", () => {
  const { printer, print, lines, clock } = rig();
  for (const fault of ["cover-open", "jam"]) {
    printer.setFault({ fault });
    print(`${fault}\n`);
    expect(lines()).not.toContain(fault);
    printer.clearFault(fault);
    clock.settle();
    expect(lines()).toContain(fault);
  }
  printer.setFault({ fault: "overheat", value: 3000 });
  print("hot\n");
  expect(lines()).not.toContain("hot");
  clock.advance(3000);
  clock.settle();
  expect(lines()).toContain("hot");
  expect(printer.faults).toEqual([]);
});

test("power lost in the middle of a line: half of its dots, none of its words, nothing of the buffer", () => {
  const { printer, clock, print, lines, status } = rig();
  printer.receive(Buffer.from("one\ntwo\nthree\n"));
  const line = (30 / 8 / 80) * 1000;
  clock.advance(line * 1.5);
  printer.setFault({ fault: "power-cycle", value: 400 });
  expect(status(1)).toBe("");
  clock.settle();
  expect(lines()).toEqual(["one"]);
  expect(PNG.sync.read(Buffer.from(printer.picture())).height).toBe(30 + 15);
  expect(status(1)).toBe("12");
  print(RESET, "again\n");
  expect(printer.paper.map((slip) => slip.text)).toEqual([["one"], ["again"]]);
});

test("flow control holds back what does not fit the buffer, and that much outlives a loss of power", () => {
  const { printer, clock, lines } = rig({ bufferBytes: 20 });
  printer.setFault({ fault: "cover-open" });
  printer.receive(Buffer.from("0123456789012345678\nheld\n"));
  expect(printer.describe()).toMatchObject({ bufferedBytes: 20, waitingBytes: 5 });
  printer.setFault({ fault: "power-cycle" });
  printer.clearFault("cover-open");
  clock.settle();
  printer.receive(new Uint8Array(0));
  clock.settle();
  expect(lines()).toEqual(["held"]);
});

const raster = (bytesAcross: number, rows: number, data: number[]): number[] => [
  GS,
  0x76,
  0x30,
  0,
  bytesAcross,
  0,
  rows & 0xff,
  rows >> 8,
  ...data,
]; // prettier-ignore

test("raster pictures are drawn dot for dot and scaled", () => {
  const { print, printer, lines } = rig();
  print([GS, 0x76, 0x30, 3, 1, 0, 2, 0, 0x80, 0x01], CUT);
  const picture = PNG.sync.read(Buffer.from(printer.slipPicture(1)!));
  const black = (x: number, y: number): boolean => picture.data[(y * picture.width + x) * 4]! < 128;
  expect(picture.width).toBe(384);
  expect([black(0, 0), black(1, 1), black(2, 0), black(14, 2), black(15, 3), black(13, 3)]).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  expect(lines()).toEqual(["[image 16x4]"]);
});

test("status requests inside a picture: answered or not, by setting; the picture is whole either way", () => {
  for (const realTimeInsideData of [true, false]) {
    const { print, sent, lines } = rig({ realTimeInsideData });
    print(raster(3, 2, [0x10, 0x04, 0x01, 0xff, 0xff, 0xff]), "after\n");
    expect(sent.map(hex)).toEqual(realTimeInsideData ? ["12"] : []);
    expect(lines()).toEqual(["[image 24x2]", "after"]);
  }
});

test("DLE EOT is answered at once though everything is stopped", () => {
  const { printer, print, status } = rig();
  printer.setFault({ fault: "paper-out" });
  print("waiting\n");
  expect(status(1)).toBe("1A");
});

test("ESC * pictures stand in the line; GS ( L prints what was stored", () => {
  const { print, lines } = rig();
  const column = [0xff, 0xff, 0xff];
  print("a", [ESC, 0x2a, 33, 2, 0, ...column, ...column], "b\n");
  print([GS, 0x28, 0x4c, 12, 0, 0x30, 112, 0x30, 1, 1, 0x31, 8, 0, 2, 0, 0xff, 0x81]);
  print([GS, 0x28, 0x4c, 2, 0, 0x30, 50]);
  expect(lines()).toEqual(["a▨b", "[image 8x2]"]);
});

test("QR codes and bar codes", () => {
  const { print, lines, printer } = rig();
  const data = [..."https://example.com/1"].map((c) => c.charCodeAt(0));
  const qr = (fn: number, ...args: number[]): number[] => [GS, 0x28, 0x6b, args.length + 2, 0, 0x31, fn, ...args];
  print(qr(65, 50, 0), qr(67, 4), qr(69, 49), qr(80, 0x30, ...data), qr(81, 0x30));
  print(
    [GS, 0x48, 2],
    [GS, 0x68, 40],
    [GS, 0x6b, 4],
    "CODE39\0",
    [GS, 0x6b, 73, 6],
    "{B1a2c",
    [GS, 0x6b, 67, 12],
    "690123456789",
  );
  expect(lines()).toEqual(["[QR] https://example.com/1", "[CODE39] CODE39", "[CODE128] 1a2c", "[EAN13] 690123456789"]);
  expect(PNG.sync.read(Buffer.from(printer.picture())).height).toBe(25 * 4 + 3 * 64);
});

test("drawer pulses, in turn and in real time", () => {
  const { print, printer } = rig();
  print([ESC, 0x70, 0, 50, 50], [0x10, 0x14, 1, 0, 5]);
  expect(printer.describe()).toMatchObject({ drawerPulses: 2 });
});

test("a stray status byte comes before what was asked", () => {
  const { printer, print, sent } = rig();
  printer.setFault({ fault: "stray-status", count: 1 });
  print([GS, 0x72, 1]);
  print([GS, 0x72, 1]);
  expect(sent.map(hex)).toEqual(["12", "00", "00"]);
});

test("unplugged: nothing arrives, nothing is told; half a command does not swallow the next job", () => {
  const made = rig();
  made.printer.receive(new Uint8Array([GS, 0x76, 0x30, 0, 48, 0, 100, 0, 1, 2, 3]));
  made.printer.setFault({ fault: "unplug" });
  expect(made.unplugs).toBe(1);
  made.print("lost\n");
  made.printer.clearFault("unplug");
  made.printer.attached(true);
  made.print("found\n");
  expect(made.lines()).toEqual(["found"]);
});

test("the same bytes in any pieces give the same paper", () => {
  const job = Buffer.concat([
    Buffer.from([...RESET, ...raster(2, 3, [1, 2, 0x10, 0x04, 5, 6])]),
    gb("消费"),
    gb("㐂"),
    Buffer.from("\x1b!\x30Big\n\x1d(k\x08\0\x31\x50\x30hello\x1d(k\x03\0\x31\x51\x30\x1dV\x01", "latin1"),
  ]);
  const whole = rig();
  whole.print(job);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 }), (sizes) => {
      const { print, printer } = rig();
      let at = 0;
      for (const size of [...sizes, job.length]) {
        print(job.subarray(at, at + size));
        at += size;
      }
      expect(printer.paper.map((slip) => slip.text)).toEqual(whole.printer.paper.map((slip) => slip.text));
      expect(hex(printer.picture())).toBe(hex(whole.printer.picture()));
    }),
    { numRuns: 15 },
  );
});

test("any bytes at all: the printer lives, and prints after a reset of its interface", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), (chunks) => {
      const { print, printer } = rig({ rollMm: 10_000_000 });
      for (const chunk of chunks) print(chunk);
      printer.attached(true);
      print(RESET, "alive\n");
      expect(printer.paper.at(-1)?.text.at(-1)).toBe("alive");
      printer.picture();
    }),
    { numRuns: 60 },
  );
});
