import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { ABI_BANNER } from "../../../platform/abi.ts";
import { ENGINE_NAMES } from "../../../platform/node/engine.ts";
import type { MachineOptions } from "../../../platform/node/machine.ts";
import { type Kind, bench, quiet, until } from "./bench.ts";

describe.each(ENGINE_NAMES)("the guest on %s", (engine) => {
  const start = async (script: string, options: Partial<MachineOptions> = {}) => {
    const made = bench(script, { engine, ...options });
    await made.machine.start();
    return made;
  };

  test("has no clock, no randomness and no timer", async () => {
    const names = [
      "performance",
      "setTimeout",
      "setInterval",
      "console",
      "Intl",
      "WebAssembly",
      "Atomics",
      "SharedArrayBuffer",
      "WeakRef",
      "process",
      "require",
      "crypto",
      "queueMicrotask",
      "navigator",
      "std",
      "os",
      "__helpers",
    ];
    const { said } = await start(`
      say(${JSON.stringify(names)}.filter((name) => name in globalThis).join());
      say(typeof Math.random); say(typeof Date.now);
      say(attempt(() => new Date())); say(attempt(() => Date())); say(attempt(() => Reflect.construct(Date, [])));
      say(attempt(() => new (new Date(0).constructor)())); say(attempt(() => new (class extends Date {})()));`);
    expect(said.slice(0, 3)).toEqual(["", "undefined", "undefined"]);
    for (const answer of said.slice(3)) expect(answer).toMatch(/TypeError the firmware has no clock of its own/);
  });

  test("has dates, in UTC wherever the host stands", async () => {
    const { said } = await start(`
      const date = new Date(Date.UTC(2026, 10, 21, 1, 2, 3));
      say(date.toISOString()); say(date.getHours()); say(date.getTimezoneOffset()); say(String(date)); say(date.toLocaleString());
      say(new Date(2026, 0, 31).toISOString()); say(new Date("2026-01-31T10:00:00").toISOString()); say(new Date("2026-01-31T10:00:00+08:00").toISOString());
      say(Date.parse("2026-01-31") / 1000); say(Date.parse("last tuesday")); say(date instanceof Date); date.setHours(5); say(date.getUTCHours()); say(String(new Date(NaN)));`);
    expect(said).toEqual([
      "2026-11-21T01:02:03.000Z",
      "1",
      "0",
      "2026-11-21T01:02:03.000Z",
      "2026-11-21T01:02:03.000Z",
      "2026-01-31T00:00:00.000Z",
      "2026-01-31T10:00:00.000Z",
      "2026-01-31T02:00:00.000Z",
      String(Date.UTC(2026, 0, 31) / 1000),
      "NaN",
      "true",
      "5",
      "Invalid Date",
    ]);
  });

  test("runs its promise jobs before the event is over", async () => {
    const { said, machine } = await start(`
      door.open("wire", "{}");
      on.data = () => { say("event"); (async () => { for (let i = 0; i < 3; i++) { await null; say("job " + i); } })(); };`);
    machine.toTerminal("wire", Uint8Array.of(1));
    expect(said).toEqual(["event", "job 0", "job 1", "job 2"]);
    expect(machine.status.quiet).toBe(true);
  });

  test("sorts texts the same on every engine", async () => {
    const { said } = await start(`say(["b", "a", "Z", "é", "中"].sort((x, y) => x.localeCompare(y)).join(""));`);
    expect(said).toEqual(["Zabé中"]);
  });

  test("a door's error is an Error of the guest", async () => {
    const { said } = await start(`try { door.close(9); } catch (error) { say(error instanceof Error); say(error.name); }`);
    expect(said).toEqual(["true", "DoorError"]);
  });

  test("a runaway event is ended, reported, and the guest restarted", async () => {
    const made = bench(`door.open("wire", "{}"); on.data = () => { for (;;) { try { for (;;); } catch {} } }; say("up");`, {
      engine,
      eventLimitMs: 100,
    });
    const crashes: string[] = [];
    made.machine.on("crash", (report) => crashes.push(report.words));
    await made.machine.start();
    made.machine.toTerminal("wire", Uint8Array.of(1));
    await until(made.machine, () => made.said.length === 2);
    expect(crashes).toHaveLength(1);
    expect(crashes[0]).toMatch(engine === "node-vm" ? /event limit/ : /the event data took more than 100 ms/);
    made.machine.toTerminal("wire", Uint8Array.of(1));
    await until(made.machine, () => made.said.length === 3);
  });
});

describe.each<Kind>(["local", "worker"])("limits of a %s machine", (kind) => {
  test("memory: the guest gets a catchable error and lives on", async () => {
    const { machine, said } = bench(
      `const kept = []; say(attempt(() => { for (;;) kept.push(new Uint8Array(100000).fill(1)); })); kept.length = 0; say("alive");`,
      { memoryLimitBytes: 24 * 1024 * 1024 },
      kind,
    );
    await machine.start();
    await until(machine, () => said.length === 2);
    expect(said).toEqual(["InternalError out of memory", "alive"]);
  });

  test("memory: what the outside hands in counts as well", async () => {
    const { machine, said } = bench(
      `const kept = []; say(attempt(() => { for (let i = 0; i < 100; i++) kept.push(door.asset("large")); })); kept.length = 0; say("alive");`,
      { memoryLimitBytes: 24 * 1024 * 1024, assets: { large: new Uint8Array(1024 * 1024) } },
      kind,
    );
    await machine.start();
    await until(machine, () => said.length === 2);
    expect(said[0]).toMatch(/out of memory/);
    expect((await machine.memory(true)).image?.length).toBeLessThanOrEqual(24 * 1024 * 1024);
  });

  test("memory: a guest that hoards down to the last byte is ended and restarted", async () => {
    const script = `door.open("wire", "{}");
      on.data = () => { let last; for (let size = 1e6; size >= 1; size = Math.floor(size / 2)) { try { for (;;) last = { last, bytes: new Uint8Array(size) }; } catch {} }
        globalThis.kept = last; for (let i = 0; i < 100; i++) try { door.facts(); } catch {} };
      say("up");`;
    const { machine, said } = bench(script, { memoryLimitBytes: 24 * 1024 * 1024 }, kind);
    const crashes: string[] = [];
    machine.on("crash", (report) => crashes.push(report.words));
    await machine.start();
    machine.toTerminal("wire", Uint8Array.of(1));
    await until(machine, () => said.length === 2);
    expect(crashes).toHaveLength(1);
    await quiet(machine);
    expect(machine.status.running).toBe(true);
  });

  test.each([
    ["recursion", "(function down() { return 1 + down(); })()"],
    ["nested JSON", "JSON.parse('['.repeat(100000))"],
    ["nested source", "eval('('.repeat(50000))"],
    ["nested pattern", "new RegExp('('.repeat(50000))"],
    ["endless getter", "(function () { const o = { get x() { return this.x; } }; return o.x; })()"],
  ])("stack: %s is refused or ends the guest, never the host", async (_what, expression) => {
    const { machine, said } = bench(
      `door.open("wire", "{}"); on.data = () => { say(attempt(() => ${expression})); say("alive"); }; say("up");`,
      {},
      kind,
    );
    const crashes: string[] = [];
    machine.on("crash", (report) => crashes.push(report.words));
    await machine.start();
    machine.toTerminal("wire", Uint8Array.of(1));
    await until(machine, () => said.at(-1) === "alive" || said.length === 2);
    await quiet(machine);
    if (crashes.length === 0) expect(said[1]).toMatch(/^(InternalError|SyntaxError|RangeError) .+/);
    else expect(crashes[0]).toMatch(/the engine broke/);
    expect(machine.status.running).toBe(true);
  });
});

describe.each<Kind>(["local", "worker"])("a crash in a %s machine", (kind) => {
  const MADE = `
import { fall } from "./fall.ts";
declare const door: { open(name: string, options: string): number; log(level: number, words: string): void };
(globalThis as any).onDoorEvent = (name: string) => { if (name === "data") fall("6225880137706868123"); };
door.open("wire", "{}");
door.log(1, "up");
`;
  const FALL = `// The card number must not reach the report.
export function fall(pan: string): never {
  throw new Error("cannot stand " + pan);
}
`;

  const bundled = async (): Promise<{ code: string; map: string }> => {
    const sources: Record<string, string> = { "/made/main.ts": MADE, "/made/fall.ts": FALL };
    const result = await build({
      entryPoints: ["/made/main.ts"],
      bundle: true,
      write: false,
      outfile: "/made/out.js",
      sourcemap: "external",
      format: "iife",
      minifyWhitespace: true,
      banner: { js: ABI_BANNER },
      plugins: [
        {
          name: "made",
          setup(made) {
            made.onResolve({ filter: /.*/ }, ({ path }) => ({
              path: path.startsWith("/") ? path : `/made/${path.slice(2)}`,
              namespace: "made",
            }));
            made.onLoad({ filter: /.*/, namespace: "made" }, ({ path }) => ({ contents: sources[path] ?? "", loader: "ts" }));
          },
        },
      ],
    });
    const text = (end: string): string => result.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
    return { code: text(".js"), map: text(".map") };
  };

  test("is reported with the places in the sources, masked, and the guest starts again", async () => {
    const { machine, said, dataDir } = bench("", { bundle: await bundled() }, kind);
    const crashes: { words: string; stack: string; restarting: boolean }[] = [];
    machine.on("crash", (report) => crashes.push(report));
    await machine.start();
    machine.toTerminal("wire", Uint8Array.of(1));
    await until(machine, () => machine.status.quiet && said.length === 2);
    expect(crashes).toHaveLength(1);
    expect(crashes[0]).toMatchObject({ words: "Error: cannot stand 622588*********8123", restarting: true });
    expect(crashes[0]?.stack).toMatch(/made\/fall\.ts:3:\d+[\s\S]*made\/main\.ts:4:\d+/);
    const files = readdirSync(join(dataDir, "crash"));
    expect(files).toHaveLength(1);
    const report = readFileSync(join(dataDir, "crash", files[0] ?? ""), "utf8");
    expect(report).toContain("fall.ts:3");
    expect(report).not.toContain("6225880137706868123");
  });

  test("five times within a minute is the last time", async () => {
    const { machine, said, log } = bench(
      `door.open("wire", "{}"); on.data = () => { throw { odd: true }; }; say("up");`,
      {},
      kind,
    );
    const crashes: boolean[] = [];
    machine.on("crash", (report) => crashes.push(report.restarting));
    await machine.start();
    for (let n = 1; n <= 5; n++) {
      await until(machine, () => machine.status.quiet && said.length === n);
      machine.toTerminal("wire", Uint8Array.of(1));
    }
    await until(machine, () => !machine.status.running);
    expect(crashes).toEqual([true, true, true, true, false]);
    expect(log.at(-1)?.words).toMatch(/failed 5 times within a minute and stays off/);
    await machine.start();
    await until(machine, () => said.length === 6);
  });
});

test("a stuck worker is ended by the watchdog and started again", async () => {
  const script = `const boots = door.fileRead("boots")?.byteLength ?? 0; door.fileAppend("boots", boots, bytes(1)); say("boot " + boots); if (boots === 0) for (;;);`;
  const { machine, said } = bench(script, { watchdogMs: 1500, eventLimitMs: 1e9 }, "worker");
  const crashes: string[] = [];
  machine.on("crash", (report) => crashes.push(report.words));
  void machine.start().catch(() => {});
  await until(machine, () => machine.status.quiet && said.includes("boot 1"));
  expect(crashes).toEqual(["the engine's thread gave no sign of life for 1500 ms"]);
});

test("a machine that is cut in the middle of a call does nothing more", async () => {
  const { machine, wires, said } = bench(
    `const wire = door.open("wire", "{}"); on.data = () => { for (let i = 0; i < 9; i++) { try { door.write(wire, bytes(i)); say(i); } catch {} } };`,
  );
  await machine.start();
  let ended: Promise<void> | undefined;
  wires.onWrite = (_wire, [n]) => {
    if (n === 3) ended = machine.cut();
  };
  machine.toTerminal("wire", Uint8Array.of(1));
  await ended;
  expect(wires.written.map(([, [n]]) => n)).toEqual([0, 1, 2, 3]);
  expect(said).toEqual(["0", "1", "2"]);
  expect(machine.status.running).toBe(false);
  expect([...wires.open]).toEqual([]);
  await machine.start();
  expect(machine.status.running).toBe(true);
});
