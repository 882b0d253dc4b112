/** The package's format: the same inputs give the same bytes, and every byte is under the signature. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, type Terminal } from "../../../../platform/node/loader/judge.ts";
import { compareVersions } from "../../../../platform/node/loader/manifest.ts";
import { PackageError, publicHex, readPackage, sha256 } from "../../../../platform/node/loader/package.ts";
import { keyOf, packageOf } from "./packages.ts";

test("the same inputs give the same bytes, which read back as what went in", () => {
  const bytes = packageOf();
  expect(sha256(packageOf())).toBe(sha256(bytes));
  const { manifest, files } = readPackage(bytes);
  expect(manifest).toMatchObject({ board: "desk", version: "1.0.0", securityCounter: 1, signer: publicHex(keyOf(1)) });
  expect([...files.keys()]).toEqual(["board.json", "firmware.js", "font.bin"]);
  expect(files.get("font.bin")).toHaveLength(3000);
});

test("one bit changed anywhere, a byte too many, any end cut off: refused, in words", () => {
  const whole = packageOf({ fontBytes: 40 });
  for (let at = 0; at < whole.length; at++) {
    const altered = whole.slice();
    altered[at]! ^= 1 << (at % 8);
    expect(() => readPackage(altered), `bit in byte ${at}`).toThrow(PackageError);
  }
  for (let length = 0; length < whole.length; length++)
    expect(() => readPackage(whole.subarray(0, length))).toThrow(PackageError);
  expect(() => readPackage(Buffer.concat([whole, Buffer.from([0])]))).toThrow(/1 bytes too many/);
});

test("bytes that are no package are refused and nothing else", () => {
  const start = Buffer.from("TAELPKG1");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, headed) => {
      const input = headed ? Buffer.concat([start, bytes]) : bytes;
      expect(() => readPackage(input)).toThrow(PackageError);
    }),
  );
});

describe("what a terminal refuses, and why", () => {
  const terminal: Terminal = { board: "desk", signers: [publicHex(keyOf(1))], securityCounter: 3, running: undefined };
  const running = { version: "1.2.0", sha256: "", development: false };
  const judged = (bytes: Uint8Array, more: Partial<Terminal> = {}) => judge(bytes, sha256(bytes), { ...terminal, ...more });

  test.each([
    ["signer", packageOf({ key: keyOf(2), counter: 3 }), {}, /does not trust/],
    ["board", packageOf({ board: "kiosk", counter: 3 }), {}, /for the board "kiosk", and this is "desk"/],
    ["older", packageOf({ counter: 2 }), {}, /security counter is 2, and this terminal has reached 3/],
    ["older", packageOf({ counter: 3, version: "1.1.9" }), { running }, /1\.1\.9, older than 1\.2\.0/],
    ["development", packageOf({ counter: 3, version: "1.3.0" }), { running }, /development/],
    ["abi", packageOf({ counter: 3, abi: { major: 2, minor: 0 } }), {}, /system-call table 2\.0/],
    ["abi", packageOf({ counter: 3, abi: { major: 1, minor: 99 } }), {}, /system-call table 1\.99/],
    ["incomplete", packageOf({ counter: 3, leaveOut: "board.json" }), {}, /missing/],
    ["not-a-package", Buffer.from("hello"), {}, /TAELPKG1/],
    ["damaged", packageOf().subarray(0, 900), {}, /ends in the middle/],
  ] as const)("%s", (refused, bytes, more, words) => {
    const result = judged(bytes, more);
    expect(result).toMatchObject({ refused });
    expect("words" in result && result.words).toMatch(words);
  });

  test("same: what runs already", () => {
    const bytes = packageOf({ counter: 3 });
    expect(judged(bytes, { running: { ...running, development: true, version: "1.0.0", sha256: sha256(bytes) } })).toMatchObject({
      refused: "same",
    });
  });

  test("everything right is taken", () => {
    expect(judged(packageOf({ counter: 3, version: "1.2.0", development: false }), { running })).toHaveProperty("files");
    expect(judged(packageOf({ counter: 4 }), { signers: undefined, board: undefined })).toHaveProperty("files");
  });
});

test("versions in order", () => {
  const order = ["0.9.9", "0.10.0", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.0.1", "2.0.0"];
  for (const [n, a] of order.entries())
    for (const [m, b] of order.entries()) expect(Math.sign(compareVersions(a, b)), `${a} ${b}`).toBe(Math.sign(n - m));
});

test("suffixes of versions are ordered as a numeric collation orders them, whatever the engine has of one", () => {
  const suffix = fc.string({ unit: fc.constantFrom(..."0019az."), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(suffix, suffix, (a, b) => {
      const expected = Math.sign(a.localeCompare(b, "en", { numeric: true }));
      expect(Math.sign(compareVersions(`1.0.0-${a}`, `1.0.0-${b}`))).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});
