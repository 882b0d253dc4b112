/**
 * I3: "declined" is never said of money that was taken, nor "approved" of money that was not; and nothing is approved by an answer whose MAC is not
 * the host's.
 */
import { batchAndTrace } from "../world.ts";
import { type Books, type Complain, keyOf, STANDS } from "../books.ts";

export function noFalseRefusal({ screens, ledger, journal, messages }: Books, complain: Complain): void {
  const sealed = new Set(
    messages.filter(({ dir, mac }) => dir === "in" && mac === "ok").map(({ fields }) => batchAndTrace(fields)),
  );
  const byKey = new Map(ledger.map((entry) => [keyOf(entry), entry]));
  const owed = journal.owed === null ? undefined : keyOf(journal.owed);
  for (const { id, request } of screens) {
    if ((id !== "declined" && id !== "approved") || request === undefined) continue;
    const entry = byKey.get(request);
    const stands = entry !== undefined && (STANDS.has(entry.state) || entry.state === "answered");
    if (id === "declined" && stands && entry.state !== "answered" && owed !== request)
      complain(`the screen said declined of ${request}; the host has it ${entry.state}`);
    if (id === "approved" && !sealed.has(request))
      complain(`the screen said approved of ${request}; no answer to it had the host's MAC`);
    if (id === "approved" && !stands)
      complain(`the screen said approved of ${request}; the host has it ${entry?.state ?? "not at all"}`);
  }
}
