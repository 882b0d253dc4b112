import { describe, expect, test } from "vitest";
import type { Profile } from "../../../app/model/profile.ts";
import type { TransactionKind, TransactionRecord } from "../../../app/model/transaction.ts";
import { printedAgain } from "../../../app/slips/again.ts";
import { detailsSlip, failedSlip } from "../../../app/slips/details.ts";
import { holdsSlip } from "../../../app/slips/holds.ts";
import { reportSlip } from "../../../app/slips/report.ts";
import { settlementSlip, totalsSlip } from "../../../app/slips/totals.ts";
import { transactionSlip, type TransactionSlipInput } from "../../../app/slips/transaction.ts";
import { reversalSlip } from "../../../app/slips/reversal.ts";
import { saleSlip, type SaleSlipInput } from "../../../app/slips/sale.ts";
import { selfTestSlip } from "../../../app/slips/self-test.ts";
import type { Slip, SlipCopy } from "../../../app/slips/slip.ts";
import { versionsSlip } from "../../../app/slips/versions.ts";
import { OWED, PROFILE as WORKED } from "../acquirer/desk.ts";
import { layOut } from "./paper.ts";

const PROFILE: Profile = {
  ...WORKED,
  merchant: { id: "898110154110001", name: "示例商户", nameEn: "Demo Store" },
  terminal: { id: "10000001" },
};

const RECORD: TransactionRecord = {
  kind: "sale",
  state: "approved",
  batch: 1,
  trace: 123,
  amountFen: 10_000,
  approvedFen: 10_000,
  entry: "swipe",
  pan: "6229990000000000019",
  expiry: "3012",
  operator: "01",
  date: "20261121",
  time: "090503",
  settlementDate: "1121",
  reference: "261121000123",
  authCode: "A00123",
  responseCode: "00",
  issuer: "03080000",
  acquirer: "48021000",
  organisation: undefined,
  remarks: ["谢谢惠顾"],
  pinEntered: true,
  copiesPrinted: 0,
};

const sale = (over: Partial<SaleSlipInput> = {}, record: Partial<TransactionRecord> = {}): Slip =>
  saleSlip({ copy: "merchant", profile: PROFILE, language: "zh-CN", ...over, record: { ...RECORD, ...record } });

/** One slip of any kind, with what it says of its original. */
const slipOf = (kind: TransactionKind, record: Partial<TransactionRecord> = {}, over: Partial<TransactionSlipInput> = {}): Slip =>
  transactionSlip({ copy: "merchant", profile: PROFILE, language: "zh-CN", ...over, record: { ...RECORD, kind, ...record } });

const ORIGINAL = { batch: 1, trace: 99, date: "20261119", reference: "261119000099", authCode: "A00099" } as const;
const cashless = {
  reference: undefined,
  authCode: undefined,
  issuer: undefined,
  acquirer: undefined,
  remarks: [],
  pinEntered: false,
};

const LIST: TransactionRecord[] = [
  { ...RECORD, trace: 99, state: "voided" },
  { ...RECORD, trace: 100, kind: "void" },
  { ...RECORD, trace: 101, kind: "offline", state: "pending", authCode: "V00001", amountFen: 4_500, approvedFen: 4_500 },
  {
    ...RECORD,
    trace: 102,
    kind: "refund",
    state: "refused",
    authCode: undefined,
    delivery: { state: "refused", attempts: 1, code: "61" },
  },
  { ...RECORD, trace: 103, organisation: "VIS", approvedFen: 999_999_999_999 },
  { ...RECORD, trace: 104, approvedFen: 11_000, tipFen: 1_000, delivery: { state: "delivered", attempts: 1, as: "tip" } },
  { ...RECORD, trace: 105, kind: "preauth" },
  { ...RECORD, trace: 106, kind: "completion", approvedFen: 4_400 },
  { ...RECORD, trace: 107, ...cashless, kind: "cash", pan: "" },
];
const TOTALS = {
  domestic: { debitFen: 29_900, debitCount: 4, creditFen: 10_000, creditCount: 1 },
  foreign: { debitFen: 999_999_999_999, debitCount: 1, creditFen: 0, creditCount: 0 },
};
const DAY = { operator: "01", batch: 1, date: "20261121", time: "180000", profile: PROFILE, language: "zh-CN" } as const;
const EN = { ...DAY, language: "en" } as const;
const SETTLED = { ...DAY, records: LIST, totals: TOTALS, result: { domestic: 1, foreign: 2 } } as const;

const STAMP = { date: "20261121", time: "090503" };
const VERSIONS = [
  { label: "引擎", value: "quickjs 2024-01-13" },
  { label: "应用", value: "0.1.0" },
];

const ECASH: Partial<TransactionRecord> = {
  kind: "ecash",
  entry: "contactless",
  sequence: "001",
  reference: undefined,
  authCode: "ECC001",
  pinEntered: false,
  remarks: [],
  purse: { balanceFen: 48_750 },
};
const LOAD_OTHER: Partial<TransactionRecord> = {
  kind: "load-other",
  entry: "contact",
  sequence: "001",
  purse: { balanceFen: 68_750, from: "621799******0024" },
};
/** One tap, small enough to need neither PIN nor signature. */
const TAPPED: Partial<TransactionRecord> = {
  entry: "contactless",
  sequence: "001",
  pinEntered: false,
  chip: {
    data: {
      "9F26": "0102030405060708",
      "95": "0000000000",
      "9B": "0000",
      "84": "A000000333010102",
      "9F36": "0001",
      "5F34": "01",
      "9F37": "11223344",
      "82": "6000",
      "9F10": "07010103A0000001",
      "9F33": "E068C8",
      "50": "556E696F6E50617920437265646974",
    },
  },
};

/** What the record of each transaction says, beside what all have. */
const KINDS: Record<TransactionKind, Partial<TransactionRecord>> = {
  sale: {},
  void: { original: ORIGINAL },
  refund: { original: ORIGINAL, authCode: undefined },
  preauth: {},
  "preauth-add": { original: ORIGINAL },
  "preauth-void": { original: ORIGINAL },
  completion: { original: ORIGINAL },
  "completion-void": { original: ORIGINAL },
  "completion-advice": { original: ORIGINAL, entry: "manual" },
  offline: { ...cashless, authCode: "V00001", entry: "manual", state: "pending" },
  adjustment: {
    kind: "offline",
    ...cashless,
    authCode: "V00001",
    delivery: { state: "delivered", attempts: 1, as: "adjustment" },
  },
  tip: {
    kind: "sale",
    ...{ amountFen: 11_500, approvedFen: 11_500, tipFen: 1_500 },
    delivery: { state: "pending", attempts: 0, as: "tip", trace: 124 },
  },
  cash: { ...cashless, pan: "", entry: "manual", cash: { receivedFen: 20_000, changeFen: 10_000 } },
  ecash: ECASH,
  "ecash-refund": {
    entry: "contact",
    sequence: "001",
    remarks: [],
    original: { terminal: "10000001", batch: 1, trace: 12, date: "20261120" },
  },
  load: { entry: "contact", sequence: "001", purse: { balanceFen: 55_000 } },
  "load-other": LOAD_OTHER,
  "cash-load": { entry: "contact", pinEntered: false, purse: { balanceFen: 65_000 } },
  "cash-load-void": { entry: "contact", original: { batch: 1, trace: 8 } },
};

const SLIPS: Record<string, Slip> = {
  ...Object.fromEntries(
    Object.entries(KINDS).flatMap(([kind, record]) => [
      [kind, slipOf(kind as TransactionKind, record)],
      [`${kind}-en`, slipOf(kind as TransactionKind, record, { language: "en" })],
    ]),
  ),
  "sale-bank": sale({ copy: "bank" }),
  "sale-cardholder": sale({ copy: "cardholder" }),
  "sale-cardholder-en": sale({ copy: "cardholder", language: "en" }),
  "sale-duplicate": printedAgain(sale(), "zh-CN"),
  "sale-training": sale({ mark: "training" }),
  "sale-chip": sale(
    {},
    {
      entry: "contact",
      sequence: "001",
      chip: {
        certificate: "TC",
        data: {
          "9F26": "0102030405060708",
          "95": "0000048000",
          "9B": "F800",
          "84": "A000000333010101",
          "9F36": "0001",
          "5F34": "01",
          "9F37": "11223344",
          "82": "7C00",
          "9F10": "07010103A00000010A010000000000112233445566",
          "9F33": "E068C8",
          "50": "556E696F6E506179204465626974",
        },
      },
    },
  ),
  "sale-tap": sale({}, { ...TAPPED, waived: { pinFen: 100_000, signatureFen: 100_000 } }),
  "sale-tap-cardholder-en": sale(
    { copy: "cardholder", language: "en" },
    { ...TAPPED, waived: { pinFen: 100_000, signatureFen: 50_050 } },
  ),
  "sale-tap-signed": sale({}, { ...TAPPED, waived: { pinFen: 100_000 } }),
  "sale-tap-unsigned": sale({}, { ...TAPPED, waived: { signatureFen: 30_000 } }),
  "void-chip": sale(
    {},
    { kind: "void", entry: "contact", sequence: "001", chip: { data: { "84": "A000000333010101", "5F34": "01" } } },
  ),
  "sale-partial": sale({}, { approvedFen: 4_000, responseCode: "10" }),
  "sale-foreign": sale({}, { organisation: "VIS", entry: "fallback", pinEntered: false, remarks: [] }),
  "sale-confirm-with-bank": sale({}, { responseCode: "A2" }),
  "sale-bare": sale(
    {},
    {
      remarks: [],
      pinEntered: false,
      issuer: undefined,
      acquirer: undefined,
      expiry: undefined,
      reference: undefined,
      authCode: undefined,
    },
  ),
  "sale-largest": sale({}, { amountFen: 999_999_999_999, approvedFen: 999_999_999_999 }),
  "sale-voided": printedAgain(sale({}, { state: "voided" }), "zh-CN"),
  "refund-en-cardholder": slipOf("refund", { original: ORIGINAL }, { language: "en", copy: "cardholder" }),
  totals: totalsSlip({ ...DAY, records: LIST, totals: TOTALS }),
  "totals-en": totalsSlip({ ...EN, records: LIST, totals: TOTALS, mark: "training" }),
  settlement: settlementSlip({ ...SETTLED, failed: [101], owed: { ...OWED, attempts: 3 } }),
  "settlement-en": printedAgain(settlementSlip({ ...SETTLED, ...EN }), "en"),
  "settlement-unknown": settlementSlip({ ...SETTLED, records: [], result: undefined }),
  details: detailsSlip({ ...DAY, records: LIST }),
  "details-en": printedAgain(detailsSlip({ ...EN, records: LIST }), "en"),
  "details-empty": detailsSlip({ ...DAY, records: [] }),
  failed: failedSlip({ ...DAY, records: LIST, failed: [101] }),
  "failed-none": failedSlip({ ...EN, records: [] }),
  report: reportSlip({
    ...DAY,
    title: ["操作员统计", "BY OPERATOR"],
    columns: ["操作员", "笔数", "金额"],
    rows: [
      ["01", "12", "1,234.00"],
      ["02", "3", "99.50"],
    ],
  }),
  "report-wide": reportSlip({
    ...EN,
    title: "Rejected by rule",
    columns: ["Rule", "Transaction", "Amount"],
    rows: [["Amounts just under a limit", "000123", "4,999.00"]],
  }),
  "report-range": reportSlip({
    ...DAY,
    batch: undefined,
    title: "按操作员",
    about: { label: "期间", value: "2026-08-21 — 2026-11-21" },
    columns: ["项目", "笔数", "净额"],
    rows: [
      ["01", "1234", "1234567.89"],
      ["汇总", "1234", "1234567.89"],
    ],
    note: "2026-08-23 及以前的不全",
  }),
  "report-pairs": reportSlip({
    ...DAY,
    batch: undefined,
    title: "风险监控",
    rows: [
      ["11-23 00:10 01", "连续多笔被拒"],
      ["提示 0.51", "621799******0024"],
      ["11-23 00:10 01", "金额接近上限 非营业时间"],
    ],
  }),
  "report-empty": reportSlip({ ...DAY, title: ["审计日志", "AUDIT"], columns: ["时间", "事件"], rows: [] }),
  holds: holdsSlip({ ...DAY, holds: [{ record: { ...RECORD, kind: "preauth" }, daysLeft: 12 }] }),
  "holds-en": holdsSlip({ ...EN, holds: [] }),
  "reversal-undelivered": reversalSlip({
    record: { ...OWED, attempts: 3, authCode: "A00123" },
    profile: PROFILE,
    language: "zh-CN",
  }),
  "reversal-undelivered-en": reversalSlip({ record: OWED, profile: PROFILE, language: "en", mark: "test" }),
  versions: versionsSlip({
    rows: VERSIONS,
    facts: { serial: "TL00000001", abi: "1.0" },
    ...STAMP,
    profile: PROFILE,
    language: "zh-CN",
  }),
  "self-test": selfTestSlip({ rows: [{ label: "打印机", value: "正常" }], ...STAMP, profile: PROFILE, language: "zh-CN" }),
  "self-test-en": selfTestSlip({ rows: [], ...STAMP, profile: PROFILE, language: "en" }),
};

describe.each([32, 48])("%i columns", (columns) => {
  test.each(Object.entries(SLIPS))("%s", async (name, slip) => {
    const { text, broken } = layOut(slip, columns);
    expect(broken).toEqual([]);
    await expect(text).toMatchFileSnapshot(`../../golden/slips/${name}.${columns}.txt`);
  });
});

describe("what each copy may say", () => {
  const textOf = (copy: SlipCopy): string => layOut(sale({ copy }), 48).text;

  test("the card number never stands whole on paper", () => {
    for (const slip of Object.values(SLIPS)) {
      expect(layOut(slip, 48).text.replaceAll(/\D/g, "")).not.toContain("9990000000000");
    }
  });

  test("signature and consent only on the merchant's copy", () => {
    for (const copy of ["merchant", "bank", "cardholder"] as const) {
      expect(textOf(copy).includes("本人确认"), copy).toBe(copy === "merchant");
      expect(textOf(copy).includes("持卡人签名"), copy).toBe(copy === "merchant");
    }
  });

  test("how the card was read, and its expiry, are not the cardholder's", () => {
    expect(textOf("merchant")).toMatch(/0 019 \/S[\s\S]*30\/12/);
    expect(textOf("cardholder")).not.toMatch(/\/S|30\/12/);
  });

  test("a long merchant name is broken, nothing else", () => {
    const profile = { ...PROFILE, merchant: { ...PROFILE.merchant, name: "北京市海淀区中关村大街示例商贸有限公司" } };
    expect(layOut(sale({ profile }), 32).broken).toEqual(["北京市海淀区中关村大街示例商贸有限公司"]);
  });

  test("a reprint says so, and what became of the transaction", () => {
    const again = layOut(printedAgain(sale(), "zh-CN"), 32).text.trim().split("\n");
    for (const end of [again[0], again.at(-1)]) expect(end).toContain("****重打印/DUPLICATED****");
    expect(layOut(sale({}, { state: "reversed" }), 32).text).toContain("已冲正/REVERSED");
    expect(layOut(sale({ mark: "test" }), 32).text).toContain("测试/TESTING，凭证无效");
  });

  test("an English slip has no Chinese but what others wrote", () => {
    expect(layOut(sale({ language: "en" }, { remarks: [] }), 32).text).not.toMatch(/\p{Script=Han}/u);
  });

  test("money that goes back has a minus, what is only held has none", () => {
    for (const kind of ["void", "refund", "completion-void"] as const)
      expect(layOut(slipOf(kind), 48).text).toContain("RMB -100.00");
    for (const kind of ["preauth-void", "preauth", "completion"] as const)
      expect(layOut(slipOf(kind), 48).text).toMatch(/RMB 100\.00/);
  });

  test("a refused tip leaves the slip of the sale", () => {
    const delivery = { state: "refused", attempts: 1, as: "tip" } as const;
    expect(layOut(slipOf("sale", { delivery }), 32).text).toContain("消费(SALE)");
  });

  test("cash has no card, and nobody signs", () => {
    const { text } = layOut(slipOf("cash", { ...cashless, pan: "", cash: { receivedFen: 20_000, changeFen: 10_000 } }), 32);
    expect(text).not.toMatch(/卡号|签名/);
  });

  test("slips are named for the log without the card", () => {
    expect([sale().name, SLIPS["reversal-undelivered"]?.name]).toEqual([
      "sale 000001/000123 merchant",
      "reversal 000001/000123 undelivered",
    ]);
  });
});
