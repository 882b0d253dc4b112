/** Command and answer APDUs (ISO 7816-4), short form. */
import { byte, cut, type Hex, number, size } from "./hex.ts";

export interface Command {
  cla: number;
  ins: number;
  p1: number;
  p2: number;
  data: Hex;
  /** Bytes wanted; 256 for 00. Undefined: no Le. */
  le: number | undefined;
}

export interface Answer {
  data: Hex;
  sw: number;
}

export const OK = 0x9000;
export const SW = {
  fileInvalid: 0x6283,
  authenticationFailed: 0x6300,
  wrongLength: 0x6700,
  securityStatus: 0x6982,
  pinBlocked: 0x6983,
  invalidated: 0x6984,
  conditions: 0x6985,
  seePhone: 0x6986,
  noMac: 0x6987,
  wrongMac: 0x6988,
  wrongData: 0x6a80,
  notSupported: 0x6a81,
  notFound: 0x6a82,
  noRecord: 0x6a83,
  wrongParameters: 0x6a86,
  noObject: 0x6a88,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const;

export const status = (sw: number): Answer => ({ data: "", sw });
export const answer = (data: Hex): Answer => ({ data, sw: OK });
export const encodeAnswer = ({ data, sw }: Answer): Hex => data + byte(sw >> 8) + byte(sw & 0xff);

/** Undefined: no command of this form. */
export function parseCommand(hex: Hex): Command | undefined {
  const length = size(hex);
  if (length < 4) return undefined;
  const [cla, ins, p1, p2] = [0, 1, 2, 3].map((at) => number(cut(hex, at, at + 1))) as [number, number, number, number];
  const head = { cla, ins, p1, p2 };
  const wanted = (value: number): number => (value === 0 ? 256 : value);
  if (length === 4) return { ...head, data: "", le: undefined };
  const p3 = number(cut(hex, 4, 5));
  if (length === 5) return { ...head, data: "", le: wanted(p3) };
  if (p3 === 0 || (length !== 5 + p3 && length !== 6 + p3)) return undefined;
  const le = length === 6 + p3 ? wanted(number(cut(hex, 5 + p3))) : undefined;
  return { ...head, data: cut(hex, 5, 5 + p3), le };
}
