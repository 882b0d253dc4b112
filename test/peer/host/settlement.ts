/** The night: totals against the ledger, the batch upload line by line (§2.8, §3.6, §5.5). */
import type { Chance } from "./chance.ts";
import type { Fields } from "./codec.ts";
import { directionOf, type Entry, type Ledger, REGIONS, type Region, regionOf, standsFor, type Totals } from "./ledger.ts";
import { batchOf } from "./rules.ts";

export type Verdict = "1" | "2" | "3";

export interface Settled {
  batch: string;
  told: Record<Region, Totals>;
  own: Record<Region, Totals>;
  verdict: Record<Region, Verdict>;
  /** Traces that were uploaded. */
  uploaded: Set<string>;
  /** Contents of upload messages, by which one that comes again is known. */
  messages: Set<string>;
  closed: boolean;
}

function totals48(digits: string): Totals {
  const number = (from: number, length: number): number => Number(digits.slice(from, from + length));
  return {
    debitFen: number(0, 12),
    debitCount: number(12, 3),
    creditFen: number(15, 12),
    creditCount: number(27, 3),
  };
}

export const sameTotals = (a: Totals, b: Totals): boolean =>
  a.debitFen === b.debitFen && a.debitCount === b.debitCount && a.creditFen === b.creditFen && a.creditCount === b.creditCount;

const say = (totals: Totals): string =>
  `${totals.debitCount} × ${totals.debitFen} debit, ${totals.creditCount} × ${totals.creditFen} credit`;

export interface Night {
  ledger: Ledger;
  chance: Chance;
  complain(words: string): void;
  /** Probability that a side which balances is said not to, so that it is uploaded. */
  contrary: number;
}

export class Settlements {
  readonly all: Settled[] = [];
  readonly #night: Night;

  constructor(night: Night) {
    this.#night = night;
  }

  of(batch: string): Settled | undefined {
    return this.all.find((each) => each.batch === batch);
  }

  /** DE48 of the answer to a 0500. */
  compare(fields: Fields): string {
    const batch = batchOf(fields);
    const digits = fields[48] ?? "";
    const told = { domestic: totals48(digits.slice(0, 31)), foreign: totals48(digits.slice(31)) };
    const settled = this.of(batch) ?? this.#first(batch, told);
    for (const region of REGIONS)
      if (!sameTotals(told[region], settled.told[region]))
        this.#night.complain(`batch ${batch}: the ${region} totals were ${say(settled.told[region])}, now ${say(told[region])}`);
    const half = (region: Region, from: number): string => digits.slice(from, from + 30) + settled.verdict[region];
    return half("domestic", 0) + half("foreign", 31);
  }

  #first(batch: string, told: Record<Region, Totals>): Settled {
    const { ledger, chance, complain, contrary } = this.#night;
    const own = { domestic: ledger.totals(batch, "domestic"), foreign: ledger.totals(batch, "foreign") };
    const verdict = (region: Region): Verdict => {
      if (!sameTotals(told[region], own[region])) {
        complain(`batch ${batch} ${region}: the terminal says ${say(told[region])}, the host ${say(own[region])}`);
        return "2";
      }
      return chance.happens(contrary) ? chance.one(["2", "3"] as const) : "1";
    };
    const settled: Settled = {
      batch,
      told,
      own,
      verdict: { domestic: verdict("domestic"), foreign: verdict("foreign") },
      uploaded: new Set(),
      messages: new Set(),
      closed: false,
    };
    this.all.push(settled);
    return settled;
  }

  /** The same content once more, since nobody heard our answer. */
  #again(fields: Fields): boolean {
    const messages = this.of(batchOf(fields))?.messages;
    const content = JSON.stringify({ ...fields, ...(fields[48] === undefined || fields[2] !== undefined ? {} : { 11: "" }) });
    if (messages?.has(content)) return true;
    messages?.add(content);
    return false;
  }

  /** Up to eight lines of 40 digits. */
  lines(fields: Fields): void {
    if (this.#again(fields)) return;
    const digits = fields[48] ?? "";
    const count = Number(digits.slice(0, 2));
    if (digits.length !== 2 + 40 * count) this.#night.complain(`upload of ${count} lines has ${digits.length} digits`);
    for (let n = 0; n < count; n++) {
      const line = digits.slice(2 + 40 * n, 42 + 40 * n);
      const region = line.startsWith("01") ? "foreign" : "domestic";
      const pan = line.slice(8, 28).replace(/^0+/, "");
      this.#uploaded(batchOf(fields), line.slice(2, 8), { region, pan, fen: Number(line.slice(28)), alone: false });
    }
  }

  /** A stored advice as one message. */
  record(fields: Fields): void {
    if (this.#again(fields)) return;
    const { 2: pan = "", 4: fen = "0", 11: trace = "" } = fields;
    this.#uploaded(batchOf(fields), trace, { region: undefined, pan, fen: Number(fen), alone: true });
  }

  #uploaded(batch: string, trace: string, told: { region: Region | undefined; pan: string; fen: number; alone: boolean }): void {
    const { ledger, complain } = this.#night;
    const settled = this.of(batch);
    if (settled === undefined) {
      complain(`upload of ${trace} before a settlement of batch ${batch}`);
      return;
    }
    const entry = ledger.named(batch, trace);
    if (entry === undefined || directionOf(entry) === "none") {
      complain(`upload of ${trace}, which the host does not have: ${JSON.stringify(told)}`);
      return;
    }
    const region = regionOf(entry);
    if (settled.verdict[region] === "1") complain(`upload of ${entry.trace}, whose ${region} side balanced`);
    if (settled.uploaded.has(entry.trace)) complain(`${entry.kind} ${entry.trace} uploaded twice`);
    if (told.fen !== standsFor(entry)) complain(`${entry.kind} ${entry.trace} uploaded with ${told.fen}, is ${standsFor(entry)}`);
    if (told.pan !== entry.pan) complain(`${entry.kind} ${entry.trace} uploaded with another card`);
    if (told.region !== undefined && told.region !== region) complain(`${entry.kind} ${entry.trace} uploaded as ${told.region}`);
    if (told.alone !== this.#alone(entry))
      complain(`${entry.kind} ${entry.trace} uploaded ${told.alone ? "alone" : "as a line"}`);
    settled.uploaded.add(entry.trace);
  }

  /** Advices go one by one, and a sale with its tip as the tip. */
  #alone(entry: Entry): boolean {
    return (
      entry.mti === "0220" ||
      this.#night.ledger.entries.some((each) => each.original === entry && each.kind === "tip" && each.state === "approved")
    );
  }

  /** DE60.3 207 or 202: what had to be uploaded is there. */
  end(fields: Fields, balanced: boolean): void {
    const { ledger, complain } = this.#night;
    const batch = batchOf(fields);
    const settled = this.of(batch);
    if (settled === undefined) {
      complain(`the end of batch ${batch}, which was never settled`);
      return;
    }
    if (settled.closed) return;
    if (balanced !== REGIONS.every((region) => settled.verdict[region] === "1"))
      complain(`batch ${batch} ended as ${balanced ? "balanced" : "not balanced"}`);
    const due = ledger.entries.filter(
      (entry) => entry.batch === batch && directionOf(entry) !== "none" && settled.verdict[regionOf(entry)] !== "1",
    );
    for (const { kind, trace } of due) if (!settled.uploaded.has(trace)) complain(`${kind} ${trace} was not uploaded`);
    if (Number(fields[48]) !== settled.uploaded.size)
      complain(`batch ${batch} ended with ${Number(fields[48])} records told, ${settled.uploaded.size} uploaded`);
    settled.closed = true;
  }
}
