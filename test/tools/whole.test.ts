import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { whole } from "../../tools/whole.ts";

test("whole numbers between the bounds, the bounds among them", () => {
  expect([whole("1", 1, 86_400), whole("86400", 1, 86_400)]).toEqual([1, 86_400]);
});

test.each(["abc", "1.5", "0", "86401", "-1", "NaN", "Infinity"])("%s is refused with words", (text) => {
  expect(() => whole(text, 1, 86_400)).toThrow(InvalidArgumentError);
  expect(() => whole(text, 1, 86_400)).toThrow("a whole number from 1 to 86400");
});
