/** The README's reference of boards names every device, driver, port kind and printer that there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DRIVERS } from "../../../hal/drivers.ts";
import { MODELS } from "../../../hal/printer/models.ts";

const page = readFileSync(join(process.env.TAEL_ROOT ?? process.cwd(), "hal/boards/README.md"), "utf8");

test.each(Object.entries(DRIVERS))("%s", (device, drivers) => {
  for (const [driver, { ports }] of Object.entries(drivers)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${device}\` | \`${driver}\` |`));
    expect(row, `${device} ${driver}`).toBeDefined();
    for (const port of (ports as readonly string[]).filter((kind) => kind !== "sim")) expect(row).toContain(port);
  }
});

test("every model of printer", () => {
  for (const model of Object.keys(MODELS)) expect(page).toContain(model);
});
