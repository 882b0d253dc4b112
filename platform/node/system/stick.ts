/**
 * A memory stick was put in: the bundle on it, if it is not what runs here, is installed into the other slot, which the next start uses. What came of it is
 * written onto the stick, since nobody can log in to ask.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseImage, IMAGE_FILE, REFUSED_FILE } from "./image.ts";

const ANSWER = "tael.txt";
const BUNDLE = ".raucb";

const { version: running } = parseImage(readFileSync(join("/usr/lib/tael", IMAGE_FILE), "utf8"));

/** RAUC's own words, without what only tells how far it is. */
const wordsOf = (output: string): string =>
  output
    .split("\n")
    .filter((line) => !/^\s*\d+%/.test(line) && line.trim() !== "")
    .join("\n");

function install(file: string): { ok: boolean; words: string } {
  rmSync(REFUSED_FILE, { force: true });
  const run = spawnSync("rauc", ["install", file], { encoding: "utf8" });
  const refused = existsSync(REFUSED_FILE) ? `${readFileSync(REFUSED_FILE, "utf8")}\n` : "";
  const words = wordsOf(`${run.error?.message ?? ""}\n${run.stdout}\n${run.stderr}`);
  return { ok: run.status === 0, words: `${refused}${words}` };
}

/** What RAUC knows of a bundle without trusting it yet. */
function versionOf(file: string): string | undefined {
  const run = spawnSync("rauc", ["info", "--output-format=json", file], { encoding: "utf8" });
  try {
    return (JSON.parse(run.stdout) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** One that was installed and then left by the boot loader is not installed from the same stick for ever. */
const installedBefore = (stick: string, name: string): boolean =>
  existsSync(join(stick, ANSWER)) && readFileSync(join(stick, ANSWER), "utf8").startsWith(installed(name));

const installed = (name: string): string => `${name}: installed; the next start uses it`;

function answer(stick: string, words: string): void {
  const fd = openSync(join(stick, ANSWER), "w");
  writeSync(fd, `${words}\n`);
  fsyncSync(fd);
  closeSync(fd);
  // From here on it may be pulled; firmware packages on it can still be read.
  spawnSync("mount", ["-o", "remount,ro", stick]);
  console.error(words);
}

const [stick = ""] = process.argv.slice(2);
const bundles = readdirSync(stick).filter((name) => name.toLowerCase().endsWith(BUNDLE));
const [name] = bundles;
if (bundles.length > 1) answer(stick, `there are ${bundles.length} bundles on this stick: leave one`);
else if (name !== undefined) {
  const file = join(stick, name);
  if (versionOf(file) === running) answer(stick, `${name}: ${running} runs here already`);
  else if (installedBefore(stick, name))
    console.error(`${name}: was installed from this stick; without ${ANSWER} on it, it is again`);
  else {
    const { ok, words } = install(file);
    answer(stick, ok ? installed(name) : `${name}: refused\n${words}`);
  }
}
