/** What else an engine and its host can do wrong: late timers, wires that throw anything, values nobody frees (E4–E6). */
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { LocalMachine } from "../../platform/node/local.ts";
import type { Machine } from "../../platform/node/machine.ts";
import { finish, type InProcess, logIn, sale, startInProcess } from "../flow/in-process.ts";
import { bench } from "../platform/node/bench.ts";
import { World } from "../world/world.ts";
import { growth, longRun } from "./long.ts";

const TRACK2 = "6229990000000000019=30121010000012300";

async function ended({ desk, dataDir }: InProcess): Promise<void> {
  await desk.close();
  rmSync(dataDir, { recursive: true, force: true });
}

test("timers that fire up to five seconds late: a sale, a silent host and its reversal, and the books agree", {
  timeout: 120_000,
}, async () => {
  let late = 0;
  const make = (options: ConstructorParameters<typeof LocalMachine>[0]): Machine => {
    const machine = new LocalMachine(options);
    const wake = machine.wake.bind(machine);
    machine.wake = () => {
      // Not while a device moves in the desk's own time: only what the terminal waits for comes late.
      late = (late * 1_103_515_245 + 12_345) % 5_000;
      if (running !== undefined && machine.status.wake !== undefined) running.desk.clock.jumpTo(running.desk.clock.now() + late);
      wake();
    };
    return machine;
  };
  let running: InProcess | undefined;
  running = await startInProcess({}, make);
  const { desk } = running;
  await logIn(running);
  await sale(running, TRACK2, 1_000, "123456");
  await finish(desk);
  desk.acquirer?.addRule({ match: { mti: "0200", amount: "000000007700" }, fault: "silence" });
  await sale(running, TRACK2, 7_700, "123456");
  await finish(desk);
  await sale(running, TRACK2, 1_100, "123456");
  await finish(desk);
  const states = desk.acquirer?.ledger({ clear: true }).transactions.map(({ amountFen, state }) => `${amountFen} ${state}`);
  expect(states).toEqual(["1000 approved", "7700 reversed", "1100 approved"]);
  expect((await desk.check()).differences).toEqual([]);
  await ended(running);
});

const THROWN: readonly [string, () => never][] = [
  [
    "an Error",
    () => {
      throw new Error("broken");
    },
  ],
  [
    "a text",
    () => {
      throw "broken";
    },
  ],
  [
    "nothing at all",
    () => {
      throw undefined;
    },
  ],
  [
    "a rejected promise",
    () => {
      throw Promise.reject(new Error("later")).catch(() => {});
    },
  ],
  [
    "an error that cannot be read",
    () => {
      throw Object.defineProperty(new Error(""), "message", {
        get: () => {
          throw 1;
        },
      });
    },
  ],
];

test.each(THROWN)("a wire that throws %s: a named error in the firmware, which lives on", async (_what, fail) => {
  const { machine, wires, said } = bench(`const wire = door.open("wire", "{}");
    say(attempt(() => door.write(wire, bytes(1)))); say(attempt(() => door.control(wire, "{}"))); say("alive");`);
  wires.onWrite = fail;
  wires.control = fail;
  await machine.start();
  expect(said).toHaveLength(3);
  for (const words of said.slice(0, 2)) expect(words).toMatch(/^DoorError io: /);
  expect(said[2]).toBe("alive");
});

test("a sale, a power cut and a restart leave no value behind that nobody frees", { timeout: 120_000 }, async () => {
  const world = await World.create({ engine: "quickjs" });
  await world.logIn();
  await world.sale(1_000);
  await world.finish();
  world.cutNow();
  await world.powerOn();
  await world.logIn();
  await world.close();
  expect(world.errors).toEqual([]);
});

/** Few, so the slope is told and only a leak of some hundred bytes a sale fails; the long form is `npm run long`. */
test("sale after sale, the engine's memory stays", { timeout: 300_000 }, async () => {
  const run = await longRun(24, 1, 4);
  const told = run.usedBytes.map((bytes) => (bytes / 1024).toFixed(0)).join(" ");
  console.log(
    `KiB after each sale: ${told}; ${run.keptBytes.at(-1)} bytes kept in the store; growth without them ${(growth(run) * 100).toFixed(2)} %`,
  );
  expect(growth(run)).toBeLessThan(0.05);
});
