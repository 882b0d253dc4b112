/**
 * The host's answer codes (DE39, §3.13) as data: class, words for the cashier and for the cardholder, and what to do next.
 */
import type { Language } from "../text/words.ts";

/** A success · B failed, may be tried again · C failed, do not · D failed, the cashier must act · E failed, a system's fault. */
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

/** What the cardholder is told: less than the cashier, and never a suspicion. */
const CARDHOLDER = {
  approved: ["交易成功", "Approved"],
  partial: ["交易成功，部分金额已支付", "Approved in part"],
  "approved-ask-bank": ["交易成功，请向您的银行确认", "Approved, please confirm with your bank"],
  declined: ["交易未成功", "Declined"],
  "ask-bank": ["交易未成功，请联系发卡银行", "Declined, please contact your bank"],
  "ask-cashier": ["请联系收银员", "Please see the cashier"],
  "no-funds": ["余额不足", "Insufficient funds"],
  "over-limit": ["超出限额", "Over your card's limit"],
  "wrong-pin": ["密码错误", "Wrong PIN"],
  "pin-blocked": ["密码错误次数超限，请联系发卡银行", "Too many wrong PINs, please contact your bank"],
  expired: ["卡片已过期", "Card expired"],
  "use-chip": ["请插入芯片卡", "Please insert the chip"],
  "try-later": ["交易未成功，请稍后重试", "Declined, please try again later"],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

type Row = readonly [
  code: string,
  group: ResponseClass,
  zh: string,
  en: string,
  cardholder: keyof typeof CARDHOLDER,
  action: ResponseAction,
];

const ROWS: readonly Row[] = [
  ["00", "A", "交易成功", "Approved", "approved", "none"],
  ["01", "C", "请持卡人与发卡银行联系", "Refer to card issuer", "ask-bank", "call-issuer"],
  ["03", "C", "无效商户", "Invalid merchant", "declined", "call-acquirer"],
  ["04", "D", "此卡被没收", "Keep the card", "ask-cashier", "keep-card"],
  ["05", "C", "持卡人认证失败", "Cardholder not authenticated", "ask-bank", "call-issuer"],
  ["10", "A", "交易成功，部分承兑，余款请另行收取", "Approved in part, collect the rest", "partial", "collect-rest"],
  ["11", "A", "交易成功，VIP 客户", "Approved, VIP customer", "approved", "none"],
  ["12", "C", "无效交易", "Invalid transaction", "declined", "other-card"],
  ["13", "B", "无效金额", "Invalid amount", "declined", "retry"],
  ["14", "B", "无效卡号", "Invalid card number", "ask-bank", "other-card"],
  ["15", "C", "此卡无对应发卡方", "No such card issuer", "ask-bank", "other-card"],
  ["16", "A", "交易成功，更新第三磁道", "Approved, update track 3", "approved", "none"],
  ["21", "C", "该卡未初始化或睡眠卡", "Card not activated or dormant", "ask-bank", "call-issuer"],
  ["22", "C", "操作有误，或超出交易允许天数", "Wrong operation, or too many days have passed", "declined", "call-acquirer"],
  ["25", "C", "没有原始交易，请联系发卡方", "No original transaction, contact the issuer", "ask-bank", "call-issuer"],
  ["30", "C", "请重试", "Please try again", "try-later", "retry"],
  ["34", "D", "作弊卡，请没收", "Suspected fraud, keep the card", "ask-cashier", "keep-card"],
  ["38", "D", "密码错误次数超限，请与发卡方联系", "Too many wrong PINs, contact the issuer", "pin-blocked", "call-issuer"],
  ["40", "C", "发卡方不支持的交易类型", "The issuer does not support this transaction", "ask-bank", "other-card"],
  ["41", "D", "挂失卡，请没收", "Lost card, keep it", "ask-cashier", "keep-card"],
  ["43", "D", "被窃卡，请没收", "Stolen card, keep it", "ask-cashier", "keep-card"],
  ["45", "C", "不允许降级交易，请使用芯片", "No fallback allowed, use the chip", "use-chip", "insert-chip"],
  ["51", "C", "可用余额不足", "Insufficient funds", "no-funds", "other-card"],
  ["54", "C", "该卡已过期", "Expired card", "expired", "other-card"],
  ["55", "C", "密码错", "Wrong PIN", "wrong-pin", "enter-pin-again"],
  ["57", "C", "不允许此卡交易", "Transaction not allowed for this card", "ask-bank", "other-card"],
  ["58", "C", "发卡方不允许该卡在本终端进行此交易", "The issuer does not allow this card here", "ask-bank", "other-card"],
  ["59", "C", "卡片校验错", "Card check failed", "ask-bank", "other-card"],
  ["61", "C", "交易金额超限", "Amount over the limit", "over-limit", "other-card"],
  ["62", "C", "受限制的卡", "Restricted card", "ask-bank", "other-card"],
  ["64", "C", "交易金额与原交易不匹配", "Amount differs from the original transaction", "declined", "call-acquirer"],
  ["65", "C", "超出消费次数限制", "Too many transactions", "over-limit", "other-card"],
  ["66", "C", "交易失败，请联系收单行或银联", "Failed, contact the acquirer or UnionPay", "declined", "call-acquirer"],
  ["68", "C", "交易超时，请重试", "Timed out, please try again", "try-later", "retry"],
  ["75", "C", "密码错误次数超限", "Too many wrong PINs", "pin-blocked", "call-issuer"],
  ["77", "B", "批次不一致，请重新签到", "Batch differs, sign on again", "try-later", "sign-on"],
  ["90", "C", "系统日切，请稍后重试", "The host is closing its day, try again later", "try-later", "retry"],
  ["91", "C", "发卡方状态不正常，请稍后重试", "Issuer not available, try again later", "try-later", "retry"],
  ["92", "C", "发卡方线路异常，请稍后重试", "Issuer's line is down, try again later", "try-later", "retry"],
  ["94", "C", "拒绝，重复交易，请稍后重试", "Refused, repeated transaction", "try-later", "retry"],
  ["96", "C", "拒绝，交换中心异常，请稍后重试", "Refused, switch fault, try again later", "try-later", "retry"],
  ["97", "D", "终端未登记，请联系收单行", "Terminal not registered, contact the acquirer", "declined", "call-acquirer"],
  ["98", "E", "发卡方超时", "The issuer did not answer", "try-later", "retry"],
  ["99", "B", "PIN 格式错，请重新签到", "PIN format wrong, sign on again", "try-later", "sign-on"],
  ["A0", "B", "MAC 校验错，请重新签到", "MAC wrong, sign on again", "try-later", "sign-on"],
  ["A1", "C", "转账货币不一致", "Currencies differ", "declined", "other-card"],
  ["A2", "A", "交易成功，请向发卡行确认", "Approved, confirm with the issuer", "approved-ask-bank", "none"],
  ["A3", "C", "资金到账行账户不正确", "Receiving account is wrong", "declined", "other-card"],
  ["A4", "A", "交易成功，请向发卡行确认", "Approved, confirm with the issuer", "approved-ask-bank", "none"],
  ["A5", "A", "交易成功，请向发卡行确认", "Approved, confirm with the issuer", "approved-ask-bank", "none"],
  ["A6", "A", "交易成功，请向资金到账行确认", "Approved, confirm with the receiving bank", "approved-ask-bank", "none"],
  ["A7", "C", "安全处理失败", "Security processing failed", "declined", "call-acquirer"],
  ["A8", "C", "扫码交易失败", "Code payment failed", "declined", "retry"],
];

/** Codes of single acquirers and of other countries, all class C, that say no more than "failed". */
const PRIVATE = ["46", "52", "53", "56", "76", "78", "81", "83", "89", "95", "M1", "M2", "M3", "M4", "M5"];

const OTHER: Row = ["", "C", "交易失败", "Transaction failed", "declined", "call-acquirer"];

function codeOf([code, group, zh, en, cardholder, action]: Row): ResponseCode {
  const [holderZh, holderEn] = CARDHOLDER[cardholder];
  return { code, class: group, cashier: { "zh-CN": zh, en }, cardholder: { "zh-CN": holderZh, en: holderEn }, action };
}

/** The whole table, for lists and tests. */
export const RESPONSES: ReadonlyMap<string, ResponseCode> = new Map(
  [...ROWS.map(codeOf), ...PRIVATE.map((code) => otherWith(code))].map((row) => [row.code, row]),
);

/** The row of a code, or the words of "other" for one that nobody told us of. */
export function responseOf(code: string): ResponseCode {
  return RESPONSES.get(code) ?? otherWith(code);
}

/** Money moved: class A. Everything else is a decline. */
export function isApproved(code: string): boolean {
  return RESPONSES.get(code)?.class === "A";
}

/** Answers to a 0400 after which nothing is owed any more: done, done before, never there (§2.4). */
export const REVERSAL_TAKEN: ReadonlySet<string> = new Set(["00", "12", "25"]);

/** Answers to an advice or a batch upload after which it is delivered: taken, or taken before (§5.4). */
export const ADVICE_TAKEN: ReadonlySet<string> = new Set(["00", "94"]);

/** Answers after which only a sign-on helps (§5.2). */
export const NEEDS_SIGN_ON: ReadonlySet<string> = new Set(
  [...RESPONSES.values()].filter(({ action }) => action === "sign-on").map(({ code }) => code),
);

function otherWith(code: string): ResponseCode {
  return { ...codeOf(OTHER), code };
}
