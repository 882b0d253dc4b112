/** What was declined, for reports: no money, so the oldest goes when there are too many. */
import { assert } from "../../platform/guest/assert.ts";
import { daysBetween } from "../model/dates.ts";
import type { DeclinedRecord } from "../model/transaction.ts";
import type { Days } from "./journal.ts";
import { DECLINED, DECLINES, declineKey } from "./records.ts";
import type { State } from "./state.ts";

/** Kept for reports; and what those who do not say are given. */
const MOST_DECLINES = 2_000;
const USUAL_DECLINES = 500;

export function decline(state: State, record: DeclinedRecord): void {
  const meta = state.soundMeta;
  assert(Number.isSafeInteger(record.amountFen) && record.amountFen >= 0, "an amount is whole fen");
  const keys = state.table.keys(DECLINES);
  const surplus = Math.max(0, keys.length - MOST_DECLINES + 1);
  const young = (key: string): boolean => daysBetween(dayOf(key) ?? record.date, record.date) < state.options.bookDays;
  const stays = keys.findIndex((key, n) => n >= surplus && young(key));
  const oldest = stays < 0 ? keys : keys.slice(0, stays);
  state.commit({ ...meta, nextOrder: meta.nextOrder + 1 }, [
    state.table.put(declineKey(meta.nextOrder, record.date), { order: meta.nextOrder, record }),
    ...oldest.map((key) => ({ delete: key })),
  ]);
}

export function declines({ table }: State, most = USUAL_DECLINES): DeclinedRecord[] {
  assert(Number.isInteger(most) && most >= 0, "declines are counted");
  const keys = table.keys(DECLINES);
  return keys.slice(Math.max(0, keys.length - most)).map((key) => table.read(key, DECLINED).record);
}

export function declinesOn({ table }: State, { from, to }: Days): DeclinedRecord[] {
  const within = (day: string): boolean => day >= from && day <= to;
  return table
    .keys(DECLINES)
    .filter((key) => within(dayOf(key) ?? from))
    .map((key) => table.read(key, DECLINED).record)
    .filter(({ date }) => within(date));
}

/** YYYYMMDD; those of earlier firmware do not say. */
const dayOf = (key: string): string | undefined => key.split("/")[2];
