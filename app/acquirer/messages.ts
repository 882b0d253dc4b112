/**
 * The messages as data: §2 of the message reference, one row a transaction. A row names its fields as §2 does; what a name means
 * stands once, in RULES. A new transaction is a new row.
 */
import { assert } from "../../platform/guest/assert.ts";
import type { Profile } from "../model/profile.ts";
import { type BatchTotals, MOST_COUNT, MOST_FEN, MOST_LINES, type SettlementTotals, type UploadLine } from "../model/ledger.ts";
import type {
  AdviceKind,
  Authority,
  CardData,
  EntryMode,
  Original,
  ReversalReason,
  TransactionKind,
} from "../model/transaction.ts";
import type { Message } from "./host.ts";

/** For the versions slip: raise it when a row changes what goes on the line. */
export const MESSAGE_SET = "CUP 2.x/4";

/** The reader's part of DE60 (60.4, §3.1): keyed only is 0, stripe 2, + contact 5, + contactless 6. */
export type ReadCapability = "0" | "2" | "5" | "6";

/** Everything a field can be made of. The session gathers it; RULES turn it into fields. */
export interface Facts {
  profile: Profile;
  capability: ReadCapability;
  row: MessageRow;
  batch: number;
  trace?: number;
  amountFen?: number;
  operator?: string;
  card?: Pick<CardData, "entry" | "pan" | "expiry" | "sequence" | "icData">;
  /** DE22, three digits. */
  entryMode?: string;
  /** Tracks as they go on the line: hex digits, `D` as separator. */
  track2?: string;
  track3?: string;
  tracksEnciphered?: boolean;
  pinBlock?: Uint8Array;
  authCode?: string;
  reason?: ReversalReason;
  /** DE32 of the answer that brought the scripts. */
  institution?: string;
  original?: Original;
  /** DE63.1: organisation of the card. */
  organisation?: string;
  /** DE48 of an advice. */
  tipFen?: number;
  authority?: Authority;
  totals?: SettlementTotals;
  lines?: readonly UploadLine[];
  /** Records uploaded, for the end of a batch upload. */
  count?: number;
  /** DE62 of downloads and reports; of a load out of another card's account, the card that is loaded. */
  block62?: Uint8Array;
  /** Machine number, for sign-on. */
  serial?: string;
  /** Made of a stored record, which has no tracks: then DE2 goes with it whatever the entry was. */
  fromRecord?: boolean;
}

const SM4_BLOCK_BYTES = 16;

type Value = string | Uint8Array | undefined;

/**
 * The conditions of §2 and the contents of §3, by the names §2 uses. A name without `c` is mandatory: when its rule has nothing to give, that
 * is a fault of the program.
 */
const RULES = {
  2: (f) => f.card?.pan,
  "2c": (f) => (f.fromRecord || f.profile.dialect.panOnSwipe || !striped(f) || f.track2 === undefined ? f.card?.pan : undefined),
  3: (f) => f.row.processing,
  4: (f) => padded(f.amountFen, 12),
  11: (f) => padded(f.trace, 6),
  "14c": (f) => (striped(f) ? undefined : f.card?.expiry),
  22: (f) => f.entryMode,
  "23c": (f) => f.card?.sequence,
  25: (f) => f.row.condition,
  "26c": (f) => (f.pinBlock === undefined ? undefined : "12"),
  "32c": (f) => f.institution,
  "35c": (f) => f.track2,
  "36c": (f) => f.track3,
  "37 reference": (f) => f.original?.reference ?? "000000000000",
  "37c": (f) => f.original?.reference,
  "37c void": (f) => (f.profile.dialect.preauthVoidReference ? f.original?.reference : undefined),
  38: (f) => f.authCode,
  "38c": (f) => f.authCode,
  39: (f) => f.reason,
  41: (f) => f.profile.terminal.id,
  42: (f) => f.profile.merchant.id,
  "48 totals": (f) => f.totals && totals48(f.totals.domestic) + totals48(f.totals.foreign),
  "48 lines": (f) => f.lines && lines48(f.lines),
  "48 count": (f) => padded(f.count, 4),
  "48c tip": (f) => (f.tipFen ? padded(f.tipFen, 12) : undefined),
  49: () => "156",
  // An SM4 block is too long for DE52: zeros stand there and it goes in DE59 (§4.3).
  "52c": (f) => (f.pinBlock?.length === SM4_BLOCK_BYTES ? new Uint8Array(8) : f.pinBlock),
  "53c": (f) => securityOf(f),
  "55c": (f) => f.card?.icData,
  "59c": (f) => (f.pinBlock?.length === SM4_BLOCK_BYTES ? f.pinBlock : undefined),
  60: (f) => field60(f),
  "55 chip": (f) => f.card?.icData,
  "61 trace": (f) => original61(f, false),
  "61 void": (f) => original61(f, f.profile.dialect.voidDate === true),
  "61 date": (f) => original61(f, true),
  "61 zeros": () => "0".repeat(16),
  "61 authority": (f) => `${original61(f, false)}0000${f.authority?.mode ?? "00"}${f.authority?.institution ?? ""}`,
  "62 block": (f) => f.block62,
  "62 terminal": (f) => (f.original?.terminal === undefined ? undefined : ascii(f.original.terminal)),
  "62c block": (f) => f.block62,
  "62 sequence": (f) => (f.serial ? ascii(`Sequence No${padded(f.serial.length, 2)}${f.serial}`) : undefined),
  "63 operator": (f) => ascii((f.operator ?? "").padEnd(3)),
  "63 organisation": (f) => ascii((f.organisation ?? "CUP").slice(0, 3).padEnd(3)),
  /** A place for the MAC; the session fills it. */
  64: () => new Uint8Array(8),
} as const satisfies Record<string | number, (facts: Facts) => Value>;

export type FieldName = keyof typeof RULES;

export interface MessageRow {
  readonly mti: string;
  /** DE3. */
  readonly processing?: string;
  /** DE25. */
  readonly condition?: string;
  /** 60.1. */
  readonly type: string;
  /** 60.3. */
  readonly network: string | ((profile: Profile) => string);
  /** How DE60 goes on behind 60.3: not at all · 60.4 60.5 · and 60.6 where the profile has partial approval. */
  readonly terminal: "none" | "reader" | "reader-partial";
  readonly fields: readonly FieldName[];
  /** Fields of its 0400 (§2.4); a row without is never reversed. */
  readonly reversal?: readonly FieldName[];
}

/** What a terminal fetches for its chips (§2.9, §5.8): lists, single entries, tables in blocks, and the word that all was heard. */
export type ChipDownload =
  | "ca-key-list"
  | "sm-key-list"
  | "ca-key"
  | "ca-key-end"
  | "aid-list"
  | "aid"
  | "aid-end"
  | "contactless"
  | "contactless-end"
  | "no-pin-table"
  | "no-pin-table-end"
  | "excluded-table"
  | "excluded-table-end";
export type ManagementKind =
  | ChipDownload
  | "sign-on"
  | "sign-off"
  | "echo"
  | "parameters"
  | "parameters-end"
  | "blacklist"
  | "blacklist-end"
  | "status"
  | "statement";
export type SettlementKind =
  | "settlement"
  | "upload"
  | "upload-chip-balanced"
  | "upload-chip-unbalanced"
  | "upload-chip-failed-balanced"
  | "upload-chip-failed-unbalanced"
  | "upload-end-balanced"
  | "upload-end-unbalanced";
/** A row of the table. */
export type MessageName =
  | Exclude<TransactionKind, "cash" | "ecash">
  | "balance"
  | "chip-offline"
  | ManagementKind
  | SettlementKind;

/** §2.2: what a sale brings, without money and chip, which not every one of its relatives has. */
const CARD = ["2c", 3, 11, "14c", 22, "23c", 25, "35c", "36c", 41, 42, 49, "53c", 60, 64] as const satisfies FieldName[];
const PIN = ["26c", "52c", "59c"] as const satisfies FieldName[];
const SALE = [...CARD, ...PIN, 4, "55c"] as const satisfies FieldName[];
/** A sale that a chip has no say in (simplified flow). */
const PLAIN = [...CARD, ...PIN, 4] as const satisfies FieldName[];
/** §2.4. */
const REVERSAL = [
  "2c",
  3,
  4,
  11,
  "14c",
  22,
  "23c",
  25,
  "38c",
  39,
  41,
  42,
  49,
  "53c",
  "55c",
  60,
  64,
] as const satisfies FieldName[];
/** §2.5. */
const OFFLINE = [
  2,
  3,
  4,
  11,
  "14c",
  22,
  25,
  "38c",
  41,
  42,
  "48c tip",
  49,
  60,
  "61 authority",
  "63 organisation",
  64,
] as const satisfies FieldName[];

/** A chip's certificate, §2.8. */
const CERTIFICATE = [2, 4, 11, 22, "23c", 41, 42, "55 chip", 60, "62 block"] as const satisfies FieldName[];

const online = { network: "000", terminal: "reader" } as const;
const toPurse = (processing: string, type: string) => ({ mti: "0200", processing, condition: "91", type, ...online }) as const;
const management = { type: "00", terminal: "none" } as const;
const certificate = { mti: "0320", type: "00", terminal: "reader", fields: CERTIFICATE } as const;
const block = [41, 42, 60, "62 block"] as const satisfies FieldName[];
const bare = [41, 42, 60] as const satisfies FieldName[];

export const MESSAGES = {
  // §2.1
  "sign-on": {
    mti: "0800",
    ...management,
    network: (profile) => profile.keys.signOnCode,
    fields: [11, 41, 42, 60, "62 sequence", "63 operator"],
  },
  "sign-off": { mti: "0820", ...management, network: "002", fields: [11, 41, 42, 60] },
  echo: { mti: "0820", ...management, network: "301", fields: [41, 42, 60] },
  // §2.2
  balance: {
    mti: "0200",
    processing: "310000",
    condition: "00",
    type: "01",
    ...online,
    fields: [...CARD, ...PIN, "55c"],
  },
  sale: {
    mti: "0200",
    processing: "000000",
    condition: "00",
    type: "22",
    network: "000",
    terminal: "reader-partial",
    fields: SALE,
    reversal: REVERSAL,
  },
  void: {
    mti: "0200",
    processing: "200000",
    condition: "00",
    type: "23",
    ...online,
    fields: [...PLAIN, "37 reference", "38c", "61 void"],
    reversal: [...REVERSAL, "61 void"],
  },
  refund: {
    mti: "0220",
    processing: "200000",
    condition: "00",
    type: "25",
    ...online,
    fields: [...PLAIN, "37 reference", "38c", "61 date", "63 organisation"],
  },
  // §2.3
  preauth: { mti: "0100", processing: "030000", condition: "06", type: "10", ...online, fields: SALE, reversal: REVERSAL },
  "preauth-add": {
    mti: "0100",
    processing: "030000",
    condition: "60",
    type: "10",
    ...online,
    fields: [...SALE, 38, "61 zeros"],
    reversal: [...REVERSAL, "61 zeros"],
  },
  "preauth-void": {
    mti: "0100",
    processing: "200000",
    condition: "06",
    type: "11",
    ...online,
    fields: [...PLAIN, "37c void", 38, "61 date"],
    reversal: [...REVERSAL, "61 date"],
  },
  completion: {
    mti: "0200",
    processing: "000000",
    condition: "06",
    type: "20",
    ...online,
    fields: [...PLAIN, 38, "61 date"],
    reversal: [...REVERSAL, "61 date"],
  },
  "completion-void": {
    mti: "0200",
    processing: "200000",
    condition: "06",
    type: "21",
    ...online,
    fields: [...PLAIN, "37 reference", "38c", "61 date"],
    reversal: [...REVERSAL, "61 date"],
  },
  "completion-advice": {
    mti: "0220",
    processing: "000000",
    condition: "06",
    type: "24",
    ...online,
    fields: [...CARD, 4, 38, "61 date"],
  },
  // §2.5
  offline: { mti: "0220", processing: "000000", condition: "00", type: "30", ...online, fields: OFFLINE },
  adjustment: { mti: "0220", processing: "000000", condition: "00", type: "32", ...online, fields: [...OFFLINE, "37c"] },
  tip: { mti: "0220", processing: "000000", condition: "00", type: "34", ...online, fields: [...OFFLINE, "37c"] },
  "chip-offline": {
    mti: "0200",
    processing: "000000",
    condition: "00",
    type: "36",
    ...online,
    fields: [2, 3, 4, 11, "14c", 22, "23c", 25, 41, 42, 49, "55 chip", 60, "63 organisation", 64],
  },
  "ecash-refund": {
    mti: "0220",
    processing: "200000",
    condition: "00",
    type: "27",
    ...online,
    fields: [2, 3, 4, 11, "14c", 22, "23c", 25, "37c", 41, 42, 49, 60, "61 date", "62 terminal", "63 organisation", 64],
  },
  // §2.6
  load: { ...toPurse("600000", "45"), fields: SALE, reversal: REVERSAL },
  "cash-load": { ...toPurse("630000", "46"), fields: [...CARD, 4, "55c"], reversal: REVERSAL },
  "load-other": { ...toPurse("620000", "47"), fields: [...SALE, "62 block"], reversal: [...REVERSAL, "62c block"] },
  "cash-load-void": {
    ...toPurse("170000", "51"),
    fields: [...CARD, 4, "55c", "37 reference", "61 trace"],
    reversal: [...REVERSAL, "61 trace"],
  },
  // §2.8
  settlement: { mti: "0500", ...management, network: "201", fields: [11, 41, 42, "48 totals", 49, 60, "63 operator"] },
  upload: { mti: "0320", ...management, network: "201", fields: [11, 41, 42, "48 lines", 60] },
  "upload-chip-balanced": { ...certificate, network: "203" },
  "upload-chip-unbalanced": { ...certificate, network: "205" },
  "upload-chip-failed-balanced": { ...certificate, network: "204" },
  "upload-chip-failed-unbalanced": { ...certificate, network: "206" },
  "upload-end-balanced": { mti: "0320", ...management, network: "207", fields: [11, 41, 42, "48 count", 60] },
  "upload-end-unbalanced": { mti: "0320", ...management, network: "202", fields: [11, 41, 42, "48 count", 60] },
  // §2.9
  parameters: { mti: "0800", ...management, network: "360", fields: [41, 42, 60] },
  "parameters-end": { mti: "0800", ...management, network: "361", fields: [41, 42, 60] },
  status: { mti: "0820", ...management, network: "362", fields: [41, 42, 60, "62 block"] },
  blacklist: { mti: "0800", ...management, network: "390", fields: [41, 42, 60, "62 block"] },
  "blacklist-end": { mti: "0800", ...management, network: "391", fields: [41, 42, 60] },
  "ca-key-list": { mti: "0820", ...management, network: "372", fields: block },
  "sm-key-list": { mti: "0820", ...management, network: "373", fields: block },
  "ca-key": { mti: "0800", ...management, network: "370", fields: block },
  "ca-key-end": { mti: "0800", ...management, network: "371", fields: bare },
  "aid-list": { mti: "0820", ...management, network: "382", fields: block },
  aid: { mti: "0800", ...management, network: "380", fields: block },
  "aid-end": { mti: "0800", ...management, network: "381", fields: bare },
  contactless: { mti: "0800", ...management, network: "394", fields: bare },
  "contactless-end": { mti: "0800", ...management, network: "395", fields: bare },
  "no-pin-table": { mti: "0800", ...management, network: "396", fields: block },
  "no-pin-table-end": { mti: "0800", ...management, network: "397", fields: bare },
  "excluded-table": { mti: "0800", ...management, network: "398", fields: block },
  "excluded-table-end": { mti: "0800", ...management, network: "399", fields: bare },
  statement: { mti: "0800", ...management, network: "970", fields: [41, 42, 60, "62 block"] },
} as const satisfies Record<MessageName, MessageRow>;

/** The 0400 of a row (§2.4): same DE3, DE25 and DE60, its own field list. */
export function reversalRow(kind: TransactionKind): MessageRow {
  assert(kind !== "cash" && kind !== "ecash", `${kind} is never reversed`);
  const row: MessageRow = MESSAGES[kind];
  assert(row.reversal !== undefined, `${kind} can be reversed`);
  return { ...row, mti: "0400", fields: row.reversal };
}

/** The 0620 that tells what became of the issuer's scripts of a transaction (§2.10): its DE3 and DE25. */
export function scriptRow(kind: TransactionKind): MessageRow {
  assert(kind !== "cash" && kind !== "ecash", `${kind} is never answered with scripts`);
  const row: MessageRow = MESSAGES[kind];
  const fields = [2, 3, 4, 11, 22, "23c", 25, "32c", "37 reference", "38c", 41, 42, 49, "55 chip", 60, "61 date", 64] as const;
  return { ...row, mti: "0620", type: "00", network: "951", terminal: "reader", fields };
}

/** The 0220 of an advice as a record of a batch upload (§2.8): 0320, without a MAC. */
export function uploadRow(kind: AdviceMessage): MessageRow {
  const row: MessageRow = MESSAGES[kind];
  return { ...row, mti: "0320", fields: row.fields.filter((name) => name !== 64) };
}

/** 9C of what a chip signs: how DE3 begins (§3.11). */
export function chipType(kind: keyof typeof MESSAGES): string {
  const row: MessageRow = MESSAGES[kind];
  return row.processing?.slice(0, 2) ?? "00";
}

/** What a stored advice goes as; a chip's own approval is a sale here and 60.1 = 36 there. */
export type AdviceMessage = AdviceKind | "chip-offline";

export function draftMessage(facts: Facts): Message {
  const fields: Message["fields"] = new Map();
  for (const name of facts.row.fields) {
    const rule: (facts: Facts) => Value = RULES[name];
    const value = rule(facts);
    if (value !== undefined) fields.set(numberOf(name), value);
    else assert(optional(name), `DE${name} of ${facts.row.mti} has something to carry`);
  }
  return { mti: facts.row.mti, fields };
}

export function answerMti(mti: string): string {
  return padded(Number(mti) + 10, 4);
}

const ENTRY: Record<EntryMode, string> = { manual: "01", swipe: "02", fallback: "02", contact: "05", contactless: "07" };

/** DE22 (§3.4): how the card was read, and whether a PIN comes with it. */
export function entryModeOf(entry: EntryMode, hasPin: boolean): string {
  return ENTRY[entry] + (hasPin ? "1" : "2");
}

/** Whether tracks of this profile go enciphered: the host gave a TDK (§2.1). */
export function enciphersTracks({ keys }: Profile): boolean {
  return keys.signOnCode === "004" || keys.signOnCode === "006";
}

/** DE53.2 by the keys of the sign-on. */
const CIPHERS: Record<Profile["keys"]["signOnCode"], string> = { "001": "0", "003": "6", "004": "6", "005": "3", "006": "3" };

/** DE53 (§3.5); only with a PIN or tracks. */
export function securityOf(
  facts: Pick<Facts, "profile" | "pinBlock" | "track2" | "track3" | "tracksEnciphered">,
): string | undefined {
  const hasTracks = facts.track2 !== undefined || facts.track3 !== undefined;
  if (facts.pinBlock === undefined && !hasTracks) return undefined;
  const format = facts.pinBlock === undefined ? "0" : "2";
  const cipher = CIPHERS[facts.profile.keys.signOnCode];
  return `${format}${cipher}${facts.tracksEnciphered ? "1" : "0"}`.padEnd(16, "0");
}

/** §3.1: 60.1 type, 60.2 batch, 60.3 network code, 60.4 reader, 60.5 fallback, 60.6 partial approval. */
function field60(f: Facts): string {
  const { row, profile } = f;
  const network = typeof row.network === "string" ? row.network : row.network(profile);
  const start = row.type + padded(f.batch, 6) + network;
  if (row.terminal === "none") return start;
  const reader = f.capability + (f.card?.entry === "fallback" ? "2" : "0");
  const partial = row.terminal === "reader-partial" && profile.dialect.partialApproval ? "1" : "";
  return start + reader + partial;
}

/** Batch and trace of the original, zeros when unknown, and MMDD of it where wanted (§3.7). */
function original61({ original = {} }: Facts, date: boolean): string {
  const { batch = 0, trace = 0 } = original;
  return padded(batch, 6) + padded(trace, 6) + (date ? (original.date?.slice(4) ?? "0000") : "");
}

/** §3.6: sum and count of either direction, and a place for the host's verdict. */
function totals48({ debitFen, debitCount, creditFen, creditCount }: BatchTotals): string {
  assert(Math.max(debitFen, creditFen) <= MOST_FEN && Math.max(debitCount, creditCount) <= MOST_COUNT, "totals fit DE48");
  return `${padded(debitFen, 12)}${padded(debitCount, 3)}${padded(creditFen, 12)}${padded(creditCount, 3)}0`;
}

function lines48(lines: readonly UploadLine[]): string {
  assert(lines.length >= 1 && lines.length <= MOST_LINES, "an upload has 1 to 8 lines");
  const line = ({ foreign, trace, pan, amountFen }: UploadLine): string =>
    (foreign ? "01" : "00") + padded(trace, 6) + pan.padStart(20, "0") + padded(amountFen, 12);
  return padded(lines.length, 2) + lines.map(line).join("");
}

/** Read from the stripe: the host takes the expiry, and mostly the number, from track 2. */
function striped(f: Facts): boolean {
  return f.card?.entry === "swipe" || f.card?.entry === "fallback";
}

function padded(value: number, digits: number): string;
function padded(value: number | undefined, digits: number): string | undefined;
function padded(value: number | undefined, digits: number): string | undefined {
  if (value === undefined) return undefined;
  assert(Number.isSafeInteger(value) && value >= 0, "a field's number is whole and not negative");
  const text = String(value).padStart(digits, "0");
  assert(text.length === digits, `the number fits ${digits} digits`);
  return text;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 127);
}

/** "2c" → 2, "62 sequence" → 62. */
function numberOf(name: FieldName): number {
  return typeof name === "number" ? name : Number.parseInt(name, 10);
}

/** Conditional by its `c`, or a custom field that a host may do without. */
function optional(name: FieldName): boolean {
  return typeof name === "string" && (/^\d+c/.test(name) || name === "62 sequence");
}
