/** A shop with a cashier logged in, for faults that users of other terminals have reported (reliability §3). */
import type { LedgerEntry } from "../../../tools/acquirer/contract.ts";
import { Cashier } from "../cashier.ts";
import { check, type Violation } from "../closing.ts";
import { World } from "../world.ts";

export interface Shop {
  world: World;
  /** Lines, one after another; without power the terminal is switched on first. */
  does(...lines: string[]): Promise<void>;
  /** Back to idle, whatever stands there, as a cashier goes on. */
  home(): Promise<void>;
  ledger(): readonly LedgerEntry[];
  /** Ids of all screens since the shop opened. */
  shown(): string[];
  /** Faults are over and hours of good line have passed: what is wrong then. */
  later(): Promise<Violation[]>;
}

export async function openShop(seed: number): Promise<Shop> {
  const world = await World.create({ seed });
  const cashier = new Cashier(world);
  await cashier.home();
  return {
    world,
    async does(...lines) {
      for (const line of lines) await cashier.act(line);
    },
    home: () => cashier.home(),
    ledger: () => world.desk.acquirer?.ledger({ clear: true }).transactions ?? [],
    shown: () => world.screens.map(({ id }) => id),
    async later() {
      for (const line of ["clear faults", "clear rules"]) await cashier.act(line);
      for (let n = 0; n < 6; n++) {
        await cashier.home();
        await cashier.act("clock advance 10m");
      }
      await cashier.home();
      return check(world);
    },
  };
}

/** By swipe, from idle to what stands after the PIN. */
export const sale = (yuan: string): string[] => ["swipe debit-1", "enter", `amount ${yuan}`, "enter", "pin 123456"];
