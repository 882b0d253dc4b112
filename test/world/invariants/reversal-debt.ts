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

/** In the evening, with line and host well for long: nothing is owed any more. Advices may wait for the settlement. */
export function nothingOwed({ journal }: Books, complain: Complain): void {
  if (journal.owed !== null) complain(`a reversal of ${String(journal.owed.batch)}/${String(journal.owed.trace)} is still owed`);
}
