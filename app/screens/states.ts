/**
 * What each screen is a function of. `screens` in ./index.ts has one pure function a screen: (state, words) → Screen. `words` is the
 * catalogue of the language in use (app/text).
 */
import type { Prompt } from "../text/words.ts";
import type { Screen } from "./tree.ts";
import type { Words } from "../text/words.ts";

export interface CheckItem {
  /** Catalogue key of the thing checked: "check.printer" … */
  label: Prompt;
  state: "waiting" | "running" | "ok" | "warn" | "bad";
  /** Plain words, already in the language. */
  note?: string;
}

export interface ScreenStates {
  selfcheck: { items: CheckItem[]; waiting: boolean };
  login: { digits: string; problem?: string };
  /** count of characters typed. */
  password: { operator: string; count: number; problem?: string };
  "signing-on": { phase: "connecting" | "sending" | "receiving" | "keys"; secondsLeft: number; of: number };
  idle: { merchant: string; date: string; time: string; training?: boolean; contact: boolean; contactless: boolean };
  menu: { title: Prompt; rows: { key: string; text: Prompt; note?: string }[]; selected: number };
  card: { masked: string; expiry?: string; selected: number; rows: { key: string; text: Prompt }[]; problem?: string };
  present: { transaction: Prompt; amountFen?: number; problem?: string; contact: boolean; contactless: boolean };
  amount: { transaction: Prompt; amountFen: number; masked?: string; problem?: string };
  confirm: { transaction: Prompt; amountFen: number; masked: string };
  pin: { amountFen?: number; digits: number; masked: string };
  supervisor: { count: number; problem?: string };
  trace: { digits: string; problem?: string };
  online: {
    transaction: Prompt;
    phase: "connecting" | "sending" | "waiting" | "receiving";
    amountFen?: number;
    secondsLeft: number;
    of: number;
    cancellable: boolean;
  };
  reversing: {
    amountFen: number;
    trace: string;
    phase: "connecting" | "sending" | "waiting" | "receiving";
    secondsLeft: number;
    of: number;
  };
  approved: { transaction: Prompt; amountFen: number; approvedFen?: number; note?: string };
  /** words and advice from the response table, already in the language. */
  declined: { transaction: Prompt; code?: string; words: string; advice?: string };
  /** The outcome is open; a reversal is owed. */
  unknown: { transaction: Prompt; amountFen: number; why: string };
  printing: { copy: "merchant" | "cardholder" | "bank" | "report"; again?: boolean };
  tear: { next: "merchant" | "cardholder" | "bank" };
  printer: { problem: "paper-out" | "cover-open" | "jam" | "overheat" | "unplugged" | "timeout" | "fault" };
  notice: { title: string; rows: { label?: string; value: string }[]; tone?: "normal" | "good" | "warn" | "bad" };
  locked: { operator: string; count: number; problem?: string };
  fault: { what: string; why: string; todo: string };
}

export type ScreenFunctions = { [S in keyof ScreenStates]: (state: ScreenStates[S], words: Words) => Screen };
