/** Electronic cash (§8): what the purse says to an amount, paying from it, its logs. */
import { decimal, fromDecimal, type Hex } from "./hex.ts";
import { LOAD_FORMAT, LOG_ENTRIES, LOG_FORMAT } from "./issue.ts";
import type { Current } from "./os.ts";
import type { ApplicationState } from "./state.ts";
import { joinDol } from "./tlv.ts";

const RMB = "0156";

export const balanceFen = ({ data }: ApplicationState): number => fromDecimal(data["9F79"] ?? "");

/** Whether the purse takes it. `reset`: what must be left so that the cardholder is sent to the host in time (9F6D). */
export function purseTakes({ data }: ApplicationState, amountFen: number, currency: Hex, reset: "kept" | "used"): boolean {
  if (data["9F79"] === undefined || currency !== RMB) return false;
  const left = fromDecimal(data["9F79"]) - amountFen;
  return left >= (reset === "kept" ? fromDecimal(data["9F6D"] ?? "") : 0) && amountFen <= fromDecimal(data["9F78"] ?? "");
}

export function pay({ state, progress }: Current, amountFen: number): void {
  state.data["9F79"] = decimal(balanceFen(state) - amountFen, 6);
  keepPayment(state, progress.said);
}

export function commitPending(current: Current, record: number): void {
  const { progress, state } = current;
  if (progress.pending === undefined || record !== progress.pending.record) return;
  if (state.data["9F79"] === undefined) keepPayment(state, progress.said);
  else pay(current, progress.pending.amountFen);
  progress.pending = undefined;
}

export function keepPayment(state: ApplicationState, said: ReadonlyMap<Hex, Hex>): void {
  keep(state.log, joinDol(LOG_FORMAT, new Map([...said, ["9F36", atcOf(state)]])));
}

/** A script has put more into the purse: what it holds now. */
export function keepLoad(state: ApplicationState, said: ReadonlyMap<Hex, Hex>): void {
  keep(state.loads, joinDol(LOAD_FORMAT, new Map([...said, ["9F79", state.data["9F79"] ?? ""], ["9F36", atcOf(state)]])));
}

export const atcOf = ({ atc }: ApplicationState): Hex => atc.toString(16).toUpperCase().padStart(4, "0");

function keep(log: Hex[], entry: Hex): void {
  log.unshift(entry);
  log.splice(LOG_ENTRIES);
}
