/** Forms of the journal: forward in whole steps, read by the firmware before while it may be, refused by one that is too old. */
import { expect, test } from "vitest";
import { FORMAT, type Migration, migrate, MIGRATIONS, refuseNewerForm } from "../../../app/journal/format.ts";
import { decodeUtf8, encodeUtf8 } from "../../../platform/guest/bytes.ts";
import type { System } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const textAt = ({ store }: System, key: string): string => decodeUtf8(store.get(key) ?? new Uint8Array());

/** Adds beside (the form before reads on), then takes away (it no longer does). */
const STEPS: readonly Migration[] = [
  { to: 2, oldest: 1, changes: (system) => [{ put: "sum2", value: encodeUtf8(`${textAt(system, "sum")}.00`) }] },
  { to: 3, oldest: 2, changes: () => [{ delete: "sum" }] },
];

test("the table leads to the present form, one by one", () => {
  expect(MIGRATIONS.map(({ to }) => to)).toEqual(Array.from({ length: FORMAT - 1 }, (_, n) => n + 2));
  for (const { to, oldest } of MIGRATIONS) expect(oldest).toBeLessThanOrEqual(to);
});

test("each step once; the firmware before reads on until a step says it cannot", () => {
  const system = createFakeSystem();
  system.store.commit([{ put: "sum", value: encodeUtf8("100") }]);
  expect(migrate(system, STEPS.slice(0, 1))).toBe(1);
  refuseNewerForm(system, 1);
  expect([textAt(system, "sum"), textAt(system, "sum2")]).toEqual(["100", "100.00"]);
  expect(migrate(system, STEPS)).toBe(1);
  expect(() => refuseNewerForm(system, 1)).toThrow(/form 3.*knows form 1/);
  refuseNewerForm(system, 2);
  expect(migrate(system, STEPS)).toBe(0);
});

test("cut at every write of a migration: the store has one form or the next, whole, and the rest follows", () => {
  const start = createFakeSystem();
  start.store.commit([{ put: "sum", value: encodeUtf8("100") }]);
  const from = start.disk.operations;
  const dry = createFakeSystem({ disk: start.disk.clone() });
  migrate(dry, STEPS);
  for (let n = from + 1; n <= dry.disk.operations; n++) {
    for (const phase of ["before", { torn: 9 }, "after"] as const) {
      const disk = start.disk.clone(n).cutAt(n, phase, "sectors");
      try {
        migrate(createFakeSystem({ disk }), STEPS);
      } catch {}
      disk.powerOn();
      const again = createFakeSystem({ disk });
      expect(again.store.get("sum") !== undefined || again.store.get("sum2") !== undefined).toBe(true);
      migrate(again, STEPS);
      expect([again.store.get("sum"), textAt(again, "sum2")]).toEqual([undefined, "100.00"]);
    }
  }
});
