/** A merchant's switches: absent means the default, and a transaction that is not there cannot be begun. */
import { expect, test } from "vitest";
import type { Rules } from "../../../app/model/profile.ts";
import { isEnabled, permit, rule } from "../../../app/steps/rules.ts";
import { Left, type Terminal } from "../../../app/steps/terminal.ts";
import { percentOf } from "../../../app/steps/tips.ts";

const merchant = (rules?: Rules, journal: { full?: boolean; settlement?: object } = {}) =>
  ({ profile: { rules }, ui: { say: (key: string) => key }, journal }) as unknown as Terminal;

test("defaults of §5.6 and §7.4", () => {
  const t = merchant();
  expect(rule(t, "voidNeedsSupervisor")).toBe(true);
  expect(rule(t, "maxRefundFen")).toBe(2_000_000);
  expect(rule(t, "manualEntry")).toBe(false);
  expect(rule(t, "tipPercent")).toBe(0);
});

test("what is set counts, false and nought too", () => {
  expect(rule(merchant({ voidNeedsPin: false }), "voidNeedsPin")).toBe(false);
  expect(rule(merchant({ maxRefundFen: 1 }), "maxRefundFen")).toBe(1);
});

test("without a list everything is enabled; with one only what is on it", () => {
  expect(isEnabled(merchant(), "refund")).toBe(true);
  const t = merchant({ enabled: ["sale"] });
  expect(isEnabled(t, "sale")).toBe(true);
  expect(() => permit(t, "sale")).not.toThrow();
  expect(() => permit(t, "refund")).toThrow(Left);
});

test("a full batch takes nothing that puts a record into it, unless a settlement makes room by itself", () => {
  const full = merchant({}, { full: true });
  for (const kind of ["sale", "preauth", "preauth-void", "completion", "completion-advice", "refund", "offline", "cash"] as const)
    expect(() => permit(full, kind)).toThrow("problem.batch-full");
  for (const kind of ["balance", "void", "tip", "adjustment"] as const) expect(() => permit(full, kind)).not.toThrow();
  expect(() => permit(merchant({}, { full: true, settlement: {} }), "sale")).not.toThrow();
});

test("a percentage is whole fen and never more than it says", () => {
  expect(percentOf(10_001, 15)).toBe(1_500);
  expect(percentOf(1, 15)).toBe(0);
});
