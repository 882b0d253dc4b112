/** BER-TLV (EMV book 3 annex B) to lines for people. */
export interface Tlv {
  tag: string;
  length: number;
  value: string;
  children: Tlv[] | undefined;
}

/** Names of the tags that payment messages carry. */
const NAMES: Record<string, string> = {
  "4F": "application id",
  "50": "application label",
  "57": "track 2 equivalent",
  "5A": "PAN",
  "5F20": "cardholder name",
  "5F24": "expiry",
  "5F2A": "transaction currency",
  "5F34": "PAN sequence number",
  "82": "AIP",
  "84": "DF name",
  "8A": "authorisation response code",
  "91": "issuer authentication data",
  "95": "TVR",
  "9A": "transaction date",
  "9B": "TSI",
  "9C": "transaction type",
  "9F02": "amount authorised",
  "9F03": "amount other",
  "9F06": "AID",
  "9F08": "application version",
  "9F09": "terminal application version",
  "9F10": "issuer application data",
  "9F1A": "terminal country",
  "9F1E": "interface device serial",
  "9F22": "CA public key index",
  "9F26": "application cryptogram",
  "9F27": "cryptogram information data",
  "9F33": "terminal capabilities",
  "9F34": "CVM results",
  "9F35": "terminal type",
  "9F36": "ATC",
  "9F37": "unpredictable number",
  "9F41": "transaction sequence counter",
  "9F63": "card product id",
  "9F74": "EC issuer authorisation code",
  "9F79": "EC balance",
  DF31: "issuer script results",
  DF32: "chip serial number",
  DF33: "session key data",
  DF34: "terminal read time",
};

/** Undefined when the bytes are not wholly TLV. */
export function parseTlv(hex: string, depth = 0): Tlv[] | undefined {
  const bytes = Buffer.from(hex, "hex");
  const found: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === 0x00 || bytes[at] === 0xff) {
      at++;
      continue;
    }
    const start = at;
    const constructed = (bytes[at]! & 0x20) !== 0;
    if ((bytes[at++]! & 0x1f) === 0x1f) {
      do {
        if (at >= bytes.length) return undefined;
      } while ((bytes[at++]! & 0x80) !== 0);
    }
    const tag = bytes.subarray(start, at).toString("hex").toUpperCase();
    if (tag.length > 8 || at >= bytes.length) return undefined;
    let length = bytes[at++]!;
    if (length === 0x80) return undefined;
    if (length > 0x80) {
      const size = length & 0x7f;
      if (size > 3 || at + size > bytes.length) return undefined;
      length = bytes.readUIntBE(at, size);
      at += size;
    }
    if (at + length > bytes.length) return undefined;
    const value = bytes
      .subarray(at, at + length)
      .toString("hex")
      .toUpperCase();
    at += length;
    const children = constructed && depth < 8 ? parseTlv(value, depth + 1) : undefined;
    found.push({ tag, length, value, children });
  }
  return found.length > 0 ? found : undefined;
}

/** Tags whose values name the card or its holder. */
const SECRET = new Set(["5A", "57", "56", "5F20", "9F1F", "9F20", "9F6B"]);

export function describeTlv(list: readonly Tlv[], clear: boolean, indent = ""): string[] {
  return list.flatMap(({ tag, length, value, children }) => {
    const name = NAMES[tag] ?? "";
    const head = `${indent}${tag.padEnd(6)} ${String(length).padStart(3)}  `;
    if (children !== undefined) return [`${head}${name}`.trimEnd(), ...describeTlv(children, clear, `${indent}  `)];
    const shown = clear || !SECRET.has(tag) ? value : maskDigits(value);
    return [`${head}${shown}${name === "" ? "" : `  (${name})`}`];
  });
}

/** First six and last four of the digits before a separator; everything after it is starred. */
export function maskDigits(value: string): string {
  const end = value.search(/[^0-9]/);
  const pan = end < 0 ? value : value.slice(0, end);
  if (pan.length < 13) return "*".repeat(value.length);
  return pan.slice(0, 6) + "*".repeat(pan.length - 10) + pan.slice(-4) + "*".repeat(value.length - pan.length);
}
