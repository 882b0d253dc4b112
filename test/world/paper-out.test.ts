/** The roll ends at every few mm of a slip, of its reprint, and of the slip of its void: nobody is left with two papers of one payment that both pass for the first. */
import { expect, test } from "vitest";
import { booksOf } from "./books.ts";
import { Cashier } from "./cashier.ts";
import { slipTruth } from "./invariants/slip-truth.ts";
import type { JournalRecord } from "./people.ts";
import { keys, type Line, typed } from "./visit.ts";
import { World } from "./world.ts";

const STEP_MM = 9;
/** Longer than a slip and its last feed. */
const MOST_MM = 171;

/** Keyed by hand, since that takes no PIN. */
const offline = (yuan: string): Line[] => [
  keys("menu", "7", "2"),
  "key enter",
  typed("6229991000000010"),
  typed("1230"),
  typed(yuan.replace(".", "")),
  "keys 1",
  typed("522535"),
  "key enter",
];

/** Of a sale that has not left this terminal, so that it is voided here and has no other number. */
async function voidLast(world: World): Promise<Line[]> {
  const { trace } = (await world.desk.journal()).transactions.at(-1) as unknown as JournalRecord;
  return [keys("menu", "2"), typed("123456"), typed(trace), "key enter"];
}

interface Printing {
  /** What is on paper, whole, each time before. */
  first?: (n: number) => Line[];
  lines: (n: number, world: World) => Line[] | Promise<Line[]>;
}

const PRINTINGS: Record<string, Printing> = {
  "a slip": { lines: (n) => offline(`${n + 10}.01`) },
  "a reprint": { lines: () => [keys("menu", "8", "1")] },
  "the slip of a void": { first: (n) => offline(`${n + 10}.01`), lines: (_n, world) => voidLast(world) },
};

for (const [what, { first, lines }] of Object.entries(PRINTINGS)) {
  test(`the roll ends in ${what}`, async () => {
    const world = await World.create({ seed: 1 });
    const cashier = new Cashier(world);
    const found: string[] = [];
    const all = async (some: Line[]): Promise<void> => {
      for (const line of some) await cashier.act(line);
    };
    await cashier.home();
    await all(offline("140.23"));
    await cashier.home();
    // Signed off, nothing leaves the terminal.
    if (first !== undefined) await all([keys("menu", "9", "2"), "key enter"]);
    for (let mm = STEP_MM; mm <= MOST_MM; mm += STEP_MM) {
      await cashier.act("clock advance 1m");
      await all(first?.(mm) ?? []);
      await cashier.home();
      await cashier.act(`fault printer paper-out-after value ${mm}`);
      await all(await lines(mm, world));
      // Home is by new paper and Enter wherever the printer asks for help.
      await cashier.home();
      await cashier.act("clear faults printer");
      const books = await booksOf(world);
      slipTruth(books, (words) => found.push(`${mm} mm: ${words}`));
    }
    const asked = world.screens.filter(({ id }) => id === "printer").length;
    await world.close();
    expect(found).toEqual([]);
    expect(asked).toBeGreaterThan(MOST_MM / STEP_MM / 2);
  });
}
