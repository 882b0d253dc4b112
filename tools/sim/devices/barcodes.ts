/** Bars of the symbologies a receipt carries, as module patterns: `1` is a bar. Undefined: these data cannot be drawn so. */

const CODE128 = (
  "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 " +
  "223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 " +
  "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 " +
  "311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 " +
  "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 " +
  "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split(" ");
const STOP_128 = 106;
const START_128 = { A: 103, B: 104, C: 105 } as const;
const SWITCH_128 = { A: 101, B: 100, C: 99 } as const;
type Set128 = keyof typeof START_128;

const CODE39_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";
/** Nine elements, bar first; 1 is wide. */
const CODE39 = (
  "000110100 100100001 001100001 101100000 000110001 100110000 001110000 000100101 100100100 001100100 100001001 001001001 " +
  "101001000 000011001 100011000 001011000 000001101 100001100 001001100 000011100 100000011 001000011 101000010 000010011 " +
  "100010010 001010010 000000111 100000110 001000110 000010110 110000001 011000001 111000000 010010001 110010000 011010000 " +
  "010000101 110000100 011000100 010101000 010100010 010001010 000101010 010010100"
).split(" ");

const EAN_LEFT = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011".split(" ");
/** Which of the six left digits are drawn from the even table. */
const EAN_FIRST = "LLLLLL LLGLGG LLGGLG LLGGGL LGLLGG LGGLLG LGGGLL LGLGLG LGLGGL LGGLGL".split(" ");

export const SYMBOLOGIES = ["UPC-A", "UPC-E", "EAN13", "EAN8", "CODE39", "ITF", "CODABAR", "CODE93", "CODE128"] as const;
export type Symbology = (typeof SYMBOLOGIES)[number];

/** GS k m: 0–6 and 65–73. */
export function symbology(m: number): Symbology | undefined {
  return SYMBOLOGIES[m >= 65 ? m - 65 : m];
}

export function bars(kind: Symbology, data: string): string | undefined {
  switch (kind) {
    case "CODE128":
      return code128(data);
    case "CODE39":
      return code39(data);
    case "UPC-A":
      return /^\d{11,12}$/.test(data) ? ean13(`0${data}`) : undefined;
    case "EAN13":
      return ean13(data);
    case "EAN8":
      return ean8(data);
    default:
      return undefined;
  }
}

/** What a person reads under the bars: without the code-set marks of CODE128. */
export function barcodeWords(kind: Symbology, data: string): string {
  if (kind !== "CODE128") return data;
  return values128(data)?.words ?? data;
}

function code128(data: string): string | undefined {
  const values = values128(data)?.values;
  if (values === undefined) return undefined;
  const check = values.reduce((sum, value, i) => sum + value * Math.max(i, 1), 0) % 103;
  return [...values, check, STOP_128].map((value) => widths(CODE128[value]!)).join("");
}

/** `{A` `{B` `{C` choose the set, `{1` is FNC1, `{{` a brace; in set C each byte is a pair of digits. */
function values128(data: string): { values: number[]; words: string } | undefined {
  const values: number[] = [];
  let words = "";
  let set: Set128 | undefined;
  for (let i = 0; i < data.length; i++) {
    const mark = data[i] === "{" ? data[i + 1] : undefined;
    if (mark === "A" || mark === "B" || mark === "C") {
      values.push(set === undefined ? START_128[mark] : SWITCH_128[mark]);
      set = mark;
      i += 1;
      continue;
    }
    if (set === undefined) return undefined;
    if (mark === "1") {
      values.push(102);
      i += 1;
      continue;
    }
    if (mark === "{") i += 1;
    else if (mark !== undefined) return undefined;
    const code = data.charCodeAt(i);
    const value = set === "C" ? code : set === "A" && code < 32 ? code + 64 : code - 32;
    if (value < 0 || value > (set === "C" ? 99 : 95)) return undefined;
    values.push(value);
    words += set === "C" ? String(code).padStart(2, "0") : data[i];
  }
  return values.length === 0 ? undefined : { values, words };
}

function widths(pattern: string): string {
  return [...pattern].map((width, i) => (i % 2 === 0 ? "1" : "0").repeat(Number(width))).join("");
}

function code39(data: string): string | undefined {
  const text = `*${data.replace(/^\*|\*$/g, "")}*`;
  const drawn = [...text].map((character) => {
    const pattern = CODE39[CODE39_CHARACTERS.indexOf(character)];
    return pattern === undefined
      ? undefined
      : [...pattern].map((wide, i) => (i % 2 === 0 ? "1" : "0").repeat(wide === "1" ? 3 : 1)).join("");
  });
  return drawn.includes(undefined) ? undefined : drawn.join("0");
}

function ean13(data: string): string | undefined {
  const digits = withCheckDigit(data, 13);
  if (digits === undefined) return undefined;
  const parity = EAN_FIRST[digits[0]!]!;
  const left = digits.slice(1, 7).map((digit, i) => (parity[i] === "L" ? EAN_LEFT[digit]! : even(digit)));
  return `101${left.join("")}01010${digits.slice(7).map(right).join("")}101`;
}

function ean8(data: string): string | undefined {
  const digits = withCheckDigit(data, 8);
  if (digits === undefined) return undefined;
  const left = digits.slice(0, 4).map((digit) => EAN_LEFT[digit]!);
  return `101${left.join("")}01010${digits.slice(4).map(right).join("")}101`;
}

const right = (digit: number): string => [...EAN_LEFT[digit]!].map((bit) => (bit === "1" ? "0" : "1")).join("");
const even = (digit: number): string => [...right(digit)].reverse().join("");

function withCheckDigit(data: string, length: number): number[] | undefined {
  if (!/^\d+$/.test(data) || (data.length !== length && data.length !== length - 1)) return undefined;
  const digits = [...data.slice(0, length - 1)].map(Number);
  const sum = [...digits].reverse().reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 3 : 1), 0);
  return [...digits, (10 - (sum % 10)) % 10];
}
