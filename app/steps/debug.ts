/** Answers the debug channel (hal/debug/README.md). It only tells, and always masks. */
import { maskPan } from "../model/card.ts";
import { batch6, trace6 } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

const masked = <R extends { pan: string; trace: number; batch: number; receiving?: string }>(record: R) => ({
  ...record,
  pan: maskPan(record.pan),
  ...(record.receiving === undefined ? {} : { receiving: maskPan(record.receiving) }),
  trace: trace6(record.trace),
  batch: batch6(record.batch),
});

export function serveDebug(t: Terminal): void {
  const debug = t.devices.debug;
  if (debug === undefined) return;
  // The real one, also while somebody practises.
  const { journal } = t;
  debug.onRequest = ({ ask, id }) => {
    if (ask !== "journal") return;
    debug.send({
      kind: "journal",
      id,
      batch: batch6(journal.batch),
      transactions: journal.list().map(masked),
      reversals: journal.reversals().map(masked),
      owed: journal.owed === undefined ? null : masked(journal.owed),
      totals: journal.totals(),
    });
  };
}
