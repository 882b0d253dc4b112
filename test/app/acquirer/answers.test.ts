import { describe, expect, test } from "vitest";
import {
  balanceOf,
  institutionsOf,
  localTimeOf,
  parameterTags,
  readAnswer,
  settlementResult,
  statementRows,
} from "../../../app/acquirer/answers.ts";
import type { Message } from "../../../app/acquirer/host.ts";

const answer = (fields: Record<number, string | Uint8Array>): Message => ({
  mti: "0210",
  fields: new Map(Object.entries(fields).map(([number, value]) => [Number(number), value])),
});
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const OWN = { date: "20260101", time: "000500" };

test("everything an approval tells", () => {
  const read = readAnswer(
    answer({ 4: "000000001000", 14: "3012", 15: "1122", 37: "000000000001", 38: "A00001", 39: "00", 60: "2200001200060" }),
  );
  expect(read).toEqual({
    code: "00",
    amountFen: 1000,
    expiry: "3012",
    settlementDate: "1122",
    reference: "000000000001",
    authCode: "A00001",
    organisation: undefined,
    remarks: [],
    batch: 12,
    keyBlock: undefined,
  });
});

test("what a host fills with zeros or blanks is missing", () => {
  const read = readAnswer(answer({ 14: "0000", 15: "0000", 38: "      ", 39: "51", 60: "00000000003" }));
  expect([read.expiry, read.settlementDate, read.authCode, read.batch]).toEqual([undefined, undefined, undefined, undefined]);
});

describe("DE63", () => {
  const custom = Uint8Array.from(
    Buffer.concat([
      Buffer.from("VIS"),
      Buffer.from([0xd5, 0xd0]),
      Buffer.from("18".padEnd(18)),
      bytes("ok".padEnd(20)),
      bytes("x".padEnd(20)),
    ]),
  );

  test("organisation and three texts, through the decoder that is given", () => {
    const gbk = new TextDecoder("gbk");
    expect(readAnswer(answer({ 63: custom }), (part) => gbk.decode(part))).toMatchObject({
      organisation: "VIS",
      remarks: ["招18", "ok", "x"],
    });
  });

  test("without one only ASCII is kept", () => {
    expect(readAnswer(answer({ 63: custom })).remarks).toEqual(["18", "ok", "x"]);
  });

  test("CUP, unknown and absent are the same; blank and control characters are no text", () => {
    for (const name of ["CUP", "000", "   "]) expect(readAnswer(answer({ 63: bytes(name) })).organisation).toBeUndefined();
    expect(readAnswer(answer({ 63: bytes(`CUP${" ".repeat(60)}`) })).remarks).toEqual([]);
    expect(readAnswer(answer({ 63: bytes("CUP\x1b@\x00\x07") })).remarks).toEqual(["@"]);
  });
});

test("DE44: ids of issuer and acquirer, or nothing when it holds other text", () => {
  expect(institutionsOf(answer({ 44: bytes("90310000   03025840   ") }))).toEqual({ issuer: "90310000", acquirer: "03025840" });
  expect(institutionsOf(answer({ 44: bytes("no money") }))).toEqual({ issuer: undefined, acquirer: undefined });
  expect(institutionsOf(answer({}))).toEqual({ issuer: undefined, acquirer: undefined });
});

test("the host's time in the nearest year; the terminal's own when it is none", () => {
  expect(localTimeOf(answer({ 12: "235959", 13: "1231" }), OWN)).toEqual({ date: "20251231", time: "235959" });
  expect(localTimeOf(answer({ 12: "000001", 13: "0101" }), { date: "20251231", time: "235959" })).toEqual({
    date: "20260101",
    time: "000001",
  });
  expect(localTimeOf(answer({ 12: "240000", 13: "0101" }), OWN)).toEqual(OWN);
  expect(localTimeOf(answer({ 12: "120000", 13: "1332" }), OWN)).toEqual(OWN);
  expect(localTimeOf(answer({}), OWN)).toEqual(OWN);
});

test.each([
  ["1002156C000000100000", 100_000],
  ["1002156D000000000150", -150],
  ["1002156D000000000000", 0],
  ["1002156X000000000150", undefined],
  ["1002156C", undefined],
  ["", undefined],
])("DE54 %s: %s fen", (field, amountFen) => {
  expect(balanceOf(answer({ 54: field }))).toBe(amountFen);
  expect(balanceOf(answer({}))).toBeUndefined();
});

test("DE48 of a settlement: one verdict a region, 0 when it is none", () => {
  const told = (domestic: string, foreign: string) =>
    settlementResult(answer({ 48: `${"9".repeat(30)}${domestic}${"9".repeat(30)}${foreign}` }));
  expect([told("1", "2"), told("3", "0"), told("7", "1")]).toEqual([
    { domestic: 1, foreign: 2 },
    { domestic: 3, foreign: 0 },
    { domestic: 0, foreign: 1 },
  ]);
  for (const fields of [{} as Record<number, string>, { 48: "1".repeat(31) }])
    expect(settlementResult(answer(fields))).toEqual({ domestic: 0, foreign: 0 });
});

describe("parameters (§7.3)", () => {
  const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString("latin1");

  test("codes without lengths, read by the table", () => {
    const { tags, unknown } = parameterTags(answer({ 62: bytes(`1160${"14"}${"01012345678   "}26\xff\x80\x00\x01201`) }));
    expect([unknown, [...tags].map(([code, value]) => [code, text(value)])]).toEqual([
      undefined,
      [
        ["11", "60"],
        ["14", "01012345678   "],
        ["26", "\xff\x80\x00\x01"],
        ["20", "1"],
      ],
    ]);
  });

  test("what is in no table, or ends too early, stops the reading and is named", () => {
    expect(parameterTags(answer({ 62: bytes("116088anything") }))).toMatchObject({
      unknown: "88",
      tags: new Map([["11", bytes("60")]]),
    });
    expect(parameterTags(answer({ 62: bytes("22short") })).unknown).toBe("22");
    expect(parameterTags(answer({ 62: bytes("1") })).unknown).toBe("1");
    expect(parameterTags(answer({}))).toEqual({ tags: new Map(), unknown: undefined });
  });
});

describe("the acquirer's books of a day", () => {
  const row = "SA0001230000010000000010002611210001  A";

  test("rows, and whether more follow", () => {
    const read = { kind: "SA", trace: 123, batch: 1, amountFen: 1000, reference: "2611210001", state: "A" };
    expect(statementRows(answer({ 62: bytes(`1${row}`) }))).toEqual({ last: true, rows: [read] });
    expect(statementRows(answer({ 62: bytes(`2${row}${row}`) }))).toEqual({ last: false, rows: [read, read] });
    expect(statementRows(answer({ 62: bytes("1") }))).toEqual({ last: true, rows: [] });
  });

  test("anything else is not half believed", () => {
    for (const wrong of ["", "3", `1${row}x`, `1${row.slice(1)}`, `1${row.replace("000123", "00x123")}`])
      expect(statementRows(answer({ 62: bytes(wrong) })), wrong).toBeUndefined();
    expect(statementRows(answer({}))).toBeUndefined();
  });
});
