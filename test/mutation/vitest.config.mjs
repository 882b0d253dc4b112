/** The tests of the money rooms alone, without a build: for coverage and for mutants. `TAEL_ROOM` names the rooms. */
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import { roomsNamed } from "./rooms.mjs";

const rooms = roomsNamed(process.env.TAEL_ROOM);
const tests = rooms.flatMap((room) => room.tests);

class AsListed extends BaseSequencer {
  /** @param {import("vitest/node").TestSpecification[]} files */
  async sort(files) {
    const place = (/** @type {{ moduleId: string }} */ { moduleId }) => tests.findIndex((test) => moduleId.endsWith(test));
    return [...files].sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: tests,
    setupFiles: ["test/properties.ts"],
    pool: "forks",
    isolate: false,
    sequence: { sequencer: AsListed },
    testTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: rooms.flatMap(({ sources }) => sources),
      exclude: ["test/**"],
      reporter: ["text"],
      reportsDirectory: "test-results/coverage",
      thresholds: { branches: 100 },
    },
  },
});
