/** Transactions one by one: down is older, up newer, Enter prints the slip again. Of closed batches too, whose numbers are masked already. */
import { grouped, maskPan } from "../model/card.ts";
import { clocked, dashed } from "../model/time.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import { type Key, nextKey } from "./ask.ts";
import { note } from "./audit.ts";
import { orBack } from "./back.ts";
import { batch6, trace6 } from "./numbers.ts";
import type { PeriodRecord } from "./period.ts";
import { printCopies } from "./print.ts";
import { tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

/** Newest first. `none`: what is said when there are none. Back with Cancel; leaves on time-out. */
export async function browse(t: Terminal, records: readonly PeriodRecord[], none: string): Promise<void> {
  if (records.length === 0) return tell(t, t.ui.say("menu.query"), [none]);
  const of = records.length;
  let at = 0;
  for (;;) {
    const record = records[at] as PeriodRecord;
    t.ui.show("original", {
      title: `transaction.${record.kind}`,
      amountFen: record.approvedFen,
      rows: rowsOf(t, record),
      enter: "hint.reprint",
      place: { at: at + 1, of },
    });
    const key: Key | undefined = await orBack(() => nextKey(t));
    if (key === undefined) return;
    if (key === "down") at = (at + 1) % of;
    else if (key === "up") at = (at + of - 1) % of;
    else if (key === "enter") await printAgain(t, record);
    else t.ui.bad();
  }
}

/** The slip of any record that is kept, marked as a reprint; of a closed batch as far as its record goes: card masked, no expiry. */
export async function printAgain(t: Terminal, record: PeriodRecord): Promise<void> {
  if (t.devices.printer === undefined)
    return tell(t, t.ui.say("notice.no-printer-title"), [t.ui.say("printer.unplugged")], "warn");
  note(t, "reprint", "ok", isBooked(record) ? `${batch6(record.batch)}/${trace6(record.trace)}` : trace6(record.trace));
  await printCopies(t, printable(record), { duplicate: true, booked: isBooked(record) });
}

const isBooked = (record: PeriodRecord): boolean => "masked" in record;

function printable(record: PeriodRecord): TransactionRecord {
  if (!("masked" in record)) return record;
  const { masked, ...rest } = record;
  return { ...rest, pan: masked, expiry: undefined };
}

export const cardOf = (record: PeriodRecord): string => ("masked" in record ? record.masked : maskPan(record.pan));

function rowsOf(t: Terminal, record: PeriodRecord): Pair[] {
  const { batch, trace, date, time, state, authCode, reference } = record;
  return [
    { label: "pair.card", value: grouped(cardOf(record)) },
    { label: "pair.trace", value: isBooked(record) ? `${batch6(batch)}/${trace6(trace)}` : trace6(trace) },
    { label: "query.state", value: t.ui.say(`state.${state}`) },
    { label: "pair.stamp", value: `${dashed(date).slice(5)} ${clocked(time, false)}` },
    ...(authCode === undefined ? [] : [{ label: "pair.auth-code" as const, value: authCode }]),
    ...(reference === undefined ? [] : [{ label: "pair.reference" as const, value: reference }]),
  ];
}
