/** What is known of a failed guest: its stack in terms of the sources, in a file that an engineer can be sent. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { BUNDLE_FILE } from "./engine.ts";
import { masked } from "./mask.ts";

const PLACE = new RegExp(`${BUNDLE_FILE.replace(".", "\\.")}:(\\d+):(\\d+)`, "g");

/** Turns places in the bundle into places in the sources; the map, which is large, is read when the first is met. */
export class PlaceMapper {
  readonly #text: string | undefined;
  #map: SourceMap | undefined;

  constructor(map: string | undefined) {
    this.#text = map;
  }

  /** What cannot be mapped stays as it is. */
  map(words: string): string {
    if (this.#text === undefined || !words.includes(BUNDLE_FILE)) return words;
    return words.replaceAll(PLACE, (place, line, column) => this.#place(Number(line), Number(column)) ?? place);
  }

  #place(line: number, column: number): string | undefined {
    try {
      this.#map ??= new SourceMap(soundMap(JSON.parse(this.#text ?? "")));
      const found = this.#map.findEntry(line - 1, column - 1);
      if (!("originalSource" in found) || found.originalSource === undefined) return undefined;
      return `${found.originalSource.replace(/^(?:\.\.\/)+/, "")}:${found.originalLine + 1}:${found.originalColumn + 1}`;
    } catch {
      // A damaged map must not cost the report.
      return undefined;
    }
  }
}

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === "string");

/** Node's reader takes whatever it gets: "mappings" that are no text can keep it busy for ever. Throws a TypeError. */
function soundMap(map: SourceMapPayload | null): SourceMapPayload {
  if (typeof map?.mappings !== "string" || !areTexts(map.sources) || !areTexts(map.names) || "sections" in map)
    throw new TypeError("no source map of a bundle");
  return map;
}

const KEPT = 20;

/** Writes the report and keeps the newest few. A failing disk must not add to the trouble, so errors are swallowed. */
export function writeCrash(dataDir: string, wallMs: number, words: string, stack: string): string | undefined {
  const directory = join(dataDir, "crash");
  try {
    mkdirSync(directory, { recursive: true });
    const stamp = new Date(wallMs).toISOString().replaceAll(/[:.]/g, "-");
    const before = readdirSync(directory).filter((name) => name.startsWith(stamp)).length;
    const path = join(directory, `${stamp}-${before}.txt`);
    writeFileSync(path, masked(`${words}\n${stack}\n`), { mode: 0o600 });
    const old = readdirSync(directory).sort().slice(0, -KEPT);
    for (const name of old) rmSync(join(directory, name), { force: true });
    return path;
  } catch {
    return undefined;
  }
}

/** Reports and log lines that an earlier version wrote with less care are read once more, and written again when something is to be masked (R2). */
export function maskOldTroubles(dataDir: string): void {
  for (const folder of ["crash", "log"]) {
    const directory = join(dataDir, folder);
    if (!existsSync(directory)) continue;
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      try {
        const words = readFileSync(path, "utf8");
        const clean = masked(words);
        if (clean !== words) writeFileSync(path, clean, { mode: 0o600 });
      } catch {
        // Not a file, or not one of ours to write: the terminal starts all the same.
      }
    }
  }
}

/** Counts failures; a guest that fails again and again is left off, so that a person looks at it. */
export class RestartPolicy {
  static readonly LIMIT = 5;
  static readonly WINDOW_MS = 60_000;
  #failures: number[] = [];

  /** Whether to start again after a failure at `nowMs` (real time). */
  failed(nowMs: number): boolean {
    this.#failures = this.#failures.filter((at) => nowMs - at < RestartPolicy.WINDOW_MS);
    this.#failures.push(nowMs);
    return this.#failures.length < RestartPolicy.LIMIT;
  }

  clear(): void {
    this.#failures = [];
  }
}
