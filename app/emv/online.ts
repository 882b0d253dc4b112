/** What goes to the host, as tags: field 55 of request, reversal, advice (§11.2). */
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import { unfilled } from "./keys.ts";
import { encodeTlv } from "./tlv.ts";
import { toHex } from "./bytes.ts";

export interface OnlineRequest {
  /** Digits. */
  pan: string;
  /** 5F34, two digits; undefined when the card has none. */
  sequence: string | undefined;
  /** YYMM. */
  expiry: string | undefined;
  /** 57 with D for its separator. */
  track2: string | undefined;
  amountFen: number;
  /** A PIN block goes along. */
  onlinePin: boolean;
  /** The objects of field 55 by tag. */
  tags: Record<string, Uint8Array>;
  /** The same as TLV, in the order of the list. */
  field55: Uint8Array;
  /** Of a tap, by tag: what the host is not told, of the holder (9F6C), the card's country (9F51, DF71, 5F28), and for the slip (5F34, 50, 9F12, 9B). */
  aside?: Readonly<Record<string, Uint8Array>>;
}

/** must: goes as zeros when nobody has it · others go when they are there. */
type Row = readonly [tag: string, must?: "must"];

const ONLINE = [
  ["9F26", "must"],
  ["9F27", "must"],
  ["9F10", "must"],
  ["9F37", "must"],
  ["9F36", "must"],
  ["95", "must"],
  ["9A", "must"],
  ["9C", "must"],
  ["9F02", "must"],
  ["5F2A", "must"],
  ["82", "must"],
  ["9F1A", "must"],
  ["9F03", "must"],
  ["9F33", "must"],
  ["9F34"],
  ["9F35"],
  ["9F1E"],
  ["84"],
  ["9F09"],
  ["9F41"],
  ["9F63"],
] as const satisfies readonly Row[];

export const FIELD_LISTS = {
  request: ONLINE,
  /** Decided without the host (8A = Y1); 9F74 where electronic cash paid. */
  offline: [...ONLINE, ["9F74"], ["8A"]],
  reversal: [["95"], ["9F1E"], ["9F10"], ["DF31"]],
  /** Of a load, or when the card approved although the host's approval came to nothing. */
  "reversal-with-counter": [["95"], ["9F1E"], ["9F10"], ["9F36"], ["DF31"]],
  "script-result": [
    ["9F33"],
    ["95", "must"],
    ["9F37"],
    ["9F1E"],
    ["9F10", "must"],
    ["9F26", "must"],
    ["9F36", "must"],
    ["82", "must"],
    ["DF31", "must"],
    ["9F1A", "must"],
    ["9A", "must"],
  ],
} as const satisfies Record<string, readonly Row[]>;

/** Bytes of a must nobody has: only what can truly be zero (9F03) is ever missing on a contact card. */
const EMPTY: Readonly<Record<string, number>> = { "9F03": 6, "9F27": 1 };

/**
 * The tags of a list that are known.
 *
 * @example fieldData("reversal", outcome.data).bytes // for DE55 of a 0400
 */
export function fieldData(list: keyof typeof FIELD_LISTS, data: DataLike) {
  const lookup: Lookup = asLookup(data);
  // Pairs: a table would put "82" before "9F26".
  const found: [string, Uint8Array][] = [];
  for (const [tag, must] of FIELD_LISTS[list] as readonly Row[]) {
    const value = lookup(tag) ?? (must === undefined || EMPTY[tag] === undefined ? undefined : new Uint8Array(EMPTY[tag]));
    if (value !== undefined) found.push([tag, value]);
  }
  return { tags: Object.fromEntries(found), bytes: encodeTlv(found) };
}

export function onlineRequest(lookup: Lookup, amountFen: number, onlinePin: boolean): OnlineRequest {
  const { tags, bytes } = fieldData("request", lookup);
  return { ...cardOf(lookup), amountFen, onlinePin, tags, field55: bytes };
}

/** What the card says of itself; of a number it has not told, "". */
export function cardOf(data: DataLike): Pick<OnlineRequest, "pan" | "sequence" | "expiry" | "track2"> {
  const lookup = asLookup(data);
  const track2 = lookup("57");
  const digits = (tag: string): string | undefined => {
    const value = lookup(tag);
    return value === undefined ? undefined : toHex(value);
  };
  const [fromTrack, after] = track2 === undefined ? [] : unfilled(track2).split("D");
  const pan = lookup("5A");
  return {
    pan: pan === undefined ? (fromTrack ?? "") : unfilled(pan),
    sequence: digits("5F34"),
    expiry: digits("5F24")?.slice(0, 4) ?? after?.slice(0, 4),
    track2: track2 === undefined ? undefined : unfilled(track2),
  };
}
