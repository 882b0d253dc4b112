/** How far an amount may be changed after the event (§5.6). */
import { regionOf } from "../model/ledger.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { rule } from "./rules.ts";
import { Left, type Terminal } from "./terminal.ts";

/** Leaves when the merchant takes no tips at all. */
export function tipPercent(t: Terminal): number {
  const percent = rule(t, "tipPercent");
  if (percent === 0) throw new Left("problem", t.ui.say("problem.no-tips"));
  return percent;
}

/** Words when a tip may not be added to a card like that (§5.6). */
export function tippable(t: Terminal, record: TransactionRecord): string | undefined {
  return rule(t, "tipForeignOnly") && !isForeign(record) ? t.ui.say("problem.tip-domestic") : stands(t, record);
}

/** The host says whose card it is; until it has, the number does. */
const isForeign = (record: TransactionRecord): boolean =>
  record.responseCode === "" ? /^[345]/.test(record.pan) : regionOf(record) === "foreign";

/** Whole fen, never more than the percentage. */
export const percentOf = (amountFen: number, percent: number): number => Math.floor((amountFen * percent) / 100);

/** Words when a record does not stand, so that there is nothing to change. */
export function stands(t: Terminal, { state }: TransactionRecord): string | undefined {
  return state === "approved" || state === "pending" ? undefined : t.ui.say("problem.cannot-here");
}
