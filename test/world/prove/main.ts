/** `npm run prove`: see ../README.md. Exit status 1 when anything was violated. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { day } from "../day.ts";
import { writeDown } from "../failing.ts";
import { firmware, root } from "../firmware.ts";
import { readScenario } from "../scenario-file.ts";
import { runBreakages } from "./breakages.ts";
import { randomDays } from "./days.ts";
import type { Row } from "./section.ts";
import { SECTIONS } from "./sections.ts";

interface Options {
  days?: string;
  seed: string;
  processes: string;
  section?: string[];
  breakages?: boolean | string;
  replay?: string;
  minutes: string;
}

const PROOF_SEED = "20261122";

const options = new Command("prove")
  .description("proves what this house promises, and writes test/PROOF.md")
  .option("--days <n>", "random days alone, so many")
  .option("--seed <n>", "of the first day; the others follow", PROOF_SEED)
  .option("--processes <n>", "at the same time", "2")
  .option("--minutes <n>", "no new day begins afterwards; with --breakages for each", "1000000")
  .option(
    "--section <names...>",
    `these alone: ${SECTIONS.map(({ name }) => name).join(", ")}; their rows alone are written anew`,
  )
  .option("--breakages [name]", "breaks chosen lines of the money code, one at a time: random days must notice each")
  .option("--replay <file>", "plays a day that was written down")
  .parse()
  .opts<Options>();

const seed = Number(options.seed);
const processes = Number(options.processes);
const ms = Number(options.minutes) * 60_000;

async function onlyDays(count: number): Promise<boolean> {
  console.log(`random days from seed ${seed}: npm run prove -- --days ${count} --seed ${seed}`);
  let customers = 0;
  const { days, broken } = await randomDays({
    seed,
    count,
    processes,
    ms,
    told: (each, sofar) => {
      customers += each.customers;
      for (const words of each.violations) console.log(`seed ${each.seed}: ${words}`);
      if (sofar % 50 === 0) console.log(`${sofar} days, ${customers} customers`);
    },
  });
  for (const words of broken) console.log(words);
  const bad = days.filter(({ violations }) => violations.length > 0).map((each) => each.seed);
  console.log(
    `${days.length} days, ${customers} customers, ${bad.length} with violations${bad.length === 0 ? "" : `: ${bad.join(" ")}`}`,
  );
  for (const each of bad.slice(0, 3)) console.log(`shortest scenario: ${await writeDown(await day({ seed: each }))}`);
  return bad.length === 0 && broken.length === 0;
}

async function replay(file: string): Promise<boolean> {
  const { name, seed: its, steps } = readScenario(file);
  const { violations } = await day({ seed: its, lines: steps });
  console.log(`${name}: ${violations.length} violations`);
  for (const { what, words } of violations) console.log(`${what}: ${words}`);
  return violations.length === 0;
}

interface Part {
  name: string;
  rows: readonly Row[];
}

function table(parts: readonly Part[]): string {
  const lines = parts.flatMap(({ name, rows }) =>
    rows.map(({ what, tried, violations }) => `| ${name} | ${what} | ${tried} | ${violations.length} |`),
  );
  return ["| section | what | tried | violations |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

const PROOF = join(root, "test/PROOF.md");
const headOf = (hash: string): string => `# What was proved

Written by \`npm run prove\`; seed ${seed}, firmware ${hash}. What each section does stands in the README of its folder; one without rows has not been
run to its end.

`;

const firmwareHash = (): string =>
  createHash("sha256")
    .update(firmware().bundle?.code ?? "")
    .digest("hex")
    .slice(0, 16);

/**
 * `whole`: of a run of all sections, as far as it has come. Of a few, the others keep the rows they have; those of another seed or another firmware
 * are not written, since they would stand among what they are not.
 */
function writeProof(parts: readonly Part[], whole: boolean, last = ""): void {
  const head = headOf(firmwareHash());
  const before = existsSync(PROOF) && !whole ? readFileSync(PROOF, "utf8") : "";
  if (before !== "" && !before.startsWith(head)) return;
  const kept = before.split("\n");
  const [title = "", rule = ""] = table([]).split("\n");
  const rows = SECTIONS.flatMap(({ name }) => {
    const part = parts.find((each) => each.name === name);
    return part === undefined ? kept.filter((line) => line.startsWith(`| ${name} |`)) : table([part]).split("\n").slice(2);
  });
  writeFileSync(PROOF, `${head}${[title, rule, ...rows, ...(last === "" ? [] : ["", last])].join("\n")}\n`);
}

function tookSince(began: number): string {
  const seconds = Math.round((performance.now() - began) / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** As many sections at a time as processes, since each is one. */
async function sections(names: readonly string[] | undefined): Promise<boolean> {
  const began = performance.now();
  console.log(`seed ${seed}, firmware ${firmwareHash()}`);
  const waiting = SECTIONS.filter(({ name }) => names?.includes(name) ?? true);
  const parts: Part[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name, run } = next;
      const alone = performance.now();
      const rows = await run({ ms: 600_000, seed });
      parts.push({ name, rows });
      console.log(table([{ name, rows }]).split("\n").slice(2).join("\n"));
      for (const words of rows.flatMap(({ violations }) => violations)) console.log(words);
      console.log(`${name}: ${tookSince(alone)}`);
      writeProof(parts, names === undefined);
    }
  };
  await Promise.all(Array.from({ length: processes }, lane));
  const count = parts.flatMap(({ rows }) => rows.flatMap(({ violations }) => violations)).length;
  const took = `The whole of it took ${tookSince(began)}, ${processes} sections at a time.`;
  if (names === undefined) writeProof(parts, true, took);
  console.log(`${count} violations. ${took}`);
  return count === 0;
}

async function breakages(name: string | undefined): Promise<boolean> {
  const rows = await runBreakages(seed, processes, ms, name);
  const missed = rows.filter(({ violations }) => violations.length > 0);
  console.log(`${rows.length} lines broken, ${missed.length} of them unnoticed`);
  return missed.length === 0;
}

async function main(): Promise<boolean> {
  if (options.replay !== undefined) return replay(options.replay);
  if (options.breakages !== undefined) return breakages(options.breakages === true ? undefined : String(options.breakages));
  if (options.days !== undefined) return onlyDays(Number(options.days));
  return sections(options.section);
}

process.exitCode = (await main()) ? 0 : 1;
