#!/usr/bin/env node
// `npm run check`: types (guest and host), format and lint, type-aware lint, and the rules of import. Exit 1 when one fails.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { forbidden } from "./rooms.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = ["app", "platform", "hal", "build", "tools", "test"];

/** @param {string} dir @returns {string[]} */
function sources(dir) {
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
}

/** @param {string} text */
function importsOf(text) {
  const found = [
    ...text.matchAll(/^\s*(?:import|export)\b[^"';]*?from\s*["']([^"']+)["']/gms),
    ...text.matchAll(/\bimport\s*\(?\s*["']([^"']+)["']/g),
  ];
  return found.map((match) => match[1] ?? "");
}

/** @param {string[]} files */
export function importFaults(files) {
  return files.flatMap((file) =>
    importsOf(readFileSync(join(root, file), "utf8")).flatMap((name) => {
      const local = name.startsWith(".");
      const target = local ? relative(root, resolve(root, dirname(file), name)) : name;
      return forbidden(file, target, !local) ?? [];
    }),
  );
}

/** @param {string} name @param {string[]} command */
function step(name, command) {
  const started = performance.now();
  const [program = "", ...args] = command;
  const run = spawnSync(join(root, "node_modules/.bin", program), args, { cwd: root, encoding: "utf8" });
  const ok = run.status === 0;
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (!ok) console.log(run.stdout + run.stderr);
  return ok;
}

function checkImports() {
  const faults = importFaults(folders.flatMap(sources));
  console.log(`${faults.length === 0 ? "ok  " : "FAIL"} rules of import`);
  for (const fault of faults) console.log(`     ${fault}`);
  return faults.length === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // --imports: the rules of import alone.
  const results = process.argv.includes("--imports") ? [] : tools();
  process.exit([...results, checkImports()].every(Boolean) ? 0 : 1);
}

function tools() {
  return [
    step("types inside the door (ES2023, no Node)", ["tsc", "-p", "tsconfig.guest.json"]),
    step("types outside the door", ["tsc", "-p", "tsconfig.json"]),
    step("format and lint", ["biome", "check", "--error-on-warnings", "."]),
    step("type-aware lint", ["oxlint", "--type-aware", "--deny-warnings", ...folders]),
  ];
}
