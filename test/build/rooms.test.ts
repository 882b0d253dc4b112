/** The rules of import hold, and a forbidden import is named. */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importFaults } from "../../build/check.mjs";
import { forbidden } from "../../build/rooms.mjs";

test.each([
  ["app/slips/sale.ts", "app/journal/journal.ts"],
  ["app/acquirer/codec.ts", "tools/acquirer/codec.ts"],
  ["app/transactions/sale.ts", "hal/printer/printer.ts"],
  ["hal/printer/escpos.ts", "app/model/money.ts"],
  ["hal/msr/hid-msr.ts", "platform/node/engine.ts"],
  ["platform/guest/store.ts", "hal/index.ts"],
  ["platform/node/door.ts", "app/main.ts"],
  ["tools/acquirer/codec.ts", "app/acquirer/codec.ts"],
  ["tools/sim/devices/pinpad.ts", "hal/pinpad/tpp.ts"],
  ["app/model/card.ts", "platform/guest/bytes.ts"],
])("%s may not import %s", (file, target) => {
  expect(forbidden(file, target, false)).toContain("may not import");
});

test("packages stay outside the bundle but for the few that are let in", () => {
  expect(forbidden("app/journal/open.ts", "zod", true)).toContain("may not import the package");
  expect(forbidden("platform/guest/store.ts", "node:fs", true)).toContain("may not import the package");
  expect(forbidden("hal/boards/validate.ts", "valibot", true)).toBeUndefined();
});

test("a forbidden import fails the check", () => {
  const file = "app/model/forbidden-by-test.ts";
  writeFileSync(file, 'import type { Printer } from "../../hal/printer/printer.ts";\nexport type P = Printer;\n');
  try {
    expect(importFaults([file])).toEqual([`${file}: app/model may not import hal/printer/printer.ts`]);
    const check = spawnSync(process.execPath, ["build/check.mjs", "--imports"], { encoding: "utf8" });
    expect(check.status).toBe(1);
    expect(check.stdout).toContain(file);
  } finally {
    rmSync(file);
  }
});
