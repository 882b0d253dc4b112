/** When the desk is settled, how its time moves, and what the host line does. */
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BadRequest, NotNow } from "../../../tools/sim/desk.ts";
import { DWELL_MS } from "../../../tools/sim/settle.ts";
import { type TinyDesk, tinyDesk } from "./tiny-desk.ts";

let tiny: TinyDesk;
const TIMEOUT_MS = 10_000;
const screen = (): string => tiny.desk.screen.id;

async function press(...keys: string[]): Promise<string> {
  tiny.desk.requestBegins();
  try {
    expect(await tiny.desk.keys(keys, TIMEOUT_MS)).toBe(true);
    return screen();
  } finally {
    tiny.desk.requestEnds();
  }
}

async function withDesk(options: Parameters<typeof tinyDesk>[0]): Promise<void> {
  await tiny.end();
  tiny = await tinyDesk(options);
}

beforeEach(async () => {
  tiny = await tinyDesk();
});
afterEach(() => tiny.end());

test("after power-on the desk is settled at idle and knows what the terminal says", () => {
  const { state } = tiny.desk;
  expect(state).toMatchObject({ power: "on", level: "ready", settled: true, batch: "000001", trace: "000007", clock: "free" });
  expect(state.screen).toEqual({ id: "idle", title: "idle", lines: ["idle", "0"], hints: [] });
});

test("a desk at rest costs nothing: it takes no turn of its own until something happens", async () => {
  const TURNS = 20;
  for (let n = 0; n < TURNS; n++) await turn();
  const turns = vi.spyOn(globalThis, "setImmediate");
  for (let n = 0; n < TURNS; n++) await turn();
  expect(turns).not.toHaveBeenCalled();
  turns.mockRestore();
});

test("a request is answered by the built-in acquirer before the call returns, and stands decoded", async () => {
  expect(await press("1")).toBe("answered");
  const [request, answer] = tiny.desk.messages();
  expect(request).toMatchObject({ dir: "out", mti: "0800", tpdu: "6000030000", mac: "none" });
  expect(answer).toMatchObject({ dir: "in", mti: "0810", fields: { "39": "00" } });
});

test("free clock: a silent host costs sixty virtual seconds and no real ones", async () => {
  tiny.desk.setFault("host", { fault: "drop-response", count: 1 });
  const before = tiny.desk.clock.now();
  expect(await press("1")).toBe("unknown");
  expect(tiny.desk.clock.now() - before).toBeGreaterThanOrEqual(60_000);
  expect(tiny.desk.clock.now() - before).toBeLessThan(61_000);
});

test("real clock: a silent host is settled at once, and time is left to itself", async () => {
  await withDesk({ clock: "real" });
  tiny.desk.setFault("host", { fault: "drop-response", count: 1 });
  expect(await press("1")).toBe("online");
  expect(tiny.desk.settled).toBe(true);
  expect(await tiny.desk.advance(61_000, TIMEOUT_MS)).toBe(true);
  expect(screen()).toBe("unknown");
});

test("a screen that goes on by itself is seen first, and goes on once nobody asks", async () => {
  expect(await press("2")).toBe("approved");
  const began = performance.now();
  const gone = new Promise<void>((resolve) => tiny.desk.onEvent((event) => event.type === "screen" && resolve()));
  await gone;
  expect(screen()).toBe("idle");
  expect(performance.now() - began).toBeGreaterThan(DWELL_MS - 20);
});

test("a request under way holds a screen that goes on by itself", async () => {
  tiny.desk.requestBegins();
  await tiny.desk.keys(["2"], TIMEOUT_MS);
  await new Promise((resolve) => setTimeout(resolve, DWELL_MS * 2));
  expect(screen()).toBe("approved");
  tiny.desk.requestEnds();
});

test("waiting for a person, free time stands still until it is moved, and every deadline on the way is met", async () => {
  expect(await press("3")).toBe("present");
  const began = tiny.desk.clock.now();
  await tiny.desk.settle(TIMEOUT_MS);
  expect(tiny.desk.clock.now()).toBe(began);
  await tiny.desk.advance(59_000, TIMEOUT_MS);
  expect(screen()).toBe("present");
  await tiny.desk.advance(1_001, TIMEOUT_MS);
  expect(screen()).toBe("notice");
  const seen: string[] = [];
  tiny.desk.onEvent((event) => event.type === "screen" && seen.push(event.screen.id));
  await tiny.desk.advance(3_600_000, TIMEOUT_MS);
  expect(seen).toEqual(["idle"]);
  expect(tiny.desk.clock.now() - began).toBe(59_000 + 1_001 + 3_600_000);
});

test("the calendar can be set without moving time", () => {
  const before = tiny.desk.clock.now();
  tiny.desk.clock.setWall(Date.parse("2026-12-31T23:59:50+08:00"));
  expect(tiny.desk.state.time).toBe("2026-12-31T23:59:50+08:00");
  expect(tiny.desk.clock.now()).toBe(before);
});

test.each([
  ["drop-request", {}, "unknown", 0],
  ["drop-response", {}, "unknown", 0],
  ["disconnect", {}, "dropped", 0],
  ["cut-at-byte", { value: 1 }, "dropped", 1],
  ["garbage", {}, "answered", 1],
  ["oversize", {}, "answered", 1],
  ["duplicate-response", {}, "answered", 2],
  ["drip", {}, "answered", 1],
  ["wrong-trace", {}, "answered", 1],
  ["delay-response", { value: 5_000 }, "answered", 1],
  ["delay-response", { value: 70_000 }, "unknown", 0],
] as const)("host line: %s %j ends in %s", async (fault, more, ending, incoming) => {
  tiny.desk.setFault("host", { fault, count: 1, ...more });
  expect(await press("1")).toBe(ending);
  const { messages } = { messages: tiny.desk.messages() };
  expect(messages[0]).toMatchObject({ dir: "out", mti: "0800" });
  expect(messages.filter(({ dir }) => dir === "in")).toHaveLength(incoming);
  expect(tiny.desk.faults.find(({ device }) => device === "host")?.active).toEqual([]);
  expect(await press("1")).toBe("answered");
});

test("host line: wrong-trace changes DE11 and nothing else that matters", async () => {
  tiny.desk.setFault("host", { fault: "wrong-trace" });
  await press("1");
  expect(tiny.desk.messages()[1]).toMatchObject({ mti: "0810", fields: { "11": "000002", "39": "00" } });
});

test("host line: wrong-mac waits for an answer that has one", async () => {
  tiny.desk.setFault("host", { fault: "wrong-mac", count: 1 });
  await press("1");
  expect(tiny.desk.faults.find(({ device }) => device === "host")?.active).toEqual([{ fault: "wrong-mac", count: 1 }]);
});

test("host line: a late answer comes in front of the next one", async () => {
  tiny.desk.setFault("host", { fault: "late-response", count: 1 });
  expect(await press("1")).toBe("unknown");
  expect(await press("1")).toBe("answered");
  expect(tiny.desk.messages().map(({ dir }) => dir)).toEqual(["out", "out", "in", "in"]);
});

test("host line: refused and unplugged are different things, and both heal", async () => {
  tiny.desk.setFault("host", { fault: "refuse" });
  await tiny.desk.settle(TIMEOUT_MS);
  expect(await press("1")).toBe("refused");
  tiny.desk.clearFault("host");
  tiny.desk.setFault("host", { fault: "unplugged" });
  await tiny.desk.settle(TIMEOUT_MS);
  expect(await press("1")).toBe("unknown");
  expect(tiny.desk.messages()).toEqual([]);
  tiny.desk.clearFault();
  await tiny.desk.settle(TIMEOUT_MS);
  expect(await press("1")).toBe("answered");
});

test("power: cut stops everything, on begins again, restart and halt are heard", async () => {
  await press("3");
  await tiny.desk.cut();
  expect(tiny.desk.state).toMatchObject({ power: "off", level: null, settled: true, batch: "" });
  expect(tiny.desk.state.screen).toEqual({ id: "", title: "", lines: [], hints: [] });
  await expect(tiny.desk.keys(["1"], TIMEOUT_MS)).rejects.toThrow(NotNow);
  await tiny.desk.start();
  expect(await tiny.desk.settle(TIMEOUT_MS)).toBe(true);
  expect(screen()).toBe("idle");
  expect(await press("5")).toBe("idle");
  expect(await press("1")).toBe("answered");
  await press("6");
  expect(tiny.desk.state.power).toBe("off");
});

test("power cut in the middle of a request", async () => {
  tiny.desk.setFault("host", { fault: "delay-response", value: 5_000 });
  await withDesk({ clock: "real" });
  tiny.desk.setFault("host", { fault: "delay-response", value: 600_000 });
  expect(await tiny.desk.keys(["1"], 300)).toBe(false);
  await tiny.desk.cut();
  await tiny.desk.start();
  tiny.desk.clearFault();
  expect(screen()).toBe("idle");
});

test("nothing is pressed when one of the keys has no such name", async () => {
  await expect(tiny.desk.keys(["1", "ok"], TIMEOUT_MS)).rejects.toThrow(BadRequest);
  expect(screen()).toBe("idle");
  expect(tiny.desk.wires.list("keypad")).toEqual([]);
});

test("the journal is asked for over the debug channel, and the check is made of it", async () => {
  expect(await tiny.desk.journal()).toMatchObject({ batch: "000001", transactions: [] });
  expect(await tiny.desk.check()).toMatchObject({ ok: true, differences: [], pending: [] });
});

test("the same seed and the same inputs give the same bytes", async () => {
  const run = async (): Promise<unknown> => {
    await withDesk({ seed: 42 });
    tiny.desk.setFault("host", { fault: "garbage", count: 1 });
    await press("1", "1");
    return tiny.desk.wires.list().map(({ n: _, ...entry }) => entry);
  };
  expect(await run()).toEqual(await run());
});
