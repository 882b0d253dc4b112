/** What the independent host believes: an entry a message that moved, held or was refused money, by batch and trace. */
import type { Fields } from "./codec.ts";

export type Kind =
  | "sale"
  | "void"
  | "refund"
  | "preauth"
  | "preauth-add"
  | "preauth-void"
  | "completion"
  | "completion-void"
  | "completion-advice"
  | "offline"
  | "adjustment"
  | "tip"
  | "balance";

export type EntryState = "approved" | "answered" | "declined" | "reversed" | "voided" | "held" | "completed";

export interface Entry {
  kind: Kind;
  batch: string;
  trace: string;
  pan: string;
  amountFen: number;
  /** What was approved; 0 of a decline. */
  approvedFen: number;
  /** What it stands for since it was adjusted or tipped. */
  totalFen?: number;
  /** Of a hold: with its add-ons. */
  heldFen: number;
  refundedFen: number;
  reference: string;
  authCode: string;
  code: string;
  state: EntryState;
  foreign: boolean;
  /** MMDD by this host's clock. */
  date: string;
  original: Entry | undefined;
  /** Sale that an adjustment told first: its trace is kept for it. */
  stoodFor: string | undefined;
  request: Fields;
  mti: string;
  answer: Fields;
}

export interface Totals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}
export type Region = "domestic" | "foreign";
export const REGIONS: readonly Region[] = ["domestic", "foreign"];

const DEBIT: ReadonlySet<Kind> = new Set<Kind>(["sale", "completion", "completion-advice", "offline"]);
const CREDIT: ReadonlySet<Kind> = new Set<Kind>(["void", "refund", "completion-void"]);
/** It happened, whatever was done about it later. */
const STANDS: ReadonlySet<EntryState> = new Set<EntryState>(["approved", "voided", "held", "completed"]);

/** §3.6; an adjustment or tip counts in what it changed, and by itself when that was never told. */
export function directionOf({ kind, state, original }: Entry): "debit" | "credit" | "none" {
  if (!STANDS.has(state)) return "none";
  if (kind === "adjustment" || kind === "tip") return original === undefined ? "debit" : "none";
  return DEBIT.has(kind) ? "debit" : CREDIT.has(kind) ? "credit" : "none";
}

export const standsFor = ({ totalFen, approvedFen }: Entry): number => totalFen ?? approvedFen;

export const regionOf = ({ foreign }: Entry): Region => (foreign ? "foreign" : "domestic");

const key = (batch: string, trace: string): string => `${batch}/${trace}`;

export class Ledger {
  readonly entries: Entry[] = [];
  readonly #byKey = new Map<string, Entry>();
  readonly #aliases = new Map<string, Entry>();

  add(entry: Entry): void {
    this.entries.push(entry);
    this.#byKey.set(key(entry.batch, entry.trace), entry);
    if (entry.stoodFor !== undefined && entry.state === "approved") this.#aliases.set(key(entry.batch, entry.stoodFor), entry);
  }

  /** By the trace of its own message. */
  find(batch: string, trace: string): Entry | undefined {
    return this.#byKey.get(key(batch, trace));
  }

  /** By the number that the terminal's paper has, which an adjustment may have told instead of it. */
  named(batch: string, trace: string): Entry | undefined {
    const alias = this.#aliases.get(key(batch, trace));
    if (alias !== undefined) return alias;
    const own = this.find(batch, trace);
    return own?.original !== undefined && (own.kind === "tip" || own.kind === "adjustment") ? own.original : own;
  }

  /** An untold sale that its adjustment has told. */
  toldBy(batch: string, trace: string): Entry | undefined {
    return this.#aliases.get(key(batch, trace));
  }

  totals(batch: string, region: Region): Totals {
    const sum = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
    for (const entry of this.entries) {
      const direction = directionOf(entry);
      if (entry.batch !== batch || direction === "none" || regionOf(entry) !== region) continue;
      sum[`${direction}Count`] += 1;
      sum[`${direction}Fen`] += standsFor(entry);
    }
    return sum;
  }
}
