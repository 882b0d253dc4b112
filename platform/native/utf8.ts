/** UTF-8 both ways: these modules have neither TextEncoder nor TextDecoder. */

/** UTF-8; half a surrogate pair becomes the sign that takes its place. */
export function utf8Of(text: string): Uint8Array {
  const escaped = encodeURIComponent(
    text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"),
  );
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    if (escaped[at] !== "%") bytes.push(escaped.charCodeAt(at));
    else {
      bytes.push(Number.parseInt(escaped.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return Uint8Array.from(bytes);
}

/** Longest run that is made a text of at once: arguments stand on the stack. */
const RUN = 4096;

/** What is no UTF-8 becomes U+FFFD, one for each piece that could have begun a character, as TextDecoder has it. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const from = at;
    while (at < bytes.length && at - from < RUN && (bytes[at] as number) < 0x80) at++;
    if (at > from) text += String.fromCharCode(...bytes.subarray(from, at));
    else {
      const { code, length } = characterAt(bytes, at);
      text += String.fromCodePoint(code);
      at += length;
    }
  }
  return text;
}

const NONE = 0xfffd;

/** The character of more than one byte that begins there (Unicode 15, table 3-7). */
function characterAt(bytes: Uint8Array, at: number): { code: number; length: number } {
  const lead = bytes[at] as number;
  const more = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
  if (more === 0) return { code: NONE, length: 1 };
  let code = lead & (0x3f >> more);
  for (let n = 1; n <= more; n++) {
    const byte = bytes[at + n] ?? 0;
    const [least, most] = n === 1 ? secondOf(lead) : [0x80, 0xbf];
    if (byte < least || byte > most) return { code: NONE, length: n };
    code = (code << 6) | (byte & 0x3f);
  }
  return { code, length: more + 1 };
}

/** Which second bytes there are: no longer form than needed, no surrogates, nothing beyond U+10FFFF. */
const secondOf = (lead: number): readonly [number, number] =>
  lead === 0xe0
    ? [0xa0, 0xbf]
    : lead === 0xed
      ? [0x80, 0x9f]
      : lead === 0xf0
        ? [0x90, 0xbf]
        : lead === 0xf4
          ? [0x80, 0x8f]
          : [0x80, 0xbf];
