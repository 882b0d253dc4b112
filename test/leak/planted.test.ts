/** Leaks on purpose, each written down by means of its own: the scanner has to find all of them, and nothing where there is nothing. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { rebuild } from "./rebuild.ts";
import { type Secret, scannerFor } from "./scanner.ts";

const PAN = "6222021739184625347";
const TRACK1 = "B6222021739184625347^ZHANG/SAN^3012201194627385056140000000";
const DISCRETIONARY = "30122011946273850561";
const TRACK2 = `${PAN}=${DISCRETIONARY}`;
const TRACK3 = `99${PAN}=156156050005000000001300000214000000851239517264801=`;
const PIN = "918273645546";
const BLOCK = "0C9182531ABC7E42";
const KEY = "0123456789ABCDEFFEDCBA9876543210";

const SECRETS: Secret[] = [
  { name: "PAN", digits: PAN },
  { name: "track", digits: DISCRETIONARY },
  { name: "track", digits: "851239517264801" },
  { name: "PIN", digits: PIN },
  { name: "block", hex: BLOCK },
  { name: "key", hex: KEY },
];
const scan = scannerFor(SECRETS);

const key = Buffer.from(KEY, "hex");
const bcd = Buffer.from(`${PAN}F`, "hex");
const halves = (bytes: Buffer): Buffer => Buffer.from(bytes.toString("hex").replace(/(.)(.)/g, "$2$1"), "hex");
const each = (text: string, write: (code: number, char: string) => string): string =>
  [...text].map((char) => write(char.charCodeAt(0), char)).join("");
const hex = (code: number): string => code.toString(16);
const dump = (bytes: Buffer): string =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const part = bytes.subarray(row * 16, row * 16 + 16);
    return `${(row * 16).toString(16).padStart(8, "0")}  ${part.toString("hex").replace(/../g, "$& ")} |${part.toString("latin1")}|`;
  }).join("\n");
const number64 = (write: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.alloc(8);
  write(bytes);
  return bytes;
};
const base64At = (shift: number, bytes: Buffer, name: "base64" | "base64url" = "base64"): string =>
  Buffer.concat([Buffer.from("xyz".slice(0, shift)), bytes, Buffer.from("tail")]).toString(name);

/** What is found · how it was written down · what was left. */
const PLANTED: [Secret["name"], string, string | Buffer][] = [
  ["PAN", "as it is", PAN],
  ["PAN", "in fours", "6222 0217 3918 4625 347"],
  ["PAN", "with hyphens", "6222-0217-3918-4625-347"],
  ["PAN", "with dots", "6.2.2.2.0.2.1.7.3.9.1.8.4.6.2.5.3.4.7"],
  ["PAN", "over two lines of a slip", "卡号 6222021739\n     184625347"],
  ["PAN", "over three lines, with words between", "first 622202\nthen 173918462\nlast 5347"],
  ["PAN", "as XML cells", each(PAN, (_, digit) => `<td>${digit}</td>`)],
  ["PAN", "UTF-16, little end first", Buffer.from(PAN, "utf16le")],
  ["PAN", "UTF-16, big end first", Buffer.from(PAN, "utf16le").swap16()],
  ["PAN", "UTF-32", Buffer.from(each(PAN, (_, digit) => `${digit}\0\0\0`))],
  ["PAN", "reversed", [...PAN].reverse().join("")],
  ["PAN", "hex", each(PAN, hex)],
  ["PAN", "hex, spaced", each(PAN, (code) => `${hex(code)} `)],
  ["PAN", "hex with 0x", each(PAN, (code) => `0x${hex(code)}, `)],
  ["PAN", "hex with colons", each(PAN, (code) => `${hex(code)}:`)],
  ["PAN", "hex dump", dump(Buffer.from(`card ${PAN} read`))],
  ["PAN", "hex of hex", Buffer.from(each(PAN, hex)).toString("hex")],
  ["PAN", "base64, first place", base64At(0, Buffer.from(PAN))],
  ["PAN", "base64, second place", base64At(1, Buffer.from(PAN))],
  ["PAN", "base64, third place", base64At(2, Buffer.from(PAN))],
  ["PAN", "base64 broken into lines", base64At(1, Buffer.from(PAN)).replace(/.{6}/g, "$&\r\n")],
  ["PAN", "base64 of packed digits", base64At(1, bcd)],
  ["PAN", "base64 of JSON", Buffer.from(JSON.stringify({ a: 1, pan: PAN })).toString("base64")],
  ["PAN", "base64url", base64At(2, bcd, "base64url")],
  ["PAN", "list of characters", JSON.stringify([...PAN])],
  ["PAN", "list of codes", JSON.stringify([...Buffer.from(PAN)])],
  ["PAN", "object of a byte array", JSON.stringify({ ...Buffer.from(PAN) }).replace(/"\d+":/g, "")],
  ["PAN", "octal escapes", each(PAN, (code) => `\\${code.toString(8)}`)],
  ["PAN", "octal escapes of three", each(PAN, (code) => `\\0${code.toString(8)}`)],
  ["PAN", "percent-encoded", each(PAN, (code) => `%${hex(code)}`)],
  ["PAN", "quoted printable", each(PAN, (code) => `=${hex(code)}`)],
  ["PAN", "JSON escapes", each(PAN, (code) => `\\u00${hex(code)}`)],
  ["PAN", "C escapes", each(PAN, (code) => `\\x${hex(code)}`)],
  ["PAN", "HTML entities, decimal", each(PAN, (code) => `&#${code};`)],
  ["PAN", "HTML entities, hex", each(PAN, (code) => `&#x${hex(code)};`)],
  ["PAN", "packed", bcd],
  ["PAN", "packed, filler first", Buffer.from(`0${PAN}`, "hex")],
  ["PAN", "packed, halves swapped", halves(bcd)],
  ["PAN", "packed, reversed", Buffer.from(bcd).reverse()],
  ["PAN", "packed, hex", bcd.toString("hex")],
  ["PAN", "packed, decimal list", [...bcd].join(", ")],
  ["PAN", "digits as bytes", Buffer.from([...PAN].map(Number))],
  ["PAN", "digits as bytes, hex", Buffer.from([...PAN].map(Number)).toString("hex")],
  ["PAN", "64-bit integer", number64((bytes) => bytes.writeBigUInt64LE(BigInt(PAN)))],
  ["PAN", "64-bit integer, big end first", number64((bytes) => bytes.writeBigUInt64BE(BigInt(PAN)))],
  ["PAN", "double", number64((bytes) => bytes.writeDoubleLE(Number(PAN)))],
  ["PAN", "number in hex", BigInt(PAN).toString(16).toUpperCase()],
  ["PAN", "MD5", createHash("md5").update(PAN).digest()],
  ["PAN", "SHA-1, hex", createHash("sha1").update(PAN).digest("hex")],
  ["PAN", "SHA-256, base64", createHash("sha256").update(PAN).digest("base64")],
  ["PAN", "cut: its first twelve", PAN.slice(0, 12)],
  ["PAN", "cut: its last twelve", PAN.slice(-12)],
  ["track", "1, as it is", TRACK1],
  ["track", "1, six bits a character in hex", Buffer.from(TRACK1).toString("hex")],
  ["track", "2, as it is", `;${TRACK2}?`],
  ["track", "2, packed with D", Buffer.from(`${TRACK2.replace("=", "D")}F`, "hex")],
  ["track", "2, in a record", JSON.stringify({ kind: "sale", track2: TRACK2 })],
  ["track", "2, what follows the number alone", DISCRETIONARY],
  ["track", "2, UTF-16", Buffer.from(TRACK2, "utf16le")],
  ["track", "3, as it is", TRACK3],
  ["PIN", "as it is", PIN],
  ["PIN", "as typed, in a log", each(PIN, (_, digit) => `key ${digit}\n`)],
  ["PIN", "packed", Buffer.from(PIN, "hex")],
  ["PIN", "list of digits", JSON.stringify([...PIN].map(Number))],
  ["PIN", "double", number64((bytes) => bytes.writeDoubleLE(Number(PIN)))],
  ["PIN", "integer, big end first", number64((bytes) => bytes.writeBigUInt64BE(BigInt(PIN)))],
  ["PIN", "clear PIN field", Buffer.from(`0C${PIN}FF`, "hex")],
  ["block", "raw", Buffer.from(BLOCK, "hex")],
  ["block", "HEX", BLOCK],
  ["block", "hex, spaced", BLOCK.toLowerCase().replace(/../g, "$& ")],
  ["block", "base64", Buffer.from(BLOCK, "hex").toString("base64")],
  ["key", "raw", key],
  ["key", "HEX", KEY],
  ["key", "hex", KEY.toLowerCase()],
  ["key", "hex in fours", KEY.replace(/..../g, "$& ")],
  ["key", "one half alone", key.subarray(8)],
  ["key", "reversed", Buffer.from(key).reverse()],
  ["key", "base64", key.toString("base64")],
  ["key", "decimal list", [...key].join(",")],
  ["key", "hex dump across its lines", dump(Buffer.concat([Buffer.alloc(5, 0x20), key]))],
  ["key", "HEX in UTF-16", Buffer.from(KEY, "utf16le")],
  ["key", "hex of its HEX", Buffer.from(KEY).toString("hex")],
];

/** Some other bytes round it, the same each time. */
function hidden(what: string | Buffer): Buffer {
  const noise = Buffer.from(Array.from({ length: 20_000 }, (_, n) => (n * n * 31 + n * 7) & 0xff));
  return Buffer.concat([noise, Buffer.from(" | "), Buffer.from(what), Buffer.from(" | "), noise]);
}

test.each(PLANTED)("found: %s, %s", (name, _, left) => {
  expect(scan("planted", hidden(left)).map(({ secret }) => secret)).toContain(name);
});

test("nothing is found where there is nothing: noise, masked numbers, other numbers, what may be seen", () => {
  expect(scan("noise", hidden(""))).toEqual([]);
  const masked = `${PAN.slice(0, 6)}*********${PAN.slice(-4)}`;
  const others = Array.from(
    { length: 20_000 },
    (_, n) => `2026-01-05 09:${n % 60} trace ${n} ${masked} amount ${n * 137}.00 6222029${n}`,
  );
  expect(scan("log", Buffer.from(others.join("\n")))).toEqual([]);
});

test("a secret of so few different digits that it is found everywhere is refused", () => {
  for (const digits of ["6229990000000000019", "000000111111"])
    expect(() => scannerFor([{ name: "PAN", digits }])).toThrow("few different");
});

const SEEN = ["6222 02** **** ***5 347", "622202*********5347", "EXP 3012", "TRACE 000217 AMOUNT 391.84"];
const GIVEN_AWAY: [string, string[]][] = [
  ["6+9+4 in three places", ["BIN 622202", "id 173918462", "tail 5347"]],
  ["6+5+4+4 over four outputs", ["622202*********5347", "code 17391", "code 8462", "receipt"]],
  ["two masks that show different places", ["622202*********5347", "*******739184**5347"]],
  ["a mask that shows two more", ["62220217*******5347"]],
  ["a grouped mask that shows one more", ["6222 021* **** ***5 347"]],
];
test.each(GIVEN_AWAY)("rebuilt from outputs together: %s", (_, outputs) => {
  expect(rebuild([PAN], [...SEEN, ...outputs]).map(({ pan }) => pan)).toContain(PAN);
});
test("what may be seen does not rebuild it", () => {
  expect(rebuild([PAN], SEEN)).toEqual([]);
});
