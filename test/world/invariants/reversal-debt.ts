/**
 * I4: what could reverse a request is durable before its first byte leaves, an approval is shown when its record is; once a reversal is owed,
 * it goes before any new request for money.
 */
import { batchAndTrace } from "../world.ts";
import type { Books, Complain } from "../books.ts";

export function reversalDebt({ world, messages }: Books, complain: Complain): void {
  for (const words of world.tooEarly) complain(words);
  const requested = new Map<string, number>();
  let lastRequest: { key: string; at: number } | undefined;
  const reversed = new Set<string>();
  messages.forEach(({ dir, mti, fields }, at) => {
    if (dir !== "out") return;
    const key = batchAndTrace(fields);
    if (mti === "0100" || mti === "0200") {
      requested.set(key, at);
      lastRequest = { key, at };
    }
    if (mti !== "0400") return;
    const since = requested.get(key);
    if (!reversed.has(key) && since !== undefined && lastRequest !== undefined && lastRequest.at > since)
      complain(`request ${lastRequest.key} left before the reversal of ${key}`);
    reversed.add(key);
  });
}

/** Answers after which a reversal is the host's affair: taken, or nothing there to take back (§5.1). */
const TAKEN: ReadonlySet<string> = new Set(["00", "12", "25"]);

/**
 * In the evening, with line and host well for long: nothing is owed any more, and each reversal that ever left was heard by the host, which said so.
 * Advices may wait for the settlement.
 */
export function nothingOwed({ journal, messages }: Books, complain: Complain): void {
  if (journal.owed !== null) complain(`a reversal of ${String(journal.owed.batch)}/${String(journal.owed.trace)} is still owed`);
  const left = new Map<string, number>();
  const taken = new Set<string>();
  for (const { dir, mti, mac, fields } of messages) {
    const key = batchAndTrace(fields);
    if (dir === "out" && mti === "0400") left.set(key, (left.get(key) ?? 0) + 1);
    if (dir === "in" && mti === "0410" && mac !== "bad" && TAKEN.has(fields["39"] ?? "")) taken.add(key);
  }
  for (const [key, times] of left)
    if (!taken.has(key)) complain(`the reversal of ${key} left ${times} times, was never taken, and is owed no more`);
}
