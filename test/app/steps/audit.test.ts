import { expect, test } from "vitest";
import { type Audit, MOST_LINES, openAudit } from "../../../app/steps/audit.ts";
import { concat, encodeUtf8 } from "../../../platform/guest/bytes.ts";
import { type Change, StoreError } from "../../../platform/guest/system.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";

const now = () => ({ date: "20261121", time: "090000" });
const keyOf = (n: number) => `audit/${String(n).padStart(10, "0")}`;

function filled(count: number, most?: number): { system: FakeSystem; audit: Audit } {
  const system = createFakeSystem();
  const audit = openAudit(system, { now, most });
  for (let n = 1; n <= count; n++) audit.note({ who: "01", what: "parameter", result: "ok", object: `p${n}` });
  return { system, audit };
}

test("lines are kept in order, across restarts, and the chain is sound", () => {
  const { system, audit } = filled(3);
  expect(audit.check()).toEqual({ sound: true, count: 3, first: 1, last: 3 });
  const again = openAudit(system, { now });
  again.note({ who: "", what: "start", result: "ok" });
  expect(again.lines().map(({ n, object, what }) => [n, what, object])).toEqual([
    [1, "parameter", "p1"],
    [2, "parameter", "p2"],
    [3, "parameter", "p3"],
    [4, "start", undefined],
  ]);
  expect(again.lines()[0]).toMatchObject({ at: "20261121090000", who: "01", result: "ok" });
  expect(again.check()).toMatchObject({ sound: true, count: 4 });
});

test("an empty log is sound", () => {
  expect(filled(0).audit.check()).toEqual({ sound: true, count: 0, first: 1, last: 0 });
});

test("a line whose words were altered is named", () => {
  const { system, audit } = filled(5);
  const value = system.store.get(keyOf(3)) as Uint8Array;
  const words = new TextDecoder().decode(value.subarray(32)).replace("p3", "p9");
  system.store.commit([{ put: keyOf(3), value: concat(value.subarray(0, 32), encodeUtf8(words)) }]);
  expect(audit.check()).toEqual({ sound: false, why: "altered", n: 3 });
});

test("a line that was taken out is named; so is one that was put in", () => {
  const out = filled(5);
  out.system.store.commit([{ delete: keyOf(2) }]);
  expect(out.audit.check()).toEqual({ sound: false, why: "missing", n: 2 });
  const added = filled(5);
  added.system.store.commit([{ put: keyOf(6), value: added.system.store.get(keyOf(5)) as Uint8Array }]);
  expect(added.audit.check()).toEqual({ sound: false, why: "altered", n: 6 });
});

test("a chain that was cut short or rewritten does not fit its sealed end", () => {
  const { system, audit } = filled(5);
  system.store.commit([{ delete: keyOf(5) }]);
  expect(audit.check()).toEqual({ sound: false, why: "missing", n: 5 });

  // Another history, with hashes as good as these: all but the seal.
  const victim = filled(5);
  const forger = filled(0);
  for (let n = 1; n <= 5; n++) forger.audit.note({ who: "99", what: "parameter", result: "ok", object: "quiet" });
  const forged = (n: number): Change => ({ put: keyOf(n), value: forger.system.store.get(keyOf(n)) as Uint8Array });
  victim.system.store.commit([1, 2, 3, 4, 5].map(forged));
  expect(victim.audit.check()).toEqual({ sound: false, why: "altered", n: 5 });
});

test("a lost end is told for good, and the log goes on", () => {
  for (const spoil of [
    (system: FakeSystem) => system.store.commit([{ delete: "audit-head" }]),
    (system: FakeSystem) => system.store.commit([{ put: "audit-head", value: Uint8Array.of(1, 2, 3) }]),
  ]) {
    const { system } = filled(4);
    spoil(system);
    const audit = openAudit(system, { now });
    audit.note({ who: "01", what: "log-in", result: "ok" });
    expect(audit.check()).toEqual({ sound: false, why: "head", n: 5 });
    expect(openAudit(system, { now }).check()).toEqual({ sound: false, why: "head", n: 5 });
    expect(audit.lines().map(({ what }) => what)).toEqual([...Array<string>(4).fill("parameter"), "audit", "log-in"]);
  }
});

test("the oldest lines make room, and the rest stays provable", () => {
  const { system, audit } = filled(25, 10);
  expect(audit.lines().map(({ n }) => n)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
  expect(audit.check()).toEqual({ sound: true, count: 10, first: 16, last: 25 });
  system.store.commit([{ delete: keyOf(16) }]);
  expect(openAudit(system, { now, most: 10 }).check()).toEqual({ sound: false, why: "missing", n: 16 });
  expect(MOST_LINES).toBe(1_000);
});

test("a change and its line are one commit: the store takes both or none", () => {
  const { system, audit } = filled(1);
  audit.record({ who: "00", what: "rights", result: "ok" }, [{ put: "x", value: Uint8Array.of(1) }]);
  expect(system.store.get("x")).toEqual(Uint8Array.of(1));
  expect(audit.check()).toMatchObject({ count: 2 });
});

test("a store that refuses changes nothing, and the next line says what is missing", () => {
  const { system } = filled(0);
  let full = true;
  const store = {
    ...system.store,
    get: (key: string) => system.store.get(key),
    keys: (prefix: string) => system.store.keys(prefix),
    commit: (changes: readonly Change[]) => {
      if (full) throw new StoreError("disk-full", "no room");
      system.store.commit(changes);
    },
  };
  const audit = openAudit(Object.assign(Object.create(system), { store }), { now });
  audit.note({ who: "01", what: "reprint", result: "ok" });
  audit.note({ who: "01", what: "reprint", result: "ok" });
  expect(() => audit.record({ who: "01", what: "password", result: "ok" }, [])).toThrow("no room");
  full = false;
  audit.note({ who: "01", what: "sign-on", result: "ok" });
  expect(audit.lines()).toMatchObject([{ n: 1, what: "sign-on", lost: 2 }]);
  expect(audit.check()).toMatchObject({ sound: true });
});
