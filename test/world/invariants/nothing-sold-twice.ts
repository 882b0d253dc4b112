/** I2: one yes of a customer moves money at most once. In a random day no two people ask for the same amount, so the amount tells who it was. */
import { type Books, type Complain, keyOf, STANDS, yuan } from "../books.ts";

const ASKED_ONCE: ReadonlySet<string> = new Set([
  "sale",
  "preauth",
  "offline",
  "chip-offline",
  "load",
  "load-other",
  "cash-load",
]);
/** At most one of these can stand for one original. */
const ONCE_EACH: ReadonlySet<string> = new Set(["void", "completion-void", "preauth-void", "cash-load-void"]);

export function nothingSoldTwice({ ledger }: Books, complain: Complain): void {
  const asked = new Map<string, string>();
  const undone = new Map<string, string>();
  for (const entry of ledger) {
    if (!STANDS.has(entry.state)) continue;
    const key = keyOf(entry);
    if (ASKED_ONCE.has(entry.kind)) {
      const what = `${entry.kind} of ${yuan(entry.amountFen)} by the same card`;
      const before = asked.get(`${what}${entry.pan}`);
      if (before !== undefined) complain(`${what} stands twice: ${before} and ${key}`);
      asked.set(`${what}${entry.pan}`, key);
    }
    if (ONCE_EACH.has(entry.kind) && entry.original !== undefined) {
      const what = `${entry.kind} of ${keyOf(entry.original)}`;
      const before = undone.get(what);
      if (before !== undefined) complain(`${what} stands twice: ${before} and ${key}`);
      undone.set(what, key);
    }
    if ((entry.refundedFen ?? 0) > (entry.totalFen ?? entry.approvedFen))
      complain(`${key}: ${yuan(entry.refundedFen ?? 0)} was given back of ${yuan(entry.totalFen ?? entry.approvedFen)}`);
  }
}
