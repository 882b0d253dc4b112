/** Reported: the host's answer came twice; the second was left unread in the line and taken for the answer to the next request. */
import { expect, test } from "vitest";
import { openShop, sale } from "./shop.ts";

test("an answer that comes twice is read, and is no answer to the next sale", async () => {
  const { world, does, home, ledger, later } = await openShop(5);
  await does("fault host duplicate-response 2", ...sale("10.00"));
  expect(world.screen).toBe("approved");
  await home();
  await does("clear faults", "clock advance 2m", "rule mti 0200 answer 51 count 1", ...sale("11.00"));
  expect(world.screen).toBe("declined");
  await home();
  expect(await later()).toEqual([]);
  expect(ledger().map(({ state, amountFen }) => [state, amountFen])).toEqual([
    ["approved", 1_000],
    ["declined", 1_100],
  ]);
  await world.close();
});
