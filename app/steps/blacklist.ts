/** Cards that are not taken: numbers, or beginnings of numbers, each with the length a number must have (§2.9, 390). Stored sealed. */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import type { Audit } from "./audit.ts";
import { maskPan } from "../model/card.ts";

const KEY = "blacklist";
/** There since the host's first list, which may be an empty one. */
const TAKEN = "blacklist-taken";
export const MOST_ENTRIES = 2_000;

export interface BlacklistEntry {
  /** Digits of a whole number, 13–19; undefined: any. */
  length?: number;
  /** The number, or how it begins: 4–19 digits. */
  prefix: string;
  /** The host sent it (390), and takes it back with its next list. */
  host?: true;
}

export interface Blacklist {
  /** The host's list was here at least once. */
  readonly taken: boolean;
  has(pan: string): boolean;
  list(): readonly BlacklistEntry[];
  /** False when there is no room. These throw StoreError and change nothing when the store refuses. */
  add(by: string, entry: BlacklistEntry): boolean;
  remove(by: string, entry: BlacklistEntry): void;
  /** The host's list in place of its last one; what was put in by hand stays. Resolves how many found room. */
  takeHosts(prefixes: readonly string[]): number;
}

const same = (a: BlacklistEntry, b: BlacklistEntry): boolean => a.prefix === b.prefix && a.length === b.length;

/** As it may be shown: a whole card number is masked, a beginning is not. */
export const shownEntry = ({ prefix }: BlacklistEntry): string => (prefix.length >= 13 ? maskPan(prefix) : `${prefix}…`);

/** Throws when what is stored was altered. */
export function openBlacklist(system: System, audit: Audit): Blacklist {
  const stored = system.store.get(KEY);
  let entries = stored === undefined ? [] : (JSON.parse(decodeUtf8(system.unseal(stored))) as BlacklistEntry[]);
  const save = (by: string, object: string, next: BlacklistEntry[], more: readonly Change[] = []): void => {
    const value = system.seal(encodeUtf8(JSON.stringify(next)));
    audit.record({ who: by, what: "parameter", result: "ok", object }, [{ put: KEY, value }, ...more]);
    entries = next;
  };
  return {
    get taken() {
      return system.store.get(TAKEN) !== undefined || entries.some(({ host }) => host);
    },
    has: (pan) => entries.some(({ length, prefix }) => pan.startsWith(prefix) && (length === undefined || length === pan.length)),
    list: () => entries,
    add(by, entry) {
      if (entries.some((each) => same(each, entry))) return true;
      if (entries.length >= MOST_ENTRIES) return false;
      save(by, `blacklist + ${shownEntry(entry)}`, [...entries, entry]);
      return true;
    },
    takeHosts(prefixes) {
      const own = entries.filter(({ host, ...each }) => host === undefined && !prefixes.includes(each.prefix));
      const room = prefixes.slice(0, MOST_ENTRIES - own.length);
      const theirs = room.map(
        (prefix): BlacklistEntry => ({ prefix, ...(prefix.length >= 13 ? { length: prefix.length } : {}), host: true }),
      );
      save("", `blacklist ${theirs.length}`, [...own, ...theirs], [{ put: TAKEN, value: encodeUtf8("1") }]);
      return theirs.length;
    },
    remove(by, entry) {
      save(
        by,
        `blacklist - ${shownEntry(entry)}`,
        entries.filter((each) => !same(each, entry)),
      );
    },
  };
}
