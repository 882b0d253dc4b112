/** Terminal risk management: exception file, floor limit, random selection, velocity (§6.8, Book 3 10.6). */
import { bit, type TvrBit, tvr } from "./bits.ts";
import { toNumber } from "./bytes.ts";
import { asLookup, type DataLike, type Lookup } from "./data.ts";
import { getData } from "./get-data.ts";
import { unfilled } from "./keys.ts";
import { cardOf } from "./online.ts";
import type { Step } from "./requests.ts";
import type { Findings } from "./restrictions.ts";
import { ask, type Session } from "./session.ts";
import {
  type Application,
  type ApplicationInput,
  asTerminal,
  asTransaction,
  type Terminal,
  type TerminalLike,
  toApplication,
  type Transaction,
  type TransactionLike,
} from "./terminal.ts";

/** Amounts in fen, chances in per cent. */
export type Limits = Pick<Application, "floorLimitFen" | "thresholdFen" | "targetPercent" | "maxTargetPercent">;

const ATC = 0x9f36;
const LAST_ONLINE = 0x9f13;

/** On the list under its number, and under its sequence number where the list names one. */
export function onExceptionFile(card: Lookup, terminal: Terminal): boolean {
  const { pan, sequence } = cardOf(card);
  return terminal.exceptions.some(
    (entry) => entry.pan === pan && (entry.sequence === undefined || entry.sequence.padStart(2, "0") === sequence),
  );
}

/** Amount and earlier purchases with the same card. */
export function amountWithLog(card: Lookup, transaction: Transaction): number {
  const pan = unfilled(card("5A") ?? new Uint8Array(0));
  return transaction.log
    .filter((entry) => entry.pan === pan)
    .reduce((sum, entry) => sum + entry.amountFen, transaction.amountFen);
}

/**
 * Whether an amount under the floor limit is picked, `percent` being a random number 1–99. Under the threshold the chance is the target; from
 * there it rises in a straight line to the maximum at the floor limit.
 */
export function randomlySelected(amountFen: number, limits: Limits, percent: number): boolean {
  const { floorLimitFen, thresholdFen, targetPercent, maxTargetPercent } = limits;
  if (amountFen < thresholdFen) return percent <= targetPercent;
  if (floorLimitFen <= thresholdFen) return percent <= maxTargetPercent;
  const rise = ((maxTargetPercent - targetPercent) * (amountFen - thresholdFen)) / (floorLimitFen - thresholdFen);
  return percent <= targetPercent + rise;
}

/** Undefined 9F36 or 9F13: the card did not give them. */
export function velocityBits(card: Lookup): TvrBit[] {
  const [lower, upper] = [card("9F14"), card("9F23")];
  if (lower === undefined || upper === undefined) return [];
  const [atc, lastOnline] = [card("9F36"), card("9F13")];
  const fresh: TvrBit[] = lastOnline !== undefined && toNumber(lastOnline) === 0 ? ["new-card"] : [];
  if (atc === undefined || lastOnline === undefined) return ["lower-limit", "upper-limit", ...fresh];
  const offline = toNumber(atc) - toNumber(lastOnline);
  // A counter that has not moved on tells nothing (Book 3 10.6.3).
  if (offline <= 0) return ["lower-limit", "upper-limit", ...fresh];
  const bits: TvrBit[] = [...fresh];
  if (offline > toNumber(lower)) bits.push("lower-limit");
  if (offline > toNumber(upper)) bits.push("upper-limit");
  return bits;
}

/** All but velocity. `percent` undefined: nothing is picked. */
function amountBits(card: Lookup, terminal: Terminal, transaction: Transaction, limits: Limits, percent?: number): TvrBit[] {
  const bits: TvrBit[] = [];
  if (onExceptionFile(card, terminal)) bits.push("on-exception-file");
  if (transaction.forceOnline) bits.push("forced-online");
  if (amountWithLog(card, transaction) >= limits.floorLimitFen) bits.push("floor-limit");
  else if (percent !== undefined && randomlySelected(transaction.amountFen, limits, percent)) {
    bits.push("random-selection");
  }
  return bits;
}

/**
 * From data alone: `card` has 9F36 and 9F13 as GET DATA gave them. The application's limits come from `application`, else from the terminal's
 * first one, else from tag 9F1B.
 *
 * @example manageRisk({ "5A": "…", "9F14": "02", "9F23": "05", "9F36": "0009", "9F13": "0001" }, {}, 10000, { floorLimitFen: 50000 }).reasons
 */
export function manageRisk(
  card: DataLike,
  terminal: TerminalLike = {},
  transaction: TransactionLike = 0,
  application: Partial<ApplicationInput> = {},
): Findings {
  const known = asTerminal(terminal);
  const asked = asTransaction(transaction, known);
  const [first] = known.applications;
  const given = Object.keys(application).length > 0 || first === undefined;
  const limits = given ? toApplication({ aid: "A000000333", ...application }, known.data) : first;
  const data = asLookup(card);
  const percent = canSelect(known) ? asked.randomPercent : undefined;
  const reasons = [...amountBits(data, known, asked, limits, percent), ...velocityBits(data)];
  return { tvr: tvr(...reasons), reasons };
}

function canSelect(terminal: Terminal): boolean {
  return terminal.reach === "online-and-offline";
}

/** Sets TVR and TSI; asks the card for its counters and somebody for a random number when they are needed. */
export function* manageTerminalRisk(session: Session): Step<void> {
  const { store, terminal, transaction } = session;
  if (!bit(store.get("82"), 1, 4) && !terminal.alwaysManageRisk) return;
  const limits = limitsOf(session);
  let percent: number | undefined;
  const under = amountWithLog(store.get, transaction) < limits.floorLimitFen;
  if (under && canSelect(terminal) && Math.max(limits.targetPercent, limits.maxTargetPercent) > 0) {
    percent = transaction.randomPercent ?? (yield* ask("percent", {}));
  }
  session.setTvr(...amountBits(store.get, terminal, transaction, limits, percent));
  if (store.get("9F14") !== undefined && store.get("9F23") !== undefined) {
    yield* getData(session, ATC);
    yield* getData(session, LAST_ONLINE);
    session.setTvr(...velocityBits(store.get));
  }
  session.setTsi("terminal-risk");
}

/** Electronic cash has its own limit and is not drawn for (§8). */
function limitsOf({ chosen, ecash }: Session): Limits {
  if (!ecash || chosen.ecashLimitFen === undefined) return chosen;
  return { floorLimitFen: chosen.ecashLimitFen, thresholdFen: 0, targetPercent: 0, maxTargetPercent: 0 };
}
