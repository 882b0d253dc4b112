/** Reported: a number was reserved for a transaction, the power went, and the number stood for a payment that nobody had. */
import { expect, test } from "vitest";
import { openShop, sale } from "./shop.ts";

test.each(["before", "torn:20"])(
  "the power goes as the request leaves (%s): no payment, no debt that stays, a new number",
  async (phase) => {
    const { world, does, home, ledger, later } = await openShop(6);
    const opened = world.desk.messages().length;
    await does(...sale("30.00").slice(0, -1));
    // Connecting is the first moment of the line, the request the second.
    await does(`cut host 2 ${phase} none`, "pin 123456");
    expect(world.isOff).toBe(true);
    await home();
    expect(ledger().filter(({ state }) => state === "approved")).toEqual([]);
    await does("clock advance 2m", ...sale("31.00"));
    expect(world.screen).toBe("approved");
    await home();
    expect(await later()).toEqual([]);
    expect(ledger().filter(({ state }) => state === "approved").length).toBe(1);
    const { owed, transactions } = await world.desk.journal();
    expect(owed).toBeNull();
    expect(transactions.length).toBe(1);
    const numbers = world.desk
      .messages()
      .slice(opened)
      .filter(({ mti }) => mti === "0200" || mti === "0400");
    expect(numbers.length).toBeGreaterThan(0);
    await world.close();
  },
);
