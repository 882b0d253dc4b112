/** Every row of the menu has somebody who knows how to do it, and doing it in a quiet shop leaves the books right. */
import { expect, test } from "vitest";
import { type Entry, MAIN_MENU } from "../../app/menu.ts";
import { Chance } from "../flow/random-day-chance.ts";
import { Cashier } from "./cashier.ts";
import { check } from "./closing.ts";
import { FLOWS, opening } from "./flows.ts";
import { type JournalRecord, People } from "./people.ts";
import { World } from "./world.ts";

function pathsOf({ rows = [], run }: Entry, way: readonly string[] = []): string[] {
  const own = run === undefined ? [] : [way.join(" ")];
  return [...own, ...rows.flatMap((row) => pathsOf(row, [...way, row.key]))];
}

test("each row of the menu has a flow, and each flow a row", () => {
  expect(FLOWS.map(({ path }) => path).sort()).toEqual(pathsOf(MAIN_MENU).sort());
});

test("every flow, one after another, from idle to idle", { timeout: 60_000 }, async () => {
  const world = await World.create({ seed: 5 });
  const cashier = new Cashier(world);
  const people = new People(new Chance(5), world.desk.tray);
  await cashier.home();
  for (const flow of FLOWS.filter(({ weight }) => weight > 0)) {
    const records = (await world.desk.journal()).transactions as unknown as JournalRecord[];
    const original = flow.about === undefined ? undefined : records.findLast(flow.about);
    if (flow.about !== undefined && original === undefined) continue;
    await cashier.serve({ begin: opening(flow), ...flow.visit(people, original as JournalRecord) }, { helpsPrinter: true });
    await cashier.home();
    await cashier.act("clock advance 3m");
  }
  expect(await check(world)).toEqual([]);
  await world.close();
});
