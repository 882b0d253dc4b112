/** The open batch in memory: enough to find and add up, nothing of a card. */
import { assert } from "../../platform/guest/assert.ts";
import { type BatchTotals, contribution, type Direction, noTotals, regionOf, type SettlementTotals } from "../model/ledger.ts";
import type { Region, TransactionRecord, TransactionState } from "../model/transaction.ts";
import type { Entry } from "./records.ts";

export interface Line {
  trace: number;
  order: number;
  kind: TransactionRecord["kind"];
  state: TransactionState;
  direction: Direction;
  amountFen: number;
  region: Region;
  copiesPrinted: number;
  /** It has to go to the host, or to go again. */
  undelivered: boolean;
}

export class Batch {
  readonly #byTrace = new Map<number, Line>();
  /** Oldest first. */
  readonly #lines: Line[] = [];
  #totals: SettlementTotals | undefined;

  get lines(): readonly Line[] {
    return this.#lines;
  }

  has(trace: number): boolean {
    return this.#byTrace.has(trace);
  }

  get(trace: number): Line | undefined {
    return this.#byTrace.get(trace);
  }

  add(entry: Entry): void {
    const line = lineOf(entry);
    assert(line.order > (this.#lines.at(-1)?.order ?? 0), "records stand in the order they were written");
    assert(!this.#byTrace.has(line.trace), "a trace has one record");
    assert(line.amountFen >= 0, "which way money went is not told by its sign");
    this.#byTrace.set(line.trace, line);
    this.#lines.push(line);
    this.#totals = undefined;
  }

  change(entry: Entry): void {
    const line = this.#byTrace.get(entry.record.trace);
    assert(line !== undefined && line.order === entry.order, "a record keeps its place");
    Object.assign(line, lineOf(entry));
    this.#totals = undefined;
  }

  get totals(): SettlementTotals {
    this.#totals ??= addUp(this.#lines);
    const { domestic, foreign } = this.#totals;
    return { domestic: { ...domestic }, foreign: { ...foreign } };
  }
}

function lineOf({ order, record }: Entry): Line {
  const { trace, kind, state, copiesPrinted, delivery } = record;
  const undelivered = delivery?.state === "pending" || delivery?.state === "unanswered";
  return { trace, order, kind, state, copiesPrinted, undelivered, region: regionOf(record), ...contribution(record) };
}

function addUp(lines: readonly Line[]): SettlementTotals {
  const totals = { domestic: noTotals(), foreign: noTotals() };
  for (const { direction, amountFen, region } of lines) {
    if (direction === "none") continue;
    const side: BatchTotals = totals[region];
    side[`${direction}Fen`] += amountFen;
    side[`${direction}Count`] += 1;
    assert(Number.isSafeInteger(side[`${direction}Fen`]), "totals stay exact");
  }
  const { domestic, foreign } = totals;
  const counted = domestic.debitCount + domestic.creditCount + foreign.debitCount + foreign.creditCount;
  assert(counted <= lines.length, "a record is counted once");
  return totals;
}
