/** Worlds photographed for the sweeps: one batch in which everything can be undone, changed and printed, and one that is long to settle. */
import { Cashier } from "../cashier.ts";
import { FLOWS, opening } from "../flows.ts";
import type { WorldImage } from "../image.ts";
import type { JournalRecord } from "../people.ts";
import { World } from "../world.ts";
import { CHIP, SteadyPeople, STRIPE } from "./steady.ts";

interface Batch {
  /** Menu paths in the order they are gone through (../flows.ts). */
  paths: readonly string[];
  /** Everybody's. */
  card: string;
  /** The terminal reads chips. */
  chips?: true;
}

const DAY = ["7 2", "1", "4 1", "4 3", "4 1"] as const;

const BATCHES = {
  /** A sale, an offline sale, a hold, a charged hold: what any row can be about. */
  day: { paths: DAY, card: STRIPE },
  /** The same with a chip in the slot, a purse that paid and one that was loaded. */
  chips: { paths: [...DAY, "6 1", "6 5 3"], card: CHIP, chips: true },
  /** Eleven sales, two of them undone, and one of each that goes up by itself: an unbalanced one takes nine messages. */
  long: {
    paths: [..."11111111111", "2", "2", "7 2", "7 2", "7 3", "3", "1", "7 5", "4 1", "4 3", "4 1", "4 4", "4 1"],
    card: STRIPE,
  },
} as const satisfies Record<string, Batch>;

export type ImageName = keyof typeof BATCHES;

/** The PIN pad gives out only so many PIN entries an hour. */
const PAUSE = "clock advance 60s";
/** Amounts of the batches; those of flows are above all of them. */
const FIRST_FEN = 10_000;

const NOTHING: JournalRecord = { kind: "", state: "", batch: "", trace: "", pan: "", amountFen: 0, approvedFen: 0, date: "" };

/** The last transaction of the open batch that the row can be about; throws Error when there is none. */
export async function originalFor(world: World, path: string): Promise<JournalRecord> {
  const flow = flowOf(path);
  if (flow.about === undefined) return NOTHING;
  const { transactions } = await world.desk.journal();
  const found = (transactions as unknown as JournalRecord[]).findLast(flow.about);
  if (found === undefined) throw new Error(`nothing in the batch that ${path} could be about`);
  return found;
}

export function flowOf(path: string) {
  const flow = FLOWS.find((each) => each.path === path);
  if (flow === undefined) throw new Error(`no flow has the path ${path}`);
  return flow;
}

/** What a world that begins with the image has to be told besides. */
export const optionsOf = (name: ImageName): { chips?: true } => ("chips" in BATCHES[name] ? { chips: true } : {});

const taken = new Map<ImageName, Promise<WorldImage>>();

/** Taken once in a process. */
export function imageOf(name: ImageName): Promise<WorldImage> {
  const known = taken.get(name) ?? take(BATCHES[name]);
  taken.set(name, known);
  return known;
}

async function take({ paths, card, chips }: Batch): Promise<WorldImage> {
  const world = await World.create({ seed: 1, chips: chips === true });
  try {
    const cashier = new Cashier(world);
    await cashier.home();
    const people = new SteadyPeople(world.desk.tray, FIRST_FEN, card);
    for (const path of paths) {
      await world.do(PAUSE);
      const flow = flowOf(path);
      const original = await originalFor(world, path);
      const outcome = await cashier.serve({ begin: opening(flow), ...flow.visit(people, original) }, { helpsPrinter: true });
      if (outcome !== "approved") throw new Error(`${path} of the prepared batch came to ${outcome}`);
    }
    world.cutNow();
    await world.fallen();
    return world.image();
  } finally {
    await world.close();
  }
}
