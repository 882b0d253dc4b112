import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Profile } from "../../../app/model/profile.ts";
import { type Audit, openAudit } from "../../../app/steps/audit.ts";
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

function opened() {
  const system = createFakeSystem();
  const audit = openAudit(system, { now: () => ({ date: "20261121", time: "090000" }) });
  return { system, audit, operators: openOperators(system, profile, audit) };
}
const told = (audit: Audit): string[] =>
  audit.lines().map(({ who, what, result, object = "" }) => `${who} ${what} ${result} ${object}`);

test("an operator is added, has rights, changes the password, and goes; each is a line in the audit log", () => {
  const { system, audit, operators } = opened();
  expect(operators.add("00", "07", "operator", encodeUtf8("2468"))).toBeUndefined();
  expect(operators.check("07", encodeUtf8("2468"), NOW)).toEqual({ result: "ok", role: "operator" });
  expect(operators.setPassword("07", "07", encodeUtf8("8642"))).toBeUndefined();
  expect(operators.check("07", encodeUtf8("2468"), NOW)).toMatchObject({ result: "wrong" });
  expect(operators.setRole("00", "07", "supervisor", encodeUtf8("864200"))).toBeUndefined();
  expect(openOperators(system, profile).roleOf("07")).toBe("supervisor");
  expect(operators.setRole("00", "07", "operator")).toBeUndefined();
  expect(operators.check("07", encodeUtf8("864200"), NOW)).toEqual({ result: "ok", role: "operator" });
  expect(operators.list().map(({ id }) => id)).toEqual(["00", "01", "02", "03", "04", "05", "07", "99"]);
  expect(operators.remove("00", "07")).toBeUndefined();
  expect(openOperators(system, profile).known("07")).toBe(false);
  expect(told(audit)).toEqual([
    "00 operator-add ok 07",
    "07 log-in ok ",
    "07 password ok 07",
    "07 log-in wrong ",
    "00 rights ok 07 supervisor",
    "00 rights ok 07 operator",
    "07 log-in ok ",
    "00 operator-delete ok 07",
  ]);
  expect(audit.check()).toMatchObject({ sound: true });
});

test("what is not allowed is refused by name and changes nothing", () => {
  const { audit, operators } = opened();
  const long = encodeUtf8("12345678");
  expect(operators.add("00", "01", "operator", long)).toBe("exists");
  expect(operators.add("00", "07", "administrator", long)).toBe("fixed");
  expect(operators.add("00", "07", "operator", encodeUtf8("123"))).toBe("short");
  expect(operators.add("00", "07", "supervisor", encodeUtf8("12345"))).toBe("short");
  expect(operators.remove("99", "00")).toBe("fixed");
  expect(operators.remove("00", "99")).toBe("fixed");
  expect(operators.remove("00", "77")).toBe("unknown");
  expect(operators.setRole("99", "00", "operator")).toBe("fixed");
  expect(operators.setRole("00", "01", "administrator", long)).toBe("fixed");
  expect(operators.setRole("00", "01", "supervisor")).toBe("short");
  expect(operators.setRole("00", "01", "supervisor", encodeUtf8("0000"))).toBe("short");
  expect(operators.setPassword("99", "99", encodeUtf8("1234567"))).toBe("short");
  expect(operators.setPassword("00", "77", long)).toBe("unknown");
  expect(told(audit)).toEqual([]);
});

test("a lock is told once, a new password ends it", () => {
  const { audit, operators } = opened();
  for (let n = 0; n < MAX_TRIES + 3; n++) operators.check("01", encodeUtf8("9999"), NOW, "unlock");
  expect(told(audit)).toEqual([...Array<string>(MAX_TRIES - 1).fill("01 unlock wrong "), "01 unlock locked "]);
  operators.setPassword("00", "01", encodeUtf8("1357"));
  expect(operators.check("01", encodeUtf8("1357"), NOW)).toEqual({ result: "ok", role: "operator" });
});
