/** DE55 as objects (§3.11), and what each message must have in it. */
import { toHex } from "../text.ts";

/** Values by tag, both in hex digits. */
export type ChipData = ReadonlyMap<string, string>;

/** Throws Error saying where it stops being TLV. No outer template, nothing constructed but 71 and 72. */
export function readChipData(bytes: Uint8Array): ChipData {
  const values = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    if ((bytes[at++]! & 0x1f) === 0x1f) while ((bytes[at++] ?? 0) & 0x80) {}
    const tag = toHex(bytes.subarray(start, at));
    let length = bytes[at++];
    if (length === undefined) throw new Error(`DE55: ${tag} at byte ${start} has no length`);
    if (length > 0x82 || length === 0x80) throw new Error(`DE55: ${tag} at byte ${start} has a length nobody writes, ${length}`);
    if (length > 0x80) {
      const more = length - 0x80;
      length = bytes.subarray(at, at + more).reduce((sum, value) => sum * 256 + value, 0);
      at += more;
    }
    if (at + length > bytes.length)
      throw new Error(`DE55: ${tag} at byte ${start} says ${length} bytes, ${Math.max(0, bytes.length - at)} are left`);
    if (values.has(tag)) throw new Error(`DE55: ${tag} comes twice`);
    values.set(tag, toHex(bytes.subarray(at, at + length)));
    at += length;
  }
  return values;
}

const ONLINE = "9F26 9F27 9F10 9F37 9F36 95 9A 9C 9F02 5F2A 82 9F1A 9F03 9F33".split(" ");

/** The lists of §3.11 by their use; what is conditional or optional there is not asked for. */
export const MUST_HAVE = {
  online: ONLINE,
  offline: [...ONLINE, "8A"],
  reversal: ["95", "9F10"],
  "load-reversal": ["95", "9F10", "9F36"],
  script: "95 9F10 9F26 9F36 82 DF31 9F1A 9A".split(" "),
  upload: ONLINE,
} as const satisfies Record<string, readonly string[]>;

/** Bytes each must have, where there is but one way. */
const SIZES: Readonly<Record<string, number>> = {
  "9F26": 8,
  "9F27": 1,
  "9F37": 4,
  "9F36": 2,
  "95": 5,
  "9A": 3,
  "9C": 1,
  "9F02": 6,
  "9F03": 6,
  "5F2A": 2,
  "82": 2,
  "9F1A": 2,
  "9F33": 3,
};

/** Its lists that a card has signed, whose message says the same again. */
const SIGNED: ReadonlySet<keyof typeof MUST_HAVE> = new Set(["online", "offline"]);

/** What the card has signed and the message says otherwise: kind and amount (§3.11). */
export function contradictions(data: ChipData, list: keyof typeof MUST_HAVE, de3 = "", de4 = "0".repeat(12)): string[] {
  if (!SIGNED.has(list)) return [];
  const [type, amount] = [data.get("9C"), data.get("9F02")];
  return [
    ...(type === de3.slice(0, 2) ? [] : [`DE55: 9C is ${type}, DE3 begins with ${de3.slice(0, 2)}`]),
    ...(amount === de4 ? [] : [`DE55: 9F02 is ${amount}, DE4 ${de4}`]),
  ];
}

/** What is wrong with it, in words; none: it is as the list says. */
export function chipDataFaults(data: ChipData, list: keyof typeof MUST_HAVE): string[] {
  const missing = MUST_HAVE[list].filter((tag) => !data.has(tag));
  const wrong = [...data].filter(([tag, value]) => SIZES[tag] !== undefined && value.length / 2 !== SIZES[tag]);
  return [
    ...(missing.length === 0 ? [] : [`DE55 lacks ${missing.join(" ")} (§3.11)`]),
    ...wrong.map(([tag, value]) => `DE55: ${tag} has ${value.length / 2} bytes, must have ${SIZES[tag]}`),
  ];
}
