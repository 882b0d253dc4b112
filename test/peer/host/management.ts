/** What keeps a terminal going: working keys, parameters, statements (§2.1, §2.9). */
import type { Chance } from "./chance.ts";
import type { WorkingKeys } from "./crypto.ts";
import type { Entry, Kind } from "./ledger.ts";

/** The first ones; a host with a seed gives others at each sign-on. */
export const FIRST_KEYS: WorkingKeys = {
  pik: Buffer.from("A1B2C3D4E5F60718293A4B5C6D7E8F90", "hex"),
  mak: Buffer.from("13579BDF02468ACE", "hex"),
  tdk: Buffer.from("0F1E2D3C4B5A69788796A5B4C3D2E1F0", "hex"),
};

export function freshKeys(chance: Chance): WorkingKeys {
  return { pik: chance.bytes(16), mak: chance.bytes(8), tdk: chance.bytes(16) };
}

const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex").toUpperCase();

/** DE62 of a 360 (§7.3): timeout 60 s, three reversals. */
export const PARAMETERS = hex("1260233");

/** DE62 of a list that has nothing in it (§2.9). */
export const NOTHING_LISTED = hex("0");
/** Rows that ask for a list. */
export const LISTS: ReadonlySet<string> = new Set([
  "application-list",
  "key-list",
  "blacklist",
  "no-pin-table",
  "excluded-table",
]);

/** 60.1 of a kind; an add-on is 60. */
const TYPES: Record<Kind, string> = {
  balance: "01",
  sale: "22",
  void: "23",
  refund: "25",
  preauth: "10",
  "preauth-add": "60",
  "preauth-void": "11",
  completion: "20",
  "completion-void": "21",
  "completion-advice": "24",
  offline: "30",
  adjustment: "32",
  tip: "34",
};

function stateLetter({ state, refundedFen }: Entry): string {
  if (state === "approved" && refundedFen > 0) return "F";
  return { approved: "A", answered: "Q", declined: "D", reversed: "R", voided: "V", held: "H", completed: "C" }[state];
}

const LINES = 8;

/** DE62 of a statement: 1 or 2, then lines of 39 characters: kind, trace, batch, amount, reference, state. */
export function statement(entries: readonly Entry[], block: number): string {
  const lines = entries.slice((block - 1) * LINES, block * LINES).map((entry) => {
    const fen = String(entry.approvedFen || entry.amountFen).padStart(12, "0");
    return TYPES[entry.kind] + entry.trace + entry.batch + fen + entry.reference + stateLetter(entry);
  });
  return hex((block * LINES >= entries.length ? "1" : "2") + lines.join(""));
}

export const textOf = (hexText: string): string => Buffer.from(hexText, "hex").toString("latin1");
