/**
 * Twenty chosen lines of the money code, each broken in its own way (../breakages.json): random days must find every one, or the invariants are
 * not worth their name. A line that is no longer there is an error: the list is kept up with the code.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { firmwareOptions } from "../../../build/firmware.ts";
import breakages from "../breakages.json" with { type: "json" };
import { root } from "../firmware.ts";
import { randomDays } from "./days.ts";
import type { Row } from "./section.ts";

export interface Breakage {
  name: string;
  file: string;
  /** Exactly as it stands, once in the file; may be part of a line. */
  line: string;
  becomes: string;
}

export const BREAKAGES: readonly Breakage[] = breakages;

const MOST_DAYS = 1000;

/** Throws Error when the line is not there exactly once. */
export function broken({ file, line, becomes, name }: Breakage): string {
  const source = readFileSync(join(root, file), "utf8");
  const parts = source.split(line);
  if (parts.length !== 2) throw new Error(`breakage "${name}": ${file} has ${parts.length - 1} times: ${line}`);
  return parts.join(becomes);
}

export async function brokenBundle(breakage: Breakage): Promise<string> {
  const contents = broken(breakage);
  const path = join(root, breakage.file);
  const result = await build({
    ...firmwareOptions(root),
    outfile: "firmware.js",
    write: false,
    logLevel: "silent",
    sourcemap: false,
    plugins: [
      {
        name: "breakage",
        setup: (made) =>
          made.onLoad({ filter: /\.ts$/ }, (args) => (args.path === path ? { contents, loader: "ts" } : undefined)),
      },
    ],
  });
  const folder = join(root, "test-results", "breakages");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${breakage.name.replaceAll(/\W+/g, "-")}.js`);
  writeFileSync(file, result.outputFiles?.[0]?.text ?? "");
  return file;
}

const TABLE = join(root, "test/world/BREAKAGES.md");
const HEAD = `# Chosen lines, broken one at a time

Written by \`npm run prove -- --breakages\`: how many random days it took until an invariant noticed.

| what was broken | where | days | noticed by |
| --- | --- | --- | --- |
`;

/** Rows of lines that were not broken this time stay as they are. */
function writeTable(noticed: ReadonlyMap<string, string>): void {
  const before = existsSync(TABLE) ? readFileSync(TABLE, "utf8").split("\n") : [];
  const rows = BREAKAGES.flatMap(({ name }) => noticed.get(name) ?? before.find((line) => line.startsWith(`| ${name} |`)) ?? []);
  writeFileSync(TABLE, `${HEAD}${rows.join("\n")}\n`);
}

/** `ms`: real time for each; `only`: those with this in their name. */
export async function runBreakages(seed: number, processes: number, ms: number, only?: string): Promise<Row[]> {
  const rows: Row[] = [];
  const noticed = new Map<string, string>();
  for (const breakage of BREAKAGES.filter(({ name }) => only === undefined || name.includes(only))) {
    const { name, file, line, becomes } = breakage;
    const bundleFile = await brokenBundle(breakage);
    const { days, broken: ended } = await randomDays({ seed, count: MOST_DAYS, processes, ms, bundleFile, untilFound: true });
    const found = days.find(({ violations }) => violations.length > 0);
    const by = found?.violations[0] ?? ended[0];
    const tried = found === undefined ? days.length : found.seed - seed + 1;
    console.log(
      `${by === undefined ? "MISSED" : "found "} ${name}: ${tried} days${by === undefined ? "" : `, ${by.split("\n")[0]}`}`,
    );
    const who = found === undefined ? "a day that never ended" : by?.split(":")[0];
    noticed.set(name, `| ${name} | ${file} | ${tried} | ${by === undefined ? "nobody" : who} |`);
    writeTable(noticed);
    rows.push({
      what: `${name} (${file})`,
      tried: by === undefined ? `${tried} days` : `found by ${by.split(":")[0]}`,
      violations: by === undefined ? [`nobody noticed that "${line}" was "${becomes}"`] : [],
    });
  }
  return rows;
}
