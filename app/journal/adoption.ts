/** Earlier firmware kept one settlement only (`last`, `arc/`): it goes into the day book, in commits that may be cut anywhere. */
import { AssertionError } from "../../platform/guest/assert.ts";
import { inOrder } from "./book.ts";
import { unbooked } from "./history.ts";
import { closingKey, LAST, LAST_KEY } from "./records.ts";
import type { State } from "./state.ts";

/** What cannot be moved now is left where it is and tried at the next start. */
export function adopt(state: State): void {
  if (state.damage.length > 0) return;
  try {
    if (state.table.has(LAST_KEY)) adoptSums(state);
    const closing = state.book.newest()?.closing;
    if (closing === undefined) return;
    for (const { key, entries } of state.book.oldChunks())
      state.commit(state.meta, [...state.book.file(entries, closing), { delete: key }]);
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    state.system.log.error("journal: the last settlement could not be put into the day book", error);
  }
}

/** Of the days before it, and of its first, earlier firmware kept nothing else. */
function adoptSums(state: State): void {
  const { meta } = state;
  const summary = state.table.read(LAST_KEY, LAST);
  const [first] = inOrder(unbooked(state));
  const date = summary.closedBy?.date ?? first?.date ?? "00000000";
  state.commit({ ...meta, nextOrder: meta.nextOrder + 1, letGo: first?.date ?? date }, [
    state.table.put(closingKey(meta.nextOrder, date, summary.batch), summary),
    { delete: LAST_KEY },
  ]);
}
