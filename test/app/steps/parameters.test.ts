import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PARAMETERS } from "../../../app/admin/parameters.table.ts";
import type { Profile } from "../../../app/model/profile.ts";
import { openAudit } from "../../../app/steps/audit.ts";
import { openParameters, type ParameterId, type Parameters, type ParameterValue } from "../../../app/steps/parameters.ts";
import { readProfile } from "../../../app/steps/profile.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";

const { testKeys: _, ...demo } = JSON.parse(readFileSync("tools/sim/profiles/demo.json", "utf8")) as Profile & {
  testKeys: unknown;
};
const defaults = readProfile(new TextEncoder().encode(JSON.stringify(demo)));
const now = () => ({ date: "20261121", time: "090000" });

function opened(system: FakeSystem = createFakeSystem(), profile = defaults): { system: FakeSystem; parameters: Parameters } {
  return { system, parameters: openParameters(system, profile, PARAMETERS, openAudit(system, { now })) };
}

const row = (id: ParameterId) => PARAMETERS.find((each) => each.id === id)!;
const refused = (id: ParameterId, value: ParameterValue) => opened().parameters.refusal(row(id), value)?.why;
const set = (parameters: Parameters, id: ParameterId, value: ParameterValue) =>
  parameters.set("99", "parameter", [{ id, value }]);

describe("the table", () => {
  test("every value that a profile or the table gives is one that the table allows", () => {
    const { parameters } = opened();
    for (const each of PARAMETERS) {
      const value = parameters.value(each.id);
      if (value !== undefined) expect([each.id, parameters.refusal(each, value)]).toEqual([each.id, undefined]);
    }
  });

  test("with nothing stored, the profile is the profile", () => {
    expect(opened().parameters.profile).toEqual(defaults);
  });

  test("it has the codes of a download, each of 26 with its bit", () => {
    const codes = [...new Set(PARAMETERS.flatMap(({ code }) => code ?? []))].sort();
    expect(codes).toEqual(["11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27"]);
    const bits = PARAMETERS.filter(({ code }) => code === "26").map(({ bit }) => bit);
    expect([...bits].sort((a, b) => a! - b!)).toEqual(Array.from({ length: 13 }, (_, n) => n + 1));
  });

  test("a row that lives in the profile changes it there", () => {
    for (const each of PARAMETERS) {
      if (each.path === undefined || each.is.type !== "switch") continue;
      const { parameters } = opened();
      const before = JSON.stringify(parameters.profile);
      set(parameters, each.id, parameters.value(each.id) !== true);
      expect([each.id, JSON.stringify(parameters.profile) === before]).toEqual([each.id, false]);
    }
  });
});

describe("a wrong value is refused with the reason", () => {
  test.each<[ParameterId, ParameterValue, string | undefined]>([
    ["merchant.id", "898110154110002", undefined],
    ["merchant.id", "8981101541", "short"],
    ["merchant.id", "8981101541100020", "long"],
    ["merchant.id", "89811015411000-", "form"],
    ["merchant.name", "示例商户", undefined],
    ["merchant.name", "示".repeat(21), "long"],
    ["network.tpdu", "6000030000", undefined],
    ["network.tpdu", "600003", "digits"],
    ["network.tpdu", "1200030000", "begins"],
    ["network.port", 0, "range"],
    ["network.port", 65_536, "range"],
    ["network.port", 1.5, "range"],
    ["network.host", "10.0.0.1 ", "form"],
    ["rule.refund-most", 0, "amount"],
    ["rule.manual", 1, "choice"],
    ["crypto.sign-on", "007", "choice"],
    ["settle.time", "2460", "form"],
    ["settle.time", "2359", undefined],
    ["settle.time", "", undefined],
  ])("%s = %j", (id, value, why) => expect(refused(id, value)).toBe(why));
});

test("a change counts at once and after a restart, units and all, with a line in the audit log", () => {
  const { system, parameters } = opened();
  let told = 0;
  parameters.onChange = () => told++;
  set(parameters, "network.response-timeout", 45);
  set(parameters, "network.port", 8_000);
  set(parameters, "rule.refund-most", 50_000);
  set(parameters, "count.copies", "3");
  set(parameters, "trade.refund", false);
  for (const each of [parameters, opened(system).parameters]) {
    expect(each.profile).toMatchObject({
      responseTimeoutMs: 45_000,
      host: { host: "127.0.0.1", port: 8_000 },
      rules: { maxRefundFen: 50_000, manualEntry: true },
      receipt: { copies: 3 },
    });
    expect(each.profile.rules?.enabled).not.toContain("refund");
    expect(each.profile.rules?.enabled).toContain("sale");
    expect(each.value("trade.refund")).toBe(false);
  }
  expect(told).toBe(5);
  expect(openAudit(system, { now }).lines()[0]).toMatchObject({
    who: "99",
    what: "parameter",
    object: "network.response-timeout 60>45",
  });
});

test("back to the default is no override: a new profile's default counts", () => {
  const { system, parameters } = opened();
  set(parameters, "count.reversals", 5);
  set(parameters, "count.reversals", 3);
  expect(opened(system, { ...defaults, reversalAttempts: 7 }).parameters.profile.reversalAttempts).toBe(7);
  set(parameters, "count.reversals", 5);
  expect(opened(system, { ...defaults, reversalAttempts: 7 }).parameters.profile.reversalAttempts).toBe(5);
});

test("tips switched off are tips of nothing", () => {
  const { parameters } = opened();
  set(parameters, "tip.mode", "0");
  expect(parameters.profile.rules?.tipPercent).toBe(0);
  set(parameters, "tip.mode", "1");
  expect(parameters.profile.rules?.tipPercent).toBe(15);
});

test("a parameter without a place in the profile is kept too, a secret is not told", () => {
  const { system, parameters } = opened();
  set(parameters, "network.phone-1", "95516");
  set(parameters, "network.password", "secret99");
  expect(opened(system).parameters.value("network.phone-1")).toBe("95516");
  expect(openAudit(system, { now }).lines().at(-1)?.object).toBe("network.password");
  const stored = system.store.keys("").map((key) => Buffer.from(system.store.get(key) ?? []).toString("latin1"));
  expect(stored.join("")).not.toContain("secret99");
});

test("what was altered on the disk is not believed", () => {
  const { system, parameters } = opened();
  set(parameters, "network.host", "10.1.2.3");
  const value = system.store.get("parameters") as Uint8Array;
  system.store.commit([{ put: "parameters", value: Uint8Array.from(value, (byte, n) => (n === 20 ? byte ^ 1 : byte)) }]);
  expect(() => opened(system)).toThrow();
});
