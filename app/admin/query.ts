/** 交易查询 (M19): page through the open batch, or find by trace, by the card's last digits, by amount. */
import { grouped, maskPan } from "../model/card.ts";
import { clocked, dashed } from "../model/time.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import { askAmount, askDigits, type Key, nextKey } from "../steps/ask.ts";
import { trace6 } from "../steps/numbers.ts";
import { printCopies } from "../steps/print.ts";
import { tell } from "../steps/tell.ts";
import { Left, type Terminal } from "../steps/terminal.ts";

const newestFirst = (t: Terminal): TransactionRecord[] => t.journal.list().reverse();

export const browseAll = (t: Terminal): Promise<void> => browse(t, newestFirst(t), t.ui.say("query.empty"));

export async function findByTrace(t: Terminal): Promise<void> {
  let problem: string | undefined;
  for (;;) {
    const digits = await askDigits(t, { min: 1, max: 6 }, (typed) => t.ui.show("trace", { digits: typed, problem }));
    const record = t.journal.find(Number(digits));
    if (record !== undefined) return browse(t, [record], "");
    problem = t.ui.say("problem.no-transaction");
    t.ui.bad();
  }
}

export async function findByTail(t: Terminal): Promise<void> {
  const tail = await askDigits(t, { min: 4, max: 4 }, (digits) => t.ui.show("card-tail", { digits }));
  const found = newestFirst(t).filter(({ pan }) => pan.endsWith(tail));
  await browse(t, found, t.ui.say("query.none"));
}

export async function findByAmount(t: Terminal): Promise<void> {
  const wanted = await askAmount(t, { transaction: "query.by-amount" });
  const found = newestFirst(t).filter(({ amountFen, approvedFen }) => amountFen === wanted || approvedFen === wanted);
  await browse(t, found, t.ui.say("query.none"));
}

/** Down is older, up newer; Enter prints the slip again. Back with Cancel. */
async function browse(t: Terminal, records: readonly TransactionRecord[], none: string): Promise<void> {
  if (records.length === 0) return tell(t, t.ui.say("menu.query"), [none]);
  const of = records.length;
  let at = 0;
  for (;;) {
    const record = records[at] as TransactionRecord;
    t.ui.show("original", {
      title: `transaction.${record.kind}`,
      amountFen: record.approvedFen,
      rows: rowsOf(t, record),
      enter: "hint.reprint",
      place: { at: at + 1, of },
    });
    const key = await keyOrBack(t);
    if (key === "cancel") return;
    if (key === "down") at = (at + 1) % of;
    else if (key === "up") at = (at + of - 1) % of;
    else if (key === "enter") await printCopies(t, record, { duplicate: true });
    else t.ui.bad();
  }
}

async function keyOrBack(t: Terminal): Promise<Key> {
  try {
    return await nextKey(t);
  } catch (error) {
    if (error instanceof Left && error.why === "cancelled") return "cancel";
    throw error;
  }
}

function rowsOf(t: Terminal, { pan, trace, date, time, state, authCode, reference }: TransactionRecord): Pair[] {
  return [
    { label: "pair.card", value: grouped(maskPan(pan)) },
    { label: "pair.trace", value: trace6(trace) },
    { label: "query.state", value: t.ui.say(`state.${state}`) },
    { label: "pair.stamp", value: `${dashed(date).slice(5)} ${clocked(time, false)}` },
    ...(authCode === undefined ? [] : [{ label: "pair.auth-code" as const, value: authCode }]),
    ...(reference === undefined ? [] : [{ label: "pair.reference" as const, value: reference }]),
  ];
}
