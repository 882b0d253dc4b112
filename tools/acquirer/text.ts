/**
 * Character fields as words. A value is its text when its bytes are clean text in GBK, else `hex:` and the bytes, so every value can be
 * shown and put back on the wire unchanged.
 */
const HEX_MARK = "hex:";

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();

export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9A-Fa-f]{2})*$/.test(hex)) throw new Error(`not hexadecimal bytes: ${JSON.stringify(hex)}`);
  return new Uint8Array(Buffer.from(hex, "hex"));
}

let gbk: Map<string, number> | undefined;

/** Two-byte codes by character. Node decodes GBK but does not write it, so the table is turned round once. */
function gbkCodes(): Map<string, number> {
  if (gbk !== undefined) return gbk;
  const decoder = new TextDecoder("gbk");
  gbk = new Map();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if ([...text].length === 1 && text !== "\ufffd" && !gbk.has(text)) gbk.set(text, (lead << 8) | trail);
    }
  }
  return gbk;
}

export function textBytes(value: string): Uint8Array {
  if (value.startsWith(HEX_MARK)) return fromHex(value.slice(HEX_MARK.length));
  const bytes: number[] = [];
  for (const char of value) {
    const code = char.charCodeAt(0);
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const pair = gbkCodes().get(char);
    if (pair === undefined) throw new Error(`the character ${JSON.stringify(char)} does not exist in GBK`);
    bytes.push(pair >> 8, pair & 0xff);
  }
  return Uint8Array.from(bytes);
}

export function bytesText(bytes: Uint8Array): string {
  return cleanText(bytes) ?? HEX_MARK + toHex(bytes);
}

export const isText = (value: string): boolean => !value.startsWith(HEX_MARK);

function cleanText(bytes: Uint8Array): string | undefined {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte > 0x80 && byte !== 0xff && i + 1 < bytes.length) i++;
    else if (byte < 0x20 || byte > 0x7e) return undefined;
  }
  const text = new TextDecoder("gbk").decode(bytes);
  if (text.startsWith(HEX_MARK) || text.includes("\ufffd")) return undefined;
  try {
    return Buffer.compare(textBytes(text), bytes) === 0 ? text : undefined;
  } catch {
    return undefined;
  }
}
