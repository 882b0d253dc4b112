/** The host simulator's door: `createAcquirer(options)`; what it gives back is in ./contract.ts. */
import type { AcquirerHost, AcquirerOptions } from "./contract.ts";
import { Host } from "./host.ts";
import { type LedgerStorage, memoryLedger, openLedger } from "./ledger.ts";

export type * from "./contract.ts";

/** Throws Error with words when the profile's keys or the ledger cannot be used. `storage` instead of a directory: for tests. */
export function createAcquirer(options: AcquirerOptions, storage?: LedgerStorage): AcquirerHost {
  return new Host(options, storage ?? (options.dataDir === undefined ? memoryLedger() : openLedger(options.dataDir)));
}
