/** What a chip says in a request, whether it is true, and what the issuer answers it (§10, §5.7). */
import type { Booked } from "../book.ts";
import type { Context } from "../context.ts";
import type { ChipScript } from "../contract.ts";
import { type CardRequest, Refusal } from "../requests.ts";
import { fromHex, toHex } from "../text.ts";
import { type ChipData, chipDataFaults, contradictions, type MUST_HAVE, readChipData } from "./data.ts";
import { answerCryptogram, chipMac, type ChipAlgorithm, transactionKey, uniqueKey } from "./formulas.ts";
import { type ScriptKeys, scriptTemplates } from "./scripts.ts";

export type CryptogramKind = "AAC" | "TC" | "ARQC";

/** Kept in the ledger with the transaction. */
export interface ChipRecord {
  kind: CryptogramKind;
  /** Hex, like all below. */
  atc: string;
  cryptogram: string;
  sequence: string;
  /** As under the issuer's keys; undefined: it has none for this card. */
  right?: boolean;
  ecash?: boolean;
  /** Its number, where another card pays. */
  pan?: string;
}

export interface ChipFacts extends ChipRecord {
  data: ChipData;
  /** Undefined: the issuer has no keys for this card. */
  keys: ScriptKeys | undefined;
}

const KINDS: readonly (CryptogramKind | undefined)[] = ["AAC", "TC", "ARQC", undefined];
const COVERED = "9F02 9F03 9F1A 95 5F2A 9A 9C 9F37 82 9F36".split(" ");
const SM4 = "04";

/** Undefined: there is no chip in it, or nobody here knows this chip. Throws Refusal 30 when DE55 is not what the list says. */
export function readChip(
  context: Context,
  request: CardRequest,
  list: keyof typeof MUST_HAVE,
  other?: string,
): ChipFacts | undefined {
  const { fields, card, row } = request;
  const { chips } = context;
  const pan = other ?? card.pan;
  if (chips?.masters(pan, "3des") === undefined || fields[55] === undefined) return undefined;
  const data = chipData(fields[55], row.word);
  const faults = [...chipDataFaults(data, list), ...contradictions(data, list, fields[3], fields[4])];
  if (faults.length > 0) throw new Refusal("30", faults.join("; "), row);
  const facts = factsOf(data, pan, fields[23], chips);
  return facts === undefined || other === undefined ? facts : { ...facts, pan };
}

/** The same of a message without MAC and session's card. */
export function factsOf(
  data: ChipData,
  pan: string,
  de23: string | undefined,
  chips: NonNullable<Context["chips"]>,
): ChipFacts | undefined {
  const value = (tag: string): string => data.get(tag) ?? "";
  if (!data.has("9F27")) return undefined;
  const kind = KINDS[Number.parseInt(value("9F27").slice(0, 2), 16) >> 6];
  if (kind === undefined) return undefined;
  const sequence = (de23 ?? "00").slice(-2);
  const algorithm: ChipAlgorithm = value("9F10").slice(14, 16) === SM4 ? "sm4" : "3des";
  const masters = chips.masters(pan, algorithm);
  const atc = fromHex(value("9F36"));
  const cryptogram = fromHex(value("9F26"));
  const own = (master: string): Uint8Array => uniqueKey(algorithm, fromHex(master), pan, sequence);
  const keys =
    masters === undefined
      ? undefined
      : { algorithm, ac: own(masters.ac), mac: own(masters.mac), enc: own(masters.enc), atc, cryptogram };
  const facts: ChipFacts = { kind, atc: value("9F36"), cryptogram: value("9F26"), sequence, data, keys };
  if (data.has("9F74")) facts.ecash = true;
  if (keys !== undefined) facts.right = cryptogramIsRight(data, keys);
  return facts;
}

function chipData(de55: string, word: string): ChipData {
  try {
    return readChipData(fromHex(de55));
  } catch (error) {
    throw new Refusal("30", `${word}: ${(error as Error).message}`);
  }
}

function cryptogramIsRight(data: ChipData, { algorithm, ac, atc, cryptogram }: ScriptKeys): boolean {
  // CVR: 03 and three bytes, behind length, key index and version.
  const results = (data.get("9F10") ?? "").slice(6, 14);
  const covered = fromHex(COVERED.map((tag) => data.get(tag) ?? "").join("") + results);
  return toHex(chipMac(algorithm, transactionKey(algorithm, ac, atc), covered)) === toHex(cryptogram);
}

const PIN_COMPARED = 0x04;
const PIN_WRONG = 0x02;

/** What the card says of an offline PIN under its cryptogram: byte 2 of the CVR (§7). */
export function pinByCard({ right, data }: ChipFacts): boolean {
  const results = Number.parseInt((data.get("9F10") ?? "").slice(8, 10), 16);
  return right === true && (results & (PIN_COMPARED | PIN_WRONG)) === PIN_COMPARED;
}

export interface ChipObjection {
  code: string;
  words: string;
}

const WRONG_PIN = "55";

/** What speaks against a request that its chip wants decided online. */
export function onlineObjection(chip: ChipFacts, request: CardRequest, earlier: readonly Booked[]): ChipObjection | undefined {
  if (chip.kind !== "ARQC") return { code: "05", words: `9F27 says ${chip.kind}; an online request needs an ARQC` };
  return cryptogramObjection(chip, request) ?? replayObjection(chip, request, earlier);
}

/** What speaks against a payment that its chip has approved by itself. */
export function offlineObjection(chip: ChipFacts, request: CardRequest, earlier: readonly Booked[]): ChipObjection | undefined {
  if (chip.kind !== "TC") return { code: "05", words: `9F27 says ${chip.kind}; a payment without the host needs a TC` };
  const wrong = cryptogramObjection(chip, request);
  if (wrong !== undefined) return wrong;
  const same = used(chip, request, earlier);
  return same === undefined ? undefined : { code: "94", words: `ATC ${chip.atc} was already told, trace ${same.trace}` };
}

function cryptogramObjection({ right, kind, data }: ChipFacts, { fields }: CardRequest): ChipObjection | undefined {
  if (right === false) return { code: "05", words: `the ${kind} is not this card's over what DE55 says` };
  if (fields[4] !== undefined && data.get("9F02") !== fields[4])
    return { code: "30", words: `9F02 is ${data.get("9F02")}, DE4 is ${fields[4]}` };
  return undefined;
}

/** A card counts each transaction once: a number that was used is somebody's recording. Only a PIN may be tried again over it. */
function replayObjection(chip: ChipFacts, request: CardRequest, earlier: readonly Booked[]): ChipObjection | undefined {
  const same = used(chip, request, earlier);
  if (same === undefined || (same.code === WRONG_PIN && same.chip?.cryptogram === chip.cryptogram)) return undefined;
  return { code: "05", words: `ATC ${chip.atc} of this card was already used, trace ${same.trace} of batch ${same.batch}` };
}

function used({ atc, kind, sequence, pan }: ChipFacts, { card }: CardRequest, earlier: readonly Booked[]): Booked | undefined {
  const own = pan ?? card.pan;
  return earlier
    .filter((each) => (each.chip?.pan ?? each.pan) === own)
    .filter(({ chip }) => chip?.kind === kind && chip.atc === atc && chip.sequence === sequence)
    .at(-1);
}

/** What a rule does to the answer (../contract.ts). */
export interface ChipOrders {
  arpc?: "wrong" | "none";
  scripts?: readonly ChipScript[];
}

/** DE55 of the answer: 91 and scripts; undefined: nothing to say to the card. */
export function chipAnswer(chip: ChipFacts, code: string, { arpc, scripts = [] }: ChipOrders): string | undefined {
  const { keys } = chip;
  if (keys === undefined || chip.kind !== "ARQC") return undefined;
  const cryptogram = answerCryptogram(keys.algorithm, transactionKey(keys.algorithm, keys.ac, keys.atc), keys.cryptogram, code);
  if (arpc === "wrong") cryptogram[0]! ^= 0xff;
  const data = `${arpc === "none" ? "" : `910A${toHex(cryptogram)}${toHex(Uint8Array.from(Buffer.from(code, "latin1")))}`}${scriptTemplates(scripts, keys)}`;
  return data === "" ? undefined : data;
}

/** What the ledger keeps. */
export function chipRecord({ kind, atc, cryptogram, sequence, right, ecash, pan }: ChipFacts): ChipRecord {
  return {
    kind,
    atc,
    cryptogram,
    sequence,
    ...(right === undefined ? {} : { right }),
    ...(ecash === undefined ? {} : { ecash }),
    ...(pan === undefined ? {} : { pan }),
  };
}
