import { describe, expect, test } from "vitest";
import { KeyBlockError, loadWorkingKeys, parseKeyBlock } from "../../../app/acquirer/keys.ts";
import { CryptoPad, TEST_KEYS } from "./crypto-pad.ts";
import { hex, unhex } from "./desk.ts";

const PIK_MAK = "AB96792B48260E7AD4F6F8EA07892BAF889B0C3B85722AE34E5391130000000000000000BB6573FE";
const TDK = "A6C952048C5CF1185D23ECEF88765116282193C6";
const SINGLE = "A86D141979B82FB0B02EF026708C01F44109B844BB6573FE";

describe("key blocks of §4.7", () => {
  test("004: three keys, the MAK single", async () => {
    const pad = new CryptoPad(false);
    await loadWorkingKeys(pad, 1, "004", unhex(PIK_MAK + TDK));
    expect(pad.calls).toEqual(["load PIK 3des", "load MAK des", "load TDK 3des"]);
    for (const use of ["PIK", "MAK", "TDK"] as const) expect(hex(pad.keys.get(use) as Buffer)).toBe(hex(TEST_KEYS[use]));
  });

  test("003: two keys", () => {
    const keys = parseKeyBlock(unhex(PIK_MAK), "003");
    expect(keys.map(({ use, key }) => [use, key.algorithm, key.key.length, hex(key.kcv)])).toEqual([
      ["PIK", "3des", 16, "889B0C3B"],
      ["MAK", "des", 8, "BB6573FE"],
    ]);
  });

  test("001: two single keys", () => {
    const keys = parseKeyBlock(unhex(SINGLE), "001");
    expect(keys.map(({ use, key }) => [use, key.algorithm, hex(key.kcv)])).toEqual([
      ["PIK", "des", "B02EF026"],
      ["MAK", "des", "BB6573FE"],
    ]);
  });

  test("005 and 006: SM4 keys of full length", () => {
    const block = new Uint8Array(60);
    expect(parseKeyBlock(block, "006").map(({ use, key }) => [use, key.algorithm, key.key.length])).toEqual([
      ["PIK", "sm4", 16],
      ["MAK", "sm4", 16],
      ["TDK", "sm4", 16],
    ]);
    expect(parseKeyBlock(block.subarray(0, 40), "005").length).toBe(2);
  });

  test("a MAK with a right half of its own is double", () => {
    const block = unhex(PIK_MAK);
    block[28] = 1;
    expect(parseKeyBlock(block, "003")[1]?.key).toMatchObject({ algorithm: "3des" });
  });
});

describe("refused", () => {
  test("no keys, or more or fewer than were asked for: nothing reaches the pad", async () => {
    const pad = new CryptoPad();
    for (const block of [undefined, new Uint8Array(0), unhex(PIK_MAK), unhex(`${PIK_MAK + TDK}00`)]) {
      await expect(loadWorkingKeys(pad, 1, "004", block)).rejects.toBeInstanceOf(KeyBlockError);
    }
    expect(pad.calls).toEqual([]);
  });

  test("the first key's check value: the old keys stay", async () => {
    const pad = new CryptoPad();
    const block = unhex(PIK_MAK + TDK);
    block[16] = 0;
    await expect(loadWorkingKeys(pad, 1, "004", block)).rejects.toMatchObject({ code: "kcv-mismatch" });
    expect(pad.keys.size).toBe(3);
  });

  test("a later key's: no mixture stays", async () => {
    const pad = new CryptoPad();
    const block = unhex(PIK_MAK + TDK);
    block[36] = 0;
    await expect(loadWorkingKeys(pad, 1, "004", block)).rejects.toMatchObject({ code: "kcv-mismatch" });
    expect([pad.keys.size, pad.calls.at(-1)]).toEqual([0, "erase"]);
  });

  test("a pad that cannot even erase tells the first failure", async () => {
    const pad = new CryptoPad();
    pad.failing = { call: "erase", code: "unplugged" };
    const block = unhex(PIK_MAK + TDK);
    block[59] = 0;
    await expect(loadWorkingKeys(pad, 1, "004", block)).rejects.toMatchObject({ code: "kcv-mismatch" });
  });
});
