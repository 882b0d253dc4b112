/** Data objects by tag: how callers hand them in, and how a transaction keeps them (§5). */
import { type Bytes, NO_BYTES, toBytes } from "./bytes.ts";
import { kindOf } from "./dictionary.ts";
import { primitives, tagName, type Tlv } from "./tlv.ts";

export type Lookup = (tag: string) => Uint8Array | undefined;

/** Objects by tag, in whatever way is at hand: `{ "9F02": "…" }`, a Map, parsed TLV, or a function. */
export type DataLike = Lookup | ReadonlyMap<string, Bytes> | readonly Tlv[] | { readonly [tag: string]: Bytes | undefined };

/** An empty value counts as no value (§5). */
export function asLookup(data: DataLike): Lookup {
  if (typeof data === "function") return (tag) => present(data(tag));
  const map = asMap(data);
  return (tag) => present(map.get(tag));
}

export function asMap(data: Exclude<DataLike, Lookup>): Map<string, Uint8Array> {
  const map = new Map<string, Uint8Array>();
  if (isTlvList(data)) {
    for (const { tag, value } of primitives(data)) if (!map.has(tag)) map.set(tag, value);
    return map;
  }
  const entries: Iterable<[string, Bytes | undefined]> = data instanceof Map ? data.entries() : Object.entries(data);
  for (const [tag, value] of entries) if (value !== undefined) map.set(tagName(tag), toBytes(value, tag));
  return map;
}

function isTlvList(data: Exclude<DataLike, Lookup>): data is readonly Tlv[] {
  return Array.isArray(data);
}

function present(value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined || value.length === 0 ? undefined : value;
}

/**
 * What a transaction knows. Four stores, each with its own owner; looking up goes kernel → transaction → card → configuration, and the card's
 * store takes nothing that is not the card's.
 */
export class DataStore {
  readonly kernel = new Map<string, Uint8Array>();
  readonly card = new Map<string, Uint8Array>();

  constructor(
    readonly transaction: ReadonlyMap<string, Uint8Array>,
    /** Of the selected application, on top of what holds for all. */
    public config: ReadonlyMap<string, Uint8Array>,
  ) {}

  readonly get: Lookup = (tag) =>
    present(this.kernel.get(tag)) ??
    present(this.transaction.get(tag)) ??
    present(this.card.get(tag)) ??
    present(this.config.get(tag));

  /** Empty when it is not there. */
  value(tag: string): Uint8Array {
    return this.get(tag) ?? NO_BYTES;
  }

  /** "duplicate" when the card's store has the tag already (Book 3 10.2); "foreign" when the tag is somebody else's and nothing was kept. */
  addCard(tag: string, value: Uint8Array): "kept" | "duplicate" | "foreign" {
    if ((kindOf(tag)?.source ?? "card") !== "card") return "foreign";
    if (this.card.has(tag)) return "duplicate";
    this.card.set(tag, value);
    return "kept";
  }

  /** For objects that change from answer to answer: 9F27, 9F36, 9F26 … */
  setCard(tag: string, value: Uint8Array): void {
    if ((kindOf(tag)?.source ?? "card") === "card") this.card.set(tag, value);
  }
}
