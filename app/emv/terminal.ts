/** What the terminal is and what it was asked to do: as callers say it, and as data objects of the kernel. Everything has a sensible default. */
import { type Bytes, EmvError, fromDecimal, fromNumber, fromText, toBytes, toDecimal, toHex } from "./bytes.ts";
import { type CaKey, type CaKeyInput, type Revoked, toCaKey } from "./capk.ts";
import type { Torn } from "./outcome.ts";
import { tagName } from "./tlv.ts";

/** One application the terminal accepts (§11.1). Amounts in fen. */
export interface ApplicationInput {
  /** 9F06. */
  aid: Bytes;
  /** DF01 = 00: names that begin with the AID count too. Default true. */
  partial?: boolean;
  /** 9F09, default 0030. */
  version?: Bytes;
  tacDefault?: Bytes;
  tacOnline?: Bytes;
  tacDenial?: Bytes;
  /** 9F1B; default 0: every amount goes online. */
  floorLimitFen?: number;
  /** DF15. */
  thresholdFen?: number;
  /** DF17, DF16: per cent, default 0. */
  targetPercent?: number;
  maxTargetPercent?: number;
  /** DF14; default 9F3704. */
  defaultDdol?: Bytes;
  defaultTdol?: Bytes;
  /** DF18. */
  onlinePin?: boolean;
  /** 9F7B; without it the terminal takes no electronic cash. */
  ecashLimitFen?: number;
  contactless?: ContactlessInput;
  /** Data objects of this application that go over the terminal's own. */
  tags?: Readonly<Record<string, Bytes>>;
}

/** Limits of the reader (§9.1); absent = none. */
export interface ContactlessInput {
  /** DF19, DF20, DF21. */
  floorLimitFen?: number;
  limitFen?: number;
  cvmLimitFen?: number;
  /** 9F66 before pre-processing; default 36000000. */
  ttq?: Bytes;
  /** An amount of one unit asks for a cryptogram online. */
  statusCheck?: boolean;
  /** Amount zero is not allowed at all. */
  zeroNotAllowed?: boolean;
  /** Which of `>` and `≥` the floor limit is (§9.1). Default ">". */
  floorRule?: ">" | ">=";
  /** Up to this amount neither PIN nor signature is asked of a card that wants one (§5.8 of the messages). */
  waiverFen?: number;
}

export interface TerminalInput {
  /** 9F1A, 5F2A, 5F36; default 0156, 0156, 02. */
  country?: Bytes;
  currency?: Bytes;
  currencyExponent?: number;
  /** 9F35, default 22. */
  type?: Bytes;
  /** 9F33, default E0F8C8. */
  capabilities?: Bytes;
  /** 9F40, default F000F0A001. */
  additionalCapabilities?: Bytes;
  /** 9F15, four digits. */
  merchantCategory?: string;
  /** 9F16, 9F1C, 9F1E: text. */
  merchantId?: string;
  terminalId?: string;
  serial?: string;
  /** 9F4E, ASCII. */
  merchantName?: string;
  /** 9F11 values the display can show; default 01 (Latin 1). */
  characterSets?: readonly number[];
  /** Somebody can be asked which application to take. Default: true. */
  display?: boolean;
  /** The cardholder may leave a PIN out. Default false. */
  pinBypass?: boolean;
  /** Terminal risk management whatever the card says (§6.8). Default false. */
  alwaysManageRisk?: boolean;
  /** SM2 cards are taken (DF69); default: when a key of the application's RID is an SM2 key. */
  sm?: boolean;
  applications?: readonly (ApplicationInput | Bytes)[];
  caKeys?: readonly (CaKeyInput | CaKey)[];
  revoked?: readonly Revoked[];
  /** Cards not to be served: digits, and a sequence number when only that card is meant. */
  exceptions?: readonly { pan: string; sequence?: string }[];
  /** 9A YYMMDD, 9F21 hhmmss; a transaction's own go first. */
  date?: string;
  time?: string;
  /** 9F37; a transaction's own goes first. */
  unpredictableNumber?: Bytes;
  /** Any further data objects of the terminal. */
  tags?: Readonly<Record<string, Bytes>>;
}

export type Interface = "contact" | "contactless";

/** A number is an amount in fen. */
export type TransactionInput = number | bigint | TransactionDetails;

export interface TransactionDetails {
  amountFen: number | bigint;
  /** Cashback, 9F03. */
  otherFen?: number | bigint;
  /** 9C, default 00 (goods and services). */
  type?: Bytes;
  /** What a purchase is of, where 9F07 asks; when left out, what card and terminal both allow will do. */
  service?: "goods" | "services";
  interface?: Interface;
  date?: string;
  time?: string;
  /** 9F41, up to eight digits. */
  sequence?: number;
  currency?: Bytes;
  unpredictableNumber?: Bytes;
  /** The merchant wants it online. */
  forceOnline?: boolean;
  /** 1–99, for random selection; asked for when needed and left out. */
  randomPercent?: number;
  /** Purchases of the log, for split sales (§6.8). */
  log?: readonly { pan: string; amountFen: number }[];
  /** Take electronic cash when card and terminal can (§8). Default true. */
  ecash?: boolean;
  /** What the last tap left open (`outcome.torn`), as long as the rules let it live. */
  torn?: Torn;
  tags?: Readonly<Record<string, Bytes>>;
}

export interface Application {
  /** Hex digits. */
  aid: string;
  partial: boolean;
  tac: { default: Uint8Array | undefined; online: Uint8Array | undefined; denial: Uint8Array | undefined };
  floorLimitFen: number;
  thresholdFen: number;
  targetPercent: number;
  maxTargetPercent: number;
  defaultDdol: Uint8Array;
  defaultTdol: Uint8Array;
  onlinePin: boolean;
  ecashLimitFen: number | undefined;
  contactless: ContactlessInput;
  data: ReadonlyMap<string, Uint8Array>;
}

export interface Terminal {
  /** Last digit of 9F35: what it can do. */
  reach: "online-only" | "online-and-offline" | "offline-only";
  attended: boolean;
  /** Of a bank: the first digit of 9F35 is 1. */
  financial: boolean;
  capabilities: Uint8Array;
  additional: Uint8Array;
  display: boolean;
  pinBypass: boolean;
  alwaysManageRisk: boolean;
  sm: boolean | undefined;
  characterSets: readonly number[];
  applications: readonly Application[];
  caKeys: readonly CaKey[];
  revoked: readonly Revoked[];
  exceptions: readonly { pan: string; sequence?: string }[];
  data: ReadonlyMap<string, Uint8Array>;
}

export interface Transaction {
  amountFen: number;
  otherFen: number;
  /** Two digits. */
  type: string;
  service: "goods" | "services" | undefined;
  interface: Interface;
  /** YYMMDD; undefined when nobody said. */
  date: string | undefined;
  forceOnline: boolean;
  randomPercent: number | undefined;
  log: readonly { pan: string; amountFen: number }[];
  ecash: boolean;
  torn: Torn | undefined;
  data: ReadonlyMap<string, Uint8Array>;
}

const DEFAULT_TTQ = "36000000";

/** Throws EmvError "value" naming what cannot be read. */
export function toTerminal(input: TerminalInput = {}): Terminal {
  const type = toBytes(input.type ?? input.tags?.["9F35"] ?? "22", "type");
  const capabilities = toBytes(input.capabilities ?? input.tags?.["9F33"] ?? "E0F8C8", "capabilities");
  const additional = toBytes(input.additionalCapabilities ?? input.tags?.["9F40"] ?? "F000F0A001", "additionalCapabilities");
  const kind = (type[0] ?? 0) & 0x0f;
  const reach = ([undefined, "online-only", "online-and-offline", "offline-only"] as const)[kind > 3 ? kind - 3 : kind];
  if (reach === undefined || type.length !== 1) throw new EmvError("value", "type", `${toHex(type)} is no terminal type`);
  if (capabilities.length !== 3) throw new EmvError("value", "capabilities", "are three bytes");
  return {
    reach,
    attended: kind < 4,
    financial: (type[0] ?? 0) >> 4 === 1,
    capabilities,
    additional,
    display: input.display ?? true,
    pinBypass: input.pinBypass ?? false,
    alwaysManageRisk: input.alwaysManageRisk ?? false,
    sm: input.sm,
    characterSets: input.characterSets ?? [1],
    applications: (input.applications ?? []).map(toApplication),
    caKeys: (input.caKeys ?? []).map((key) => ("key" in key ? key : toCaKey(key))),
    revoked: input.revoked ?? [],
    exceptions: input.exceptions ?? [],
    data: terminalData(input, { type, capabilities, additional }),
  };
}

function terminalData(input: TerminalInput, own: { type: Uint8Array; capabilities: Uint8Array; additional: Uint8Array }) {
  const data = new Map<string, Uint8Array>([
    ["9F1A", toBytes(input.country ?? "0156", "country")],
    ["5F2A", toBytes(input.currency ?? "0156", "currency")],
    ["5F36", fromDecimal(input.currencyExponent ?? 2, 1)],
    ["9F35", own.type],
    ["9F33", own.capabilities],
    ["9F40", own.additional],
    ["9F15", fromDecimal(input.merchantCategory ?? "0", 2)],
    ["9F16", fromText((input.merchantId ?? "").padEnd(15))],
    ["9F1C", fromText((input.terminalId ?? "").padEnd(8))],
    ["9F1E", fromText((input.serial ?? "").padEnd(8).slice(-8))],
    ["9F01", new Uint8Array(6)],
  ]);
  if (input.merchantName !== undefined) data.set("9F4E", fromText(input.merchantName));
  if (input.date !== undefined) data.set("9A", fromDecimal(input.date, 3));
  if (input.time !== undefined) data.set("9F21", fromDecimal(input.time, 3));
  if (input.unpredictableNumber !== undefined) data.set("9F37", toBytes(input.unpredictableNumber, "9F37"));
  return withTags(data, input.tags);
}

export function toApplication(input: ApplicationInput | Bytes): Application {
  const from: ApplicationInput = typeof input === "string" || input instanceof Uint8Array ? { aid: input } : input;
  const aid = toBytes(from.aid, "aid");
  const optional = (value: Bytes | undefined, where: string) => (value === undefined ? undefined : toBytes(value, where));
  const data = new Map<string, Uint8Array>([
    ["9F06", aid],
    ["9F09", toBytes(from.version ?? "0030", "version")],
    ["9F1B", fromNumber(from.floorLimitFen ?? 0, 4)],
    ["9F66", toBytes(from.contactless?.ttq ?? DEFAULT_TTQ, "ttq")],
  ]);
  if (from.ecashLimitFen !== undefined) data.set("9F7B", fromDecimal(from.ecashLimitFen, 6));
  return {
    aid: toHex(aid),
    partial: from.partial ?? true,
    tac: {
      default: optional(from.tacDefault, "tacDefault"),
      online: optional(from.tacOnline, "tacOnline"),
      denial: optional(from.tacDenial, "tacDenial"),
    },
    floorLimitFen: from.floorLimitFen ?? 0,
    thresholdFen: from.thresholdFen ?? 0,
    targetPercent: from.targetPercent ?? 0,
    maxTargetPercent: from.maxTargetPercent ?? 0,
    defaultDdol: toBytes(from.defaultDdol ?? "9F3704", "defaultDdol"),
    defaultTdol: toBytes(from.defaultTdol ?? "9F02065F2A029A039C0195059F3704", "defaultTdol"),
    onlinePin: from.onlinePin ?? true,
    ecashLimitFen: from.ecashLimitFen,
    contactless: from.contactless ?? {},
    data: withTags(data, from.tags),
  };
}

export function toTransaction(input: TransactionInput, terminal: Terminal): Transaction {
  const from: TransactionDetails = typeof input === "object" ? input : { amountFen: input };
  const [amountFen, otherFen] = [wholeFen(from.amountFen, "amountFen"), wholeFen(from.otherFen ?? 0, "otherFen")];
  const type = toHex(toBytes(from.type ?? "00", "type"));
  const data = new Map<string, Uint8Array>([
    ["9F02", fromDecimal(amountFen, 6)],
    ["9F03", fromDecimal(otherFen, 6)],
    ["81", fromNumber(amountFen, 4)],
    ["9F04", fromNumber(otherFen, 4)],
    ["9C", toBytes(type)],
  ]);
  if (from.date !== undefined) data.set("9A", fromDecimal(from.date, 3));
  if (from.time !== undefined) data.set("9F21", fromDecimal(from.time, 3));
  if (from.sequence !== undefined) data.set("9F41", fromDecimal(from.sequence, 4));
  if (from.currency !== undefined) data.set("5F2A", toBytes(from.currency, "currency"));
  if (from.unpredictableNumber !== undefined) data.set("9F37", toBytes(from.unpredictableNumber, "9F37"));
  withTags(data, from.tags);
  const date = data.get("9A") ?? terminal.data.get("9A");
  return {
    amountFen,
    otherFen,
    type,
    service: from.service,
    interface: from.interface ?? "contact",
    date: date === undefined ? undefined : toHex(date),
    forceOnline: from.forceOnline ?? false,
    randomPercent: from.randomPercent,
    log: from.log ?? [],
    ecash: from.ecash ?? true,
    torn: from.torn,
    data,
  };
}

/** A terminal in words, in data objects by tag, or ready made. */
export type TerminalLike = Terminal | TerminalInput | Tags;
/** A transaction in words, as an amount, in data objects by tag, or ready made. */
export type TransactionLike = Transaction | TransactionInput | Tags;
type Tags = Readonly<Record<string, Bytes>>;

export function asTerminal(input: TerminalLike = {}): Terminal {
  if ("reach" in input && "data" in input) return input as Terminal;
  return toTerminal(areTags(input) ? { tags: input } : (input as TerminalInput));
}

export function asTransaction(input: TransactionLike = 0, terminal: Terminal = toTerminal()): Transaction {
  if (typeof input !== "object") return toTransaction(input, terminal);
  if ("interface" in input && "data" in input) return input as Transaction;
  if (!areTags(input)) return toTransaction(input as TransactionDetails, terminal);
  const fen = (tag: string): number => toDecimal(toBytes(input[tag] ?? "00", tag)) ?? 0;
  return toTransaction({ amountFen: fen("9F02"), otherFen: fen("9F03"), type: input["9C"], tags: input }, terminal);
}

function areTags(input: object): input is Tags {
  const names = Object.keys(input);
  return names.length > 0 && names.every((name) => /^([0-9A-Fa-f]{2}){1,4}$/.test(name));
}

/** What 9F02 can say is twelve digits. */
function wholeFen(amount: number | bigint, where: string): number {
  const fen = Number(amount);
  if (!Number.isSafeInteger(fen) || fen < 0 || fen > 999_999_999_999)
    throw new EmvError("value", where, "is no whole amount of fen");
  return fen;
}

function withTags(data: Map<string, Uint8Array>, tags: Readonly<Record<string, Bytes>> = {}): Map<string, Uint8Array> {
  for (const [tag, value] of Object.entries(tags)) data.set(tagName(tag), toBytes(value, tag));
  return data;
}
