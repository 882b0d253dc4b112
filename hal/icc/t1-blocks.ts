/** Blocks of T=1: NAD PCB LEN, information field, checksum (ISO/IEC 7816-3 §11.3). */

export type Checksum = "lrc" | "crc";
export type SKind = "resynch" | "ifs" | "abort" | "wtx";

/** `sequence` of an R-block: of the I-block expected next. */
export type Block =
  | { kind: "I"; sequence: number; more: boolean; info: Uint8Array }
  | { kind: "R"; sequence: number; error: "none" | "checksum" | "other" }
  | { kind: "S"; s: SKind; request: boolean; info: Uint8Array };

const HEAD_BYTES = 3;
const LONGEST_FIELD = 254;
const S_KINDS: readonly SKind[] = ["resynch", "ifs", "abort", "wtx"];
const R_ERRORS = ["none", "checksum", "other"] as const;
const S_RESPONSE = 0x20;

export function blockOf(block: Block, checksum: Checksum): Uint8Array {
  const info = block.kind === "R" ? new Uint8Array(0) : block.info;
  const head = Uint8Array.of(0, controlOf(block), info.length);
  const bytes = new Uint8Array(HEAD_BYTES + info.length + (checksum === "crc" ? 2 : 1));
  bytes.set(head);
  bytes.set(info, HEAD_BYTES);
  const end = HEAD_BYTES + info.length;
  bytes.set(checkOf(bytes.subarray(0, end), checksum), end);
  return bytes;
}

/** The block; "checksum": damaged on the way; "other": whole, but none the card may send. */
export function readBlock(bytes: Uint8Array, checksum: Checksum): Block | "checksum" | "other" {
  const checkBytes = checksum === "crc" ? 2 : 1;
  const end = bytes.length - checkBytes;
  // Too short for a block or not as long as it says: what is damaged is its length.
  if (end < HEAD_BYTES || bytes[2] !== end - HEAD_BYTES) return "checksum";
  const expected = checkOf(bytes.subarray(0, end), checksum);
  if (expected.some((byte, at) => byte !== bytes[end + at])) return "checksum";
  const [nad, control] = bytes as unknown as [number, number];
  const info = bytes.slice(HEAD_BYTES, end);
  if (nad !== 0 || info.length > LONGEST_FIELD) return "other";
  if ((control & 0x80) === 0) return readI(control, info);
  return (control & 0x40) === 0 ? readR(control, info) : readS(control, info);
}

function readI(control: number, info: Uint8Array): Block | "other" {
  if ((control & 0x1f) !== 0) return "other";
  return { kind: "I", sequence: (control >> 6) & 1, more: (control & 0x20) !== 0, info };
}

function readR(control: number, info: Uint8Array): Block | "other" {
  const error = R_ERRORS[control & 0x0f];
  if (error === undefined || (control & 0x20) !== 0 || info.length > 0) return "other";
  return { kind: "R", sequence: (control >> 4) & 1, error };
}

function readS(control: number, info: Uint8Array): Block | "other" {
  const s = S_KINDS[control & 0x1f];
  if (s === undefined) return "other";
  const bytes = s === "ifs" || s === "wtx" ? 1 : 0;
  return info.length === bytes ? { kind: "S", s, request: (control & S_RESPONSE) === 0, info } : "other";
}

function controlOf(block: Block): number {
  if (block.kind === "I") return (block.sequence << 6) | (block.more ? 0x20 : 0);
  if (block.kind === "R") return 0x80 | (block.sequence << 4) | R_ERRORS.indexOf(block.error);
  return 0xc0 | (block.request ? 0 : S_RESPONSE) | S_KINDS.indexOf(block.s);
}

function checkOf(bytes: Uint8Array, checksum: Checksum): Uint8Array {
  return checksum === "lrc" ? Uint8Array.of(bytes.reduce((sum, byte) => sum ^ byte, 0)) : crcOf(bytes);
}

/** CRC-16, polynomial 1021 reflected, start FFFF; high byte first, not complemented, as readers' drivers in the field have it. */
function crcOf(bytes: Uint8Array): Uint8Array {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408;
  }
  return Uint8Array.of(crc >> 8, crc & 0xff);
}
