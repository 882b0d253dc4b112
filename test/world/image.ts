/** A world photographed without power, for others to begin with: what was done before is not done again in each of them. */
import type { LedgerStorage } from "../../tools/acquirer/ledger.ts";
import type { ChipMemory } from "../../tools/cards/contract.ts";
import type { FaultyDisk } from "../platform/guest/faulty-disk.ts";

export interface WorldImage {
  /** Of the world: the disk is sealed with it. */
  seed: number;
  /** Never used itself: each world has a copy. */
  disk: FaultyDisk;
  /** The host's ledger, oldest first. */
  hostRecords: readonly unknown[];
  /** What the chips that were used keep: the host takes no counter of theirs twice. */
  chips: readonly ChipMemory[];
  wallMs: number;
}

/** A ledger that begins with these records and is kept in them. */
export const keptLedger = (records: unknown[]): LedgerStorage => ({
  records: [...records],
  repaired: undefined,
  append: (record) => void records.push(structuredClone(record)),
  close: () => {},
});
