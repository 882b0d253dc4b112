/**
 * The system-call table from a hostile firmware: an input is a program of calls with arguments of every kind, in every order, also from within getters,
 * proxies and the event handler. Each call gives an answer or a named error; engine, door and host live on.
 */
import { ABI_BANNER, CALLS } from "../../../platform/abi.ts";
import { DrivenClock } from "../../../platform/node/clock.ts";
import { MemoryFiles } from "../../../platform/node/files.ts";
import { LocalMachine } from "../../../platform/node/local.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, ensure } from "../guest/bench.ts";

/** Arguments; each is JavaScript. Those with getters and proxies call back into the door. */
const VALUES = [
  "undefined",
  "null",
  "true",
  "NaN",
  "-0",
  "Infinity",
  "-1",
  "0",
  "1",
  "2",
  "1.5",
  "2 ** 31",
  "2 ** 53",
  "1n",
  "Symbol('s')",
  "'wire'",
  "'other'",
  "'absent'",
  "''",
  "'{}'",
  "'[]'",
  "'{'",
  '\'{"__proto__":{"x":1}}\'',
  "'['.repeat(4000)",
  "'a'",
  "'b'",
  "'../x'",
  "'\\0'",
  "'\\ud800'",
  "'x'.repeat(70000)",
  "'restart'",
  "'board.json'",
  "[]",
  "{}",
  "(() => 1)",
  "new Date(0)",
  "new Map()",
  "/x/",
  "new ArrayBuffer(0)",
  "new ArrayBuffer(8)",
  "new ArrayBuffer(300000)",
  "new ArrayBuffer(8, { maxByteLength: 64 })",
  "new Uint8Array(8)",
  "new DataView(new ArrayBuffer(8))",
  "detached()",
  "{ valueOf() { return door.open('other', '{}'); } }",
  "{ toString() { throw new Error('no'); } }",
  "{ get length() { door.close(1); return 5; }, byteLength: 4 }",
  "new Proxy({}, { get() { return door.clock(); }, getPrototypeOf() { throw 1; } })",
  "new Proxy(new ArrayBuffer(4), { get() { throw 2; } })",
  "Object.create(ArrayBuffer.prototype)",
  "new (class extends ArrayBuffer {})(8)",
  "globalThis",
  "door",
] as const;

/** What a guest may do to its own world before it calls. */
const SPOILS = [
  "",
  "Object.prototype.then = (f) => f(1);",
  "Object.defineProperty(ArrayBuffer.prototype, 'byteLength', { get() { return 1e9; } });",
  "JSON.stringify = () => { throw 3; };",
  "globalThis.Error = function () { throw 4; };",
  "Error.prototype.name = { toString() { throw 5; } };",
  "Object.defineProperty(Error.prototype, 'message', { get() { throw 6; }, set() { throw 7; } });",
  "Array.prototype[Symbol.iterator] = () => { throw 8; };",
  "Function.prototype.call = Function.prototype.apply = null;",
  "globalThis.onDoorEvent = new Proxy(() => {}, { apply() { throw 9; } });",
  "Object.defineProperty(globalThis, 'onDoorEvent', { get() { door.log(1, 'read'); return (n) => door.log(1, String(n)); } });",
  "globalThis.onDoorEvent = undefined;",
  "globalThis.onDoorEvent = (name) => { throw { get message() { throw 1; }, get stack() { for (;;); } }; };",
  "globalThis.onDoorEvent = () => { throw Symbol('x'); };",
  "globalThis.onDoorEvent = async () => { await null; throw new Error('later'); };",
] as const;

const NAMES = Object.keys(CALLS);
const MOST_CALLS = 60;

/** Bytes to a program: how to spoil the world, then a call, its argument count and its arguments, again and again. */
export function programOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  let at = 1;
  for (let calls = 0; at < bytes.length && calls < MOST_CALLS; calls++) {
    const name = NAMES[bytes[at++]! % NAMES.length]!;
    const row = CALLS[name as keyof typeof CALLS];
    const count = (bytes[at] ?? 0) < 200 ? row.args.length : (bytes[at] ?? 0) % 5;
    at++;
    const args = Array.from({ length: count }, () => VALUES[(bytes[at++] ?? 0) % VALUES.length]!);
    lines.push(`attempt(() => door.${name}(${args.join(", ")}));`);
  }
  return `${ABI_BANNER}
const said = [];
const log = door.log;
const detached = () => { const b = new ArrayBuffer(8); try { b.transfer(); } catch {} return b; };
const attempt = (run) => { let bad; try { run(); } catch (e) { try { if (e && e.constructor && e.name === "DoorError") bad = /^(${"[a-z-]+"}): /.test(e.message) ? "" : "odd " + e.message; } catch {} } if (bad) log(3, "BROKEN " + bad); };
globalThis.onDoorEvent = () => {};
${SPOILS[(bytes[0] ?? 0) % SPOILS.length]}
${lines.join("\n")}
log(1, "alive");`;
}

const wires = {
  opened: (wire: string): boolean => wire !== "absent",
  fromTerminal: (): void => {},
  control: (): void => {},
  closed: (): void => {},
};
const BOARD = { ports: Object.fromEntries(["wire", "other", "absent"].map((wire) => [wire, { kind: "sim", wire }])) };

export const doorCalls: Check = async (bytes) => {
  const dataDir = mkdtempSync(join(tmpdir(), "tael-fuzz-"));
  const clock = new DrivenClock();
  const machine = new LocalMachine({
    bundle: { code: programOf(bytes) },
    assets: { "board.json": Uint8Array.of(1, 2, 3) },
    board: BOARD,
    dataDir,
    clock: { kind: "driven", shared: clock.shared },
    files: new MemoryFiles(),
    memoryLimitBytes: 20 * 1024 * 1024,
    eventLimitMs: 60,
    seed: 1,
    wires,
  });
  let broken: string | undefined;
  let restarts = 0;
  machine.on("log", ({ words }) => {
    if (words.includes("BROKEN")) broken ??= words;
  });
  machine.on("crash", ({ words }) => {
    if (words.startsWith("the engine broke")) broken ??= words;
  });
  machine.on("power", () => {
    // A firmware that restarts for ever is its own affair; here it is switched off.
    if (++restarts >= 2) void machine.cut();
  });
  try {
    await machine
      .start()
      .catch((error: unknown) =>
        ensure(error instanceof Error && error.name === "Refused", `a bundle is refused in words: ${String(error)}`),
      );
    for (const wire of ["wire", "other"]) machine.toTerminal(wire, Uint8Array.of(1, 2, 3));
    machine.closeWire("other", "unplugged");
    machine.wake();
    await new Promise((resolve) => setImmediate(resolve));
    ensure(broken === undefined, broken ?? "");
  } finally {
    await machine.cut();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const call = (name: string, ...args: string[]): number[] => [
  NAMES.indexOf(name),
  0,
  ...args.map((arg) => Math.max(0, (VALUES as readonly string[]).indexOf(arg))),
];

export const programs = (): Uint8Array[] => [
  Uint8Array.from([
    0,
    ...call("open", "'wire'", "'{}'"),
    ...call("write", "1", "new ArrayBuffer(8)"),
    ...call("close", "1"),
    ...call("close", "1"),
  ]),
  Uint8Array.from([
    0,
    ...call("fileAppend", "'a'", "0", "new ArrayBuffer(8)"),
    ...call("fileSync", "'a'"),
    ...call("fileReplace", "'a'", "'b'"),
    ...call("fileRead", "'b'"),
    ...call("fileList"),
  ]),
  Uint8Array.from([
    0,
    ...call("seal", "new ArrayBuffer(8)"),
    ...call("unseal", "new ArrayBuffer(300000)"),
    ...call("entropy", "2"),
    ...call("facts"),
    ...call("asset", "'board.json'"),
  ]),
  Uint8Array.from([3, ...call("wake", "1", "2"), ...call("log", "1", "'x'.repeat(70000)"), ...call("control", "1", "'{}'")]),
  Uint8Array.from([0, ...call("power", "'restart'")]),
  ...SPOILS.map((_, at) =>
    Uint8Array.from([
      at,
      ...call("open", "'wire'", "'{}'"),
      ...call("open", "'other'", "'{}'"),
      ...call("write", "1", "new ArrayBuffer(8)"),
      ...call("close", "99"),
    ]),
  ),
];
