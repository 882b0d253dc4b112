import { expect, test } from "vitest";
import { readScenario, runScenario } from "../../../tools/sim/scenario/scenario.ts";
import { amountKeys, type Api, durationMs, LOOKS, runStep, VERBS } from "../../../tools/sim/scenario/steps.ts";

/** Remembers calls; answers looks from `answers`. */
function recordingApi(answers: Record<string, unknown> = {}): Api & { calls: [string, string, unknown?][] } {
  const calls: [string, string, unknown?][] = [];
  return {
    calls,
    call: <T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> => {
      if (method !== "GET") calls.push(body === undefined ? [method, path] : [method, path, body]);
      return Promise.resolve((answers[path] ?? {}) as T);
    },
  };
}

test.each<[string, [string, string, unknown?]]>([
  ["login 01 0000", ["POST", "/keys", { keys: ["0", "1", "enter", "0", "0", "0", "0", "enter"] }]],
  ["amount 100.00", ["POST", "/keys", { keys: ["1", "0", "0", "0", "0", "enter"] }]],
  ["amount 0.5", ["POST", "/keys", { keys: ["5", "0", "enter"] }]],
  ["keys menu 8 1", ["POST", "/keys", { keys: ["menu", "8", "1"] }]],
  ["swipe visa-like-1", ["POST", "/card", { action: "swipe", card: "visa-like-1" }]],
  ["swipe track2 62=30", ["POST", "/card", { action: "swipe", track2: "62=30" }]],
  ["pin 123456", ["POST", "/pinpad", { pin: "123456" }]],
  ["pinpad enter", ["POST", "/pinpad", { keys: ["enter"] }]],
  ["pinpad cancel", ["POST", "/pinpad", { action: "cancel" }]],
  ["fault host drop-response", ["POST", "/faults", { device: "host", fault: "drop-response" }]],
  ["fault host drop-response 2", ["POST", "/faults", { device: "host", fault: "drop-response", count: 2 }]],
  ["fault host cut-at-byte value 9 count 1", ["POST", "/faults", { device: "host", fault: "cut-at-byte", value: 9, count: 1 }]],
  ["clear faults printer", ["DELETE", "/faults", { device: "printer" }]],
  ["clear rules", ["DELETE", "/acquirer/rules"]],
  ["power cut", ["POST", "/power", { action: "cut" }]],
  ["clock advance 2m", ["POST", "/clock", { advanceMs: 120_000 }]],
  ["clock at 2026-12-31T23:59:50+08:00", ["POST", "/clock", { at: "2026-12-31T23:59:50+08:00" }]],
  ["tear", ["DELETE", "/paper"]],
  ["rule amount 0.51 answer 51", ["POST", "/acquirer", { match: { amount: "000000000051" }, answer: { "39": "51" } }]],
  ["rule mti 0400 fault silence count 2", ["POST", "/acquirer", { match: { mti: "0400" }, fault: "silence", count: 2 }]],
  [
    "account 6222021234567890128 pin 246810 balance 1000.00 expiry 3012",
    ["POST", "/acquirer", { account: { pan: "6222021234567890128", balanceFen: 100_000, pin: "246810", expiry: "3012" } }],
  ],
])("%s is one call", async (step, call) => {
  const api = recordingApi();
  await runStep(api, step);
  expect(api.calls).toEqual([call]);
});

const STATE = {
  power: "on",
  level: "ready",
  batch: "000001",
  screen: { id: "declined", title: "消费", lines: ["余额不足"], hints: [] },
  debt: { reversals: 0, offline: 0 },
};
const ANSWERS = {
  "/state": STATE,
  "/paper": [{ text: ["消费", "RMB 1.00"] }],
  "/messages?clear=1": [{ mti: "0210", fields: { "39": "51" }, mac: "ok" }],
  "/check": { ok: false, differences: [{ words: "1.00 too much" }] },
  "/journal": { transactions: [] },
};

test.each([
  "expect screen declined",
  "expect line 余额不足",
  "expect slip contains RMB 1.00",
  "expect slip without 6229",
  "expect slips 1",
  "expect message 0210 39=51 mac=ok",
  "expect message none 0400",
  "expect level ready",
  "expect power on",
  "expect batch 000001",
  "expect debt 0",
  "expect journal 0",
])("%s is met", async (step) => {
  await runStep(recordingApi(ANSWERS), step);
});

test.each([
  ["expect screen approved", "expected screen approved, found declined: 余额不足"],
  ["expect line 成功", "成功"],
  ["expect slip contains 退货", "no slip contains"],
  ["expect slip without RMB", "a slip contains"],
  ["expect slips 2", "expected slips 2, found 1"],
  ["expect message 0210 39=00", "expected 0210 39 00, found 51"],
  ["expect message 0400", "no message 0400"],
  ["expect check ok", "1.00 too much"],
  ["expect debt 1", "expected owed reversals 1, found 0"],
  ["expect weather", "not one of"],
  ["dance", "not one of"],
  ["amount ten", "yuan"],
  ["clock advance soon", "a time like"],
])("%s fails with words", async (step, words) => {
  await expect(runStep(recordingApi(ANSWERS), step)).rejects.toThrow(words);
});

test("a file is a list of steps, or a name and more", async () => {
  expect(readScenario("- enter\n- cancel\n", "a.yaml")).toEqual({ name: "a.yaml", desk: {}, steps: ["enter", "cancel"] });
  expect(readScenario("name: x\ndesk: {seed: 3}\nsteps: [enter]", "a.yaml")).toEqual({
    name: "x",
    desk: { seed: 3 },
    steps: ["enter"],
  });
  expect(() => readScenario("steps: [1]", "a.yaml")).toThrow("a.yaml: steps.0");
  expect(() => readScenario("speed: 3\nsteps: []", "a.yaml")).toThrow("speed");
  const report = await runScenario(
    { name: "x", desk: {}, steps: ["enter", "expect screen approved", "cancel"] },
    recordingApi(ANSWERS),
  );
  expect(report.failure).toMatchObject({ at: 2, step: "expect screen approved" });
});

test("times and amounts", () => {
  expect([durationMs("500"), durationMs("1.5s"), durationMs("1d")]).toEqual([500, 1_500, 86_400_000]);
  expect(amountKeys("0.01")).toEqual(["1"]);
});

test("every step tells how it is written", () => {
  for (const { usage } of [...VERBS, ...LOOKS]) expect(usage.length).toBeGreaterThan(2);
});

test("keys that are maps, hundreds deep, are refused at once", () => {
  const nested = `${"{".repeat(250)}expect screen${"}".repeat(250)}`;
  expect(() => readScenario(`steps:\n  - ${nested}\n`, "file.yaml")).toThrow(
    "file.yaml: not YAML: With stringKeys, all keys must be strings",
  );
});
