import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { characterOf, turned } from "../../../app/steps/ask-text.ts";
import { Gb18030 } from "../../../hal/printer/gb18030.ts";

test("a key's letters go round and come back, small ones too", () => {
  const seen: string[] = [];
  let character = "2";
  do seen.push((character = turned(character)));
  while (character !== "2");
  expect(seen.join("")).toBe("ABCabc2");
  expect(turned("1")).toBe(".");
  expect(turned("0")).toBe(" ");
  expect(turned("店")).toBe("店");
});

const file = "dist/assets/gb18030.bin";

test.skipIf(!existsSync(file))("a character by its row and column", () => {
  const table = new Gb18030(new Uint8Array(readFileSync(file)));
  const decode = (bytes: Uint8Array) => table.decode(bytes);
  expect(characterOf("1601", decode)).toBe("啊");
  expect(characterOf("2174", decode)).toBe("店");
  expect(characterOf("5448", decode)).toBe("中");
  expect(characterOf("0000", decode)).toBeUndefined();
  expect(characterOf("9501", decode)).toBeUndefined();
});
