/** What the issuers behind this host say to a payment: the first objection in this order, or approval. */
import type { AccountState } from "./book.ts";
import type { RequestCard } from "./card.ts";
import type { Custom60 } from "./check.ts";
import { maskPan, type Fields } from "./codec.ts";
import { openPinBlock } from "./crypto.ts";
import type { WorkingKeys } from "./keys.ts";
import { fromHex, textBytes } from "./text.ts";

export interface Question {
  /** Undefined: no money is asked for. */
  amountFen: number | undefined;
  /** What may leave the account; undefined: nothing leaves it, or it was promised before. */
  availableFen: number | undefined;
  /** full: everything · account: only whether there is one, and the PIN when one came; the payment it is about was judged before. */
  asks: "full" | "account";
  limitFen: number;
  fields: Fields;
  custom: Custom60;
  card: RequestCard;
  keys: WorkingKeys;
  account: AccountState | undefined;
  /** YYMM of today. */
  month: string;
  /** No PIN is needed: the card has compared one itself and found it right, and its cryptogram says so; or it is a tapped sale (§5.8). */
  pinSpared: boolean;
  /** What speaks against it by its chip. */
  chip: { code: string; words: string } | undefined;
}

export interface Verdict {
  code: string;
  words: string;
  pin: "right" | "wrong" | "unchecked";
}

/** Answers 55 before the card's PIN is blocked; the last of them is 75, all later ones 38. */
const PIN_TRIES = 3;

const no = (code: string, words: string, pin: Verdict["pin"] = "unchecked"): Verdict => ({ code, words, pin });

export function judge(question: Question): Verdict {
  const chip = question.chip === undefined ? undefined : no(question.chip.code, question.chip.words);
  return amountObjection(question) ?? cardObjection(question) ?? chip ?? pinThenMoney(question);
}

function amountObjection({ amountFen, limitFen }: Question): Verdict | undefined {
  if (amountFen === undefined) return undefined;
  if (amountFen === 0) return no("13", "DE4 amount is zero");
  if (amountFen > limitFen) return no("61", `DE4 amount ${amountFen} fen is over the limit of ${limitFen} fen`);
  return undefined;
}

function cardObjection({ account: state, card, custom, fields, month, asks }: Question): Verdict | undefined {
  if (state === undefined) return no("14", `no account for card ${maskPan(card.pan)}`);
  if (asks === "account") return undefined;
  const { account } = state;
  if (account.status !== undefined && account.status !== "")
    return no(account.status, `the account's status is ${account.status}`);
  const swiped = fields[22]?.startsWith("02") === true;
  const chipReader = custom.reads === "5" || custom.reads === "6";
  if (account.chip === true && swiped && chipReader && custom.chipCondition !== "2") {
    return no("45", "a chip card was swiped where chips are read, and DE60.5 does not say fallback");
  }
  if (account.expiry !== undefined && card.expiry !== undefined && account.expiry !== card.expiry) {
    return no("59", `the card says expiry ${card.expiry}, the issuer ${account.expiry}`);
  }
  const expiry = card.expiry ?? account.expiry;
  if (expiry !== undefined && expiry < month) return no("54", `the card ended with ${expiry} (YYMM)`);
  return undefined;
}

function pinThenMoney(question: Question): Verdict {
  const { account: state, amountFen, availableFen } = question;
  if (state === undefined) throw new Error("issuer: an unknown card got past its check");
  const pin = checkPin(question, state);
  if (pin.code !== "00") return pin;
  if (amountFen !== undefined && availableFen !== undefined && amountFen > availableFen)
    return no("51", `${availableFen} fen are there, ${amountFen} were asked`, pin.pin);
  return { code: "00", words: "", pin: pin.pin };
}

function checkPin({ fields, card, keys, asks, pinSpared }: Question, state: AccountState): Verdict {
  const asked = asks === "full" || fields[52] !== undefined;
  if (asked && state.account.pin !== undefined && state.wrongPins >= PIN_TRIES)
    return no("38", `${state.wrongPins} wrong PINs before this`);
  if (fields[52] === undefined) {
    return state.account.pin === undefined || asks === "account" || pinSpared
      ? { code: "00", words: "", pin: "unchecked" }
      : no("55", "this card has a PIN and DE52 is missing");
  }
  if (fields[53]?.[1] !== keys.securityDigit) {
    return no("99", `DE53.2 is ${fields[53]?.[1]}, this terminal's PIN key works with ${keys.securityDigit} (${keys.algorithm})`);
  }
  const block = keys.algorithm === "sm4" ? textBytes(fields[59] ?? "") : fromHex(fields[52]);
  const pin = openPinBlock(keys.algorithm, keys.pin, block, fields[53]?.[0] === "1" ? undefined : card.pan);
  if (pin === undefined) return no("99", "DE52 deciphered with this terminal's PIK is not a PIN block of the format DE53.1 says");
  if (state.account.pin === undefined || pin === state.account.pin) return { code: "00", words: "", pin: "right" };
  const wrong = state.wrongPins + 1;
  return no(wrong < PIN_TRIES ? "55" : "75", `wrong PIN, ${wrong} of ${PIN_TRIES}`, "wrong");
}
