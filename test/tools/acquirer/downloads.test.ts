/** CA keys, AID parameters and contactless tables over the line (§2.9, §5.8), and what the terminal's kernel makes of them. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { decodeCaKey, decodeParameters } from "../../../app/emv/index.ts";
import { fromHex, textBytes, toHex } from "../../../tools/acquirer/text.ts";
import { chipIssuers } from "../../../tools/cards/index.ts";
import { type Bench, ready } from "./bench.ts";

const chips = chipIssuers();
/** The flag, then bytes in hex. */
function told(bench: Bench, mti: string, code: string, de62?: string): { flag: string; hex: string } {
  const answer = bench.manage(mti, code, de62 === undefined ? {} : { 62: de62 });
  if (answer?.fields[39] !== "00") throw new Error(`${code}: ${answer?.fields[39]}, ${bench.lastWords()}`);
  const bytes = textBytes(answer.fields[62] ?? "");
  return { flag: String.fromCharCode(bytes[0] ?? 0), hex: toHex(bytes.slice(1)) };
}

const asBytes = (hex: string): string => `hex:${hex}`;

test("CA keys: listed by RSA and SM, each fetched and found whole by the kernel", () => {
  const bench = ready({ chips });
  const rsa = told(bench, "0820", "372", "100");
  const sm = told(bench, "0820", "373", "100");
  expect([rsa.flag, sm.flag]).toEqual(["1", "1"]);
  const entries = [...rsa.hex.match(/.{46}/g)!, ...sm.hex.match(/.{46}/g)!];
  expect(entries).toHaveLength(3);
  for (const entry of entries) {
    expect(entry).toMatch(/^9F0605A0000003339F2201(80|81|57)DF0508/);
    const { flag, hex } = told(bench, "0800", "370", asBytes(entry.slice(0, 24)));
    expect(flag).toBe("1");
    const read = decodeCaKey(hex);
    expect(read.ok && read.key.expiry).toBe("20491231");
  }
  expect(told(bench, "0820", "372", "102")).toEqual({ flag: "0", hex: "" });
  expect(told(bench, "0800", "370", asBytes("9F0605A0000003339F220199"))).toEqual({ flag: "0", hex: "" });
  expect(bench.manage("0800", "371")!.fields[39]).toBe("00");
});

test("DF03 is SHA-1 over RID, index, modulus and exponent", () => {
  const { objects } = chips.keys.find(({ index }) => index === "80")!;
  const part = (tag: string, after = 0): string => {
    const at = objects.indexOf(tag, after) + tag.length;
    const long = objects.slice(at, at + 2) === "81" ? 2 : 0;
    const size = Number.parseInt(objects.slice(at + long, at + long + 2), 16);
    return objects.slice(at + long + 2, at + long + 2 + size * 2);
  };
  const covered = `A00000033380${part("DF02")}${part("DF04", objects.indexOf("DF02") + 300)}`;
  expect(part("DF03", objects.length - 46)).toBe(createHash("sha1").update(fromHex(covered)).digest("hex").toUpperCase());
});

test("a long list comes in blocks, and goes on where the terminal stopped", () => {
  const applications = Array.from({ length: 23 }, (_, i) => ({
    aid: `A0000003330101${String(i).padStart(2, "0")}`,
    objects: "",
  }));
  const bench = ready({ chips: { ...chips, applications } });
  const found: string[] = [];
  let flag = "2";
  while (flag === "2") {
    const block = told(bench, "0820", "382", `1${String(found.length).padStart(2, "0")}`);
    found.push(...(block.hex.match(/.{22}/g) ?? []));
    flag = block.flag;
  }
  expect(found.map((entry) => entry.slice(6))).toEqual(applications.map(({ aid }) => aid));
});

test("AID parameters are what the kernel reads", () => {
  const bench = ready({ chips });
  const { hex } = told(bench, "0820", "382", "100");
  for (const entry of hex.match(/.{22}/g)!) {
    const parameters = decodeParameters(told(bench, "0800", "380", asBytes(entry)).hex);
    expect(parameters).toMatchObject({
      aid: entry.slice(6),
      partial: true,
      ecashLimitFen: 100_000,
      contactless: { floorLimitFen: 100_000, cvmLimitFen: 100_000 },
    });
  }
  expect(told(bench, "0800", "380", asBytes("9F0608A000000003101001")).flag).toBe("0");
  expect(bench.manage("0800", "381")!.fields[39]).toBe("00");
});

test("contactless parameters and tables", () => {
  const bench = ready();
  const rows = Array.from({ length: 50 }, (_, i) => ({ length: 19, bin: String(622900 + i) }));
  bench.host.setContactless({ parameters: { FF8058: "000000030000" }, noPin: rows });
  const all = bench.manage("0800", "394")!.fields[62]!;
  expect(all).toContain("FF8058012000000030000");
  expect(all).toContain("FF805D0010");
  expect(all.length).toBeLessThanOrEqual(512);
  const first = bench.manage("0800", "396", { 62: "001" })!.fields[62]!;
  expect([first.slice(0, 4), first.slice(4, 12)]).toEqual(["2040", "19622900"]);
  const second = bench.manage("0800", "396", { 62: "041" })!.fields[62]!;
  expect([second.slice(0, 4), second.slice(-8)]).toEqual(["1050", "19622949"]);
  expect(bench.manage("0800", "398", { 62: "001" })!.fields[62]).toBe("0000");
  for (const code of ["395", "397", "399"]) expect(bench.manage("0800", code)!.fields[39]).toBe("00");
});

test("what could not be handed out is refused, and says what", () => {
  const bench = ready();
  expect(() => bench.host.setContactless({ parameters: { FF9999: "1" } })).toThrow("there is no");
  expect(() => bench.host.setContactless({ parameters: { FF8058: "300" } })).toThrow("must have 12 digits");
  expect(() => bench.host.setContactless({ excluded: [{ length: 9, bin: "622900" }] })).toThrow("a length of 13 to 19");
  expect(bench.manage("0820", "372", { 62: "200" })!.fields[39]).toBe("30");
});
