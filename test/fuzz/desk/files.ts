/** Files people give to the tools: scenarios, boards, recordings, bundles. */
import { ABI_BANNER } from "../../../platform/abi.ts";
import { portsOf } from "../../../platform/node/board.ts";
import { PlaceMapper } from "../../../platform/node/crash.ts";
import { Refused } from "../../../platform/node/errors.ts";
import { checkBundle } from "../../../platform/node/loader/bundle.ts";
import { replay } from "../../../platform/node/replay.ts";
import { checkBoard } from "../../../tools/sim/board.ts";
import { checkProfile } from "../../../tools/sim/profile.ts";
import { readScenario, runScenario } from "../../../tools/sim/scenario/scenario.ts";
import { type Check, ensure, only } from "../guest/bench.ts";
import { bytesOf } from "../mutate.ts";
import { plainError } from "./wires.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Answers of every shape a step looks at. */
const STATE = {
  power: "on",
  level: "ready",
  screen: { id: "idle", title: "", lines: ["a"], hints: [] },
  batch: "000001",
  trace: "000002",
  debt: { reversals: 0, offline: 0 },
  indicators: {},
  leds: { send: false },
};
const ANSWERS: Record<string, unknown> = {
  "/state": STATE,
  "/paper": [{ text: ["SALE"] }],
  "/messages": [{ dir: "out", mti: "0200", fields: { "11": "000001" }, mac: "ok" }],
  "/check": { ok: true, differences: [] },
  "/journal": { batch: "000001", transactions: [], reversals: [], owed: null, totals: {} },
  "/acquirer/ledger": { transactions: [], batches: [], totals: {} },
};

/** Read, and every step run against a desk that always answers: a step that fails says so in words, whatever it holds. */
export const scenario: Check = async (bytes) => {
  const read = plainError(() => readScenario(text(bytes), "fuzz"));
  if (read === undefined) return;
  const api = { call: async <T>(_method: string, path: string): Promise<T> => (ANSWERS[path.split("?")[0] ?? ""] ?? STATE) as T };
  const limited = { ...read, steps: read.steps.slice(0, 50) };
  for (const step of limited.steps) {
    const { failure } = await runScenario({ ...read, steps: [step] }, api);
    ensure(
      failure === undefined || !/is not a function|of undefined|of null|not iterable|Invalid array/.test(failure.words),
      failure?.words ?? "",
    );
  }
};

export const deskBoard: Check = (bytes) => {
  let json: unknown;
  try {
    json = JSON.parse(text(bytes));
  } catch {
    return;
  }
  only([Refused], () => portsOf(json));
  plainError(() => checkBoard(json));
  plainError(() => checkProfile(json));
};

const GUEST = `${ABI_BANNER}
globalThis.onDoorEvent = (name, ...args) => { door.log(1, name + args.length); if (name === "data") door.write(args[0], args[1]); if (name === "wake") door.power("restart"); };
try { door.open("a", "{}"); door.facts(); door.entropy(4); door.asset("x"); } catch (e) { door.log(3, String(e)); }`;

/** A recording played to a small bundle: it differs, or is refused in words. */
export const recording: Check = async (bytes) => {
  try {
    await replay({ code: GUEST, recording: text(bytes), memoryLimitBytes: 16 * 1024 * 1024 });
  } catch (error) {
    plainError(() => {
      throw error;
    });
  }
};

export const RECORDING = bytesOf(
  [
    { tael: "recording", version: 1, abi: "1.0", bundle: "0", engine: "q" },
    { start: true },
    { call: "open", args: ["a", "{}"], result: 1 },
    { call: "facts", args: [], result: "{}" },
    { call: "entropy", args: [4], result: { b64: "AAECAw==" } },
    { call: "asset", args: ["x"], result: null },
    { event: "data", args: [1, { b64: "AQI=" }, 5] },
    { call: "log", args: [1, "data3"], result: null },
    { call: "write", args: [1, { b64: "AQI=" }], error: { name: "DoorError", message: "unplugged: gone" } },
    { stop: "error" },
    { start: true },
    { call: "open", args: ["a", "{}"], error: { name: "DoorError", message: "busy: x" } },
    { call: "log", args: [3, "DoorError: busy: x"], result: null },
    { event: "wake", args: [] },
    { call: "log", args: [1, "wake0"], result: null },
    { call: "power", args: ["restart"], error: { name: "Stopped", message: "restart" } },
    { stop: "restart" },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join(""),
);

/** First line of a bundle, and its source map for the crash report. */
export const bundleFile: Check = (bytes) => {
  const words = text(bytes);
  only([Refused], () => checkBundle(words));
  const mapped = new PlaceMapper(words).map("Error at firmware.js:1:1 and firmware.js:99999:99999");
  ensure(typeof mapped === "string", "a crash is told, whatever the map is");
};
