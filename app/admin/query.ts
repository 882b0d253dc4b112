/** 交易查询 (M19): page through the open batch or any time of the day book, or find by trace, by the card's last digits, by amount. */
import { askAmount, askUntil } from "../steps/ask.ts";
import { askDigits } from "../steps/ask.ts";
import { browse, cardOf } from "../steps/browse.ts";
import { askPeriod, type Period, type PeriodRecord, readPeriod } from "../steps/period.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";
import type { Prompt } from "../text/words.ts";

/** A list is paged through by hand: the newest so many of a longer one. */
const MOST_LISTED = 500;
const OPEN: Period = { period: "open" };

type Wanted = (record: PeriodRecord) => boolean;

export const browseAll = (t: Terminal): Promise<void> => list(t, OPEN, () => true, "query.empty");
export const findByTail = async (t: Terminal): Promise<void> => list(t, OPEN, await withTail(t), "query.none");
export const findByAmount = async (t: Terminal): Promise<void> => list(t, OPEN, await withAmount(t), "query.none");

export const browsePeriod = async (t: Terminal): Promise<void> =>
  list(t, await askPeriod(t, "query.booked-browse"), () => true, "query.none");
export const tailInPeriod = async (t: Terminal): Promise<void> =>
  list(t, await askPeriod(t, "query.booked-tail"), await withTail(t), "query.none");
export const amountInPeriod = async (t: Terminal): Promise<void> =>
  list(t, await askPeriod(t, "query.booked-amount"), await withAmount(t), "query.none");

export const findByTrace = async (t: Terminal): Promise<void> =>
  browse(
    t,
    await tracesFound(t, "problem.no-transaction", (trace) => [t.journal.find(trace)].filter((found) => found !== undefined)),
    "",
  );

/** In all closed batches; a trace comes again when it has wrapped. */
export const traceInBook = async (t: Terminal): Promise<void> => browse(t, await askTraceAnywhere(t), "");

/** The record of the open batch, or those of closed ones, newest first. At least one. Leaves on Cancel and time-out. */
export const askTraceAnywhere = (t: Terminal): Promise<PeriodRecord[]> =>
  tracesFound(t, "problem.no-transaction-kept", (trace) => {
    const open = t.journal.find(trace);
    const booked: PeriodRecord[] = t.journal.booked({ trace }).reverse();
    return open === undefined ? booked : [open, ...booked];
  });

function tracesFound(t: Terminal, none: Prompt, find: (trace: number) => PeriodRecord[]): Promise<PeriodRecord[]> {
  return askUntil(
    t,
    { min: 1, max: 6 },
    (digits, problem) => t.ui.show("trace", { digits, problem }),
    (digits): { value: PeriodRecord[] } | { problem: string } => {
      const found = find(Number(digits));
      return found.length > 0 ? { value: found } : { problem: t.ui.say(none) };
    },
  );
}

async function withTail(t: Terminal): Promise<Wanted> {
  const tail = await askDigits(t, { min: 4, max: 4 }, (digits) => t.ui.show("card-tail", { digits }));
  return (record) => cardOf(record).endsWith(tail);
}

async function withAmount(t: Terminal): Promise<Wanted> {
  const wanted = await askAmount(t, { transaction: "query.by-amount" });
  return ({ amountFen, approvedFen }) => amountFen === wanted || approvedFen === wanted;
}

async function list(t: Terminal, period: Period, wanted: Wanted, none: Prompt): Promise<void> {
  let newest: PeriodRecord[] = [];
  let count = 0;
  await readPeriod(t, period, ({ records }) => {
    const fitting = records.filter(wanted);
    count += fitting.length;
    newest = [...newest, ...fitting].slice(-MOST_LISTED);
  });
  if (count > MOST_LISTED) await tell(t, t.ui.say("menu.query"), [t.ui.say("query.many", { count, most: MOST_LISTED })]);
  await browse(t, newest.reverse(), t.ui.say(none));
}
