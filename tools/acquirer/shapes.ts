/** What the value of a field must look like in one kind of message, with the words for who sent another. */
export interface Shape {
  shape: RegExp;
  words: string;
}

const of = (shape: RegExp, words: string): Shape => ({ shape, words });

const MMDD = "(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])";

/** 63 of sign-on and settlement (§3.9). */
export const operator = of(/^(\d\d |\d{3})$/, "must be the operator: two digits and a space, or three digits");
/** 39 of 0400 (§5.1). */
export const reversalReason = of(/^(98|96|A0|06)$/, "must be a reason of §5.1: 98, 96, A0 or 06");
/** 63.1 of refunds and advices (§3.9). */
export const organisation = of(
  /^(CUP|000|VIS|MCC|MAE|JCB|DCC|AMX|AEX) *$/,
  "must be the card organisation of §3.9, CUP or 000 …",
);
export const reference = of(/^[0-9A-Za-z]{12}$/, "must have 12 letters or digits; 12 zeros when it is not known");
/** 61 of voids (§3.7). */
export const batchTrace = of(/^\d{12}(\d{4})?$/, "must be batch 6, trace 6 and, with some terminals, MMDD");
/** 61 where the day is what finds the original (§3.7). */
export const batchTraceDate = of(
  new RegExp(`^\\d{12}${MMDD}$`),
  "must be batch 6, trace 6 (zeros when not known) and the original's MMDD",
);
/** 61 of an add-on: 16 zeros, or what finds the hold (§3.7). */
export const sixteen = of(/^\d{16}$/, "must have 16 digits: zeros, or batch, trace and MMDD");
/** 61 of offline sales and their changes (§3.7). */
export const authority = of(
  /^\d{16}(00|01|02)\d{0,11}$/,
  "must be batch 6, trace 6, MMDD 4, mode 00, 01 or 02, and an institution of up to 11 digits",
);
export const tip = of(/^\d{12}$/, "must be the tip, 12 digits");
export const withoutPin = of(/^\d\d[02]$/, "must end with 2: no PIN goes with this message");
/** 48 of 0500 (§3.6). */
export const totals = of(/^(\d{30}0){2}$/, "must be 62 digits: domestic and foreign totals, each with result 0 (§3.6)");
/** 48 of a batch upload (§3.6). */
export const stripes = of(/^0[1-8](0[01]\d{38}){1,8}$/, "must be a count 01 to 08 and as many records of 40 digits (§3.6)");
export const uploadCount = of(/^\d{4}$/, "must be the number of records uploaded, 4 digits");
/** 62 of chip records (§3.8). */
export const chipApproved = of(/^610[01]00\d{12}156$/, "must be 61, 00 or 01, 00, amount 12, 156 (§3.8)");
export const chipFailed = of(/^710[01](05|11)\d{12}156(22|10)$/, "must be 71, 00 or 01, reason, amount 12, 156, 22 or 10 (§3.8)");
/** 62 of a load out of another card's account: the card that is loaded (§3.8). */
export const cardNumber = of(/^\d{13,19}$/, "must be the number of the card that is loaded, 13 to 19 digits");
/** 62 of an electronic cash refund: where it was paid. */
export const terminalId = of(/^[ -~]{8}$/, "must be the terminal of the payment, 8 characters");
/** 62 of a list query: how many entries the terminal has (§2.9). */
export const heldCount = of(/^1\d\d$/, "must be 1 and two digits, how many the terminal has");
/** 62 of a download in blocks: the number of the first entry wanted. */
export const blockNumber = of(/^(?!000)\d{3}$/, "must be three digits, from 001");
/** 62 of a statement request: our own (./services/statement.ts). */
export const statementPage = of(
  /^20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!000)\d{3}$/,
  "must be YYYYMMDD and a block from 001",
);
