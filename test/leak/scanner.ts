/**
 * Looks for secrets in any bytes, in every shape a program could have left them in. Knows nothing of the program: it is given bytes and secrets.
 */

export interface Secret {
  name: string;
  /** Digits (PIN, PAN, track) or hex of bytes (keys, blocks). */
  digits?: string;
  hex?: string;
}

export interface Finding {
  secret: string;
  shape: string;
  where: string;
  at: number;
}

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");
const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
const swapNibbles = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => ((byte & 15) << 4) | (byte >> 4)));
const reversed = (bytes: Buffer): Buffer => Buffer.from(bytes).reverse();

/** Base64 of the bytes at each of the three alignments, without the characters that depend on their neighbours. */
function base64Shapes(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const from = shift === 0 ? 0 : shift + 1;
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return ascii(text.slice(from, whole));
  });
}

/** Every shape of a secret, by name. */
export function shapesOf({ digits, hex }: Secret): [string, Buffer][] {
  const shapes: [string, Buffer][] = [];
  const ofBytes = (label: string, bytes: Buffer) => {
    shapes.push(
      [`${label} raw`, bytes],
      [`${label} reversed`, reversed(bytes)],
      [`${label} nibbles swapped`, swapNibbles(bytes)],
    );
    shapes.push([`${label} HEX`, ascii(bytes.toString("hex").toUpperCase())], [`${label} hex`, ascii(bytes.toString("hex"))]);
    shapes.push([`${label} HEX utf-16`, utf16(bytes.toString("hex").toUpperCase())]);
    shapes.push([`${label} hex with spaces`, ascii(bytes.toString("hex").replace(/..(?=.)/g, "$& "))]);
    shapes.push([`${label} decimal list`, ascii([...bytes].join(","))]);
    for (const [n, text] of base64Shapes(bytes).entries()) shapes.push([`${label} base64/${n}`, text]);
  };
  if (digits !== undefined) {
    const even = digits.length % 2 === 0 ? digits : `${digits}0`;
    shapes.push(["text utf-16", utf16(digits)], ["text reversed", ascii([...digits].reverse().join(""))]);
    shapes.push(
      ["text in fours", ascii(digits.replace(/(.{4})(?=.)/g, "$1 "))],
      ["digits as bytes", Buffer.from([...digits].map(Number))],
    );
    shapes.push(["digits list", ascii([...digits].join(","))]);
    ofBytes("text", ascii(digits));
    ofBytes("BCD", Buffer.from(even, "hex"));
    if (digits.length % 2 === 1) ofBytes("BCD right", Buffer.from(`0${digits}`, "hex"));
  }
  if (hex !== undefined) ofBytes("bytes", Buffer.from(hex, "hex"));
  return shapes;
}

export function scan(where: string, bytes: Uint8Array, secrets: readonly Secret[]): Finding[] {
  const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return secrets.flatMap((secret) =>
    shapesOf(secret).flatMap(([shape, needle]) => {
      const at = hay.indexOf(needle);
      return at < 0 ? [] : [{ secret: secret.name, shape, where, at }];
    }),
  );
}
