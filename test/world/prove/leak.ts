/** Secrets (I7) as the leak scanner sees them: its tests are the points. */
import type { Section } from "./section.ts";
import { runTests } from "./vitest-run.ts";

const FILES: readonly (readonly [file: string, what: string, unit: string])[] = [
  ["test/leak/leak.test.ts", "no PIN, key, track or card number where it may not be, whatever people do", "flows"],
  ["test/leak/planted.test.ts", "what is planted on purpose is found", "leaks"],
  ["test/leak/pins.test.ts", "two PINs, and nothing can tell which", "comparisons"],
  ["test/leak/upgrade.test.ts", "what an earlier version left in the clear is gone", "upgrades"],
];

export const leakSection: Section = {
  name: "leak",
  async run() {
    const rows = [];
    for (const [file, what, unit] of FILES) {
      const { passed, violations } = await runTests(file);
      rows.push({ what, tried: `${passed} ${unit}`, violations });
    }
    return rows;
  },
};
