/** Stores of earlier releases (I11), as files: what lay on the disk of a terminal in the middle of a day, and what its host knew. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { root } from "../firmware.ts";
import type { WorldImage } from "../image.ts";

export interface Kept {
  /** What is new in the store since the one before. */
  of: string;
  seed: number;
  wallMs: number;
  /** Base64. */
  files: Record<string, string>;
  hostRecords: unknown[];
  /** In the open batch; a reversal is owed besides. */
  transactions: number;
}

const FOLDER = join(root, "test/world/releases/stores");

export const keptNames = (): string[] =>
  readdirSync(FOLDER)
    .map((file) => file.replace(/\.json$/, ""))
    .sort();

export const readKept = (name: string): Kept => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as Kept;

export function keep(name: string, of: string, { seed, wallMs, disk, hostRecords }: WorldImage, transactions: number): void {
  const files = Object.fromEntries(
    Object.entries(disk.image()).map(([file, bytes]) => [file, Buffer.from(bytes).toString("base64")]),
  );
  const kept: Kept = { of, seed, wallMs, files, hostRecords: [...hostRecords], transactions };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(kept, null, 1)}\n`);
}

export function imageOf({ seed, wallMs, files, hostRecords }: Kept): WorldImage {
  const disk = new FaultyDisk(seed);
  for (const [name, text] of Object.entries(files)) {
    disk.fileAppend(name, 0, new Uint8Array(Buffer.from(text, "base64")));
    disk.fileSync(name);
  }
  disk.cut();
  return { seed, disk, hostRecords, chips: [], wallMs };
}
