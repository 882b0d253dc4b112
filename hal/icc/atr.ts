/** The answer to reset (ISO/IEC 7816-3 §8) and the subset of it that EMV allows (Book 1 §8.3). */

export interface Atr {
  /** In the order offered; T=0 when it offers none. */
  protocols: readonly number[];
  /** Of the card: with TA2 it works so at once, without it may be asked to (PPS). */
  specificMode: boolean;
  /** TA1: clock and baud factors; 11 when absent. */
  fiDi: number;
  /** TC1: extra guard time; 00 when absent. */
  guardTime: number;
  /** TC2 of T=0: waiting integer; 0A when absent. */
  waitingInteger: number;
  /** TA3 of T=1: longest information field the card takes; 32 when absent. */
  ifsc: number;
  /** TB3 of T=1: block and character waiting integers; 4 and 13 when absent. */
  bwi: number;
  cwi: number;
  /** TC3 of T=1. */
  checksum: "lrc" | "crc";
  historical: Uint8Array;
  /** Interface characters by name: "TA1" … "TD2". */
  characters: Readonly<Record<string, number>>;
}

const LONGEST_BYTES = 33;
const DIRECT = 0x3b;
const INVERSE = 0x3f;
const MOST_ROUNDS = 8;

/** The answer taken apart, or in words what is wrong with it. */
export function parseAtr(bytes: Uint8Array): Atr | string {
  if (bytes.length < 2) return "shorter than two bytes";
  if (bytes.length > LONGEST_BYTES) return `longer than ${LONGEST_BYTES} bytes`;
  const [ts, t0] = bytes as unknown as [number, number];
  if (ts !== DIRECT && ts !== INVERSE) return `TS is ${hex(ts)}`;
  const characters: Record<string, number> = {};
  const protocols: number[] = [];
  let at = 2;
  let indicator = t0;
  for (let round = 1; indicator >> 4 !== 0; round++) {
    if (round > MOST_ROUNDS) return "interface characters without end";
    let next: number | undefined;
    for (const [bit, letter] of [..."ABCD"].entries()) {
      if ((indicator & (0x10 << bit)) === 0) continue;
      const value = bytes[at++];
      if (value === undefined) return `ends before T${letter}${round}`;
      characters[`T${letter}${round}`] = value;
      if (letter === "D") next = value;
    }
    if (next === undefined) break;
    protocols.push(next & 0x0f);
    indicator = next;
  }
  const historicalEnd = at + (t0 & 0x0f);
  if (bytes.length < historicalEnd) return "ends within the historical bytes";
  const checked = protocols.some((protocol) => protocol !== 0);
  if (bytes.length !== historicalEnd + (checked ? 1 : 0))
    return checked ? "TCK is missing, or something stands behind it" : "too long";
  if (checked && bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0) !== 0) return "TCK is wrong";
  return { ...readCharacters(characters, protocols), historical: bytes.slice(at, historicalEnd), characters };
}

function readCharacters(characters: Readonly<Record<string, number>>, protocols: readonly number[]) {
  const t1 = firstOfT1(characters);
  const waiting = characters[`TB${t1}`] ?? 0x4d;
  return {
    protocols: protocols.length === 0 ? [0] : [...new Set(protocols.filter((protocol) => protocol !== 15))],
    specificMode: characters.TA2 !== undefined,
    fiDi: characters.TA1 ?? 0x11,
    guardTime: characters.TC1 ?? 0,
    waitingInteger: characters.TC2 ?? 0x0a,
    ifsc: characters[`TA${t1}`] ?? 32,
    bwi: waiting >> 4,
    cwi: waiting & 0x0f,
    checksum: ((characters[`TC${t1}`] ?? 0) & 1) === 1 ? ("crc" as const) : ("lrc" as const),
  };
}

/** Number of the first characters specific to T=1: those after the first TD from TD2 on that names it. */
function firstOfT1(characters: Readonly<Record<string, number>>): number {
  for (let round = 2; round < MOST_ROUNDS; round++) {
    const indicator = characters[`TD${round}`];
    if (indicator !== undefined && (indicator & 0x0f) === 1) return round + 1;
  }
  return MOST_ROUNDS + 1;
}

/** What a terminal must refuse (Book 1 §8.3), in words; undefined when the answer is fit. After a warm reset TB1 is no matter. */
export function emvProblem(atr: Atr, reset: "cold" | "warm"): string | undefined {
  const { characters: c } = atr;
  const first = (c.TD1 ?? 0) & 0x0f;
  if (first > 1) return `TD1 asks for T=${first}`;
  if (reset === "cold" && c.TB1 !== 0) return `TB1 is ${c.TB1 === undefined ? "missing" : hex(c.TB1)}`;
  if (c.TA2 !== undefined) {
    if ((c.TA2 & 0x10) !== 0) return "TA2 names parameters the terminal cannot know";
    if ((c.TA2 & 0x0f) !== first) return "TA2 names another protocol than TD1";
    if (atr.fiDi < 0x11 || atr.fiDi > 0x13) return `TA1 is ${hex(atr.fiDi)} with TA2`;
  }
  if (c.TB2 !== undefined) return "TB2 is there";
  if (c.TC2 === 0) return "TC2 is 00";
  if (c.TD2 !== undefined && (c.TD2 & 0x0f) !== (first === 1 ? 1 : 14) && (c.TD2 & 0x0f) !== 1) return `TD2 is ${hex(c.TD2)}`;
  return first === 1 ? emvT1Problem(atr) : undefined;
}

function emvT1Problem(atr: Atr): string | undefined {
  const { TA3, TB3, TC3, TC1 } = atr.characters;
  if (TA3 !== undefined && (TA3 < 0x10 || TA3 === 0xff)) return `TA3 is ${hex(TA3)}`;
  if (TB3 === undefined) return "TB3 is missing";
  if (atr.bwi > 4 || atr.cwi > 5) return `TB3 is ${hex(TB3)}`;
  // Guard time FF is one etu less than none.
  const guard = TC1 === 0xff ? -1 : (TC1 ?? 0);
  if (2 ** atr.cwi <= guard + 1) return "TB3 leaves no time for TC1";
  if (TC3 !== undefined && TC3 !== 0) return `TC3 is ${hex(TC3)}`;
  return undefined;
}

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
