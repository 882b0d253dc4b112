/** Inputs from the host's side, made by the acquirer's own codec, and lies about them. */
import { encodeFrame, type Fields } from "../../../tools/acquirer/codec.ts";
import { type Draw, join, type Mutator } from "../mutate.ts";

const AROUND = { tpdu: "6000000003", header: "603100310000" };
const ECHO = {
  "3": "000000",
  "4": "000000010000",
  "11": "000123",
  "12": "090102",
  "13": "1121",
  "41": "10000001",
  "42": "898110154110001",
};
const padded = (text: string, bytes: number): string => text.padEnd(bytes, " ");

const STATEMENT_ROW = "22000123000001000000010000123456789012A";

/** Answers of every shape the terminal asks for. */
const MESSAGES: readonly [mti: string, fields: Fields][] = [
  [
    "0210",
    {
      ...ECHO,
      "14": "3012",
      "15": "1121",
      "37": "123456789012",
      "38": "654321",
      "39": "00",
      "44": padded("03080000   48021000", 22),
      "49": "156",
      "60": "22000001000",
      "63": padded("CUP", 63),
      "64": "0011223344556677",
    },
  ],
  ["0210", { ...ECHO, "39": "51", "63": `MCC${padded("declined", 20)}` }],
  ["0210", { "11": "000123", "39": "00", "54": "0210156C000000123456", "64": "0011223344556677" }],
  ["0410", { ...ECHO, "39": "00" }],
  ["0110", { ...ECHO, "39": "10", "38": "000001" }],
  ["0230", { ...ECHO, "39": "00", "55": "9F2608112233445566778872084F07A0000000031010" }],
  ["0510", { "11": "000200", "48": `${"0".repeat(30)}1${"0".repeat(30)}2`, "60": "00000001201" }],
  ["0330", { "11": "000201", "48": "0001", "60": "00000001207" }],
  [
    "0810",
    {
      "11": "000001",
      "12": "090000",
      "13": "1121",
      "32": "48020000",
      "37": "123456789012",
      "39": "00",
      "41": "10000001",
      "42": "898110154110001",
      "60": "00000001003",
      "62": "0".repeat(40),
    },
  ],
  [
    "0810",
    {
      "11": "000002",
      "39": "00",
      "60": "00000001360",
      "62": `1130132${padded("14", 16)}16${padded("01012345678", 14)}22${padded("SHOP", 40)}26****`,
    },
  ],
  ["0830", { "11": "000003", "39": "00", "60": "00000001970", "62": `1${STATEMENT_ROW}${STATEMENT_ROW}` }],
];

const withoutLength = (frame: Uint8Array): Uint8Array => frame.slice(2);

export const answerFrames = (): Uint8Array[] => MESSAGES.map(([mti, fields]) => encodeFrame({ ...AROUND, mti, fields }));
export const hostMessages = (): Uint8Array[] => answerFrames().map(withoutLength);

const REQUESTS: readonly [mti: string, fields: Fields][] = [
  ["0800", { "11": "000001", "41": "10000001", "42": "898110154110001", "60": "00000001003", "63": "01 " }],
  [
    "0200",
    {
      "2": "6222021234567890128",
      "3": "000000",
      "4": "000000010000",
      "11": "000002",
      "14": "3012",
      "22": "021",
      "25": "00",
      "26": "12",
      "35": "6222021234567890128D30122010000012300",
      "41": "10000001",
      "42": "898110154110001",
      "49": "156",
      "52": "0011223344556677",
      "53": "2600000000000000",
      "60": "2200000100060",
      "64": "0011223344556677",
    },
  ],
  [
    "0400",
    {
      "3": "000000",
      "4": "000000010000",
      "11": "000002",
      "22": "021",
      "25": "00",
      "39": "98",
      "41": "10000001",
      "42": "898110154110001",
      "49": "156",
      "60": "22000001000",
      "61": "000001000002",
    },
  ],
  [
    "0100",
    {
      "2": "6222021234567890128",
      "3": "030000",
      "4": "000000010000",
      "11": "000003",
      "14": "3012",
      "22": "012",
      "25": "06",
      "41": "10000001",
      "42": "898110154110001",
      "49": "156",
      "60": "10000001000",
    },
  ],
  [
    "0220",
    {
      "2": "6222021234567890128",
      "3": "000000",
      "4": "000000010000",
      "11": "000004",
      "14": "3012",
      "22": "012",
      "25": "00",
      "41": "10000001",
      "42": "898110154110001",
      "49": "156",
      "60": "30000001000",
    },
  ],
  [
    "0500",
    {
      "11": "000005",
      "41": "10000001",
      "42": "898110154110001",
      "48": "0".repeat(62),
      "49": "156",
      "60": "00000001201",
      "63": "01 ",
    },
  ],
  ["0320", { "11": "000006", "41": "10000001", "42": "898110154110001", "48": "01".padEnd(42, "0"), "60": "00000001201" }],
  ["0820", { "11": "000007", "41": "10000001", "42": "898110154110001", "60": "00000001970", "62": "20261121" }],
];

/** Whole frames as a terminal sends them. */
export const requestFrames = (): Uint8Array[] =>
  REQUESTS.flatMap(([mti, fields]) => {
    try {
      return [encodeFrame({ ...AROUND, mti, fields })];
    } catch {
      return [];
    }
  });

const TPDU_AND_HEADER = 11;
const BITMAP_BYTES = 8;

/** Lies where a message has its bones: bitmap bits, BCD lengths, and everything behind the MTI. `start`: bytes before the TPDU. */
export const messageLies = (start: number): readonly Mutator[] => [
  (bytes, draw) => {
    const copy = bytes.slice();
    const at = start + TPDU_AND_HEADER + 2 + draw.below(BITMAP_BYTES);
    if (at < copy.length) copy[at]! ^= 1 << draw.below(8);
    return copy;
  },
  (bytes, draw) => {
    const copy = bytes.slice();
    const at = start + TPDU_AND_HEADER + 2 + BITMAP_BYTES + draw.below(Math.max(1, bytes.length - start - 21));
    const lie = draw.pick([[0x00, 0x00], [0x99], [0x09, 0x99], [0x10, 0x00], [0x0a], [0x63], [0x01, 0x63], [0x00]]);
    if (at + lie.length <= copy.length) copy.set(lie, at);
    return copy;
  },
  // The field that begins here grows with its length.
  (bytes, draw) => {
    const at = start + TPDU_AND_HEADER + 2 + BITMAP_BYTES + draw.below(Math.max(1, bytes.length - start - 21));
    const more = 1 + draw.below(40);
    const copy = join(bytes.subarray(0, at), new Uint8Array(more).fill(draw.pick([0x30, 0x20, 0x12, 0xb0])), bytes.subarray(at));
    if (at > 0 && at - 1 < bytes.length) copy[at - 1] = bcd(unbcd(bytes[at - 1]!) + more);
    return copy;
  },
];

const unbcd = (byte: number): number => (byte >> 4) * 10 + (byte & 15);
const bcd = (value: number): number => (Math.floor((value % 100) / 10) << 4) | (value % 10);

/** The two length bytes told right again. */
export function rightLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 2) return bytes;
  const copy = bytes.slice();
  copy[0] = (bytes.length - 2) >> 8;
  copy[1] = (bytes.length - 2) & 0xff;
  return copy;
}

/** A splitting byte in front: see pieces(). */
export const split = (inputs: readonly Uint8Array[]): Uint8Array[] =>
  inputs.flatMap((input, at) => [join(Uint8Array.of(0), input), join(Uint8Array.of(1 + (at % 5)), input, input)]);

/** Any message at all with fields that are each right, from the table of those above. */
export function anyMessage(draw: Draw): Uint8Array {
  const all = Object.assign({}, ...MESSAGES.map(([, fields]) => fields)) as Fields;
  const fields = Object.fromEntries(Object.entries(all).filter(() => draw.chance(0.4)));
  return withoutLength(encodeFrame({ ...AROUND, mti: draw.pick(MESSAGES)[0], fields }));
}
