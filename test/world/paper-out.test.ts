/** The roll ends at every few mm of a slip, and of its reprint: nobody is left with two papers of one payment that both pass for the first. */
import { expect, test } from "vitest";
import { booksOf } from "./books.ts";
import { Cashier } from "./cashier.ts";
import { slipTruth } from "./invariants/slip-truth.ts";
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

for (const [what, lines] of [
  ["a slip", (n: number) => offline(`${n + 10}.01`)],
  ["a reprint", () => [keys("menu", "8", "1")]],
] as const) {
  test(`the roll ends in ${what}`, async () => {
    const world = await World.create({ seed: 1 });
    const cashier = new Cashier(world);
    const found: string[] = [];
    await cashier.home();
    for (const line of offline("140.23")) await cashier.act(line);
    await cashier.home();
    for (let mm = STEP_MM; mm <= MOST_MM; mm += STEP_MM) {
      await cashier.act("clock advance 1m");
      await cashier.act(`fault printer paper-out-after value ${mm}`);
      for (const line of lines(mm)) await cashier.act(line);
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
