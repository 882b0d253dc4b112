import { expect, test } from "vitest";
import { isApproved, NEEDS_SIGN_ON, responseOf, RESPONSES, REVERSAL_TAKEN } from "../../../app/acquirer/responses.ts";

/** Every code of §3.13, by class. */
const SPEC = {
  A: "00 10 11 16 A2 A4 A5 A6",
  B: "13 14 77 99 A0",
  C: "01 03 05 12 15 21 22 25 30 40 45 51 54 55 57 58 59 61 62 64 65 66 68 75 90 91 92 94 96 A1 A3 A7 A8 M1 M2 M3 M4 M5 46 56 81 83 52 53 76 78 89 95",
  D: "04 34 38 41 43 97",
  E: "98",
};

test("every code of the table is there, in its class, and no other", () => {
  const classes = Object.entries(SPEC).flatMap(([group, codes]) => codes.split(" ").map((code) => [code, group]));
  expect([...RESPONSES.values()].map((row) => [row.code, row.class]).sort()).toEqual(classes.sort());
});

test("every code has words for both people in both languages", () => {
  for (const row of RESPONSES.values()) {
    for (const words of [row.cashier, row.cardholder]) {
      expect(words["zh-CN"], row.code).toMatch(/\p{Script=Han}/u);
      expect(words.en, row.code).toMatch(/^[ -~]{3,}$/);
    }
  }
});

test("an unknown code is a decline with the words of other", () => {
  expect(responseOf("Z9")).toMatchObject({ code: "Z9", class: "C", cashier: { "zh-CN": "交易失败" } });
  expect(isApproved("Z9")).toBe(false);
});

test("the cardholder is never told of a suspicion", () => {
  for (const code of ["04", "34", "41", "43"]) {
    expect(responseOf(code)).toMatchObject({ action: "keep-card", cardholder: { "zh-CN": "请联系收银员" } });
  }
});

test("the sets", () => {
  expect([...RESPONSES.keys()].filter(isApproved).sort()).toEqual(SPEC.A.split(" "));
  expect([...REVERSAL_TAKEN]).toEqual(["00", "12", "25"]);
  expect([...NEEDS_SIGN_ON].sort()).toEqual(["77", "99", "A0"]);
});
