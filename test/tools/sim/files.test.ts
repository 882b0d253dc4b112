/** The files and the command line a desk is started with: what is wrong is named. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkBoard, readBoard } from "../../../tools/sim/board.ts";
import { checkProfile, readProfile, withoutKeys } from "../../../tools/sim/profile.ts";
import { root } from "./tiny-desk.ts";

const json = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

test("the repository's own boards and profiles are right", () => {
  for (const name of ["desk", "counter"]) expect(readBoard(name, root).name).toBe(name);
  expect(readProfile("demo", root).terminal.id).toBe("10000001");
});

test("no key reaches the terminal's profile", () => {
  const text = JSON.stringify(withoutKeys(readProfile("demo", root)));
  expect(text).not.toContain("testKeys");
  expect(text).not.toContain("0123456789ABCDEF");
  expect(text).not.toContain("5E5E5E5E6B6B6B6B");
});

// biome-ignore lint/suspicious/noExplicitAny: the point is to make it wrong
type Spoil = (file: any) => void;
test.each<[string, Spoil]>([
  ["devices.keypad.port", (board) => (board.devices.keypad.port = "nowhere")],
  ["devices.display", (board) => delete board.devices.display],
  ["ports.lcd.wire", (board) => (board.ports.lcd.wire = "tv")],
  ["ports.host.port", (board) => (board.ports.host.port = 70_000)],
  ["ports.lcd.colour", (board) => (board.ports.lcd.colour = "red")],
  ["name", (board) => (board.name = "Not A Word")],
])("a wrong board is refused naming %s", (field, spoil) => {
  const board = json("hal/boards/desk.json");
  spoil(board);
  expect(() => checkBoard(board)).toThrow(`board: ${field}: `);
});

test.each<[string, Spoil]>([
  ["merchant.id", (profile) => (profile.merchant.id = "12")],
  ["keys.signOnCode", (profile) => (profile.keys.signOnCode = "009")],
  ["operators.0.password", (profile) => (profile.operators[0].password = "x")],
  ["testKeys.masterKeys.1", (profile) => (profile.testKeys.masterKeys["1"] = "0123")],
  ["colour", (profile) => (profile.colour = "red")],
  ["tpdu", (profile) => delete profile.tpdu],
])("a wrong profile is refused naming %s", (field, spoil) => {
  const profile = json("tools/sim/profiles/demo.json");
  spoil(profile);
  expect(() => checkProfile(profile)).toThrow(new RegExp(`^profile: ${field.replaceAll(".", "\\.")}: `));
});

test("a file that is not there says which there are", () => {
  expect(() => readBoard("kitchen", root)).toThrow(/board: no file .*kitchen\.json; by name there are .*desk/);
});
