/**
 * Runs a room's tests for one mutant after another in one process. All files are one bundle, evaluated once; only mutants that work while a file is
 * loaded have it evaluated anew. Where vitest starts a worker for each mutant, this takes as long as the tests themselves.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { INSTRUMENTER_CONSTANTS } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { determineHitLimitReached, DryRunStatus, TestStatus, toMutantRunResult } from "@stryker-mutator/api/test-runner";
import { build } from "esbuild";
import { roomsNamed } from "./rooms.mjs";
import { collecting } from "./words.mjs";

/** What mutated sources look at and write to. */
/** @type {{ activeMutant?: string, currentTestId?: string, hitCount?: number, hitLimit?: number, mutantCoverage?: unknown }} */
const mutants = {};
Reflect.set(globalThis, INSTRUMENTER_CONSTANTS.NAMESPACE, mutants);

/** @param {readonly string[]} files of the folder Stryker has made. */
async function bundled(files) {
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file) => `within(${JSON.stringify(file)}, () => require("./${file}"));`).join("\n"),
      resolveDir: process.cwd(),
    },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    logLevel: "error",
    inject: ["./test/properties.ts"],
    plugins: [
      {
        name: "vitest",
        setup: (context) => {
          context.onResolve({ filter: /^vitest$/ }, () => ({ path: "vitest", namespace: "words" }));
          context.onLoad({ filter: /./, namespace: "words" }, () => ({ contents: "module.exports = words;", loader: "js" }));
          // A bundle has one place; a test looks for its images beside itself.
          context.onLoad({ filter: /\.test\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
            loader: "ts",
          }));
        },
      },
    ],
  });
  const text = outputFiles[0]?.text ?? "";
  return new Script(`(function (require, words, within) {${text}\n})`, { filename: "tests.cjs" });
}

// A test that was left may still be waiting for something, and be refused it when nobody listens any more.
process.on("unhandledRejection", () => {});

class InProcess {
  /** @type {Script | undefined} */
  #script;
  /** @type {import("./words.mjs").Test[]} */
  #tests = [];
  #loadedWith = "";

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    const files = roomsNamed(process.env.TAEL_ROOM).flatMap(({ tests }) => tests);
    this.#script = await bundled(files);
  }

  /** @param {{ disableBail: boolean }} options */
  async dryRun(options) {
    mutants.mutantCoverage = undefined;
    this.#load("");
    const run = await this.#run(this.#tests, { ...options, disableBail: true });
    return { ...run, mutantCoverage: mutants.mutantCoverage };
  }

  /** @param {import("@stryker-mutator/api/test-runner").MutantRunOptions} options */
  async mutantRun(options) {
    const { activeMutant, mutantActivation, testFilter, hitLimit } = options;
    const isStatic = mutantActivation === "static";
    Object.assign(mutants, { hitCount: 0, hitLimit, activeMutant: isStatic ? activeMutant.id : undefined });
    try {
      this.#load(isStatic ? activeMutant.id : "");
    } catch (error) {
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: [failed("loading", 0, error)] });
    }
    mutants.activeMutant = activeMutant.id;
    const wanted = testFilter && new Set(testFilter);
    const tests = this.#tests.filter(({ name }) => wanted?.has(name) ?? true);
    const run = await this.#run(tests, options);
    mutants.activeMutant = undefined;
    // What a mutant has broken may have left its marks in what the files keep.
    if (run.tests.some(({ status }) => status === TestStatus.Failed)) this.#tests = [];
    return toMutantRunResult(determineHitLimitReached(mutants.hitCount, hitLimit) ?? run);
  }

  /** What was loaded while a mutant was at work is of no use to another. @param {string} mutant */
  #load(mutant) {
    if (this.#tests.length > 0 && mutant === "" && this.#loadedWith === "") return;
    const { tests, words, within } = collecting();
    this.#loadedWith = mutant;
    this.#tests = tests;
    this.#script?.runInThisContext()(createRequire(join(process.cwd(), "package.json")), words, within);
  }

  /** @param {readonly import("./words.mjs").Test[]} tests @param {{ disableBail: boolean }} options */
  async #run(tests, { disableBail }) {
    const results = [];
    for (const { name, body, before } of tests) {
      const beganMs = performance.now();
      mutants.currentTestId = name;
      try {
        for (const hook of before) await hook();
        await body();
        results.push({ id: name, name, timeSpentMs: performance.now() - beganMs, status: TestStatus.Success });
      } catch (error) {
        results.push(failed(name, performance.now() - beganMs, error));
        if (!disableBail) break;
      }
    }
    mutants.currentTestId = undefined;
    return { status: DryRunStatus.Complete, tests: results };
  }
}

/** @param {string} name @param {number} timeSpentMs @param {unknown} error */
function failed(name, timeSpentMs, error) {
  const failureMessage = error instanceof Error ? error.message : String(error);
  return { id: name, name, timeSpentMs, status: TestStatus.Failed, failureMessage };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "in-process", InProcess)];
