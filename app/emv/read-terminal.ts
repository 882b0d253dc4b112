/** Terminal, application and transaction read from what callers give, into data objects (§5, §11.3). */
import { type Bytes, EmvError, fromDecimal, fromNumber, fromText, toBytes, toDecimal, toHex, toNumber } from "./bytes.ts";
import { toCaKey } from "./capk.ts";
import type {
  Application,
  ApplicationInput,
  Tags,
  Terminal,
  TerminalInput,
  TerminalLike,
  Transaction,
  TransactionDetails,
  TransactionInput,
  TransactionLike,
} from "./terminal.ts";
import { tagName } from "./tlv.ts";

const DEFAULT_TTQ = "36000000";
const DEFAULT_VERSION = "0030";
const DEFAULT_DDOL = "9F3704";
const DEFAULT_TDOL = "9F02065F2A029A039C0195059F3704";

/** Throws EmvError "value" naming what cannot be read. */
export function toTerminal(input: TerminalInput = {}): Terminal {
  const type = toBytes(input.type ?? input.tags?.["9F35"] ?? "22", "type");
  const capabilities = toBytes(input.capabilities ?? input.tags?.["9F33"] ?? "E0F8C8", "capabilities");
  const additional = toBytes(input.additionalCapabilities ?? input.tags?.["9F40"] ?? "F000F0A001", "additionalCapabilities");
  const kind = (type[0] ?? 0) & 0x0f;
  const reach = ([undefined, "online-only", "online-and-offline", "offline-only"] as const)[kind > 3 ? kind - 3 : kind];
  if (reach === undefined || type.length !== 1) throw new EmvError("value", "type", `${toHex(type)} is no terminal type`);
  if (capabilities.length !== 3) throw new EmvError("value", "capabilities", "are three bytes");
  const data = terminalData(input, { type, capabilities, additional });
  return {
    reach,
    attended: kind < 4,
    financial: (type[0] ?? 0) >> 4 === 1,
    capabilities,
    additional,
    display: input.display ?? true,
    showCard: input.showCard ?? false,
    keepTorn: input.keepTorn ?? false,
    pinBypass: input.pinBypass ?? false,
    alwaysManageRisk: input.alwaysManageRisk ?? false,
    sm: input.sm,
    characterSets: input.characterSets ?? [1],
    applications: (input.applications ?? []).map((application) => toApplication(application, data)),
    caKeys: (input.caKeys ?? []).map((key) => ("key" in key ? key : toCaKey(key))),
    revoked: input.revoked ?? [],
    exceptions: input.exceptions ?? [],
    data,
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
    ["9F09", toBytes(DEFAULT_VERSION)],
    ["9F1B", new Uint8Array(4)],
    ["9F66", toBytes(DEFAULT_TTQ)],
  ]);
  if (input.merchantName !== undefined) data.set("9F4E", fromText(input.merchantName));
  if (input.date !== undefined) data.set("9A", fromDecimal(input.date, 3));
  if (input.time !== undefined) data.set("9F21", fromDecimal(input.time, 3));
  if (input.unpredictableNumber !== undefined) data.set("9F37", toBytes(input.unpredictableNumber, "9F37"));
  return withTags(data, input.tags);
}

/** `shared` are the terminal's own objects: what an application does not say for itself is theirs. */
export function toApplication(input: ApplicationInput | Bytes, shared: ReadonlyMap<string, Uint8Array> = new Map()): Application {
  const from: ApplicationInput = typeof input === "string" || input instanceof Uint8Array ? { aid: input } : input;
  const aid = toBytes(from.aid, "aid");
  const optional = (value: Bytes | undefined, where: string) => (value === undefined ? undefined : toBytes(value, where));
  const data = applicationData(from, aid);
  return {
    aid: toHex(aid),
    partial: from.partial ?? true,
    tac: {
      default: optional(from.tacDefault, "tacDefault"),
      online: optional(from.tacOnline, "tacOnline"),
      denial: optional(from.tacDenial, "tacDenial"),
    },
    floorLimitFen: toNumber(data.get("9F1B") ?? shared.get("9F1B") ?? new Uint8Array(4)),
    thresholdFen: from.thresholdFen ?? 0,
    targetPercent: from.targetPercent ?? 0,
    maxTargetPercent: from.maxTargetPercent ?? 0,
    defaultDdol: toBytes(from.defaultDdol ?? DEFAULT_DDOL, "defaultDdol"),
    defaultTdol: toBytes(from.defaultTdol ?? DEFAULT_TDOL, "defaultTdol"),
    onlinePin: from.onlinePin ?? true,
    ecashLimitFen: from.ecashLimitFen,
    contactless: from.contactless ?? {},
    ttq: data.get("9F66") ?? shared.get("9F66") ?? toBytes(DEFAULT_TTQ),
    data,
  };
}

function applicationData(from: ApplicationInput, aid: Uint8Array): Map<string, Uint8Array> {
  const data = new Map<string, Uint8Array>([["9F06", aid]]);
  if (from.version !== undefined) data.set("9F09", toBytes(from.version, "version"));
  if (from.floorLimitFen !== undefined) data.set("9F1B", fromNumber(from.floorLimitFen, 4));
  if (from.contactless?.ttq !== undefined) data.set("9F66", toBytes(from.contactless.ttq, "ttq"));
  if (from.ecashLimitFen !== undefined) data.set("9F7B", fromDecimal(from.ecashLimitFen, 6));
  return withTags(data, from.tags);
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

export function asTerminal(input: TerminalLike = {}): Terminal {
  if ("reach" in input && "data" in input) return input as Terminal;
  return toTerminal(areTags(input) ? { tags: input } : (input as TerminalInput));
}

export function asTransaction(input: TransactionLike = 0, terminal: Terminal = toTerminal()): Transaction {
  if (typeof input !== "object") return toTransaction(input, terminal);
  if ("interface" in input && "data" in input) return input as Transaction;
  if (!areTags(input)) return toTransaction(input as TransactionDetails, terminal);
  const fen = (decimal: string, binary: string): number =>
    input[decimal] === undefined
      ? toNumber(toBytes(input[binary] ?? "", binary))
      : (toDecimal(toBytes(input[decimal], decimal)) ?? 0);
  return toTransaction({ amountFen: fen("9F02", "81"), otherFen: fen("9F03", "9F04"), type: input["9C"], tags: input }, terminal);
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
