/** Letters from digits, as on a telephone. */
import { expect, test } from "vitest";
import { nextLetter } from "../../../app/steps/ask.ts";

test("the alpha key goes round the letters of a digit and back to it", () => {
  let at = "2";
  const seen = [at];
  do {
    at = nextLetter(at);
    seen.push(at);
  } while (at !== "2");
  expect(seen).toEqual(["2", "A", "B", "C", "2"]);
});

test("every letter can be reached, and a digit without letters stays", () => {
  const reached = new Set<string>();
  for (const digit of "23456789") for (let at = nextLetter(digit); at !== digit; at = nextLetter(at)) reached.add(at);
  expect([...reached].sort().join("")).toBe("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  expect([nextLetter("0"), nextLetter("1")]).toEqual(["0", "1"]);
});
