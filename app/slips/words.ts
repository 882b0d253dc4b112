/** The words on paper, Chinese and English. A Chinese slip has both, as UnionPay's slips do (§6.1); an English one only English. */
import type { EntryMode, Region, ReversalReason, TransactionKind } from "../model/transaction.ts";
import type { SlipCopy } from "./slip.ts";

export type SlipLanguage = "zh-CN" | "en";
export type Bilingual = readonly [zh: string, en: string];

export const TITLES = {
  sale: ["银联POS签购单", "POS SALES SLIP"],
  reversal: ["冲正未成功", "REVERSAL NOT DELIVERED"],
  cash: ["现金收款凭证", "CASH RECEIPT"],
  totals: ["交易汇总单", "TRANSACTION TOTALS"],
  settlement: ["结算总计单", "SETTLEMENT TOTALS"],
  details: ["交易明细单", "TRANSACTION DETAILS"],
  undelivered: ["未成功上送交易明细", "ADVICES NOT DELIVERED"],
  refused: ["上送后被平台拒绝交易明细", "ADVICES REFUSED"],
  failed: ["上送失败交易单", "UPLOAD FAILURES"],
  holds: ["未完成预授权", "OPEN PRE-AUTHORISATIONS"],
  versions: ["版本信息", "VERSIONS"],
  "self-test": ["打印自检", "PRINTER SELF-TEST"],
} as const satisfies Record<string, Bilingual>;

export const COPIES: Record<SlipCopy, Bilingual> = {
  merchant: ["商户存根", "MERCHANT COPY"],
  bank: ["银行存根", "BANK COPY"],
  cardholder: ["持卡人存根", "CARDHOLDER COPY"],
};

export const KINDS: Record<TransactionKind, Bilingual> = {
  sale: ["消费", "SALE"],
  void: ["消费撤销", "VOID"],
  refund: ["退货", "REFUND"],
  preauth: ["预授权", "PRE-AUTH"],
  "preauth-add": ["追加预授权", "ADD AUTH"],
  "preauth-void": ["预授权撤销", "CANCEL"],
  completion: ["预授权完成", "AUTH COMPLETE"],
  "completion-void": ["预授权完成撤销", "COMPLETE VOID"],
  "completion-advice": ["预授权完成通知", "AUTH SETTLEMENT"],
  offline: ["离线结算", "OFFLINE"],
  adjustment: ["结算调整", "ADJUST"],
  tip: ["追加小费", "TIP"],
  cash: ["现金收款", "CASH"],
  ecash: ["电子现金消费", "EC SALE"],
  "ecash-refund": ["电子现金退货", "EC REFUND"],
  load: ["指定账户圈存", "EC LOAD"],
  "load-other": ["非指定账户圈存", "EC LOAD TRANSFER"],
  "cash-load": ["现金充值", "EC CASH LOAD"],
  "cash-load-void": ["现金充值撤销", "EC CASH LOAD VOID"],
};

/** Behind the card number (§6.1): how it was read. */
export const ENTRY_LETTERS: Record<EntryMode, string> = {
  swipe: "S",
  contact: "I",
  contactless: "C",
  manual: "M",
  fallback: "F",
};

export const LABELS = {
  merchantName: ["商户名称", "MERCHANT NAME"],
  merchant: ["商户编号", "MERCHANT NO"],
  terminal: ["终端编号", "TERMINAL NO"],
  operator: ["操作员号", "OPERATOR NO"],
  issuer: ["发卡行", "ISSUER"],
  acquirer: ["收单行", "ACQUIRER"],
  card: ["卡号", "CARD NO"],
  organisation: ["卡组织", "CARD ORG"],
  expiry: ["有效期", "EXP DATE"],
  kind: ["交易类型", "TRANS TYPE"],
  batch: ["批次号", "BATCH NO"],
  trace: ["凭证号", "VOUCHER NO"],
  authCode: ["授权码", "AUTH NO"],
  stamp: ["日期/时间", "DATE/TIME"],
  reference: ["交易参考号", "REF NO"],
  amount: ["金额", "AMOUNT"],
  total: ["应付金额", "TOTAL"],
  approved: ["承兑金额", "APPROVED"],
  rest: ["自付金额", "TO PAY"],
  remarks: ["备注", "REFERENCE"],
  signature: ["持卡人签名", "SIGNATURE"],
  reason: ["冲正原因", "REASON"],
  attempts: ["已发送次数", "ATTEMPTS"],
  preauthCode: ["预授权码", "PRE-AUTH CODE"],
  originalTrace: ["原凭证号", "ORIG VOUCHER NO"],
  originalDate: ["原交易日期", "ORIG DATE"],
  originalReference: ["原参考号", "ORIG REF NO"],
  base: ["消费金额", "BASE"],
  tip: ["小费", "TIP"],
  sum: ["总计", "TOTAL"],
  originalBatch: ["原批次号", "ORIG BATCH NO"],
  originalTerminal: ["原终端编号", "ORIG TERMINAL"],
  payer: ["转出卡号", "FROM CARD"],
  purse: ["电子现金余额", "EC BALANCE"],
  loaded: ["充值后余额", "EC BALANCE"],
  received: ["实收", "RECEIVED"],
  change: ["找零", "CHANGE"],
  tips: ["其中小费", "INCL. TIPS"],
  debit: ["借记合计", "DEBIT"],
  credit: ["贷记合计", "CREDIT"],
  net: ["净额", "NET"],
  count: ["笔数", "COUNT"],
  daysLeft: ["剩余天数", "DAYS LEFT"],
  code: ["应答码", "RESPONSE"],
  area: ["地区代码", "AREA"],
  serial: ["机器编号", "MACHINE NO"],
  abi: ["接口版本", "ABI"],
} as const satisfies Record<string, Bilingual>;

export type Label = keyof typeof LABELS;

export const MARKS = {
  duplicate: ["****重打印/DUPLICATED****", "****DUPLICATED****"],
  test: ["**测试/TESTING，凭证无效**", "**TESTING, NOT VALID**"],
  training: ["**培训/TRAINING，凭证无效**", "**TRAINING, NOT VALID**"],
  voided: ["**已撤销/VOIDED**", "**VOIDED**"],
  reversed: ["**已冲正/REVERSED**", "**REVERSED**"],
  refused: ["**主机拒绝/REFUSED**", "**REFUSED BY HOST**"],
} as const satisfies Record<string, Bilingual>;

export type Mark = "test" | "training";

export const KEEP_SAFE: Bilingual = ["请妥善保管", "PLEASE KEEP THIS SLIP"];

export const REGIONS: Record<Region, Bilingual> = { domestic: ["内卡", "DOMESTIC CARDS"], foreign: ["外卡", "FOREIGN CARDS"] };

/** The host's verdict of a settlement (§6.4): 0 not told, 1, 2, 3. */
export const VERDICTS: readonly [Bilingual, Bilingual, Bilingual, Bilingual] = [
  ["对账结果未知", "NOT TOLD"],
  ["对账平", "BALANCED"],
  ["对账不平", "NOT BALANCED"],
  ["对账出错", "ERROR"],
];

export const LIST_WORDS = {
  columns: ["凭证号 类型 授权码", "VOUCHER T AUTH"],
  amount: ["金额", "AMOUNT"],
  voided: ["已撤销", "VOIDED"],
  pending: ["未送达", "NOT SENT"],
  refused: ["被拒绝", "REFUSED"],
  none: ["无交易", "NONE"],
  total: ["合计", "TOTAL"],
  reversalOwed: ["冲正未送达", "REVERSAL NOT DELIVERED"],
} as const satisfies Record<string, Bilingual>;

/** Type letters of a detail list: §6.5 where it has one. */
export const KIND_LETTERS: Record<TransactionKind, string> = {
  sale: "S",
  void: "V",
  refund: "R",
  preauth: "A",
  "preauth-add": "a",
  "preauth-void": "v",
  completion: "P",
  "completion-void": "W",
  "completion-advice": "C",
  offline: "L",
  adjustment: "J",
  tip: "G",
  cash: "X",
  ecash: "E",
  "ecash-refund": "e",
  load: "Q",
  "load-other": "N",
  "cash-load": "K",
  "cash-load-void": "k",
};

/** Of a payment that its small amount made easier (§5.8), line by line. */
export const WAIVED: Record<"both" | "pin" | "signature", Record<SlipLanguage, readonly string[]>> = {
  both: { "zh-CN": ["交易金额未超过{limit}元，免密免签"], en: ["AMOUNT NOT OVER RMB {limit}", "NO PIN, NO SIGNATURE"] },
  pin: { "zh-CN": ["交易金额未超过{limit}元，无需输密"], en: ["AMOUNT NOT OVER RMB {limit}", "NO PIN"] },
  signature: { "zh-CN": ["交易金额未超过{limit}元，无需签名"], en: ["AMOUNT NOT OVER RMB {limit}", "NO SIGNATURE"] },
};

export const PIN_ENTERED: Bilingual = ["已输密 PIN ENTERED", "PIN ENTERED"];

/** Each entry is one line, short enough for 32 columns. */
export const CONSENT: Record<SlipLanguage, readonly string[]> = {
  "zh-CN": ["本人确认以上交易，", "同意将其记入本卡账户"],
  en: ["I ACKNOWLEDGE SATISFACTORY", "RECEIPT OF RELATIVE", "GOODS/SERVICES"],
};

/** Approvals that ask the cardholder to make sure (§3.13). */
export const CONFIRM_WITH_BANK: Readonly<Record<string, Bilingual>> = {
  A2: ["请向发卡行确认", "CONFIRM WITH ISSUER"],
  A4: ["请向发卡行确认", "CONFIRM WITH ISSUER"],
  A5: ["请向发卡行确认", "CONFIRM WITH ISSUER"],
  A6: ["请向资金到账行确认", "CONFIRM WITH RECEIVING BANK"],
};

export const REASONS: Record<ReversalReason, Bilingual> = {
  "98": ["主机无应答", "NO ANSWER"],
  A0: ["应答校验错", "BAD MAC"],
  "96": ["终端无法处理", "TERMINAL FAULT"],
  "06": ["应答有误", "BAD ANSWER"],
};

export const UNDELIVERED_ADVICE: Record<SlipLanguage, readonly string[]> = {
  "zh-CN": ["本笔交易结果未知，", "终端将继续自动冲正。", "如仍不成功，请联系收单行。"],
  en: ["OUTCOME UNKNOWN. THE TERMINAL", "WILL SEND THE REVERSAL AGAIN.", "IF IT FAILS, CALL THE ACQUIRER."],
};

export const SELF_TEST_WORDS = {
  normal: ["正常字体", "NORMAL"],
  bold: ["加粗字体", "BOLD"],
  tall: ["倍高字体", "TALL"],
  large: ["倍宽倍高", "LARGE"],
  left: ["左对齐", "LEFT"],
  center: ["居中", "CENTER"],
  right: ["右对齐", "RIGHT"],
} as const satisfies Record<string, Bilingual>;
