/** The risk rules (M24): what each does at first, and by how much. Both are parameters (`risk.<rule>.action`, `risk.<rule>.<limit>`). */
import type { TransactionKind } from "../model/transaction.ts";

/** off · warn: words beside the question "is this right?" · supervisor: goes on with the supervisor's password · block: goes no further. */
export const RISK_ACTIONS = ["off", "warn", "supervisor", "block"] as const;
export type RiskAction = (typeof RISK_ACTIONS)[number];

export interface RiskRule {
  action: RiskAction;
  limits: Readonly<Record<string, RiskLimit>>;
  /** Transactions it looks at; all when not told. */
  kinds?: readonly TransactionKind[];
}

export interface RiskLimit {
  initial: number;
  min: number;
  max: number;
  unit: "minutes" | "times" | "percent" | "hour" | "fen";
}

const minutes = (initial: number): RiskLimit => ({ initial, min: 1, max: 1_440, unit: "minutes" });
const times = (initial: number): RiskLimit => ({ initial, min: 1, max: 99, unit: "times" });
const percent = (initial: number): RiskLimit => ({ initial, min: 1, max: 100, unit: "percent" });
const hour = (initial: number): RiskLimit => ({ initial, min: 0, max: 23, unit: "hour" });
const fen = (initial: number): RiskLimit => ({ initial, min: 1, max: 999_999_999_999, unit: "fen" });

const PAYMENTS: readonly TransactionKind[] = ["sale", "preauth", "preauth-add", "offline", "completion-advice"];
const GIVEN_BACK: readonly TransactionKind[] = ["void", "refund", "completion-void"];

/** Mild: a merchant's first day should not be spoiled. Only a card that is on a list is refused, and the list is empty. */
export const RISK_RULES = {
  /** The card, or its beginning, is on the blacklist. */
  blacklist: { action: "block", limits: {} },
  /** The same card paid here `count` times already within so many minutes. */
  "repeated-card": { action: "warn", limits: { count: times(3), minutes: minutes(10) }, kinds: PAYMENTS },
  /** So many declines in a row, whichever card: somebody tries cards out. */
  declines: { action: "warn", limits: { count: times(3), minutes: minutes(30) }, kinds: PAYMENTS },
  /** Just under the amount from which more is asked. */
  "near-limit": { action: "warn", limits: { limitFen: fen(5_000_000), percent: percent(5) }, kinds: [...PAYMENTS, "refund"] },
  /** The number was typed. */
  keyed: { action: "warn", limits: {} },
  /** From this hour to before that one; through midnight when the first is later. */
  "odd-hours": { action: "warn", limits: { from: hour(0), to: hour(5) }, kinds: PAYMENTS },
  /** Many voids and refunds in this batch, and much compared with what was taken. */
  refunds: { action: "warn", limits: { count: times(5), percent: percent(30) }, kinds: GIVEN_BACK },
} as const satisfies Record<string, RiskRule>;

export type RiskId = keyof typeof RISK_RULES;
export const RISK_IDS = Object.keys(RISK_RULES) as RiskId[];
