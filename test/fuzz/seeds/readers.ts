/** Good frames, answers to reset, blocks and sessions of card readers, and lies about them. */
import { frameOf } from "../../../hal/icc/ccid-frames.ts";
import { ATR_T0, ATR_T1 } from "../../conform/chip-cards.ts";
import { type Draw, join } from "../mutate.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const SPLIT = Uint8Array.of(0);

const frame = (type: number, own: readonly [number, number, number], data: string, sequence = 1): Uint8Array =>
  frameOf({ type, slot: 0, sequence, own, data: hex(data) });

export const readerLine = (): Uint8Array[] =>
  [
    frame(0x6b, [0, 0, 0], "02"),
    join(frame(0x6b, [0, 0, 0], "02"), frame(0x83, [1, 0, 0], "5461656C")),
    join(hex("5003"), frame(0x80, [0, 0, 0], ATR_T0), hex("5002")),
    join(hex("80 80"), frame(0x80, [0x80, 1, 0], ""), frame(0x80, [0, 0, 0], "9000")),
    hex("031516"),
    hex("500F 50FF 0300 0306"),
    frame(0x80, [0x42, 0xfe, 0], ""),
  ].map((each) => join(SPLIT, each));

export const readerRequests = (): Uint8Array[] => {
  const start = join(frame(0x6b, [0, 0, 0], "02", 1), frame(0x6b, [0, 0, 0], "010101", 2), frame(0x62, [1, 0, 0], "", 3));
  return [
    start,
    join(
      start,
      frame(0x61, [1, 0, 0], "11100045002000", 4),
      frame(0x6f, [0, 0, 0], "00C101FE3E", 5),
      frame(0x63, [0, 0, 0], "", 6),
    ),
    join(frame(0x6b, [0, 0, 0], "E00000250101"), frame(0x62, [0, 0, 0], ""), frame(0x6f, [0, 0, 0], "00A4040000")),
    join(frame(0x6b, [0, 0, 0], "E0000029010F"), frame(0x6b, [0, 0, 0], "E00000250100")),
    join(frame(0x65, [0, 0, 0], ""), frame(0x6c, [0, 0, 0], ""), frame(0x6d, [0, 0, 0], ""), frame(0x69, [0, 0, 0], "")),
  ].map((each) => join(SPLIT, each));
};

export function anyReaderFrame(draw: Draw): Uint8Array {
  const own = [draw.below(256), draw.below(256), draw.below(256)] as const;
  const bytes = frameOf({
    type: draw.below(256),
    slot: draw.below(3),
    sequence: draw.below(256),
    own,
    data: draw.bytes(draw.below(262)),
  });
  if (draw.chance(0.3)) bytes[3 + draw.below(4)]! += draw.below(5) - 2;
  return join(draw.bytes(1), bytes, draw.bytes(draw.below(6)));
}

export const answersToReset = (): Uint8Array[] =>
  [ATR_T0, ATR_T1, "3B00", "3F6025000000", "3B67250054", "3BF711", "3BF7130000918171403401414243444546478F", "3B8001"].map(hex);

const turn = (text: string): Uint8Array => join(Uint8Array.of(hex(text).length), hex(text));
const said = (how: number, ...texts: string[]): Uint8Array => join(Uint8Array.of(how), ...texts.map(turn));
const IFS = "00E101FE1E";

export const cardTalk = (): Uint8Array[] => [
  said(0, "9000"),
  said(0, "6105", "01020304059000"),
  said(4, "6C02", "01029000"),
  said(4, "6102", "01026101", "039000"),
  said(12, "6283", "6C02", "01029000"),
  said(3, IFS, "000002900092"),
  said(3, IFS, "00C30101C3", "000002900092"),
  said(3, IFS, "0020010222", "004002900000"),
  said(3, IFS, "00C1012000", "000002900092"),
  said(7, IFS, "00810081", "000002900092"),
  said(3, IFS, "00C00000", "00E00000", IFS, "000002900092"),
  said(3, IFS, "00C200C2"),
];

/** Answers to a reset, to its parameters, and to what the card is then asked. */
export const readerTalk = (): Uint8Array[] => [
  join(turn(`0000${ATR_T0}`), turn("00001100000A00"), turn("00009000"), turn("00006A82"), turn("00009000"), turn("00006102")),
  join(turn(`0000${ATR_T1}`), turn("0000"), turn(`0000${IFS}`), turn("0000000002900092"), turn("0000004002900000")),
  join(turn("42FE"), turn("42FE")),
  join(turn("00003BFF"), turn(`0000${ATR_T0}`), turn("4107")),
  join(turn(`0000${ATR_T0}`), turn("0000"), turn("8001"), turn("41FD"), turn("42FE")),
];
