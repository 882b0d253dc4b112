/** Processing restrictions: version, usage, dates (§6.6, Book 3 10.4). */
import { bit, type TvrBit, tvr } from "./bits.ts";
import { sameBytes, toHex } from "./bytes.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import { fullYear } from "./keys.ts";
import {
  asTerminal,
  asTransaction,
  type Terminal,
  type TerminalLike,
  type Transaction,
  type TransactionLike,
} from "./terminal.ts";

export interface Findings {
  /** TVR bits this sets. */
  tvr: Uint8Array;
  /** Their names. */
  reasons: TvrBit[];
}

const CASH: ReadonlySet<string> = new Set(["01", "12", "17"]);
/** 03: a hold on the account, for goods or services as well. */
const PURCHASE: ReadonlySet<string> = new Set(["00", "03", "09"]);

/** Cash at a counter, or from a machine. */
export function isCash(transaction: Transaction): boolean {
  return CASH.has(transaction.type);
}

export function hasCashback(transaction: Transaction): boolean {
  return transaction.type === "09" || (transaction.type === "00" && transaction.otherFen > 0);
}

/**
 * @example checkRestrictions({ "9F07": "FF00", "5F28": "0156", "5F24": "261130" }, { date: "261122" }, 10000).reasons
 */
export function checkRestrictions(card: DataLike, terminal: TerminalLike = {}, transaction: TransactionLike = 0): Findings {
  const known = asTerminal(terminal);
  const asked = asTransaction(transaction, known);
  const own = (tag: string): Uint8Array | undefined =>
    asked.data.get(tag) ?? known.data.get(tag) ?? known.applications[0]?.data.get(tag);
  const reasons = restrictionBits(asLookup(card), own, known, asked);
  return { tvr: tvr(...reasons), reasons };
}

export function restrictionBits(card: Lookup, own: Lookup, terminal: Terminal, transaction: Transaction): TvrBit[] {
  const [cardVersion, ownVersion] = [card("9F08"), own("9F09")];
  const bits: TvrBit[] = [];
  if (cardVersion !== undefined && ownVersion !== undefined && !sameBytes(cardVersion, ownVersion)) bits.push("version-differs");
  const usage = card("9F07");
  if (usage !== undefined && !usageAllowed(usage, domestic(card, own), terminal, transaction)) bits.push("service-not-allowed");
  const today = own("9A");
  const [from, until] = [card("5F25"), card("5F24")];
  if (today !== undefined) {
    if (from !== undefined && dayOf(from) > dayOf(today)) bits.push("not-yet-effective");
    if (until !== undefined && dayOf(until) < dayOf(today)) bits.push("expired");
  }
  return bits;
}

function domestic(card: Lookup, own: Lookup): boolean | undefined {
  const issuer = card("5F28");
  return issuer === undefined ? undefined : sameBytes(issuer, own("9F1A") ?? new Uint8Array(0));
}

/** `home` undefined: the card does not say where it is at home, so only the kind of terminal is tested. */
function usageAllowed(usage: Uint8Array, home: boolean | undefined, terminal: Terminal, transaction: Transaction): boolean {
  const [cash, goods, services, cashback] = [8, 7, 6, 5].map((number) => bit(terminal.additional, 1, number));
  const isAtm = terminal.financial && !terminal.attended && cash === true;
  if (!bit(usage, 1, isAtm ? 2 : 1)) return false;
  if (home === undefined) return true;
  /** The bit of the home country; the next lower one is for abroad. */
  const allows = (byte: number, number: number): boolean => bit(usage, byte, home ? number : number - 1);
  if (isCash(transaction) && !allows(1, 8)) return false;
  if (hasCashback(transaction) && !allows(2, 8)) return false;
  if (!PURCHASE.has(transaction.type)) return true;
  if (transaction.service !== undefined) return allows(1, transaction.service === "goods" ? 6 : 4);
  const says = goods === true || services === true || cashback === true;
  return ((goods === true || !says) && allows(1, 6)) || ((services === true || !says) && allows(1, 4));
}

/** YYYYMMDD. */
function dayOf(date: Uint8Array): string {
  const digits = toHex(date);
  return `${fullYear(digits.slice(0, 2))}${digits.slice(2)}`;
}
