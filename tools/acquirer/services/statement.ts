/**
 * A terminal's daily statement over the line, for reconciliation: our own message, 0800 with 60.3 = 970 (README). DE62 asks with YYYYMMDD
 * and a block from 001; the answer is a flag (1 last block, 2 more follow) and up to 8 records of 39 characters.
 */
import { managed, refusedByRule } from "../answers.ts";
import type { EntryState, StatementRow } from "../contract.ts";
import { type Kind, kinds } from "../kinds.ts";
import { declines, type Serve, sessionRequest } from "../requests.ts";

const RECORDS = 8;

const STATES: Record<EntryState, string> = {
  approved: "A",
  answered: "Q",
  declined: "D",
  reversed: "R",
  voided: "V",
  refunded: "F",
  held: "H",
  completed: "C",
  "reversed-early": "E",
};

const recordOf = ({ kind, trace, batch, amountFen, reference, state }: StatementRow): string =>
  kinds[kind as Kind].letters + trace + batch + String(amountFen).padStart(12, "0") + reference.padEnd(12) + STATES[state];

export const statement: Serve = (context, request) => {
  if (declines(request.forced)) return refusedByRule(context, request);
  const { session } = sessionRequest(context, request);
  const asked = request.fields[62]!;
  const block = Number(asked.slice(8));
  const rows = context.book.statement(session.terminal, asked.slice(0, 8), (pan) => pan);
  const records = rows.slice((block - 1) * RECORDS, block * RECORDS).map(recordOf);
  const flag = rows.length > block * RECORDS ? "2" : "1";
  const words = `statement of ${asked.slice(0, 8)}: ${records.length} of ${rows.length} records, block ${block}`;
  return managed(context, request, { 62: flag + records.join("") }, words);
};
