/** Who needs no PIN and no signature (§5.8): every line of the decision, and its edges. */
import { describe, expect, test } from "vitest";
import {
  issuedAbroad,
  type QuickPassQuestion,
  type QuickPassRules,
  type QuickPassTables,
  verificationFor,
} from "../../../app/model/quick-pass.ts";

const DEBIT = "A000000333010101";
const CREDIT = "A000000333010102";
const QUASI = "A000000333010103";
const PAN = "6229992000000000017";
const HERE = { length: 19, prefix: "622999" };
const RULES: QuickPassRules = {
  on: true,
  noPinFen: 100_000,
  noSignatureFen: 100_000,
  withoutSignature: true,
  tableA: false,
  tableB: true,
  cdcvm: true,
};
const NONE: QuickPassTables = { a: [], b: [], c: [] };
const QUESTION: QuickPassQuestion = {
  kind: "sale",
  amountFen: 100_000,
  pan: PAN,
  aid: CREDIT,
  qualifiers: Uint8Array.of(0x20, 0),
  foreign: false,
};
const BOTH = { pin: true, signature: true };
const NEITHER = { pin: false, signature: false, waived: { pinFen: 100_000, signatureFen: 100_000 } };

const ask = (question: Partial<QuickPassQuestion>, rules: Partial<QuickPassRules> = {}, tables: Partial<QuickPassTables> = {}) =>
  verificationFor({ ...QUESTION, ...question }, { ...RULES, ...rules }, { ...NONE, ...tables });

describe("by the amount", () => {
  test("up to the limit neither, a fen over it both", () => {
    expect(ask({})).toEqual(NEITHER);
    expect(ask({ amountFen: 100_001 })).toEqual(BOTH);
  });
  test("off, or no sale: both", () => {
    expect(ask({}, { on: false })).toEqual(BOTH);
    for (const kind of ["preauth", "preauth-add", "void"] as const) expect(ask({ kind })).toEqual(BOTH);
  });
  test("the signature has its own switch and its own limit", () => {
    expect(ask({}, { withoutSignature: false })).toEqual({ pin: false, signature: true, waived: { pinFen: 100_000 } });
    expect(ask({}, { noSignatureFen: 99_999 })).toEqual({ pin: false, signature: true, waived: { pinFen: 100_000 } });
    expect(ask({}, { noSignatureFen: 200_000 }).waived).toEqual({ pinFen: 100_000, signatureFen: 200_000 });
  });
});

describe("by the stage of the scheme", () => {
  test("credit and quasi-credit without a table, debit only in table B", () => {
    expect(ask({ aid: QUASI })).toEqual(NEITHER);
    expect(ask({ aid: DEBIT })).toEqual(BOTH);
    expect(ask({ aid: DEBIT }, {}, { b: [HERE] })).toEqual(NEITHER);
    expect(ask({ aid: DEBIT }, {}, { b: [{ ...HERE, length: 16 }] })).toEqual(BOTH);
    expect(ask({ aid: "" })).toEqual(BOTH);
  });
  test("the pilot: table A alone, whatever the card is", () => {
    expect(ask({}, { tableA: true })).toEqual(BOTH);
    expect(ask({ aid: DEBIT }, { tableA: true }, { a: [HERE] })).toEqual(NEITHER);
  });
  test("the last one: every card but those of table C", () => {
    expect(ask({ aid: DEBIT }, { tableB: false })).toEqual(NEITHER);
    expect(ask({}, { tableB: false }, { c: [HERE] })).toEqual(BOTH);
  });
});

describe("by the owner's device", () => {
  const DEVICE = Uint8Array.of(0x20, 0x80);
  test("no PIN at any amount; the signature goes by its limit", () => {
    expect(ask({ aid: DEBIT, qualifiers: DEVICE, amountFen: 5_000_000 })).toEqual({ pin: false, signature: true });
    expect(ask({ aid: DEBIT, qualifiers: DEVICE })).toEqual({ pin: false, signature: false, waived: { signatureFen: 100_000 } });
  });
  test("not when the card wants a PIN all the same, nor where it does not count", () => {
    expect(ask({ aid: DEBIT, qualifiers: Uint8Array.of(0xa0, 0x80) })).toEqual(BOTH);
    expect(ask({ aid: DEBIT, qualifiers: DEVICE }, { cdcvm: false })).toEqual(BOTH);
    expect(ask({ aid: DEBIT, qualifiers: DEVICE }, { on: false })).toEqual(BOTH);
    expect(ask({ aid: DEBIT, qualifiers: undefined })).toEqual(BOTH);
  });
});

test("issued abroad: the card alone says whether there is a PIN, and its holder signs", () => {
  expect(ask({ foreign: true })).toEqual({ pin: false, signature: true });
  expect(ask({ foreign: true, qualifiers: Uint8Array.of(0x80, 0) })).toEqual(BOTH);
  expect(ask({ foreign: true, qualifiers: undefined, amountFen: 1 }, { on: false })).toEqual({ pin: false, signature: true });
});

test.each([
  [["0156"], undefined, false],
  [["0344", "0156"], "0344", false],
  [["0344"], "0156", true],
  [[], "0156", false],
  [[], "0344", true],
  [[], undefined, false],
])("currencies %j, country %s: abroad %s", (currencies, country, abroad) => {
  expect(issuedAbroad({ currencies, country })).toBe(abroad);
});
