/** Reported: the reader was off when the success screen stood there; the payment was made, and the shop did not know. */
import { expect, test } from "vitest";
import { openShop, sale } from "./shop.ts";

test.each(["power cut none", "power cut spoiled"])(
  "the power goes while approved stands on the screen (%s): the sale stands, with its slip",
  async (cut) => {
    const { world, does, home, ledger, later } = await openShop(7);
    await does(...sale("44.00"));
    expect(world.screen).toBe("approved");
    await does(cut);
    await home();
    await does("keys menu 8 1");
    await home();
    expect(await later()).toEqual([]);
    expect(ledger().map(({ state }) => state)).toEqual(["approved"]);
    const { transactions } = await world.desk.journal();
    expect(transactions.map(({ state, approvedFen }) => [state, approvedFen])).toEqual([["approved", 4_400]]);
    expect(world.desk.devices.printer.paper.some(({ text }) => text.join("").includes("44.00"))).toBe(true);
    await world.close();
  },
);

test.each(["msr", "pinpad", "keypad"])(
  "the %s is pulled out while approved stands on the screen: the sale stands",
  async (device) => {
    const { world, does, home, ledger, later } = await openShop(8);
    await does(...sale("45.00"));
    expect(world.screen).toBe("approved");
    await does(`fault ${device} unplug`, "clock advance 30s", "clear faults", "clock advance 3m");
    await home();
    expect(await later()).toEqual([]);
    expect(ledger().map(({ state }) => state)).toEqual(["approved"]);
    await world.close();
  },
);
