/** Electronic cash of a PBOC card by its contacts: paying, loading, what it holds (§8). */
import { sameBytes, toDecimal, toHex } from "./bytes.ts";
import type { Cryptogram } from "./actions.ts";
import type { DataStore } from "./data.ts";
import { getData } from "./get-data.ts";
import { unfilled } from "./keys.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import type { Session } from "./session.ts";
import type { Application, Transaction } from "./terminal.ts";

const TAGS = { balance: 0x9f79, threshold: 0x9f6d } as const;
/** Of the second currency's purse. */
const SECOND = { balance: 0xdf79, threshold: 0xdf76 } as const;
const SUPPORTED = Uint8Array.of(1);
const NOT_SUPPORTED = Uint8Array.of(0);

/** 9C of what changes a purse by the issuer's script: out of the card's own account, out of another one, for cash, and that cash given back. */
export const LOADS: Readonly<Record<string, "own-account" | "other-account" | "cash" | "cash-back">> = {
  "60": "own-account",
  "62": "other-account",
  "63": "cash",
  "17": "cash-back",
};
const ENQUIRY: ReadonlySet<string> = new Set(["30", "31"]);

export function isLoad(transaction: Transaction): boolean {
  return LOADS[transaction.type] !== undefined;
}

/** 9F7A is 01 for a purchase below the terminal's limit and in no other case. */
export function supportIndicator(application: Application, transaction: Transaction): Uint8Array {
  const { ecashLimitFen } = application;
  const fits =
    ecashLimitFen !== undefined &&
    transaction.type === "00" &&
    transaction.otherFen === 0 &&
    transaction.amountFen < ecashLimitFen;
  return fits && transaction.ecash ? SUPPORTED : NOT_SUPPORTED;
}

/** What a purse says to an amount. */
export interface Purse {
  balanceFen: number;
  /** 9F6D. */
  thresholdFen: number;
  /** 9F78; undefined = no limit. */
  singleFen: number | undefined;
}

/** pay: ask TC · online: the purse is not used, ask ARQC · refuse: not enough, and no line. */
export function purseDecision(purse: Purse, amountFen: number, canGoOnline: boolean): "pay" | "online" | "refuse" {
  const left = purse.balanceFen - amountFen;
  const overSingle = purse.singleFen !== undefined && amountFen > purse.singleFen;
  if (left >= purse.thresholdFen && !overSingle) return "pay";
  if (canGoOnline) return "online";
  return left >= 0 ? "pay" : "refuse";
}

/**
 * After the records are read: did the card take the purchase as one of electronic cash (9F74 in its records), and does the purse reach? Sets
 * `session.ecash` or `session.onlineOnly`.
 */
export function* prepareEcash(session: Session): Step<"refuse" | undefined> {
  const { store, terminal, transaction } = session;
  if (isLoad(transaction) || ENQUIRY.has(transaction.type)) {
    session.onlineOnly = true;
    if (isLoad(transaction) && (yield* readPurse(session)) === undefined)
      throw new Ended("not-accepted", "service-not-allowed", "the card shows no purse to be loaded");
    return undefined;
  }
  if (!takesEcash(store)) return undefined;
  const purse = yield* readPurse(session);
  // A card that does not show its purse cannot be charged from it.
  const decision =
    purse === undefined ? "online" : purseDecision(purse, transaction.amountFen, terminal.reach !== "offline-only");
  if (purse !== undefined) seeWhetherPaid(session, purse);
  if (decision === "refuse" || (purse === undefined && terminal.reach === "offline-only")) return "refuse";
  session.ecash = decision === "pay";
  session.onlineOnly = decision === "online";
  return undefined;
}

/** It was asked for a payment of electronic cash and has answered as for one. */
export function takesEcash(store: Pick<DataStore, "value" | "get">): boolean {
  return store.value("9F7A")[0] === 1 && store.get("9F74") !== undefined;
}

/** The last payment with this card was cut off and the purse has become less by just that amount: it has paid (§8). */
function seeWhetherPaid({ store, transaction: { torn } }: Session, { balanceFen }: Purse): void {
  if (torn?.balanceFen === undefined || torn.pan !== unfilled(store.value("5A"))) return;
  if (balanceFen === torn.balanceFen - torn.amountFen) {
    throw new Ended(
      "terminated",
      "torn",
      `the card has paid ${torn.amountFen} fen: ${torn.balanceFen} before, ${balanceFen} now`,
    );
  }
}

function* readPurse(session: Session): Step<Purse | undefined> {
  const tags = inSecondCurrency(session) ? SECOND : TAGS;
  const balance = yield* getData(session, tags.balance);
  const threshold = yield* getData(session, tags.threshold);
  const fen = (value: Uint8Array | undefined): number | undefined => (value === undefined ? undefined : toDecimal(value));
  const [balanceFen, thresholdFen] = [fen(balance), fen(threshold)];
  if (balanceFen === undefined) return undefined;
  session.purseBeforeFen = balanceFen;
  const single = session.store.get(inSecondCurrency(session) ? "DF78" : "9F78");
  return { balanceFen, thresholdFen: thresholdFen ?? 0, singleFen: fen(single) };
}

/** The transaction is in DF71 and not in 9F51. */
function inSecondCurrency({ store }: Session): boolean {
  const [asked, first, second] = [store.value("5F2A"), store.get("9F51"), store.get("DF71")];
  return second !== undefined && sameBytes(second, asked) && (first === undefined || !sameBytes(first, asked));
}

/** What electronic cash makes of the terminal's decision: a denial stands, and what has to go online is not paid from the purse. */
export function overridden(session: Session, action: Cryptogram): Cryptogram {
  if (action === "AAC") return action;
  if (action === "ARQC") session.ecash = false;
  return session.onlineOnly ? "ARQC" : action;
}

/** After a load: what the card holds now; not known when it is gone. */
export function* readBalanceAfter(session: Session): Step<void> {
  if (!isLoad(session.transaction)) return;
  try {
    const balance = yield* getData(session, inSecondCurrency(session) ? SECOND.balance : TAGS.balance);
    session.purseAfterFen = balance === undefined ? undefined : toDecimal(balance);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
}

/** A load whose script did not run through. */
export function loadFailed(session: Session): boolean {
  const results = session.store.get("DF31");
  if (!isLoad(session.transaction)) return false;
  return results === undefined || results.length !== 5 || toHex(results.subarray(0, 1)) !== "20";
}
