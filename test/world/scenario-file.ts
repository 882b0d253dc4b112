/** A day as a scenario file (tools/sim/scenario): what was found, the seed of its world, its lines. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { root } from "./firmware.ts";

export interface ScenarioFile {
  name: string;
  /** Of the world it is to be played in. */
  seed: number;
  steps: string[];
}

export function writeScenario(scenario: ScenarioFile, found: readonly string[]): string {
  const folder = join(root, "test-results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `world-seed-${scenario.seed}.yaml`);
  const comments = [`npm run prove -- --replay ${file}`, ...found]
    .flatMap((words) => words.split("\n"))
    .map((line) => `# ${line}\n`);
  writeFileSync(file, comments.join("") + stringify(scenario));
  return file;
}

/** Throws Error with words when it is no such file. */
export function readScenario(file: string): ScenarioFile {
  const { name, seed = 1, steps } = parse(readFileSync(file, "utf8")) as Partial<ScenarioFile>;
  if (!Array.isArray(steps)) throw new Error(`${file}: steps: a list of lines`);
  return { name: String(name ?? file), seed: Number(seed), steps: steps.map(String) };
}
