/**
 * What each screen is a function of. `screens` in ./index.ts has one pure function a screen: (state, words) → Screen. `words` is the
 * catalogue of the language in use (app/text).
 */
import type { BatchTotals, SettlementTotals } from "../model/ledger.ts";
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

/** A label and its value, already in words. */
export interface Pair {
  label: Prompt;
  value: string;
}

export interface ScreenStates {
  selfcheck: { items: CheckItem[]; waiting: boolean };
  login: { digits: string; problem?: string };
  /** count of characters typed. */
  password: { operator: string; count: number; problem?: string };
  "signing-on": { phase: "connecting" | "sending" | "receiving" | "keys"; secondsLeft: number; of: number };
  /** batch: what of it the cashier has to know before the next customer comes. */
  idle: {
    merchant: string;
    date: string;
    time: string;
    training?: boolean;
    batch?: "nearly-full" | "full";
    contact: boolean;
    contactless: boolean;
  };
  /** `words` stands instead of `text` where a row is no function but a thing. `place`: which page of how many. */
  menu: {
    title: Prompt;
    rows: { key: string; text: Prompt; words?: string; note?: string }[];
    selected: number;
    place?: { at: number; of: number };
  };
  card: { masked: string; expiry?: string; selected: number; rows: { key: string; text: Prompt }[]; problem?: string };
  /** keyed: Enter leads to typing the number. */
  present: {
    transaction: Prompt;
    amountFen?: number;
    problem?: string;
    contact: boolean;
    contactless: boolean;
    keyed?: boolean;
    /** The card was held near before there was an amount: again, please. */
    tapNow?: boolean;
  };
  /** Only a chip will do; id `present`. words: which card, already in the language. */
  insert: { transaction: Prompt; amountFen?: number; words?: string; problem?: string; contactless: boolean };
  /** A card number being typed: `shown` has stars for all but its newest digit. */
  pan: { shown: string; problem?: string };
  expiry: { digits: string; problem?: string };
  /** label and ask: what amount it is, when not simply the amount. */
  amount: { transaction: Prompt; amountFen: number; masked?: string; label?: Prompt; ask?: Prompt; problem?: string };
  confirm: { transaction: Prompt; amountFen: number; masked?: string; rows?: Pair[]; ask?: Prompt };
  /** note: of a PIN the card itself checks, already in the language. */
  /** must: Enter alone will not do. */
  pin: { amountFen?: number; digits: number; masked: string; note?: string; must?: boolean };
  /** operator: whose password, when not that of 00 or 99. */
  supervisor: { count: number; problem?: string; role?: "supervisor" | "administrator"; operator?: string };
  /** All in words already; a secret as stars. */
  field: { title: string; label: string; value: string; placeholder?: string; ask: string; problem?: string };
  trace: { digits: string; problem?: string };
  /** DE37 of the original, as its slip has it. */
  reference: { digits: string; problem?: string };
  /** MMDD of the original, unless title and ask say of what else. */
  date: { digits: string; title?: Prompt; ask?: Prompt; problem?: string };
  authcode: { code: string; problem?: string };
  /** An earlier transaction. `place`: which of how many, when it is one of a list that up and down turn. */
  original: {
    title: Prompt;
    amountFen: number;
    rows: Pair[];
    ask?: Prompt;
    enter?: Prompt;
    place?: { at: number; of: number };
  };
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
  /** label: what amount it is, when not simply the amount. */
  approved: { transaction: Prompt; amountFen: number; approvedFen?: number; note?: string; label?: Prompt };
  /** words and advice from the response table, already in the language. again: Clear asks for the PIN once more. */
  declined: { transaction: Prompt; code?: string; words: string; advice?: string; again?: boolean };
  /** The outcome is open; a reversal is owed. */
  unknown: { transaction: Prompt; amountFen: number; why: string };
  printing: { copy: "merchant" | "cardholder" | "bank" | "report"; again?: boolean };
  /** unsigned: nobody has to sign this one. */
  tear: { next: "merchant" | "cardholder" | "bank"; unsigned?: boolean };
  printer: { problem: "paper-out" | "cover-open" | "jam" | "overheat" | "unplugged" | "timeout" | "fault" };
  notice: { title: string; rows: { label?: string; value: string }[]; tone?: "normal" | "good" | "warn" | "bad" };
  settling: { batch: string; steps: { label: Prompt; state: CheckItem["state"]; note?: string }[] };
  /** problems: in the language. details: Menu prints them; default true. */
  settled: {
    details?: boolean;
    batch: string;
    regions: { region: keyof SettlementTotals; verdict: 0 | 1 | 2 | 3; totals: BatchTotals }[];
    problems: string[];
  };
  /** The last four digits of a card, to find it by; id `trace`. */
  "card-tail": { digits: string; problem?: string };
  /** One page of a report; id `notice`. */
  report: {
    title: string;
    rows: { label?: string; value: string }[];
    page: number;
    pages: number;
    print: boolean;
    tone?: "normal" | "good" | "warn" | "bad";
  };
  /** of 0: how much there is is not known yet. */
  downloading: { title: Prompt; done: number; of: number };
  /** words: what became of it, already in the language. */
  "remove-card": { words?: string };
  /** names as the card gives them. again: the last one that was picked did not work. */
  application: { names: readonly string[]; selected: number; again: boolean };
  /** A card is in the field, or was and has been read. */
  tap: { transaction: Prompt; amountFen?: number; read: boolean };
  /** A chip is being worked with. */
  chip: { transaction: Prompt; amountFen?: number };
  locked: { operator: string; count: number; problem?: string };
  /** restore: Menu offers to put a backup back. */
  fault: { what: string; why: string; todo: string; restore?: boolean };
}

export type ScreenFunctions = { [S in keyof ScreenStates]: (state: ScreenStates[S], words: Words) => Screen };
