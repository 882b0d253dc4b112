/** Parameter download and status upload. */
import { expect, test } from "vitest";
import { textBytes } from "../../../tools/acquirer/text.ts";
import { Bench, ready } from "./bench.ts";

const download = (bench: Bench) => bench.manage("0800", "360");

test("a download hands out what was set, over what the host knows of the merchant; the end is answered", () => {
  const bench = ready();
  bench.host.setParameters({ "12": "45", "14": "95516", "26": "FF8000C0", "19": "5" });
  const answer = download(bench);
  expect(answer).toMatchObject({ mti: "0810", macState: "none", fields: { 39: "00", 60: "00000001360" } });
  const bytes = Buffer.from(textBytes(answer!.fields[62]!));
  const name = Buffer.from(textBytes("示例商户 Demo Store"));
  const expected = Buffer.concat([
    Buffer.from("1160" + "1245" + "1495516         " + "1905" + "22"),
    name,
    Buffer.alloc(40 - name.length, 0x20),
    Buffer.from("26"),
    Buffer.from("FF8000C0", "hex"),
  ]);
  expect(bytes.equals(expected)).toBe(true);
  expect(bench.manage("0800", "361")).toMatchObject({ mti: "0810", fields: { 39: "00" } });
  expect(bench.host.state().parameters).toMatchObject({ "11": "60", "12": "45", "22": "示例商户 Demo Store" });
});

test("values are put over the earlier ones and survive", () => {
  const records: unknown[] = [];
  const bench = ready({
    storage: { records: [], repaired: undefined, append: (record) => void records.push(record), close() {} },
  });
  bench.host.setParameters({ "12": "45", "22": "茶馆" });
  bench.host.setParameters({ "12": "50" });
  const after = new Bench({ storage: { records, repaired: undefined, append() {}, close() {} } });
  expect(after.host.state().parameters).toEqual({ "11": "60", "12": "50", "22": "茶馆" });
});

test.each([
  ['there is no code "99"', { "99": "1" }],
  ["is told by the terminal", { "04": "1" }],
  ["up to 2 digits", { "12": "100" }],
  ["up to 2 digits", { "12": "x" }],
  ["4 bytes in hexadecimal", { "26": "FF" }],
  ["may have 40", { "22": "很".repeat(21) }],
  ["does not exist in GBK", { "22": "\u{1F600}" }],
])("a parameter that cannot be is refused: %s", (words, parameters: Record<string, string>) => {
  const bench = ready();
  expect(() => bench.host.setParameters(parameters)).toThrow(words);
  expect(bench.host.state().parameters).not.toHaveProperty("12");
});

test("a status upload is read and kept with the terminal", () => {
  const bench = ready();
  const told = ["011", "040", `22${"Demo Store".padEnd(40)}`, "51001000100099"].join("");
  expect(bench.manage("0820", "362", { 62: told })).toMatchObject({ mti: "0830", fields: { 39: "00" } });
  expect(bench.host.state().terminals[0]?.status).toEqual({
    at: "2026-07-06T09:30:15+08:00",
    values: { "01": "1", "04": "0", "22": "Demo Store", "51": "001000100099" },
  });
});

test.each([
  ['no code "9 " at byte 0', "9 1"],
  ["code 22 (merchant name) needs 40 bytes, 3 are left", "22abc"],
  ["code 01 (keyboard) is x, must be digits", "01x"],
])("a status that cannot be read is 30: %s", (words, told) => {
  const bench = ready();
  expect(bench.manage("0820", "362", { 62: told })?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain(words);
  expect(bench.host.state().terminals[0]).not.toHaveProperty("status");
});

test("rules: a refused download, a missing field, an unknown terminal", () => {
  const bench = ready();
  bench.rule({ match: { management: "360" }, answer: { "39": "96" }, count: 1 });
  const refused = download(bench);
  expect(refused?.fields).toMatchObject({ 39: "96" });
  expect(refused?.fields).not.toHaveProperty("62");
  expect(bench.manage("0820", "362")?.fields[39]).toBe("30");
  expect(bench.manage("0800", "360", { 41: "99999999" })?.fields[39]).toBe("97");
});
