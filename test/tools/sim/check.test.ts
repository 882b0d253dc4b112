/** The money check on made-up books: every kind of difference is found, and none where there is none. */
import { expect, test } from "vitest";
import type { LedgerEntry } from "../../../tools/acquirer/contract.ts";
import { type CheckInput, moneyCheck, readSlip } from "../../../tools/sim/check.ts";

const slipText = (trace: string, amount: string, more: string[] = []): string[] => [
  "   银联POS签购单",
  "商户存根           MERCHANT COPY",
  ...more,
  "交易类型(TRANS TYPE)  消费(SALE)",
  "批次号(BATCH NO)          000001",
  `凭证号(VOUCHER NO)        ${trace}`,
  "交易参考号(REF NO)  000000000001",
  "金额(AMOUNT):",
  `                RMB ${amount}`,
];
const record = (trace: number, approvedFen: number, more: object = {}): Record<string, unknown> => ({
  kind: "sale",
  state: "approved",
  batch: 1,
  trace,
  amountFen: approvedFen,
  approvedFen,
  reference: "000000000001",
  ...more,
});
const booking = (trace: string, approvedFen: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  n: 1,
  at: "",
  kind: "sale",
  terminal: "10000001",
  merchant: "898110154110001",
  batch: "000001",
  trace,
  pan: "622999*********0019",
  amountFen: approvedFen,
  approvedFen,
  reference: "000000000001",
  authCode: "",
  code: "00",
  state: "approved",
  ...more,
});
interface Books {
  slips?: string[][];
  transactions?: Record<string, unknown>[];
  owed?: Record<string, unknown> | null;
  ledger?: LedgerEntry[] | undefined;
}
function check(books: Books): ReturnType<typeof moneyCheck> {
  const input: CheckInput = {
    slips: (books.slips ?? []).map((text, i) => ({ n: i + 1, text })),
    journal: { batch: "000001", transactions: books.transactions ?? [], reversals: [], owed: books.owed ?? null, totals: {} },
    ledger: "ledger" in books ? books.ledger : [],
    terminal: "10000001",
  };
  return moneyCheck(input);
}
const found = (books: Books): string[] => check(books).differences.map(({ what }) => what);

test("a slip is read from its words", () => {
  expect(readSlip({ n: 1, text: slipText("000007", "1,234.56", ["****重打印/DUPLICATED****"]) })).toEqual({
    n: 1,
    batch: "000001",
    trace: "000007",
    amountFen: 123_456,
    reference: "000000000001",
    kind: "消费(SALE)",
    copy: "merchant",
    reprint: true,
    voided: false,
  });
  expect(readSlip({ n: 1, text: ["版本信息", "1.0"] })).toBeUndefined();
  expect(readSlip({ n: 1, text: ["**培训/TRAINING，凭证无效**", ...slipText("000007", "1.00")] })).toBeUndefined();
});

test("books that agree", () => {
  const books = { slips: [slipText("000007", "100.00")], transactions: [record(7, 10_000)], ledger: [booking("000007", 10_000)] };
  expect(check(books)).toMatchObject({ ok: true, pending: [], compared: { slips: 1, journal: 1, ledger: 1 } });
});

test("the answer to an offline sale was lost, that to its adjustment came: the terminal knows it by the adjustment's reference", () => {
  const delivery = { state: "delivered", as: "adjustment", trace: 8 };
  const known = (reference: string) => ({
    transactions: [record(7, 120, { kind: "offline", reference, delivery })],
    ledger: [
      booking("000007", 120, { kind: "offline", reference: "000000000123" }),
      booking("000008", 120, { kind: "adjustment", reference: "000000000125" }),
      booking("000009", 500, { kind: "sale", reference: "000000000126" }),
    ],
  });
  const references = (books: Books) => found(books).filter((what) => what === "reference-differs");
  expect(references(known("000000000125"))).toEqual([]);
  expect(references(known("000000000123"))).toEqual([]);
  expect(references(known("000000000126"))).toEqual(["reference-differs"]);
  expect(references(known("000000000999"))).toEqual(["reference-differs"]);
});

test.each<[string, Books, string[]]>([
  ["approved in the ledger, nothing here", { ledger: [booking("000007", 100)] }, ["missing-in-journal"]],
  ["recorded here, unknown to the host", { transactions: [record(7, 100)] }, ["missing-in-ledger"]],
  ["amounts differ", { transactions: [record(7, 100)], ledger: [booking("000007", 101)] }, ["amount-differs"]],
  [
    "references differ",
    { transactions: [record(7, 1)], ledger: [booking("000007", 1, { reference: "X" })] },
    ["reference-differs"],
  ],
  ["kinds differ", { transactions: [record(7, 1)], ledger: [booking("000007", 1, { kind: "void" })] }, ["kind-differs"]],
  [
    "the host took it back",
    { transactions: [record(7, 100)], ledger: [booking("000007", 100, { state: "reversed" })] },
    ["not-approved-by-host"],
  ],
  ["a slip nobody recorded", { slips: [slipText("000009", "1.00")] }, ["slip-without-record"]],
  [
    "a slip with another amount",
    { slips: [slipText("000007", "1.01")], transactions: [record(7, 100)], ledger: [booking("000007", 100)] },
    ["slip-amount-differs"],
  ],
  [
    "a slip with another reference",
    {
      slips: [slipText("000007", "1.00")],
      transactions: [record(7, 100, { reference: "000000000002" })],
      ledger: [booking("000007", 100, { reference: "000000000002" })],
    },
    ["slip-reference-differs"],
  ],
  ["a slip without a voucher number", { slips: [["商户存根", "金额 1.00"]] }, ["slip-unreadable"]],
  ["a piece of a slip from where the paper ended", { slips: [["商户存根", "凭证号 000007"]] }, []],
  ["a reprint counts for nothing", { slips: [slipText("000009", "1.00", ["重打印"])] }, []],
  ["another terminal on the same host", { ledger: [booking("000007", 100, { terminal: "20000002" })] }, []],
  ["a declined one", { ledger: [booking("000007", 100, { state: "declined", approvedFen: 0 })] }, []],
  ["a closed batch", { ledger: [booking("000007", 100, { batch: "000000" })] }, []],
  ["an external host has no ledger to look into", { transactions: [record(7, 100)], ledger: undefined }, []],
])("%s", (_, books, differences) => {
  expect(found(books)).toEqual(differences);
});

test("an owed reversal is pending, not a difference", () => {
  const owed = { kind: "sale", batch: 1, trace: 7, amountFen: 100 };
  const result = check({ owed, ledger: [booking("000007", 100)] });
  expect(result).toMatchObject({ ok: true, pending: [{ batch: "000001", trace: "000007", amountFen: 100 }] });
  expect(found({ ledger: [booking("000007", 100)] })).toEqual(["missing-in-journal"]);
});

test("what the host has done with an approved one since is no difference: refunded, held, charged, let go", () => {
  for (const [kind, state] of [
    ["sale", "refunded"],
    ["preauth", "held"],
    ["preauth", "completed"],
    ["preauth", "voided"],
  ] as const)
    expect(found({ transactions: [record(1, 100, { kind })], ledger: [booking("000001", 100, { kind, state })] })).toEqual([]);
});

test("a void must stand on both sides", () => {
  const transactions = [record(1, 100, { state: "voided" })];
  expect(found({ transactions, ledger: [booking("000001", 100, { state: "voided" })] })).toEqual([]);
  expect(found({ transactions, ledger: [booking("000001", 100)] })).toEqual(["not-voided-by-host"]);
});

test("an advice on its way, one that was refused, one taken back here, and cash are not the host's", () => {
  const delivery = (state: string) => ({ kind: "offline", delivery: { state, attempts: 1 } });
  const transactions = [
    record(1, 100, { state: "pending", ...delivery("unanswered") }),
    record(2, 100, { state: "refused", ...delivery("refused") }),
    record(3, 100, { state: "voided", ...delivery("withdrawn") }),
    record(4, 100, { kind: "cash" }),
  ];
  expect(found({ transactions, ledger: [] })).toEqual([]);
  expect(found({ transactions: [record(5, 100, delivery("delivered"))], ledger: [] })).toEqual(["missing-in-ledger"]);
});

test("a tip changes what its sale stands for; the slip from before it is not wrong", () => {
  const tipped = record(1, 11_500, {
    tipFen: 1_500,
    delivery: { state: "delivered", attempts: 1, as: "tip", trace: 2, before: { approvedFen: 10_000 } },
  });
  const sale = booking("000001", 10_000, { totalFen: 11_500 });
  const original = { terminal: "10000001", batch: "000001", trace: "000001" };
  const tip = booking("000002", 11_500, { kind: "tip", original });
  const slips = [slipText("000001", "100.00"), slipText("000001", "115.00")];
  expect(found({ slips, transactions: [tipped], ledger: [sale, tip] })).toEqual([]);
  expect(found({ transactions: [tipped], ledger: [booking("000001", 10_000), tip] })).toEqual(["amount-differs"]);
});

test("a tip that the host refused, and one that another overtook: their slips were printed in good faith", () => {
  const original = { terminal: "10000001", batch: "000001", trace: "000001" };
  const delivery = { state: "refused", attempts: 2, as: "tip", trace: 2, before: { approvedFen: 10_000 } };
  const transactions = [record(1, 10_000, { delivery })];
  const refused = booking("000002", 11_500, { kind: "tip", original, approvedFen: 0, state: "declined", code: "12" });
  const ledger = [booking("000001", 10_000), refused];
  const [sale, first, second] = ["100.00", "112.00", "115.00"].map((amount) => slipText("000001", amount)) as [
    string[],
    string[],
    string[],
  ];
  expect(found({ slips: [sale, first, second], transactions, ledger })).toEqual([]);
  const nameless = booking("000002", 11_500, { kind: "tip", approvedFen: 0, state: "declined", code: "64" });
  expect(found({ slips: [sale, second], transactions, ledger: [booking("000001", 10_000), nameless] })).toEqual([]);
  // The last one must be in a book.
  expect(found({ slips: [sale, second, first], transactions, ledger })).toEqual(["slip-amount-differs"]);
  expect(found({ slips: [first, sale], transactions: [record(1, 10_000)], ledger: [booking("000001", 10_000)] })).toEqual([
    "slip-amount-differs",
  ]);
});

test("slips of a batch that is closed: after a tip, of cash, of what was taken back here", () => {
  const closed = (text: string[]): string[] => text.map((line) => line.replace("000001", "000000"));
  const told = (text: string[], ledger: LedgerEntry[] = []): string[] => found({ slips: [closed(text)], ledger });
  const tipped = booking("000002", 10_000, { batch: "000000", totalFen: 11_500, reference: "000000000000" });
  expect(told(slipText("000002", "115.00"), [tipped])).toEqual([]);
  expect(told(slipText("000002", "116.00"), [tipped])).toEqual(["slip-amount-differs"]);
  const refused = { batch: "000000", approvedFen: 0, state: "declined", code: "51", reference: "000000000000" } as const;
  const advice = slipText("000002", "100.00").map((line) => line.replace("消费(SALE)", "离线结算(OFFLINE)"));
  expect(told(advice, [booking("000002", 10_000, { ...refused, kind: "offline" })])).toEqual([]);
  // A sale is never on paper before the host has said yes.
  expect(told(slipText("000002", "100.00"), [booking("000002", 10_000, refused)])).toContain("slip-amount-differs");
  expect(told(slipText("000003", "1.00"))).toEqual(["slip-without-record"]);
  expect(told(slipText("000003", "1.00").map((line) => line.replace("消费(SALE)", "现金收款(CASH)")))).toEqual([]);
  const offline = slipText("000004", "1.00");
  expect(found({ slips: [closed(offline), closed([...offline, "**已撤销/VOIDED**"])], ledger: [] })).toEqual([]);
});

test("the reference of an original is not the slip's own", () => {
  const text = slipText("000007", "1.00").map((line) => line.replace("交易参考号(REF NO)", "原参考号(ORIG REF NO)"));
  expect(readSlip({ n: 1, text })?.reference).toBeUndefined();
});
