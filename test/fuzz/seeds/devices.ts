/** Good reports, frames and lines of devices, and how to lie about them. */
import { crc32 } from "../../../platform/guest/crc32.ts";
import { frameOf } from "../../../hal/pinpad/frames.ts";
import { bytesOf, type Draw, join } from "../mutate.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const SPLIT = Uint8Array.of(0);

export const printerBytes = (): Uint8Array[] =>
  ["12", "16", "00", "0C", "10 00 00 00", "14 00 0C 00", "12 10 00 12 00 00", "7E 16 10 0F", "FF FE"].map((each) =>
    join(SPLIT, hex(each)),
  );

const BODIES = [
  "81 00 00 01 4D 01 56 01 53",
  "82 00 11 22 33 44",
  "84 00 08 00 11 22 33 44 55 66 77",
  "84 03 00 3C",
  "86 00 00 11 22 33 44 55 66 77",
  "E0 04",
  "E1",
  "E2",
];

export const padLine = (): Uint8Array[] => [
  ...BODIES.map((body, at) => join(SPLIT, Uint8Array.of(0x06), frameOf(at, hex(body)))),
  join(Uint8Array.of(3), frameOf(1, hex(BODIES[0]!)), Uint8Array.of(0x15), frameOf(0, hex("E0 01"))),
  join(SPLIT, hex("02 00 05 01 01"), frameOf(2, hex("81 00"))),
];

/** STX, a length that may lie, and a checksum that is right for it. */
export function anyPadFrame(draw: Draw): Uint8Array {
  const body = draw.bytes(1 + draw.below(40));
  const frame = frameOf(draw.below(256), body);
  if (draw.chance(0.3)) frame[2]! += draw.below(5) - 2;
  return join(
    draw.bytes(1),
    frame,
    draw.chance(0.5) ? frameOf(draw.below(256), draw.bytes(1 + draw.below(1_024))) : new Uint8Array(0),
  );
}

/** Byte 0 asks (see ASKS), then status and data. */
export const padAnswers = (): Uint8Array[] => [
  hex("00 00 00 01 4D 01 56 01 53"),
  hex("01 00 11 22 33 44"),
  hex("01 01"),
  hex("02 00 11 22 33 44"),
  hex("03 00"),
  hex("03 02"),
  hex("04 00 08 00 11 22 33 44 55 66 77"),
  hex("04 03 00 3C"),
  hex("04 08"),
  hex("04 09"),
  hex("04 0A"),
  hex("05 00 00 11 22 33 44 55 66 77"),
  hex("06 00"),
  hex("06 0B"),
  hex("07 00 18 11 22 33 44 55 66 77 88 99 00 11 22"),
  hex("07 0C"),
];

const TRACKS = [
  "%B6222021234567890128^WANG/XIAO MING^3012201?",
  ";6222021234567890128=30122010000012300?",
  "+996222021234567890128==1561000000?",
];
const TRACK_BYTES = 110;

function report(tracks: readonly (string | undefined)[]): Uint8Array {
  const bytes = new Uint8Array(337);
  tracks.forEach((track, at) => {
    if (track === undefined) return;
    bytes[3 + at] = track.length;
    bytes.set(bytesOf(track).subarray(0, TRACK_BYTES), 7 + at * TRACK_BYTES);
  });
  return bytes;
}

export const swipes = (): Uint8Array[] => [
  report(TRACKS),
  report([undefined, TRACKS[1]]),
  report([undefined, ";6222021234567890128D3012201?"]),
  join(hex("01 00 01"), report([undefined, TRACKS[1]]).subarray(3)),
  Uint8Array.of(0xff, 1, 2, 3),
];

export const keys = (): Uint8Array[] =>
  [
    "00 00 59 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 59 5A 5B 5C 5D 5E",
    "00 00 01 01 01 01 01 01",
    "00 80 58 00 00 00 00 00",
    "00 00 29",
  ].map(hex);

export const debugText = (): Uint8Array[] =>
  [
    '{"ask":"journal","id":1}\n',
    '{"ask":"else"}\n[]\nnull\n1\n""\n',
    "\n\n{\n",
    `{"ask":"${"a".repeat(4_090)}"}\n{"ask":"journal","id":2}\n`,
    '{"ask":"journal","id":{"a":[1,2,{"b":null}]}}\n',
  ].map((each) => join(SPLIT, bytesOf(each)));

const sum = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, "0");

export function incomingFile(content: Uint8Array, header: Record<string, unknown> = {}): Uint8Array {
  const line = JSON.stringify({ file: "tael-1.tbk", bytes: content.length, crc32: sum(content), ...header });
  return join(bytesOf(`${line}\n`), content);
}

export const files = (): Uint8Array[] =>
  [
    incomingFile(bytesOf("hello")),
    incomingFile(new Uint8Array(5_000)),
    incomingFile(new Uint8Array(0)),
    incomingFile(bytesOf("x"), { crc32: "00000000" }),
    incomingFile(bytesOf("x"), { bytes: 1e15 }),
    incomingFile(bytesOf("x"), { bytes: 65_536 }),
    bytesOf('noise\n{"file":1}\n{"refused":"no"}\n'),
  ].map((each) => join(SPLIT, each));
