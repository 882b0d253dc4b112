import { describe, expect, test } from "vitest";
import type { Profile } from "../../../app/model/profile.ts";
import type { TransactionRecord } from "../../../app/model/transaction.ts";
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

const STAMP = { date: "20261121", time: "090503" };
const VERSIONS = [
  { label: "引擎", value: "quickjs 2024-01-13" },
  { label: "应用", value: "0.1.0" },
];

const SLIPS: Record<string, Slip> = {
  "sale-merchant": sale(),
  "sale-bank": sale({ copy: "bank" }),
  "sale-cardholder": sale({ copy: "cardholder" }),
  "sale-merchant-en": sale({ language: "en" }),
  "sale-cardholder-en": sale({ copy: "cardholder", language: "en" }),
  "sale-duplicate": sale({ duplicate: true }),
  "sale-training": sale({ mark: "training" }),
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
  "sale-voided": sale({ duplicate: true }, { state: "voided" }),
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
    expect(layOut(sale({ duplicate: true }), 32).text).toContain("****重打印/DUPLICATED****");
    expect(layOut(sale({}, { state: "reversed" }), 32).text).toContain("已冲正/REVERSED");
    expect(layOut(sale({ mark: "test" }), 32).text).toContain("测试/TESTING，凭证无效");
  });

  test("an English slip has no Chinese but what others wrote", () => {
    expect(layOut(sale({ language: "en" }, { remarks: [] }), 32).text).not.toMatch(/\p{Script=Han}/u);
  });

  test("slips are named for the log without the card", () => {
    expect([sale().name, SLIPS["reversal-undelivered"]?.name]).toEqual([
      "sale 000001/000123 merchant",
      "reversal 000001/000123 undelivered",
    ]);
  });
});
