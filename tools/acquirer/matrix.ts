/**
 * The field matrix (§2) as data: one row a message this host serves. Notation of `request`: `11` must be there, `49=156` must be there and
 * say so, `26c=12` conditional (./conditions.ts) and then say so, `62o` may be there. Of `answer`: `3e` as in the request, `38` when the
 * host has it.
 */
import type { RuleSet } from "./conditions.ts";
import type { Kind } from "./kinds.ts";
import { chipAdvices, loads, scriptResults } from "./rows/chip.ts";
import { advices, payments } from "./rows/payments.ts";
import { management } from "./rows/management.ts";
import { reversals } from "./rows/reversals.ts";
import { settlement } from "./rows/settlement.ts";
import type { Shape } from "./shapes.ts";

/** A file in ./services each. */
export type ServiceName =
  | "sign-on"
  | "sign-off"
  | "echo"
  | "parameters"
  | "status"
  | "statement"
  | "blacklist"
  | "key-list"
  | "sm-key-list"
  | "key-download"
  | "application-list"
  | "application-download"
  | "contactless"
  | "no-pin-table"
  | "excluded-table"
  | "script-result"
  | "reversal"
  | "settlement"
  | "upload-stripe"
  | "upload-advice"
  | "upload-chip"
  | "upload-end"
  | Kind;

export interface MessageRow {
  word: string;
  zh: string;
  mti: string;
  /** What tells it from the others of its MTI: DE3, DE25, and parts of DE60. */
  names: { "3"?: string; "25"?: string; "60.1": string; "60.3": string };
  request: string;
  conditions: RuleSet;
  /** What is particular to fields of this message. */
  shapes?: Readonly<Record<number, Shape>>;
  /** How many digits DE60 may have (§3.1). */
  lengths60: readonly number[];
  answer: string;
  /** Carries 64, and so needs the keys of a sign-on (§4.5). */
  mac: boolean;
  service: ServiceName;
  /** What it books, reverses or uploads. */
  kind?: Kind;
}

/** More exact rows first: the first of equally near ones is named to who sends something else. */
export const matrix: readonly MessageRow[] = [
  ...management,
  ...payments,
  ...advices,
  ...chipAdvices,
  ...loads,
  ...reversals,
  ...scriptResults,
  ...settlement,
];

export interface Wanted {
  de: number;
  need: "must" | "may" | "conditional";
  constant: string | undefined;
}

/** The row's request fields, read from the notation. */
export function wantedOf(row: MessageRow): Wanted[] {
  return row.request.split(" ").map((token) => {
    const match = /^(\d+)([co]?)(?:=(.+))?$/.exec(token);
    if (match === null) throw new Error(`matrix: ${row.word}: cannot read ${token}`);
    const need = match[2] === "c" ? "conditional" : match[2] === "o" ? "may" : "must";
    return { de: Number(match[1]), need, constant: match[3] };
  });
}

export function answerTokens(row: MessageRow): { de: number; echo: boolean }[] {
  return row.answer.split(" ").map((token) => ({ de: Number.parseInt(token, 10), echo: token.endsWith("e") }));
}
