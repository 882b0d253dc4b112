/** Bytes and text: what a browser or Node would bring along and the guest does not have. */

const HEX = "0123456789ABCDEF";

/** Upper-case hex, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
  return text;
}

/** Hex of either case; spaces and line ends between bytes are let through. Throws RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0) throw new RangeError(`hex text has an odd number of digits (${digits.length})`);
  const bad = digits.search(/[^0-9A-Fa-f]/);
  if (bad >= 0) throw new RangeError(`hex text has a character that is no hex digit at place ${bad}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Characters 0 to 7F only; throws RangeError on any other. */
export function encodeAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f)
      throw new RangeError(`no ASCII character at place ${i} (U+${code.toString(16).toUpperCase().padStart(4, "0")})`);
    bytes[i] = code;
  }
  return bytes;
}

/** Bytes above 7F become "?". */
export function decodeAscii(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte > 0x7f ? "?" : String.fromCharCode(byte);
  return text;
}

/** UTF-8; a lone surrogate becomes U+FFFD, as TextEncoder does. */
export function encodeUtf8(text: string): Uint8Array {
  // Three bytes are the most that one UTF-16 unit takes; a pair takes four.
  const out = new Uint8Array(text.length * 3);
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    let code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) out[end++] = code;
    else {
      if (code < 0x800) out[end++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) out[end++] = 0xe0 | (code >> 12);
        else {
          out[end++] = 0xf0 | (code >> 18);
          out[end++] = 0x80 | ((code >> 12) & 63);
        }
        out[end++] = 0x80 | ((code >> 6) & 63);
      }
      out[end++] = 0x80 | (code & 63);
    }
  }
  return out.slice(0, end);
}

/** Range of the second byte after each lead byte (Unicode table 3-7); outside it the sequence is overlong, a surrogate or too big. */
function secondByteRange(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

function followers(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return -1;
}

/** Text of UTF-8 bytes; each ill-formed part becomes one U+FFFD, as TextDecoder does (a byte order mark is kept). */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const count = followers(lead);
    let code = count === 1 ? lead & 31 : count === 2 ? lead & 15 : lead & 7;
    let [low, high] = secondByteRange(lead);
    let left = count;
    while (left > 0) {
      const next = bytes[at];
      if (next === undefined || next < low || next > high) break;
      code = (code << 6) | (next & 63);
      at++;
      left--;
      [low, high] = [0x80, 0xbf];
    }
    text += left === 0 ? String.fromCodePoint(code) : "\ufffd";
  }
  return text;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Looks at every byte whatever differs, so that its time tells nothing about secrets of equal length. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Overwrites a secret that is needed no longer. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}

/** An ArrayBuffer of exactly these bytes, as the door wants them. */
export function toBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}
