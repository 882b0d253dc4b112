import { expect, test } from "vitest";
import { catalogues, wordsIn } from "../../../app/text/index.ts";
import type { Prompt } from "../../../app/text/words.ts";

const keys = Object.keys(catalogues["zh-CN"]) as Prompt[];

function values(text: string): string[] {
  return (text.match(/\{[a-z-]+\}/g) ?? []).sort();
}

test.each(keys)("%s says something in both languages, with the same values", (key) => {
  const { "zh-CN": zh, en } = catalogues;
  expect(zh[key].trim()).not.toBe("");
  expect(en[key].trim()).not.toBe("");
  expect(values(en[key])).toEqual(values(zh[key]));
});

test("values are filled in; one that is missing stays in sight", () => {
  const words = wordsIn("zh-CN");
  expect(words.say("problem.wrong-password", { left: 2 })).toBe("密码不对，还可试 2 次");
  expect(words.say("problem.wrong-password")).toBe("密码不对，还可试 {left} 次");
});

test("no word for the cashier is a protocol's", () => {
  const jargon = /MAC|PIK|TMK|8583|TPDU|报文类型|冲正 ?\d|应答码|\bDE\d/;
  for (const key of keys) expect(catalogues["zh-CN"][key]).not.toMatch(jargon);
});

test("hints are short enough for the foot", () => {
  for (const key of keys.filter((key) => key.startsWith("hint."))) {
    expect([...catalogues["zh-CN"][key]].length, key).toBeLessThanOrEqual(5);
    expect(catalogues.en[key].length, key).toBeLessThanOrEqual(12);
  }
});
