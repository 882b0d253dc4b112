import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Profile } from "../../../app/model/profile.ts";
import { LOCK_MINUTES, MAX_TRIES, openOperators } from "../../../app/steps/operators.ts";
import { encodeUtf8 } from "../../../platform/guest/bytes.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const profile = JSON.parse(readFileSync("tools/sim/profiles/demo.json", "utf8")) as Profile;
const NOW = 1_000_000;

test("the profile's operators can log in, others cannot", () => {
  const operators = openOperators(createFakeSystem(), profile);
  expect(operators.check("01", encodeUtf8("0000"), NOW)).toEqual({ result: "ok", role: "operator" });
  expect(operators.check("00", encodeUtf8("123456"), NOW)).toEqual({ result: "ok", role: "supervisor" });
  expect(operators.check("77", encodeUtf8("0000"), NOW)).toEqual({ result: "unknown" });
  expect(operators.known("77")).toBe(false);
});

test("tries are counted on disk before the password is compared, and lock the operator", () => {
  const system = createFakeSystem();
  for (let n = 1; n < MAX_TRIES; n++) {
    // Each try after a restart: the count is not in memory.
    expect(openOperators(system, profile).check("01", encodeUtf8("9999"), NOW)).toEqual({ result: "wrong", left: MAX_TRIES - n });
  }
  const operators = openOperators(system, profile);
  expect(operators.check("01", encodeUtf8("9999"), NOW)).toEqual({ result: "locked", minutes: LOCK_MINUTES });
  expect(operators.check("01", encodeUtf8("0000"), NOW)).toMatchObject({ result: "locked" });
  const later = NOW + LOCK_MINUTES * 60_000;
  expect(operators.check("01", encodeUtf8("9999"), later)).toMatchObject({ result: "locked" });
  expect(operators.check("01", encodeUtf8("0000"), later + LOCK_MINUTES * 60_000)).toEqual({ result: "ok", role: "operator" });
  expect(operators.check("01", encodeUtf8("9999"), later)).toEqual({ result: "wrong", left: MAX_TRIES - 1 });
});

test("no password stands in the store", () => {
  const system = createFakeSystem();
  openOperators(system, profile);
  const stored = system.store.keys("").map((key) => Buffer.from(system.store.get(key) ?? []).toString("latin1"));
  expect(stored.join("")).not.toContain("12345678");
});
