/** A settlement under way: each step of it is durable, so whatever cuts it off, the next call goes on there. */
import { assert } from "../../platform/guest/assert.ts";
import { JournalError, type Settlement, type SettlementResult } from "./journal.ts";
import { refuseSettling } from "./limits.ts";
import { MAX_COUNTER, SETTLEMENT_KEY } from "./records.ts";
import type { State } from "./state.ts";

/** A copy: what is kept here changes by a commit only. */
export function settlementOf({ table, settlement }: State): Settlement | undefined {
  table.refuseDamaged(SETTLEMENT_KEY);
  return settlement && { ...settlement, ...copy(settlement) };
}

/** The one under way. Throws JournalError "not-found". */
export function settling({ table, settlement }: State): Settlement {
  table.refuseDamaged(SETTLEMENT_KEY);
  if (settlement === undefined) throw new JournalError("not-found", "no settlement is under way");
  return settlement;
}

export function beginSettlement(state: State): void {
  const meta = state.soundMeta;
  state.table.refuseDamaged("");
  refuseSettling(state);
  if (state.owes) throw new JournalError("owed", "a reversal is owed: it goes to the host before the settlement");
  const { totals } = state.batch;
  put(state, { batch: meta.batch, totals, uploaded: 0, rounds: 0, ended: false, failed: [] });
}

export function abandonSettlement(state: State): void {
  const { result } = settling(state);
  if (result !== undefined) throw new JournalError("settling", "the host has answered: the settlement goes on");
  state.commit(state.meta, [{ delete: SETTLEMENT_KEY }]);
  state.settlement = undefined;
}

export function settlementAnswered(state: State, result: SettlementResult): void {
  const settlement = settling(state);
  assert(settlement.uploaded === 0 && settlement.rounds === 0 && !settlement.ended, "the verdict comes before the upload");
  put(state, { ...settlement, result: { domestic: result.domestic, foreign: result.foreign } });
}

export function uploaded(state: State, count: number, failed?: readonly number[], refused?: readonly number[]): void {
  const settlement = settling(state);
  assert(settlement.result !== undefined && !settlement.ended, "the upload follows the verdict and ends before the end");
  assert(Number.isInteger(count) && count >= 0 && count <= MAX_COUNTER, "steps are counted");
  const rounds = settlement.rounds + (count < settlement.uploaded ? 1 : 0);
  const kept = copy({ failed: failed ?? settlement.failed, refused: refused ?? settlement.refused });
  assert(kept.refused?.every((trace) => kept.failed.includes(trace)) ?? true, "what the host refused has failed");
  put(state, { ...settlement, uploaded: count, rounds, ...kept });
}

export function uploadEnded(state: State): void {
  const settlement = settling(state);
  assert(settlement.result !== undefined, "an upload ends after the host's verdict");
  put(state, { ...settlement, ended: true });
}

function copy({ failed, refused }: { failed: readonly number[]; refused?: readonly number[] }) {
  return { failed: [...failed], refused: refused && [...refused] };
}

function put(state: State, settlement: Settlement): void {
  state.commit(state.meta, [state.table.put(SETTLEMENT_KEY, settlement)]);
  state.settlement = settlement;
}
