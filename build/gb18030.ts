/**
 * gb18030.bin: the guest's table of GB18030, made from this Node's TextDecoder. Layout, little endian:
 *
 *   0    "GB18"
 *   4    u16 number of pages p, u16 number of runs r
 *   8    256 × u8: page of each high byte of a BMP code point, FF for none
 *   264  p × 256 × u16: the two-byte code of each code point of the page (lead byte high), 0 for none
 *   …    r × (u16 first code point, u16 first four-byte index, u16 count), by code point
 *
 * A four-byte index counts from 81 30 81 30; above the BMP it is 189,000 + code point − 10000, so needs no table.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MAGIC = "GB18";
const NO_PAGE = 0xff;
/** 81 30 81 30 … 84 31 A4 39 are the whole BMP's share. */
const BMP_FOUR_BYTE = 39_420;

interface Run {
  cp: number;
  index: number;
  count: number;
}

export function buildGb18030(assetsDir: string): void {
  const file = join(assetsDir, "gb18030.bin");
  const bytes = gb18030Table();
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  writeFileSync(file, bytes);
}

export function gb18030Table(): Buffer {
  const decoder = new TextDecoder("gb18030", { fatal: true });
  const decode = (...bytes: number[]): number | undefined => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes));
      const cp = text.codePointAt(0);
      return cp !== undefined && text.length === String.fromCodePoint(cp).length ? cp : undefined;
    } catch {
      return undefined;
    }
  };
  const codes = twoByteCodes(decode);
  return pack(codes, fourByteRuns(decode, codes));
}

type Decode = (...bytes: number[]) => number | undefined;

/** Code point → two-byte code. */
function twoByteCodes(decode: Decode): Map<number, number> {
  const codes = new Map<number, number>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const cp = decode(lead, trail);
      if (cp !== undefined && !codes.has(cp)) codes.set(cp, (lead << 8) | trail);
    }
  }
  return codes;
}

/** Runs end at every gap: what the decoder gives to a two-byte code, or does not know, is in none. */
function fourByteRuns(decode: Decode, twoByte: ReadonlyMap<number, number>): Run[] {
  const runs: Run[] = [];
  for (let index = 0; index < BMP_FOUR_BYTE; index++) {
    const cp = decode(
      0x81 + Math.floor(index / 12_600),
      0x30 + (Math.floor(index / 1_260) % 10),
      0x81 + (Math.floor(index / 10) % 126),
      0x30 + (index % 10),
    );
    if (cp === undefined || cp > 0xffff || twoByte.has(cp)) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.cp + last.count === cp && last.index + last.count === index) last.count++;
    else runs.push({ cp, index, count: 1 });
  }
  return runs.sort((a, b) => a.cp - b.cp);
}

function pack(codes: ReadonlyMap<number, number>, runs: readonly Run[]): Buffer {
  const pages: Uint16Array[] = [];
  const pageOf = Buffer.alloc(256, NO_PAGE);
  for (const [cp, code] of codes) {
    const high = cp >> 8;
    if (pageOf[high] === NO_PAGE) pageOf[high] = pages.push(new Uint16Array(256)) - 1;
    (pages[pageOf[high] as number] as Uint16Array)[cp & 0xff] = code;
  }
  if (pages.length >= NO_PAGE) throw new Error(`gb18030: ${pages.length} pages do not fit one byte`);
  const header = Buffer.alloc(8);
  header.write(MAGIC, "latin1");
  header.writeUInt16LE(pages.length, 4);
  header.writeUInt16LE(runs.length, 6);
  const words = [...pages.flatMap((page) => [...page]), ...runs.flatMap((run) => [run.cp, run.index, run.count])];
  const body = Buffer.alloc(words.length * 2);
  words.forEach((word, at) => {
    body.writeUInt16LE(word, at * 2);
  });
  return Buffer.concat([header, pageOf, body]);
}
