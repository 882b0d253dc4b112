/** Of which time: the open batch, a day, some days, or a batch that was settled; and its records, a day at a time. */
import type { ArchivedRecord, Days } from "../journal/journal.ts";
import { dashed } from "../model/time.ts";
import type { DeclinedRecord, TransactionRecord } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import { pick } from "./ask.ts";
import { askDay } from "./ask-day.ts";
import { orBack } from "./back.ts";
import { batch6 } from "./numbers.ts";
import { pickLong } from "./pick-long.ts";
import { tell } from "./tell.ts";
import { Left, now, type Terminal } from "./terminal.ts";

export type Period =
  | { period: "open" }
  /** The terminal's local days. */
  | ({ period: "days" } & Days)
  | { period: "closed"; closing: number; batch: number };

/** Of the open batch, or of the day book, whose card numbers are masked. */
export type PeriodRecord = TransactionRecord | ArchivedRecord;

/** Oldest first. */
export interface Portion {
  records: PeriodRecord[];
  declines: DeclinedRecord[];
}

const ROWS = [
  { key: "1", text: "period.open", ask: async (): Promise<Period> => ({ period: "open" }) },
  { key: "2", text: "period.today", ask: async (t: Terminal) => daysOf(now(t).date) },
  { key: "3", text: "period.day", ask: async (t: Terminal) => daysOf(await askDay(t, "period.day", "period.day-ask")) },
  { key: "4", text: "period.range", ask: askRange },
  { key: "5", text: "period.closed", ask: askClosed },
] as const satisfies readonly { key: string; text: Prompt; ask: (t: Terminal) => Promise<Period> }[];

export const daysOf = (from: string, to = from): Period => ({ period: "days", from, to });

/** Cancel goes back to the list, and leaves from there; leaves on time-out. */
export async function askPeriod(t: Terminal, title: Prompt): Promise<Period> {
  for (;;) {
    const { ask } = await pick(t, ROWS, (selected) =>
      t.ui.show("menu", { title, rows: ROWS.map(({ key, text }) => ({ key, text })), selected }),
    );
    const period = await orBack(() => ask(t));
    if (period !== undefined) return period;
  }
}

async function askRange(t: Terminal): Promise<Period> {
  const from = await askDay(t, "period.range", "period.from-ask");
  const to = await askDay(t, "period.range", "period.to-ask", (day) =>
    day < from ? t.ui.say("period.before", { day: dashed(from) }) : undefined,
  );
  return daysOf(from, to);
}

/** Leaves when there is none. */
async function askClosed(t: Terminal): Promise<Period> {
  const closed = t.journal.closedBatches();
  if (closed.length === 0) {
    await tell(t, t.ui.say("period.closed"), [t.ui.say("print.none")]);
    throw new Left("cancelled");
  }
  const rows = closed.map(({ batch, date }) => ({ text: "period.closed" as const, words: batch6(batch), note: dashed(date) }));
  const picked = closed[await pickLong(t, "period.closed", rows)];
  if (picked === undefined) throw new Left("cancelled");
  return { period: "closed", closing: picked.closing, batch: picked.batch };
}

/** "本批 000002", "2026-01-05", "2026-01-05 — 2026-01-07". */
export function periodName(t: Terminal, period: Period): string {
  if (period.period === "open") return t.ui.say("period.of-open", { batch: batch6(t.journal.batch) });
  if (period.period === "closed") return t.ui.say("period.of-closed", { batch: batch6(period.batch) });
  const { from, to } = period;
  return from === to ? dashed(from) : `${dashed(from)} — ${dashed(to)}`;
}

/** Words when the day book no longer has all of it. */
export function lacking({ journal, ui }: Terminal, period: Period): string | undefined {
  const { letGo } = journal;
  if (period.period !== "days" || letGo === undefined || period.from > letGo) return undefined;
  return ui.say("period.lacking", { day: dashed(letGo) });
}

/** Everything of it, a portion a turn, so that ninety days need no more room than one. */
export async function readPeriod(t: Terminal, period: Period, visit: (portion: Portion) => void): Promise<void> {
  for (const portion of portionsOf(t, period)) {
    visit(portion());
    await t.system.scheduler.sleep(0, "work");
  }
}

function portionsOf(t: Terminal, period: Period): (() => Portion)[] {
  if (period.period === "open") return [() => openPortion(t)];
  if (period.period === "closed") return [() => closedPortion(t, period.closing)];
  const { from, to } = period;
  const open = t.journal.list().filter(({ date }) => date >= from && date <= to);
  const days = new Set([...t.journal.bookedDays().filter((day) => day >= from && day <= to), ...open.map(({ date }) => date)]);
  const dayPortions = [...days].sort().map((day) => (): Portion => {
    const booked = t.journal.booked({ from: day, to: day });
    return { records: [...booked, ...open.filter(({ date }) => date === day)], declines: [] };
  });
  return [...dayPortions, () => ({ records: [], declines: t.journal.declinesOn({ from, to }) })];
}

const stampOf = ({ date, time }: { date: string; time: string }): string => date + time;

/** Declines belong to no batch: those since its first transaction, or of today. */
function openPortion({ journal, ...t }: Terminal): Portion {
  const records = journal.list();
  const today = now(t).date;
  const since = records[0] === undefined ? `${today}000000` : stampOf(records[0]);
  const declines = journal.declines().filter((each) => stampOf(each) >= since || each.date === today);
  return { records, declines };
}

function closedPortion({ journal }: Terminal, closing: number): Portion {
  const { records = [], closedBy } = journal.closedBatch(closing) ?? {};
  const [first] = records;
  if (first === undefined) return { records, declines: [] };
  const until = closedBy ?? records.at(-1) ?? first;
  const near = journal.declinesOn({ from: first.date, to: until.date });
  return { records, declines: near.filter((each) => stampOf(each) >= stampOf(first) && stampOf(each) <= stampOf(until)) };
}
