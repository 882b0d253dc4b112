/** Inputs kept on the disk: test/fuzz/corpus/<door>/, a file each, named by its hash; `fault-…` are inputs that once broke something. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf } from "./judge.ts";

export interface Kept {
  /** Of the file. */
  name: string;
  input: Uint8Array;
}

const root = process.env.TAEL_ROOT ?? process.cwd();
const folderOf = (door: string): string => join(root, "test/fuzz/corpus", door);

export function readCorpus(door: string): Kept[] {
  const folder = folderOf(door);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, input: new Uint8Array(readFileSync(join(folder, name))) }));
}

/** The corpus becomes these inputs and the faults it had. */
export function writeCorpus(door: string, inputs: readonly Uint8Array[]): void {
  const folder = folderOf(door);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!name.startsWith("fault-")) rmSync(join(folder, name));
  for (const input of inputs) writeFileSync(join(folder, `${nameOf(input)}.bin`), input);
}

/** Where a failing input is put; told to whoever reads the report. `keep`: into the corpus, for good. */
export function saveFault(door: string, kind: string, words: string, input: Uint8Array, keep: boolean): string {
  const folder = keep ? folderOf(door) : join(root, "test-results/fuzz", door);
  mkdirSync(folder, { recursive: true });
  const slug = words
    .split("\n")[0]!
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 48);
  const file = join(folder, `fault-${kind}-${slug}-${nameOf(input)}.bin`);
  writeFileSync(file, input);
  return file;
}
