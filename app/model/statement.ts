/** Reconciliation (M20): a day in this terminal's books against the same day in the host's. Pure. */
import type { TransactionKind, TransactionRecord } from "./transaction.ts";

/** What a record says for a comparison; of the open batch or of an archive. */
export type HereRecord = Pick<
  TransactionRecord,
  "kind" | "state" | "batch" | "trace" | "approvedFen" | "date" | "delivery" | "reference"
>;

/** One line of the host's statement (60.3 = 970). */
export interface ThereRow {
  /** The host's two digits of the kind, by 60.1 (§3.2). */
  kind: string;
  trace: number;
  batch: number;
  amountFen: number;
  reference: string;
  /** A approved, H held, C completed, V voided, F refunded · Q asked only · D declined, R reversed, E reversed before it came. */
  state: string;
}

export interface Difference {
  what: "missing-here" | "missing-there" | "different";
  /** Of a different one. amount: other sums · state: it stands on one side only · kind: another transaction. */
  why?: "amount" | "state" | "kind";
  batch: number;
  trace: number;
  /** The record's word, or the host's digits when there is no record. */
  kind: string;
  hereFen?: number;
  thereFen?: number;
}

export interface Comparison {
  matched: number;
  /** Of this day here, and in the host's next day: an advice that was told after midnight. */
  later: number;
  differences: Difference[];
  /** Standing ones of the host's that belong to batches this terminal no longer keeps: nothing can be said of them. */
  elsewhere: number;
}

/** 60.1 by kind; an add-on has 60 in some statements, since it shares 10 with its pre-authorisation. */
const HOST_KINDS: Partial<Record<TransactionKind, readonly string[]>> = {
  // Approved by the chip alone it is told as 36.
  sale: ["22", "36"],
  void: ["23"],
  refund: ["25"],
  preauth: ["10"],
  "preauth-add": ["60", "10"],
  "preauth-void": ["11"],
  completion: ["20"],
  "completion-void": ["21"],
  "completion-advice": ["24"],
  offline: ["30"],
  ecash: ["36"],
  "ecash-refund": ["27"],
  load: ["45"],
  "load-other": ["47"],
  "cash-load": ["46"],
  "cash-load-void": ["51"],
};

/** Balance, adjustment and tip: no transactions of their own. */
const HOST_ONLY = new Set(["01", "32", "34"]);
const STANDING = new Set(["A", "H", "C", "V", "F"]);

/** What both sides call it by. */
export const keyOf = ({ batch, trace }: { batch: number; trace: number }): string => `${batch}/${trace}`;

/**
 * `here`: the day's records (YYYYMMDD), and those of other days that the statement may speak of. `batches`: those that are kept; "all": what is not
 * `here` is nowhere. `there`: the host's statement of the day; `next`: of the day after, when that was asked for. A record of the day is looked for in
 * both; one of another day only counts where the day's statement has it.
 */
export function compareStatement(
  day: string,
  here: readonly HereRecord[],
  batches: readonly number[] | "all",
  there: readonly ThereRow[],
  next: readonly ThereRow[] = [],
): Comparison {
  const rows = new Map(there.map((row) => [keyOf(row), row]));
  const after = new Map(next.map((row) => [keyOf(row), row]));
  const comparison: Comparison = { matched: 0, later: 0, differences: [], elsewhere: 0 };
  const seen = new Set<string>();
  for (const record of here) {
    seen.add(keyOf(record));
    if (record.kind === "cash") continue;
    const today = rowOf(record, rows);
    if (record.date !== day && today === undefined) continue;
    const found = today === undefined ? after : rows;
    const row = rowOf(record, found);
    const difference = compare(record, row, changeOf(record, found) ?? changeOf(record, after));
    if (difference !== undefined) comparison.differences.push(difference);
    else if (row !== undefined && standsHere(record)) comparison[found === rows ? "matched" : "later"]++;
  }
  for (const row of there) {
    if (seen.has(keyOf(row)) || !STANDING.has(row.state) || HOST_ONLY.has(row.kind)) continue;
    if (batches !== "all" && !batches.includes(row.batch)) comparison.elsewhere++;
    else {
      const { batch, trace, kind, amountFen } = row;
      comparison.differences.push({ what: "missing-here", batch, trace, kind, thereFen: amountFen });
    }
  }
  return comparison;
}

/** An offline sale that was adjusted before it ever left is in the host's books under its adjustment. */
const rowOf = (record: HereRecord, rows: ReadonlyMap<string, ThereRow>): ThereRow | undefined =>
  rows.get(keyOf(record)) ?? (record.kind === "offline" ? changeOf(record, rows) : undefined);

/** The adjustment or tip that gave the record its present amount. */
function changeOf({ batch, delivery }: HereRecord, rows: ReadonlyMap<string, ThereRow>): ThereRow | undefined {
  if (delivery?.as === undefined || delivery.trace === undefined) return undefined;
  const row = rows.get(keyOf({ batch, trace: delivery.trace }));
  return row !== undefined && STANDING.has(row.state) ? row : undefined;
}

const standsHere = ({ state, delivery }: HereRecord): boolean =>
  state !== "reversed" && state !== "refused" && delivery?.state !== "withdrawn";

function compare(record: HereRecord, row: ThereRow | undefined, change: ThereRow | undefined): Difference | undefined {
  const { batch, trace, kind, approvedFen: hereFen } = record;
  const stands = standsHere(record);
  if (row === undefined) return stands ? { what: "missing-there", batch, trace, kind, hereFen } : undefined;
  const thereFen = (change ?? row).amountFen;
  const different = (why: "amount" | "state" | "kind"): Difference => ({
    what: "different",
    why,
    batch,
    trace,
    kind,
    hereFen,
    thereFen,
  });
  if (stands !== STANDING.has(row.state)) return different("state");
  if (!stands) return undefined;
  if (row !== change && HOST_KINDS[kind]?.includes(row.kind) !== true) return different("kind");
  return hereFen === thereFen ? undefined : different("amount");
}
