/**
 * Certificates of what chips refused by themselves (AAC; Z1, Z3): no money, no record of the batch, but their issuers want to see them (§2.8, 204 and 206).
 * Durable beside the journal, told with the settlement of their batch, gone with it.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { trace6 } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

const PREFIX = "refused/";
/** A card that is tried again and again must not fill the store. */
const MOST = 100;

const keyOf = ({ batch, trace }: Pick<TransactionRecord, "batch" | "trace">): string => `${prefixOf(batch)}${trace6(trace)}`;
const prefixOf = (batch: number): string => `${PREFIX}${trace6(batch)}/`;

/** Keeps it under a trace of its own. A store that refuses loses a notice, not money: it is said in the log. */
export function keepRefusal(t: Terminal, record: TransactionRecord): void {
  const { system, journal } = t;
  if (t.training !== undefined) return;
  try {
    if (system.store.keys(prefixOf(record.batch)).length >= MOST) {
      system.log.warn(`chip: ${MOST} refusals are kept of this batch already; this one is not`);
      return;
    }
    const kept = { ...record, trace: journal.takeTrace() };
    system.store.commit([{ put: keyOf(kept), value: system.seal(encodeUtf8(JSON.stringify(kept))) }]);
  } catch (error) {
    system.log.error("the certificate of a refusal could not be kept", error);
  }
}

/** Of the open batch, oldest first; what was altered is left out and said in the log. */
export function refusalsOf({ system, journal, training }: Terminal): TransactionRecord[] {
  if (training !== undefined) return [];
  return system.store.keys(prefixOf(journal.batch)).flatMap((key) => {
    try {
      const sealed = system.store.get(key);
      return sealed === undefined ? [] : [JSON.parse(decodeUtf8(system.unseal(sealed))) as TransactionRecord];
    } catch (error) {
      system.log.error("the certificate of a refusal was altered; it is left out", error);
      return [];
    }
  });
}

/** Their batch is closed: those of any other batch than the open one are gone. */
export function forgetRefusals({ system, journal }: Terminal): void {
  const own = prefixOf(journal.batch);
  const old = system.store.keys(PREFIX).filter((key) => !key.startsWith(own));
  try {
    if (old.length > 0) system.store.commit(old.map((key) => ({ delete: key })));
  } catch (error) {
    system.log.error("certificates of refusals could not be let go", error);
  }
}
