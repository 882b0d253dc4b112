/**
 * Keeps the store of a release: a day with a settled batch, an open one with a bit of everything, and a reversal that is owed.
 * node build/run.mjs test/world/releases/main.ts NAME "what is new in its store" [the folder of the release, built; default: here]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readBoard } from "../../../tools/sim/board.ts";
import { readProfile } from "../../../tools/sim/profile.ts";
import { Cashier } from "../cashier.ts";
import { root } from "../firmware.ts";
import { opening } from "../flows.ts";
import { flowOf, originalFor } from "../sweeps/images.ts";
import { SteadyPeople } from "../sweeps/steady.ts";
import { World } from "../world.ts";
import { keep } from "./kept.ts";

const PAUSE = "clock advance 60s";
const FIRST_FEN = 10_000;
const EVENING = ["1", "9 3"];
const MORNING = ["1", "1", "2", "4 1", "7 2", "3"];
/** What is told to the host later stays with the terminal, and so does what the host did not answer. */
const LINE_DEAD = ["fault host drop-response 9"];

const [name, of, release = root] = process.argv.slice(2);
if (name === undefined || of === undefined) throw new Error('usage: NAME "what is new in its store" [folder]');

const world = await World.create({
  seed: 11,
  board: readBoard("desk", release),
  profile: readProfile("demo", release),
  bundle: { code: readFileSync(join(release, "dist/firmware.js"), "utf8") },
});
const cashier = new Cashier(world);
const people = new SteadyPeople(world.desk.tray, FIRST_FEN);

async function go(path: string): Promise<void> {
  await world.do(PAUSE);
  const flow = flowOf(path);
  const original = await originalFor(world, path);
  const outcome = await cashier.serve({ begin: opening(flow), ...flow.visit(people, original) }, { helpsPrinter: true });
  console.log(`${path}: ${outcome}`);
}

await cashier.home();
for (const path of [...EVENING, ...MORNING]) await go(path);
for (const line of LINE_DEAD) await world.do(line);
await go("1");
const { transactions, owed } = await world.desk.journal();
if (owed === null) throw new Error("no reversal is owed: the day did not go as it should");
world.cutNow();
await world.fallen();
keep(name, of, world.image(), transactions.length);
console.log(`kept: ${transactions.length} transactions of batch ${owed.batch}, and the reversal of ${owed.trace}`);
await world.close();
