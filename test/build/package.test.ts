/** Packages out of the build: the same bytes from the same sources, whatever directory they lie in; nothing in production that everybody knows. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { explain } from "../../build/package/explain.ts";
import { DEVELOPMENT_KEY, makeKeyPair, readSigner, readSigningKey } from "../../build/package/keys.ts";
import { makePackage, type PackageOptions } from "../../build/package/make.ts";
import { publicHex, readPackage, sha256 } from "../../platform/node/loader/package.ts";
import { keyOf } from "../platform/node/loader/packages.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "tael-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (more: Partial<PackageOptions> = {}): PackageOptions => ({
  root,
  board: json("hal/boards/desk.json"),
  profile: json("build/package/factory.json"),
  key: keyOf(1),
  version: "1.2.3",
  securityCounter: 4,
  closed: ["batch"],
  development: false,
  ...more,
});
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? new Uint8Array()).toString("utf8");

test("the same bytes again, and from a copy of the sources in another directory", async () => {
  const made = await makePackage(options());
  const copy = join(folder, "copy");
  mkdirSync(copy);
  for (const part of ["app", "hal", "platform", "dist/assets", "package.json", "tsconfig.json", "tsconfig.base.json"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  expect(sha256((await makePackage(options({ root: copy }))).bytes)).toBe(sha256(made.bytes));
});

test("production has no debug channel: not on the board, not in the code", async () => {
  const { bytes, notes } = await makePackage(options());
  const { files } = readPackage(bytes);
  expect(textOf(files.get("board.json"))).not.toContain("debug");
  expect(textOf(files.get("firmware.js"))).toContain("production firmware has no debug channel");
  expect(textOf(files.get("firmware.js"))).not.toContain("bytes that are no JSON object ignored");
  expect(notes.join()).toContain("debug channel is left out");
  const development = readPackage((await makePackage(options({ development: true }))).bytes);
  expect(textOf(development.files.get("board.json"))).toContain("debug");
  expect(development.manifest.development).toBe(true);
});

describe("not fit for production, unless it is for development", () => {
  const demo = json("tools/sim/profiles/demo.json");
  const factory = json("build/package/factory.json") as { merchant: { name: string } };
  const hidden = { ...factory, merchant: { ...factory.merchant, name: "0123456789ABCDEFFEDCBA9876543210" } };
  test.each([
    ["the development key", { key: DEVELOPMENT_KEY }, /development key/],
    ["a demo profile", { profile: demo }, /testKeys.*merchant 898110154110001.*terminal 10000001/],
    ["a test key anywhere", { profile: hidden }, /profile\.json has the test key 01234567/],
  ] as const)("%s", async (_what, more, words) => {
    await expect(makePackage(options(more))).rejects.toThrow(words);
  });

  test("for development they may be there, but the keys never are", async () => {
    const { files } = readPackage((await makePackage(options({ key: DEVELOPMENT_KEY, profile: demo, development: true }))).bytes);
    expect(textOf(files.get("profile.json"))).not.toContain("testKeys");
  });
});

test("a board or a profile that the firmware would refuse is refused here, naming the field", async () => {
  const board = json("hal/boards/desk.json") as { devices: Record<string, unknown> };
  await expect(
    makePackage(options({ board: { ...board, devices: { ...board.devices, msr: { driver: "magic", port: "msr" } } } })),
  ).rejects.toThrow(/devices\.msr\.driver/);
  await expect(
    makePackage(options({ profile: { ...(json("build/package/factory.json") as object), tpdu: "1" } })),
  ).rejects.toThrow(/profile: tpdu/);
});

test("a key pair: made once, never overwritten, readable by its owner; other keys are refused in words", () => {
  const file = join(folder, "oem");
  const signer = makeKeyPair(file);
  expect(statSync(file).mode & 0o077).toBe(0);
  expect([publicHex(readSigningKey(file)), readSigner(`${file}.pub`), readSigner(file)]).toEqual([signer, signer, signer]);
  expect(() => makeKeyPair(file)).toThrow(/never overwritten/);
  const rsa = join(folder, "rsa");
  spawnSync("openssl", ["genrsa", "-out", rsa, "2048"]);
  expect(() => readSigningKey(rsa)).toThrow(/signed with Ed25519/);
  writeFileSync(join(folder, "junk"), "junk");
  expect(() => readSigningKey(join(folder, "junk"))).toThrow(/not a key in PEM/);
});

test("a package explained: good, and refused with the reason", async () => {
  const { bytes } = await makePackage(options());
  const good = explain(bytes, { signers: [publicHex(keyOf(1))] });
  expect(good.refused).toBeUndefined();
  expect(good.lines.join("\n")).toMatch(/tael 1\.2\.3[\s\S]*security counter +4[\s\S]*the batch settled[\s\S]*GOOD: every byte/);
  const altered = bytes.slice();
  altered[altered.length >> 1]! ^= 1;
  expect(explain(altered).lines.at(-1)).toMatch(/REFUSED \(damaged\): .*was altered/);
  expect(explain(bytes, { signers: [publicHex(keyOf(2))] }).refused).toBe("signer");
  expect(explain(Buffer.from("hello")).lines.at(-1)).toMatch(/REFUSED \(not-a-package\)/);
});
