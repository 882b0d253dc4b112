/** Whatever runs away, overflows or throws inside the firmware ends the firmware, never the host; it starts again and the books agree (E2, E3). All of them: TAEL_BOMBS=all. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type InProcess, logIn, sale, startInProcess, finish } from "../flow/in-process.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { armed, BOMBS, type Bomb } from "./bombs.ts";

const TRACK2 = "6229990000000000019=30121010000012300";
/** A start takes some of it. */
const EVENT_LIMIT_MS = 1_500;
const WATCHDOG_MS = 3_000;

let desk: InProcess;
const crashes: string[] = [];
let gone = 0;

async function open(bombs: readonly Bomb[], eventLimitMs: number, watchdogMs?: number): Promise<void> {
  desk = await startInProcess({ bundle: armed(bombs) }, (options) => new WorkerMachine({ ...options, eventLimitMs, watchdogMs }));
  desk.machine.on("crash", ({ words }) => crashes.push(words));
}

async function close(): Promise<void> {
  await desk.desk.close();
  rmSync(desk.dataDir, { recursive: true, force: true });
}

/** A sale whose answer sets the bomb off; then the terminal is there again by itself. */
async function goesOff({ says }: Bomb): Promise<void> {
  const { desk: it } = desk;
  await logIn(desk);
  crashes.length = 0;
  const restarted = new Promise<boolean>((resolve) => {
    const off = desk.machine.on("crash", ({ restarting }) => {
      off();
      resolve(restarting);
    });
  });
  await sale(desk, TRACK2, 1_000, "123456");
  expect(await restarted).toBe(true);
  await it.settle(60_000);
  expect(crashes).toHaveLength(1);
  expect(crashes[0]).toMatch(says);
  expect(it.screen.id).toBe("login");
  // What had left without an answer was taken back before anybody could log in.
  expect((await it.journal()).owed).toBeNull();
  const { differences } = await it.check();
  expect(differences).toEqual([]);
  const last = it.acquirer?.ledger({ clear: true }).transactions.at(-1);
  expect(last?.state).toBe("reversed");
  // Five failures within a minute would be the last: the watch over them begins anew.
  if (++gone % 3 !== 0) return;
  await it.cut();
  await it.start();
  await it.settle(60_000);
}

const wanted = BOMBS.filter(({ seldom }) => seldom !== true || process.env.TAEL_BOMBS === "all");
const stoppable = wanted.filter(({ deaf }) => deaf !== true);

beforeAll(async () => open(stoppable, EVENT_LIMIT_MS));
afterAll(close);

for (const bomb of stoppable) test(bomb.name, { timeout: 120_000 }, () => goesOff(bomb));

test("after all of them, an ordinary sale", async () => {
  await logIn(desk);
  await sale(desk, TRACK2, 1_000, "123456");
  expect(desk.desk.screen.id).toBe("approved");
  await finish(desk.desk);
  expect((await desk.desk.check()).differences).toEqual([]);
});

for (const bomb of wanted.filter(({ deaf }) => deaf === true))
  test(bomb.name, { timeout: 120_000 }, async () => {
    await close();
    await open([bomb], 600_000, WATCHDOG_MS);
    await goesOff(bomb);
  });
