/** Reported: the terminal said declined, and the money was taken. */
import { expect, test } from "vitest";
import { openShop, sale } from "./shop.ts";

test.each(["drop-response 1", "wrong-mac 1", "garbage 1", "cut-at-byte value 40 count 1", "oversize 1", "disconnect 1"])(
  "approved at the host and not heard here (%s): never called declined, and taken back",
  async (fault) => {
    const { world, does, home, shown, ledger, later } = await openShop(2);
    await does(`fault host ${fault}`, ...sale("56.78"));
    expect(world.screen).toBe("unknown");
    await home();
    expect(await later()).toEqual([]);
    expect(shown()).not.toContain("declined");
    expect(ledger().map(({ state }) => state)).toEqual(["reversed"]);
    await world.close();
  },
);
