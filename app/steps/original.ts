/** The earlier transaction that this one is about: found by its trace, or told by what its slip says. */
import { grouped, maskPan } from "../model/card.ts";
import { daysBetween, latestDate } from "../model/dates.ts";
import { groupedYuan } from "../model/money.ts";
import { clocked, dashed } from "../model/time.ts";
import type { CardData, Original, TransactionKind, TransactionRecord } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import type { Prompt } from "../text/words.ts";
import { askUntil, confirm } from "./ask.ts";
import { trace6 } from "./numbers.ts";
import { checkRisk } from "./risk.ts";
import { now, type Terminal } from "./terminal.ts";

export interface Wanted {
  kind: TransactionKind;
  /** What is going to be done about it: the title of the screens. */
  transaction: Prompt;
  kinds: readonly TransactionKind[];
  /** Words why it cannot be done about this one. */
  refuse?: (record: TransactionRecord) => string | undefined;
}

/** A transaction of the open batch by its trace, shown and agreed to. Leaves on Cancel and time-out, and when a risk rule says no. */
export async function originalByTrace(t: Terminal, { kind, transaction, kinds, refuse }: Wanted): Promise<TransactionRecord> {
  const record = await askUntil(
    t,
    { min: 1, max: 6 },
    (digits, problem) => t.ui.show("trace", { digits, problem }),
    (digits): { value: TransactionRecord } | { problem: string } => {
      const found = t.journal.find(Number(digits));
      if (found === undefined) return { problem: t.ui.say("problem.no-transaction") };
      if (found.state === "voided") return { problem: t.ui.say("problem.voided-already") };
      if (!kinds.includes(found.kind)) return { problem: t.ui.say("problem.cannot-here") };
      const problem = refuse?.(found);
      return problem === undefined ? { value: found } : { problem };
    },
  );
  const amountFen = record.approvedFen;
  const warnings = await checkRisk(t, { kind, card: record, amountFen });
  t.ui.show("original", { title: transaction, amountFen, rows: [...rowsOf(t, record), ...warnings], ask: "original.ask" });
  await confirm(t);
  return record;
}

function rowsOf(t: Terminal, record: TransactionRecord): Pair[] {
  const { kind, trace, pan, date, time, reference, tipFen } = record;
  return [
    { label: "pair.kind", value: t.ui.say(`transaction.${kind}`) },
    { label: "pair.card", value: grouped(maskPan(pan)) },
    { label: "pair.trace", value: trace6(trace) },
    { label: "pair.stamp", value: `${dashed(date).slice(5)} ${clocked(time, false)}` },
    ...(tipFen === undefined ? [] : [{ label: "pair.tip" as const, value: groupedYuan(tipFen) }]),
    ...(reference === undefined ? [] : [{ label: "pair.reference" as const, value: reference }]),
  ];
}

/** What a later message says of a record that this terminal has. */
export function originalOf({ batch, trace, date, reference, authCode, approvedFen, kind }: TransactionRecord): Original {
  return { batch, trace, date, reference, authCode, amountFen: approvedFen, kind };
}

/** DE37 of the original, from its slip. */
export function askReference(t: Terminal): Promise<string> {
  return askUntil<string>(
    t,
    { min: 1, max: 12, code: true },
    (digits, problem) => t.ui.show("reference", { digits, problem }),
    (typed) => (typed.length === 12 ? { value: typed } : { problem: t.ui.say("problem.reference-short") }),
  );
}

/** YYYYMMDD of a month and day: the latest such day that is not to come. */
export function askDate(t: Terminal, mostDays = 366): Promise<string> {
  const today = now(t).date;
  return askUntil<string>(
    t,
    { min: 4, max: 4 },
    (digits, problem) => t.ui.show("date", { digits, problem }),
    (digits) => {
      const value = latestDate(digits, today);
      if (value === undefined) return { problem: t.ui.say("problem.date-wrong") };
      return daysBetween(value, today) > mostDays ? { problem: t.ui.say("problem.hold-too-old") } : { value };
    },
  );
}

export function askAuthCode(t: Terminal): Promise<string> {
  return askUntil<string>(
    t,
    { min: 1, max: 6, code: true },
    (code, problem) => t.ui.show("authcode", { code, problem }),
    (code) => (code.length === 6 ? { value: code } : { problem: t.ui.say("problem.authcode-short") }),
  );
}

/** Days a pre-authorisation lasts (M13). */
const HOLD_DAYS = 30;
/** What a completion may charge of its hold, percent (§5.6). */
const COMPLETION_PERCENT = 115;

export interface HeldMoney {
  original: Original;
  /** What it holds, when this terminal made it; only the host knows the others. */
  heldFen: number | undefined;
  /** The most that may be charged. */
  mostFen: number;
}

/** The pre-authorisation of this card, by the day and the code of its slip (§5.6: keyed, since it may be of another batch or terminal). */
export async function askHold(t: Terminal, card: CardData): Promise<HeldMoney> {
  const date = await askDate(t, HOLD_DAYS);
  const authCode = await askAuthCode(t);
  const own = t.journal
    .holds(now(t).date)
    .find(({ record }) => record.pan === card.pan && record.authCode === authCode && record.date === date)?.record;
  if (own === undefined) return { original: { date, authCode }, heldFen: undefined, mostFen: Number.POSITIVE_INFINITY };
  const heldFen = own.approvedFen;
  return { original: originalOf(own), heldFen, mostFen: Math.floor((heldFen * COMPLETION_PERCENT) / 100) };
}

/** Words when an amount is more than may be. */
export const atMost =
  (t: Terminal, mostFen: number) =>
  (amountFen: number): string | undefined =>
    amountFen > mostFen ? t.ui.say("problem.amount-over-original", { limit: groupedYuan(mostFen) }) : undefined;

/** Words when an amount is another than it must be. */
export const exactly =
  (t: Terminal, wantedFen: number | undefined) =>
  (amountFen: number): string | undefined =>
    wantedFen === undefined || amountFen === wantedFen
      ? undefined
      : t.ui.say("problem.amount-range", { least: groupedYuan(wantedFen), most: groupedYuan(wantedFen) });

/** What was keyed from the slip, to look at once more. */
export function holdRows({ authCode = "", date = "" }: Original): Pair[] {
  return [
    { label: "pair.auth-code", value: authCode },
    { label: "pair.date", value: dashed(date) },
  ];
}
