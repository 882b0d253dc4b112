/**
 * What chips need in a terminal, as the acquirer's centre sent it (§2.9, §11.1): applications with their parameters, and the certification
 * authorities' public keys. Stored sealed. A download is kept entry by entry and counts only when it is whole, so that one cut off anywhere goes on.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import { type ApplicationInput, type CaKey, decodeCaKey, decodeParameters, EmvError } from "../emv/index.ts";
import type { Audit } from "./audit.ts";
import { type CardRanges, openCardRanges } from "./card-ranges.ts";

export type CardTable = "applications" | "keys";
const keyOf = (table: CardTable): string => `card-data/${table}`;
const partOf = (table: CardTable): string => `card-data/${table}.part`;

/** Objects by the name they were asked for with; both hex digits. */
type Entries = Readonly<Record<string, string>>;

export interface CardData {
  readonly applications: readonly ApplicationInput[];
  readonly keys: readonly CaKey[];
  /** Both tables have been downloaded whole at least once. */
  readonly complete: boolean;
  /** Of payments without a PIN (§5.8). */
  readonly ranges: CardRanges;
  /** What of a download under way is here already, by name. */
  part(table: CardTable): Entries;
  /** These throw StoreError and change nothing when the store refuses. */
  keep(table: CardTable, name: string, objects: string): void;
  /** The entries of these names take the place of what was there. */
  finish(table: CardTable, names: readonly string[]): void;
}

/** Why an entry cannot be used; undefined: it can (a key only when DF03 is its hash). */
export function entryFault(table: CardTable, objects: string): string | undefined {
  try {
    if (table === "applications") decodeParameters(objects);
    else {
      const read = decodeCaKey(objects);
      if (!read.ok) return read.words;
    }
    return undefined;
  } catch (error) {
    if (error instanceof EmvError) return error.message;
    throw error;
  }
}

/** Throws when what is stored was altered. */
export function openCardData(system: System, audit: Audit): CardData {
  const load = (key: string): Entries | undefined => {
    const stored = system.store.get(key);
    return stored === undefined ? undefined : (JSON.parse(decodeUtf8(system.unseal(stored))) as Entries);
  };
  const put = (key: string, entries: Entries): Change => ({ put: key, value: system.seal(encodeUtf8(JSON.stringify(entries))) });
  const whole: Record<CardTable, Entries | undefined> = { applications: load(keyOf("applications")), keys: load(keyOf("keys")) };
  const parts: Record<CardTable, Entries> = {
    applications: load(partOf("applications")) ?? {},
    keys: load(partOf("keys")) ?? {},
  };
  let applications = applicationsOf(whole.applications);
  let keys = keysOf(whole.keys);
  return {
    get applications() {
      return applications;
    },
    get keys() {
      return keys;
    },
    get complete() {
      return whole.applications !== undefined && whole.keys !== undefined;
    },
    ranges: openCardRanges(system, audit),
    part: (table) => parts[table],
    keep(table, name, objects) {
      const next = { ...parts[table], [name]: objects };
      system.store.commit([put(partOf(table), next)]);
      parts[table] = next;
    },
    finish(table, names) {
      const next = Object.fromEntries(names.flatMap((name) => entryOf(parts[table], name)));
      const object = `${table} ${Object.keys(next).length}/${names.length}`;
      audit.record({ who: "", what: "download", result: "ok", object }, [put(keyOf(table), next), { delete: partOf(table) }]);
      whole[table] = next;
      parts[table] = {};
      if (table === "applications") applications = applicationsOf(next);
      else keys = keysOf(next);
    },
  };
}

function entryOf(entries: Entries, name: string): [string, string][] {
  const objects = entries[name];
  return objects === undefined ? [] : [[name, objects]];
}

const applicationsOf = (entries: Entries = {}): ApplicationInput[] =>
  Object.values(entries).map((each) => decodeParameters(each));

const keysOf = (entries: Entries = {}): CaKey[] =>
  Object.values(entries).flatMap((each) => {
    const read = decodeCaKey(each);
    return read.ok ? [read.key] : [];
  });
