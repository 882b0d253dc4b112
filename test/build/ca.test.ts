import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type RsaKey, rsaKey, SEED } from "../../build/ca/keys.ts";

test("the built authority is the one its seed makes, with every key the tray needs", () => {
  const { seed, rsa } = JSON.parse(readFileSync("dist/ca.json", "utf8")) as { seed: string; rsa: Record<string, RsaKey> };
  expect(seed).toBe(SEED);
  expect(rsa["ca 80"]).toEqual(rsaKey("ca 80", 1408, 3));
  expect(rsa["card 6229992000000000017"]).toEqual(rsaKey("card 6229992000000000017", 1024, 3));
  const known = new Set(Object.values(rsa).map(({ n }) => n));
  expect(known.size).toBe(Object.keys(rsa).length);
  for (const { n, p, q } of Object.values(rsa)) expect(BigInt(`0x${p}`) * BigInt(`0x${q}`)).toBe(BigInt(`0x${n}`));
});
