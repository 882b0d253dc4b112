/** Reported: what was stored without a line was forwarded twice once the line was back, and the customer paid twice. */
import { expect, test } from "vitest";
import { openShop } from "./shop.ts";

const OFFLINE = ["keys menu 7 2", "swipe debit-1", "amount 12.34", "keys 3", "keys 1 2 3 4 5 6 enter", "enter"];

test.each(["drop-response 2", "disconnect 2", "cut-at-byte value 20 count 2"])(
  "an offline sale whose answer was lost (%s) is told again, and stands once",
  async (fault) => {
    const { world, does, home, ledger, later } = await openShop(1);
    await does(`fault host ${fault}`, ...OFFLINE);
    await home();
    expect(await later()).toEqual([]);
    const told = world.desk.messages().filter(({ dir, mti }) => dir === "out" && mti === "0220");
    expect(told.length).toBeGreaterThan(1);
    expect(new Set(told.map(({ fields }) => fields["11"])).size).toBe(1);
    expect(ledger().map(({ kind, state, approvedFen }) => [kind, state, approvedFen])).toEqual([["offline", "approved", 1_234]]);
    await world.close();
  },
);
