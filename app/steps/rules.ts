/** What this merchant may do, and how carefully (§5.6, §7.4): the profile's switches with their defaults. */
import type { Rules } from "../model/profile.ts";
import type { TransactionKind } from "../model/transaction.ts";
import { Left, type Terminal } from "./terminal.ts";

const DEFAULTS = {
  voidNeedsCard: true,
  voidNeedsPin: true,
  completionNeedsPin: true,
  voidNeedsSupervisor: true,
  refundNeedsSupervisor: true,
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

/** Leaves when the merchant does not have it: a way in that is no menu row must not be a way round. */
export function permit(t: Terminal, kind: TransactionKind | "balance"): void {
  if (!isEnabled(t, kind)) throw new Left("problem", t.ui.say("problem.not-enabled"));
}
