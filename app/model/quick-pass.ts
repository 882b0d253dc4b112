/** 小额免密免签 (§5.8): whether a tapped payment needs a PIN, and a signature. Pure. */
import type { TransactionKind } from "./transaction.ts";

export interface QuickPassRules {
  /** FF8054. */
  on: boolean;
  /** FF8058, FF8059: up to these amounts. */
  noPinFen: number;
  noSignatureFen: number;
  /** FF805A. */
  withoutSignature: boolean;
  /** FF8055, FF8056: the stage of the scheme the host is at; neither is the last one. */
  tableA: boolean;
  tableB: boolean;
  /** FF8057: what the owner's device has verified counts. */
  cdcvm: boolean;
}

/** First six digits, and how long a card number with them is. */
export interface CardRange {
  length: number;
  prefix: string;
}

/** a: the pilot's cards · b: debit cards that need no PIN (396) · c: cards that always do (398). */
export interface QuickPassTables {
  a: readonly CardRange[];
  b: readonly CardRange[];
  c: readonly CardRange[];
}

export interface QuickPassQuestion {
  kind: TransactionKind;
  amountFen: number;
  pan: string;
  /** Full name of the application (84), hex digits: debit, credit or quasi-credit. */
  aid: string;
  /** 9F6C. */
  qualifiers: Uint8Array | undefined;
  /** Issued abroad. */
  foreign: boolean;
}

export interface Verification {
  pin: boolean;
  signature: boolean;
  /** What the amount saved the cardholder, and up to which amount it does: for the slip. */
  waived?: { pinFen?: number; signatureFen?: number };
}

const CREDIT = ["A000000333010102", "A000000333010103"];

export function verificationFor(asked: QuickPassQuestion, rules: QuickPassRules, tables: QuickPassTables): Verification {
  const { amountFen, foreign, qualifiers } = asked;
  const wantsPin = bitOf(qualifiers, 0, 0x80);
  // The scheme is the country's own: abroad the card alone says, and its holder signs.
  if (foreign) return { pin: wantsPin, signature: true };
  if (!rules.on || asked.kind !== "sale") return { pin: true, signature: true };
  const byAmount = amountFen <= rules.noPinFen && inScheme(asked, rules, tables);
  const byDevice = rules.cdcvm && bitOf(qualifiers, 1, 0x80) && !wantsPin;
  if (!byAmount && !byDevice) return { pin: true, signature: true };
  const signature = !rules.withoutSignature || amountFen > rules.noSignatureFen;
  const waived = {
    ...(byAmount ? { pinFen: rules.noPinFen } : {}),
    ...(signature ? {} : { signatureFen: rules.noSignatureFen }),
  };
  return { pin: false, signature, ...(Object.keys(waived).length === 0 ? {} : { waived }) };
}

function inScheme({ pan, aid }: QuickPassQuestion, rules: QuickPassRules, tables: QuickPassTables): boolean {
  if (rules.tableA) return holds(tables.a, pan);
  if (rules.tableB) return CREDIT.some((name) => aid.startsWith(name)) || holds(tables.b, pan);
  return !holds(tables.c, pan);
}

const holds = (table: readonly CardRange[], pan: string): boolean =>
  table.some(({ length, prefix }) => pan.length === length && pan.startsWith(prefix));

const bitOf = (bytes: Uint8Array | undefined, at: number, mask: number): boolean => ((bytes?.[at] ?? 0) & mask) !== 0;

const RENMINBI = "0156";
const CHINA = "0156";

/**
 * Whether a UnionPay card was issued abroad (§5.7): neither of its currencies (9F51, DF71) is the renminbi. A card that names none is told by its
 * country (5F28), and is one of ours when it says nothing at all. Hex digits.
 */
export function issuedAbroad({ currencies, country }: { currencies: readonly string[]; country: string | undefined }): boolean {
  if (currencies.length > 0) return !currencies.includes(RENMINBI);
  return country !== undefined && country !== CHINA;
}
