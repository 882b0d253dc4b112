/** I3: "declined" is never said of money that was taken, nor "approved" of money that was not. */
import { type Books, type Complain, keyOf, STANDS } from "../books.ts";

export function noFalseRefusal({ screens, ledger, journal }: Books, complain: Complain): void {
  const byKey = new Map(ledger.map((entry) => [keyOf(entry), entry]));
  const owed = journal.owed === null ? undefined : keyOf(journal.owed);
  for (const { id, request } of screens) {
    if ((id !== "declined" && id !== "approved") || request === undefined) continue;
    const entry = byKey.get(request);
    const stands = entry !== undefined && (STANDS.has(entry.state) || entry.state === "answered");
    if (id === "declined" && stands && entry.state !== "answered" && owed !== request)
      complain(`the screen said declined of ${request}; the host has it ${entry.state}`);
    if (id === "approved" && !stands)
      complain(`the screen said approved of ${request}; the host has it ${entry?.state ?? "not at all"}`);
  }
}
