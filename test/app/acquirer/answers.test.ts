import { describe, expect, test } from "vitest";
import { institutionsOf, localTimeOf, readAnswer } from "../../../app/acquirer/answers.ts";
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
