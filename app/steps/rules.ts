/** What this merchant may do, and how carefully (§5.6, §7.4): the profile's switches with their defaults. */
import type { Rules } from "../model/profile.ts";
import type { TransactionKind } from "../model/transaction.ts";
import { Left, type Terminal } from "./terminal.ts";

const DEFAULTS = {
  voidNeedsCard: true,
  voidNeedsPin: true,
  preauthVoidNeedsPin: true,
  completionNeedsPin: true,
  completionVoidNeedsCard: true,
  completionVoidNeedsPin: true,
  voidNeedsSupervisor: true,
  refundNeedsSupervisor: true,
  balanceNeedsSupervisor: false,
  maxRefundFen: 2_000_000,
  manualEntry: false,
  tipPercent: 0,
  tipForeignOnly: true,
  balance: true,
  offlineTries: 3,
  lockAfterMinutes: 0,
  restartAt: "",
  signOffAfterSettlement: false,
} as const satisfies Rules;

type Switch = keyof typeof DEFAULTS;

export function rule<S extends Switch>({ profile }: Pick<Terminal, "profile">, name: S): NonNullable<Rules[S]> {
  return (profile.rules?.[name] ?? DEFAULTS[name]) as NonNullable<Rules[S]>;
}

/** Whether the merchant has this transaction at all. */
export function isEnabled({ profile }: Pick<Terminal, "profile">, kind: TransactionKind | "balance"): boolean {
  if (kind === "balance") return rule({ profile }, "balance");
  return profile.rules?.enabled?.includes(kind) ?? true;
}

/** Puts no record of its own into the batch; a void does, unless it takes back what the host has never heard of. */
const NO_RECORD: readonly (TransactionKind | "balance")[] = ["balance", "tip", "adjustment", "void"];

/**
 * Before a card or an amount is asked for. Leaves when the merchant does not have it (a way in that is no menu row must not be a way round), and
 * when the batch takes no more.
 */
export function permit(t: Terminal, kind: TransactionKind | "balance"): void {
  if (!isEnabled(t, kind)) throw new Left("problem", t.ui.say("problem.not-enabled"));
  if (!NO_RECORD.includes(kind)) permitRecord(t);
}

/** Leaves when the batch is full (§5.6). One that is being settled makes room by itself. */
export function permitRecord(t: Pick<Terminal, "journal" | "ui">): void {
  const { journal } = t;
  if (journal.full && journal.settlement === undefined)
    throw new Left("problem", t.ui.say("problem.batch-full"), "notice.not-done");
}
