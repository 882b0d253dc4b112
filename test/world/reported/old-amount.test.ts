/** Reported: a payment was cancelled, nobody told the reader, and the next customer paid the amount of the one before. */
import { expect, test } from "vitest";
import { openShop, sale } from "./shop.ts";

const LEAVES: [string, string[]][] = [
  ["at the card", ["swipe debit-1", "cancel"]],
  ["at the amount", ["swipe debit-1", "enter", "keys 9 9 9 0 0", "cancel"]],
  ["at the question", ["swipe debit-1", "enter", "amount 999.00", "cancel"]],
  ["at the PIN, by the cashier", ["swipe debit-1", "enter", "amount 999.00", "enter", "cancel"]],
  ["at the PIN, by the customer", ["swipe debit-1", "enter", "amount 999.00", "enter", "pinpad cancel"]],
  ["without a word", ["swipe debit-1", "enter", "amount 999.00", "enter", "clock advance 10m"]],
];

test.each(LEAVES)("somebody leaves %s: the next one is asked for an amount of their own", async (_where, lines) => {
  const { world, does, home, ledger, later } = await openShop(4);
  await does(...lines);
  await home();
  await does("swipe debit-2", "enter", "amount 8.00", "enter", "pin 123456");
  expect(world.screen).toBe("approved");
  await home();
  expect(await later()).toEqual([]);
  expect(ledger().map(({ approvedFen }) => approvedFen)).toEqual([800]);
  const asked = world.desk.messages().filter(({ dir, mti }) => dir === "out" && mti === "0200");
  expect(asked.map(({ fields }) => fields["4"])).toEqual(["000000000800"]);
  await world.close();
});

test("the customer leaves before the sale is sent: nothing was sent at all", async () => {
  const { world, does, home, ledger } = await openShop(4);
  await does(...sale("999.00").slice(0, -1), "cancel");
  await home();
  expect(ledger()).toEqual([]);
  await world.close();
});
