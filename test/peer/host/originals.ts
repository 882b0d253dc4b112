/** The transaction another one is about, found by what the terminal says of it (§3.7); or the answer code why it will not do. */
import type { Fields } from "./codec.ts";
import type { Entry, Kind, Ledger } from "./ledger.ts";

export type Found = { original: Entry | undefined } | { code: string };

const NO_REFERENCE = "000000000000";
const no = (code: string): Found => ({ code });
const amount = (fields: Fields): number => Number(fields[4] ?? 0);

/** Same card, and true what the message says about it. */
function agrees({ fields, pan }: Heard, original: Entry, ledger: Ledger): boolean {
  const told = fields[37];
  const changes = ledger.entries.filter((each) => each.original === original || each === original);
  return (
    original.pan === pan &&
    (told === undefined || told === NO_REFERENCE || changes.some(({ reference }) => reference === told)) &&
    (fields[38] === undefined || fields[38] === original.authCode)
  );
}

export interface Heard {
  fields: Fields;
  pan: string;
}

function namedIn61({ fields }: Heard, ledger: Ledger): Entry | undefined {
  const digits = fields[61] ?? "";
  return ledger.named(digits.slice(0, 6), digits.slice(6, 12));
}

/** Of the open batch, by DE61, for the whole amount. */
function voided(kinds: readonly Kind[]) {
  return (heard: Heard, ledger: Ledger): Found => {
    const original = namedIn61(heard, ledger);
    if (original === undefined || !kinds.includes(original.kind) || !agrees(heard, original, ledger)) return no("25");
    if (original.state !== "approved") return no(original.state === "declined" || original.state === "reversed" ? "25" : "12");
    if (original.refundedFen > 0) return no("12");
    return amount(heard.fields) === (original.totalFen ?? original.approvedFen) ? { original } : no("64");
  };
}

function refunded(heard: Heard, ledger: Ledger): Found {
  const referred = ledger.entries.find(({ reference }) => reference === heard.fields[37]);
  const original = referred?.original !== undefined && isChange(referred) ? referred.original : referred;
  if (original === undefined || original.pan !== heard.pan || !agrees(heard, original, ledger)) return no("25");
  if (original.kind !== "sale" && original.kind !== "offline" && !isChange(original)) return no("25");
  if (original.state !== "approved") return no("12");
  const left = (original.totalFen ?? original.approvedFen) - original.refundedFen;
  return amount(heard.fields) <= left ? { original } : no("61");
}

const isChange = ({ kind }: Entry): boolean => kind === "tip" || kind === "adjustment";

/** By card, code and day. */
function held(most: number) {
  return ({ fields, pan }: Heard, ledger: Ledger): Found => {
    const day = (fields[61] ?? "").slice(12, 16);
    const holds = ledger.entries.filter(
      (each) =>
        each.kind === "preauth" &&
        each.state !== "declined" &&
        each.pan === pan &&
        each.authCode === fields[38] &&
        (day === "0000" || day === "" || day === each.date),
    );
    const hold = holds.find(({ state }) => state === "held") ?? holds.at(-1);
    if (hold === undefined || hold.state === "reversed") return no("25");
    if (hold.state !== "held") return no("12");
    if (most === 0) return amount(fields) === hold.heldFen ? { original: hold } : no("64");
    return amount(fields) * 100 <= hold.heldFen * most ? { original: hold } : no("61");
  };
}

/** A tip or a new amount; its sale may never have been told when the message does not know a reference. */
function changed(kinds: readonly Kind[]) {
  return (heard: Heard, ledger: Ledger): Found => {
    const original = namedIn61(heard, ledger);
    if (original === undefined) return heard.fields[37] === undefined ? { original: undefined } : no("25");
    if (!kinds.includes(original.kind) || !agrees(heard, original, ledger)) return no("25");
    return original.state === "approved" ? { original } : no(original.state === "declined" ? "25" : "12");
  };
}

/** Anything: a hold keeps its limit in percent, 0: exactly what is held. */
const ANY = 1_000_000;

export const ORIGINALS: Partial<Record<Kind, (heard: Heard, ledger: Ledger) => Found>> = {
  void: voided(["sale", "offline", "adjustment", "tip"]),
  refund: refunded,
  "preauth-add": held(ANY),
  "preauth-void": held(0),
  completion: held(115),
  "completion-advice": held(115),
  "completion-void": voided(["completion"]),
  adjustment: changed(["offline", "adjustment", "tip"]),
  tip: changed(["sale", "offline", "adjustment", "tip"]),
};
