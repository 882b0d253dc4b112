/** Messages of the independent host, straight from the message reference (§1.1–§1.4). A message that is not exactly as written there is refused. */

type Attr = { kind: "n" | "an" | "b" | "z"; length: number; ll?: 1 | 2; right?: boolean };

const F: Record<number, Attr> = {
  2: { kind: "n", length: 19, ll: 1 },
  3: { kind: "n", length: 6 },
  4: { kind: "n", length: 12 },
  11: { kind: "n", length: 6 },
  12: { kind: "n", length: 6 },
  13: { kind: "n", length: 4 },
  14: { kind: "n", length: 4 },
  15: { kind: "n", length: 4 },
  22: { kind: "n", length: 3 },
  23: { kind: "n", length: 3, right: true },
  25: { kind: "n", length: 2 },
  26: { kind: "n", length: 2 },
  32: { kind: "n", length: 11, ll: 1 },
  35: { kind: "z", length: 37, ll: 1 },
  36: { kind: "z", length: 104, ll: 2 },
  37: { kind: "an", length: 12 },
  38: { kind: "an", length: 6 },
  39: { kind: "an", length: 2 },
  41: { kind: "an", length: 8 },
  42: { kind: "an", length: 15 },
  44: { kind: "an", length: 25, ll: 1 },
  48: { kind: "n", length: 322, ll: 2 },
  49: { kind: "an", length: 3 },
  52: { kind: "b", length: 8 },
  53: { kind: "n", length: 16 },
  54: { kind: "an", length: 20, ll: 2 },
  55: { kind: "b", length: 255, ll: 2 },
  60: { kind: "n", length: 17, ll: 2 },
  61: { kind: "n", length: 29, ll: 2 },
  62: { kind: "b", length: 512, ll: 2 },
  63: { kind: "an", length: 163, ll: 2 },
  64: { kind: "b", length: 8 },
};

/** By field number: digits and text as they are, bytes as upper-case hex, tracks as hex digits. */
export type Fields = Record<number, string>;

export interface Decoded {
  tpdu: string;
  header: string;
  mti: string;
  fields: Fields;
  /** MTI … DE63. */
  mab: Buffer;
}

/** A frame without its two length bytes. Throws Error saying which field is not as §1.4 has it. */
export function decode(frame: Buffer): Decoded {
  const tpdu = frame.subarray(0, 5).toString("hex");
  const header = frame.subarray(5, 11).toString("hex");
  const mti = frame.subarray(11, 13).toString("hex");
  const bitmap = BigInt(`0x${frame.subarray(13, 21).toString("hex")}`);
  const fields: Fields = {};
  let at = 21;
  let macAt = frame.length;
  if (bitmap >> 63n === 1n) throw new Error("a second bitmap");
  for (let de = 2; de <= 64; de++) {
    if ((bitmap & (1n << BigInt(64 - de))) === 0n) continue;
    const attr = F[de];
    if (attr === undefined) throw new Error(`no definition of field ${de}`);
    let length = attr.length;
    if (attr.ll !== undefined) {
      length = Number(frame.subarray(at, at + attr.ll).toString("hex"));
      at += attr.ll;
      if (!(length <= attr.length)) throw new Error(`field ${de} longer than allowed: ${length}`);
    }
    const bytes = attr.kind === "n" || attr.kind === "z" ? Math.ceil(length / 2) : length;
    if (at + bytes > frame.length) throw new Error(`field ${de} runs past the end`);
    if (de === 64) macAt = at;
    fields[de] = textOfField(de, attr, frame.subarray(at, at + bytes), length);
    at += bytes;
  }
  if (at !== frame.length) throw new Error(`${frame.length - at} bytes after the last field`);
  return { tpdu, header, mti, fields, mab: frame.subarray(11, macAt) };
}

function textOfField(de: number, attr: Attr, raw: Buffer, length: number): string {
  const hex = raw.toString("hex").toUpperCase();
  if (attr.kind === "b") return hex;
  if (attr.kind === "an") {
    if (!raw.every((byte) => byte >= 0x20 && byte < 0x7f)) throw new Error(`field ${de} is not text: ${hex}`);
    return raw.toString("latin1");
  }
  const value = attr.right ? hex.slice(hex.length - length) : hex.slice(0, length);
  const pad = attr.right ? hex.slice(0, hex.length - length) : hex.slice(length);
  if (attr.kind === "n" && !/^\d*$/.test(value)) throw new Error(`field ${de} is not digits: ${hex}`);
  if (!/^0?$/.test(pad)) throw new Error(`field ${de} is padded with ${pad}`);
  return value;
}

/** A frame without its length bytes. `mac` makes DE64 of MTI … DE63. */
export function encode(mti: string, fields: Fields, tpdu: string, header: string, mac?: (mab: Buffer) => string): Buffer {
  const present = Object.keys(fields).map(Number);
  if (mac !== undefined) present.push(64);
  let bitmap = 0n;
  for (const de of present) bitmap |= 1n << BigInt(64 - de);
  const parts: Buffer[] = [Buffer.from(mti, "hex"), Buffer.from(bitmap.toString(16).padStart(16, "0"), "hex")];
  for (const de of present.sort((a, b) => a - b)) if (de !== 64) parts.push(packed(F[de] as Attr, fields[de] ?? ""));
  const mab = Buffer.concat(parts);
  const body = mac === undefined ? mab : Buffer.concat([mab, Buffer.from(mac(mab), "latin1")]);
  // §1.2: the network swaps the two addresses.
  const swapped = tpdu.slice(0, 2) + tpdu.slice(6, 10) + tpdu.slice(2, 6);
  return Buffer.concat([Buffer.from(swapped, "hex"), Buffer.from(header, "hex"), body]);
}

function packed(attr: Attr, value: string): Buffer {
  const units = attr.kind === "b" ? value.length / 2 : value.length;
  const length = attr.ll === undefined ? "" : String(units).padStart(attr.ll * 2, "0");
  if (attr.kind === "an") return Buffer.concat([Buffer.from(length, "hex"), Buffer.from(value, "latin1")]);
  const even = value.length % 2 === 0 ? value : attr.right ? `0${value}` : `${value}0`;
  return Buffer.from(length + even, "hex");
}

export const framed = (body: Buffer): Buffer => Buffer.concat([Buffer.from([body.length >> 8, body.length & 255]), body]);
