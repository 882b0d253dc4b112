/** Says what a string of bytes is: a host message, a BER-TLV string, an APDU trace. Card numbers are masked unless `clear`. */
import { type DecodedFrame, decodeFrame, decodeMessage, fieldName, maskFields } from "../acquirer/codec.ts";
import { fields as specs } from "../acquirer/fields.ts";
import { describeTrace, readTrace } from "./apdu.ts";
import { describeTlv, parseTlv } from "./tlv.ts";

/** Throws Error with words when it is none of them. */
export function inspect(text: string, clear: boolean): string[] {
  const trace = readTrace(text);
  if (trace !== undefined) return describeTrace(trace, clear);
  const hex = text.replace(/\s+/g, "").replace(/^0x/i, "").toUpperCase();
  if (hex === "" || !/^([0-9A-F]{2})+$/.test(hex))
    throw new Error("not hexadecimal bytes: an even number of 0–9 A–F, blanks allowed");
  const message = asMessage(Buffer.from(hex, "hex"));
  if (message !== undefined) return describeMessage(message, clear);
  const tlv = parseTlv(hex);
  if (tlv !== undefined) return describeTlv(tlv, clear);
  const broken = decodeFrame(Buffer.from(hex, "hex"));
  throw new Error(`neither a message (${broken.problem ?? broken.faults[0]?.words ?? "no"}) nor a TLV string`);
}

/** With its length, or without; undefined when it is no message at all. */
function asMessage(bytes: Uint8Array): DecodedFrame | undefined {
  const whole = decodeFrame(bytes);
  const fits = whole.length === bytes.length - 2;
  const looksRight = (decoded: DecodedFrame): boolean => decoded.mti !== "" && decoded.tpdu.startsWith("60");
  if (looksRight(whole) && (fits || whole.problem === undefined)) return whole;
  const bare = decodeMessage(bytes);
  if (looksRight(bare) && bare.problem === undefined) return bare;
  return looksRight(whole) ? whole : undefined;
}

function describeMessage(message: DecodedFrame, clear: boolean): string[] {
  const shown = clear ? message.fields : maskFields(message.fields);
  const lines = [
    ...(message.length === undefined ? [] : [`LEN    ${message.length}`]),
    `TPDU   ${message.tpdu}`,
    `HEADER ${message.header}`,
    `MTI    ${message.mti}`,
  ];
  for (const [number, value] of Object.entries(shown)) {
    const spec = specs.get(Number(number));
    lines.push(`${number.padStart(4)}   ${value}  (${spec?.name ?? ""} ${spec?.zh ?? ""})`);
    const tlv = number === "55" ? parseTlv(message.fields[55] ?? "") : undefined;
    if (tlv !== undefined) lines.push(...describeTlv(tlv, clear, "         "));
  }
  for (const { de, words } of message.faults) lines.push(`!      ${de === 0 ? "" : `${fieldName(de)}: `}${words}`);
  if (message.problem !== undefined) lines.push(`!      ${message.problem}`);
  return lines;
}
