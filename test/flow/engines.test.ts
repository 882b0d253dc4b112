/**
 * The same work on every engine: the same bytes on every wire, the same screens, the same slips. What is compared is the terminal's own engine;
 * `TAEL_ENGINE=qjs npx vitest run test/flow` runs all flows on another.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { nativeQjs } from "../../build/debian.ts";
import type { DeskEngine } from "../../tools/sim/engines.ts";
import { machineOn } from "../../tools/sim/engines.ts";
import { finish, logIn, sale, startInProcess } from "./in-process.ts";

const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "246810" };
const LONG_MS = 30_000;
/** TAEL_QJS may be another machine's, under QEMU. */
const EMULATED_MS = 300_000;

interface Trace {
  screens: string[];
  wires: Record<string, string>;
  messages: string[];
  slips: string[][];
  money: unknown;
}

async function work(engine: DeskEngine): Promise<Trace> {
  const at = await startInProcess({ seed: 7 }, machineOn(engine));
  const { desk } = at;
  const trace: Trace = { screens: [], wires: {}, messages: [], slips: [], money: undefined };
  try {
    const pixels = createHash("sha256");
    desk.onPixels((rectangle) => void pixels.update(rectangle));
    desk.onEvent((event) => {
      if (event.type === "screen") trace.screens.push(JSON.stringify(event.screen));
      if (event.type !== "wire") return;
      const { device, dir, hex } = event.entry;
      const key = `${device} ${dir}`;
      trace.wires[key] = (trace.wires[key] ?? "") + hex;
    });
    desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
    await logIn(at);
    await sale(at, CARD.track2, 10_000, CARD.pin);
    await finish(desk);
    await sale(at, CARD.track2, 5_000, "111111");
    await finish(desk);
    // Today's sale is taken back by the supervisor, then the day is settled.
    await desk.keys(["menu", "2"], LONG_MS);
    await desk.keys([..."123456", "enter"], LONG_MS);
    await desk.keys(["cancel"], LONG_MS);
    await finish(desk);
    await desk.keys(["menu", "9", "3"], LONG_MS);
    await finish(desk);
    await desk.cut();
    await desk.start();
    await desk.settle(LONG_MS);
    await logIn(at);
    trace.messages = desk.messages().map(({ dir, hex }) => `${dir} ${hex}`);
    trace.slips = desk.devices.printer.paper.map(({ text }) => text);
    trace.wires["lcd out"] = pixels.digest("hex");
    trace.money = (await desk.check()).ok;
    return trace;
  } finally {
    await desk.close();
    rmSync(at.dataDir, { recursive: true, force: true });
  }
}

let own: Trace;
beforeAll(async () => {
  own = await work("quickjs");
});

test("the work is work: money moved, slips came out", () => {
  expect(own.money).toBe(true);
  expect(own.messages.length).toBeGreaterThan(20);
  expect(own.slips.length).toBeGreaterThan(2);
  expect(Object.keys(own.wires)).toEqual(expect.arrayContaining(["lcd out", "pinpad out", "pinpad in", "printer out"]));
});

const same = async (engine: DeskEngine): Promise<void> => {
  const other = await work(engine);
  expect(other.screens).toEqual(own.screens);
  expect(other.messages).toEqual(own.messages);
  expect(other.slips).toEqual(own.slips);
  for (const wire of Object.keys(own.wires)) expect(other.wires[wire] === own.wires[wire], `the wire ${wire} differs`).toBe(true);
  expect(other).toEqual(own);
};

test.each<DeskEngine>(["quickjs-ng", "quickjs-wasi"])("%s: the same wires, screens and slips", same);

describe("native QuickJS", () => {
  let missing: string | undefined;
  beforeAll(() => {
    try {
      nativeQjs();
    } catch (error) {
      missing = (error as Error).message;
    }
  });
  test("qjs, a program of its own: the same wires, screens and slips", { timeout: EMULATED_MS }, async (context) => {
    if (missing !== undefined) {
      console.warn(`SKIPPED: ${missing}; apt-get install quickjs (Debian 13), or name one with TAEL_QJS`);
      return context.skip();
    }
    await same("qjs");
  });
});
