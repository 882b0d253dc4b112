/** How far an amount may be changed after the event (§5.6). */
import type { TransactionRecord } from "../model/transaction.ts";
import { rule } from "./rules.ts";
import { Left, type Terminal } from "./terminal.ts";

/** Leaves when the merchant takes no tips at all. */
export function tipPercent(t: Terminal): number {
  const percent = rule(t, "tipPercent");
  if (percent === 0) throw new Left("problem", t.ui.say("problem.no-tips"));
  return percent;
}

/** Whole fen, never more than the percentage. */
export const percentOf = (amountFen: number, percent: number): number => Math.floor((amountFen * percent) / 100);

/** Words when a record does not stand, so that there is nothing to change. */
export function stands(t: Terminal, { state }: TransactionRecord): string | undefined {
  return state === "approved" || state === "pending" ? undefined : t.ui.say("problem.cannot-here");
}
