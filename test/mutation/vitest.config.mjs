/** The tests of the money rooms alone, without a build: for coverage and for mutants. `TAEL_ROOM` names the rooms. */
import { defineConfig } from "vitest/config";
import { roomsNamed } from "./rooms.mjs";

const rooms = roomsNamed(process.env.TAEL_ROOM);

export default defineConfig({
  test: {
    include: rooms.flatMap(({ tests }) => tests),
    setupFiles: ["test/properties.ts"],
    pool: "forks",
    isolate: false,
    testTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: rooms.flatMap(({ sources }) => sources),
      reporter: ["text"],
      reportsDirectory: "test-results/coverage",
      thresholds: { branches: 100 },
    },
  },
});
