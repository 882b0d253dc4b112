/** Reported: the payment failed, the customer paid in another way, and later the first payment stood after all. */
import { expect, test } from "vitest";
import { openShop, sale } from "./shop.ts";

test.each([
  "fault host delay-response value 75000 count 1",
  "fault host late-response 1",
  "rule mti 0200 fault late-request delay 90s count 1",
])(
  "an answer or a request that comes too late (%s) changes nothing: the first payment is gone, the second stands",
  async (fault) => {
    const { world, does, home, shown, ledger, later } = await openShop(3);
    await does(fault, ...sale("20.00"));
    await home();
    expect(shown()).toContain("unknown");
    expect(shown()).not.toContain("approved");
    await does("clock advance 3m", ...sale("20.01"));
    expect(world.screen).toBe("approved");
    await home();
    expect(await later()).toEqual([]);
    const standing = ledger().filter(({ state }) => state === "approved");
    expect(standing.map(({ approvedFen }) => approvedFen)).toEqual([2_001]);
    await world.close();
  },
);
