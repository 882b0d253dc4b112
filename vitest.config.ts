import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest comes first, so that no worker is left with it in the end. The rest goes by rooms: files of one may share a process. */
const LONGEST = [
  "world/random-days",
  "flow/random-day",
  "image/image",
  "world/sweeps/sweeps",
  "qemu/heldout",
  "leak/leak",
  "fuzz/fuzz",
];
/** Rooms whose tests leave nothing behind in their process: loading the product anew for each file would cost more than most of them take. */
const SHARED = ["app", "build", "conform", "flow", "golden", "hal", "platform/guest", "tools"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification): string => {
      const file = relative("test", moduleId);
      const n = LONGEST.findIndex((name) => file === `${name}.test.ts`);
      return n >= 0 ? `0 ${n}` : `1 ${project.name} ${file}`;
    };
    return files
      .map((file) => ({ file, by: place(file) }))
      .sort((a, b) => (a.by < b.by ? -1 : 1))
      .map(({ file }) => file);
  }
}

const within = (rooms: readonly string[]): string[] => rooms.map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ["test/setup.ts"],
    setupFiles: ["test/properties.ts"],
    pool: "forks",
    // By itself vitest leaves a core free; of two that is half of them, and a test of a desk waits for its machine most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "shared", include: within(SHARED), isolate: false } },
      { extends: true, test: { name: "alone", include: ["test/**/*.test.ts"], exclude: within(SHARED) } },
    ],
  },
});
