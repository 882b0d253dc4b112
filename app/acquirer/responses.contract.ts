/** Shape of the response-code table (./responses.ts): §3.13 as data, words for cashier and cardholder, and what to do. */
import type { Language } from "../text/words.ts";

export type ResponseClass = "A" | "B" | "C" | "D" | "E";
/** What the terminal or the cashier does next. */
export type ResponseAction =
  | "none"
  | "retry"
  | "other-card"
  | "call-issuer"
  | "keep-card"
  | "sign-on"
  | "insert-chip"
  | "enter-pin-again"
  | "call-acquirer"
  | "collect-rest";
export interface ResponseCode {
  code: string;
  class: ResponseClass;
  cashier: Record<Language, string>;
  cardholder: Record<Language, string>;
  action: ResponseAction;
}
/** `responseOf(code)` in ./responses.ts gives the row, or a row with the words of "other" for an unknown code. */
export type ResponseOf = (code: string) => ResponseCode;
