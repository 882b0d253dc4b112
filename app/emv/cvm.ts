/** The cardholder verification method list and its walk (§6.7, Book 3 10.5, Book 4 6.3.4). */
import { bit, type TvrBit } from "./bits.ts";
import { type Bytes, sameBytes, toBytes, toNumber } from "./bytes.ts";
import type { Lookup } from "./data.ts";
import { offlinePin, onlinePin, type PinResult } from "./pin.ts";
import type { Step } from "./requests.ts";
import { hasCashback, isCash } from "./restrictions.ts";
import { ask, type Session } from "./session.ts";

export interface CvmRule {
  /** Byte 1: the method in its low six bits, bit 7: another rule may follow a failure. */
  code: number;
  /** Byte 2. */
  condition: number;
}

export interface CvmList {
  /** In the units of 9F42's currency. */
  x: number;
  y: number;
  rules: CvmRule[];
  /** Eight bytes of X and Y and whole rules of two; a list that is not is as if it were not there. */
  wellFormed: boolean;
}

/** How one method went. unsupported and unrecognised: it was not performed at all. */
export interface MethodResult {
  done: "successful" | "failed" | "unsupported" | "unrecognised";
  bits?: readonly TvrBit[];
}

/** For real it takes steps; judged without a card it is a value at once. */
export type Perform = (session: Session, method: number) => Step<MethodResult> | MethodResult;

export const METHOD = 0x3f;
const APPLY_NEXT = 0x40;
const SIGNATURE = 0x1e;
const NOTHING = 0x3f;
/** Method → result of its success: 00 unknown, 02 successful. */
export const SUCCESS: ReadonlyMap<number, number> = new Map([
  [0x01, 2],
  [0x02, 0],
  [0x03, 0],
  [0x04, 2],
  [0x05, 0],
  [0x1e, 0],
  [0x1f, 2],
  [0x20, 2],
]);
const FAILED = 1;

/** @example parseCvmList("00000000000000004203 1F00").rules[0] // { code: 0x42, condition: 3 } */
export function parseCvmList(list: Bytes): CvmList {
  const bytes = toBytes(list, "8E");
  const rules: CvmRule[] = [];
  for (let at = 8; at + 1 < bytes.length; at += 2) rules.push({ code: bytes[at] ?? 0, condition: bytes[at + 1] ?? 0 });
  return {
    x: toNumber(bytes.subarray(0, 4)),
    y: toNumber(bytes.subarray(4, 8)),
    rules,
    wellFormed: bytes.length >= 10 && bytes.length % 2 === 0,
  };
}

/** Whether the terminal has what a method needs (9F33 byte 2). */
export function methodSupported(method: number, capabilities: Uint8Array, onlinePin = true): boolean {
  const has = (number: number): boolean => bit(capabilities, 2, number);
  const needs: Record<number, boolean> = {
    0: true,
    1: has(8),
    2: has(7) && onlinePin,
    3: has(8) && has(6),
    4: has(5),
    5: has(5) && has(6),
    30: has(6),
    31: has(4),
    32: has(1),
  };
  return needs[method] ?? false;
}

/** Walks the list and sets 9F34, TVR and TSI. */
export function* verifyCardholder(session: Session, perform: Perform = performMethod): Step<void> {
  const { store } = session;
  const listed = store.get("8E");
  if (!bit(store.get("82"), 1, 5)) return setResults(session, NOTHING, 0, 0);
  const list = listed === undefined ? undefined : parseCvmList(listed);
  if (list === undefined || !list.wellFormed) {
    // No rules to go by: the card wants verification and does not say how (Book 4 table 2).
    session.setTvr("icc-data-missing");
    return setResults(session, NOTHING, 0, 0);
  }
  session.setTsi("cvm");
  let last: CvmRule | undefined;
  for (const rule of list.rules) {
    if (!conditionHolds(session, rule, list)) continue;
    const performed = perform(session, rule.code & METHOD);
    const { done, bits = [] } = "done" in performed ? performed : yield* performed;
    session.setTvr(...bits);
    if (done === "successful") return setResults(session, rule.code, rule.condition, SUCCESS.get(rule.code & METHOD) ?? 0);
    if (done === "failed") last = rule;
    if ((rule.code & APPLY_NEXT) === 0) break;
  }
  session.setTvr("cvm-failed");
  if (last === undefined) setResults(session, NOTHING, 0, FAILED);
  else setResults(session, last.code, last.condition, FAILED);
}

function setResults(session: Session, code: number, condition: number, result: number): void {
  session.store.kernel.set("9F34", Uint8Array.of(code, condition, result));
}

function conditionHolds(session: Session, { code, condition }: CvmRule, { x, y }: CvmList): boolean {
  const { terminal, transaction } = session;
  const cash = isCash(transaction);
  const [unattendedCash, manualCash, cashback] = [
    cash && !terminal.attended,
    cash && terminal.attended,
    hasCashback(transaction),
  ];
  const inCurrency = sameCurrency(session.store.get);
  const supported = () => methodSupported(code & METHOD, terminal.capabilities, session.application?.onlinePin);
  const conditions: Record<number, () => boolean> = {
    0: () => true,
    1: () => unattendedCash,
    2: () => !unattendedCash && !manualCash && !cashback,
    3: supported,
    4: () => manualCash,
    5: () => cashback,
    6: () => inCurrency && transaction.amountFen < x,
    7: () => inCurrency && transaction.amountFen > x,
    8: () => inCurrency && transaction.amountFen < y,
    9: () => inCurrency && transaction.amountFen > y,
  };
  return conditions[condition]?.() ?? false;
}

function sameCurrency(lookup: Lookup): boolean {
  const [ofCard, ofTransaction] = [lookup("9F42"), lookup("5F2A")];
  return ofCard !== undefined && ofTransaction !== undefined && sameBytes(ofCard, ofTransaction);
}

/** One method, for real. */
export function* performMethod(session: Session, method: number): Step<MethodResult> {
  const supported = methodSupported(method, session.terminal.capabilities, session.application?.onlinePin);
  if (method === 0) return { done: "failed" };
  if (!SUCCESS.has(method)) return { done: "unrecognised", bits: ["cvm-unrecognised"] };
  if (!supported) return { done: "unsupported", bits: method <= 5 ? ["pin-no-pad"] : [] };
  if (method <= 5) return yield* pinMethod(session, method);
  if (method === SIGNATURE) {
    session.signature = true;
    return { done: "successful" };
  }
  if (method === 0x20) return yield* identityMethod(session);
  return { done: "successful" };
}

function* pinMethod(session: Session, method: number): Step<MethodResult> {
  if (session.pinBypassed) return { done: "failed", bits: ["pin-not-entered"] };
  const result: PinResult = method === 2 ? yield* onlinePin(session) : yield* offlinePin(session, method >= 4);
  if (result.done === "successful" && (method === 3 || method === 5)) session.signature = true;
  return result;
}

/** PBOC: the cardholder's document is compared by the clerk. */
function* identityMethod(session: Session): Step<MethodResult> {
  const [type, number] = [session.store.get("9F62"), session.store.get("9F61")];
  if (type === undefined || number === undefined) return { done: "failed", bits: ["icc-data-missing"] };
  return { done: (yield* ask("identity", { type, number })) ? "successful" : "failed" };
}
