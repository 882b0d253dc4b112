/**
 * I3: "declined" is never said of money that was taken, nor "approved" of money that was not; and nothing is approved by an answer whose MAC is not
 * the host's, nor by one about other money or another terminal.
 */
import { batchAndTrace } from "../world.ts";
import { type Books, type Complain, keyOf, STANDS } from "../books.ts";

/** What an answer says of the request it belongs to (§2.4): processing code, amount, terminal, merchant. */
const ECHOED = ["3", "4", "41", "42"] as const;
/** A partial approval has an amount of its own. */
const PARTIAL = "10";

/** Batch and trace of the requests to which an answer came that is theirs: under the host's MAC, about the same money. */
function answered(messages: Books["messages"]): Set<string> {
  const asked = new Map<string, Record<string, string>>();
  const found = new Set<string>();
  for (const { dir, mti, mac, fields } of messages) {
    const key = batchAndTrace(fields);
    if (dir === "out" && (mti === "0100" || mti === "0200")) asked.set(key, fields);
    if (dir === "out" || mac !== "ok" || (mti !== "0110" && mti !== "0210")) continue;
    const request = asked.get(key);
    const isOf = (field: string): boolean =>
      fields[field] === undefined || request?.[field] === undefined || fields[field] === request[field];
    if (ECHOED.every((field) => isOf(field) || (field === "4" && fields["39"] === PARTIAL))) found.add(key);
  }
  return found;
}

export function noFalseRefusal({ screens, ledger, journal, messages }: Books, complain: Complain): void {
  const sealed = answered(messages);
  const byKey = new Map(ledger.map((entry) => [keyOf(entry), entry]));
  const owed = journal.owed === null ? undefined : keyOf(journal.owed);
  for (const { id, request } of screens) {
    if ((id !== "declined" && id !== "approved") || request === undefined) continue;
    const entry = byKey.get(request);
    const stands = entry !== undefined && (STANDS.has(entry.state) || entry.state === "answered");
    if (id === "declined" && stands && entry.state !== "answered" && owed !== request)
      complain(`the screen said declined of ${request}; the host has it ${entry.state}`);
    if (id === "approved" && !sealed.has(request))
      complain(`the screen said approved of ${request}; no answer to it and to its money had the host's MAC`);
    if (id === "approved" && !stands)
      complain(`the screen said approved of ${request}; the host has it ${entry?.state ?? "not at all"}`);
  }
}
