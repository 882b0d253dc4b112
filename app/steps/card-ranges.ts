/**
 * Card numbers by their beginnings, as the host hands them out for payments without a PIN (§5.8): those that need none (table B, 396) and those that always do (C, 398).
 * Stored sealed. A download is kept block by block and counts only when it is whole, so that one cut off anywhere goes on.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import type { CardRange } from "../model/quick-pass.ts";
import type { Audit } from "./audit.ts";

export const RANGE_TABLES = ["no-pin", "excluded"] as const;
export type RangeTable = (typeof RANGE_TABLES)[number];

const keyOf = (table: RangeTable): string => `card-data/${table}`;
const partOf = (table: RangeTable): string => `card-data/${table}.part`;

export interface CardRanges {
  of(table: RangeTable): readonly CardRange[];
  /** Both tables have been downloaded whole at least once. */
  readonly complete: boolean;
  /** What of a download under way is here already. */
  part(table: RangeTable): readonly CardRange[];
  /** These throw StoreError and change nothing when the store refuses. */
  keep(table: RangeTable, more: readonly CardRange[]): void;
  /** What came takes the place of what was there. */
  finish(table: RangeTable): void;
}

/** Throws when what is stored was altered. */
export function openCardRanges(system: System, audit: Audit): CardRanges {
  const load = (key: string): CardRange[] | undefined => {
    const stored = system.store.get(key);
    return stored === undefined ? undefined : (JSON.parse(decodeUtf8(system.unseal(stored))) as CardRange[]);
  };
  const put = (key: string, ranges: readonly CardRange[]): Change => ({
    put: key,
    value: system.seal(encodeUtf8(JSON.stringify(ranges))),
  });
  const both = (name: (table: RangeTable) => string) => ({ "no-pin": load(name("no-pin")), excluded: load(name("excluded")) });
  const whole: Record<RangeTable, readonly CardRange[] | undefined> = both(keyOf);
  const parts: Record<RangeTable, readonly CardRange[] | undefined> = both(partOf);
  return {
    of: (table) => whole[table] ?? [],
    get complete() {
      return RANGE_TABLES.every((table) => whole[table] !== undefined);
    },
    part: (table) => parts[table] ?? [],
    keep(table, more) {
      const next = [...(parts[table] ?? []), ...more];
      system.store.commit([put(partOf(table), next)]);
      parts[table] = next;
    },
    finish(table) {
      const next = parts[table] ?? [];
      const object = `${table} ${next.length}`;
      audit.record({ who: "", what: "download", result: "ok", object }, [put(keyOf(table), next), { delete: partOf(table) }]);
      whole[table] = next;
      parts[table] = undefined;
    },
  };
}
