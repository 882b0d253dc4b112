#!/usr/bin/node
/**
 * RAUC's pre-install handler: after RAUC has found a bundle's signature and board good, and before it writes a byte, Tael's own rule is asked: nothing below
 * the terminal's security counter, nothing older than what runs. Exit 1 with words refuses.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wordsOf } from "../errors.ts";
import { readConfig } from "../loader/config.ts";
import { withReceiver } from "../loader/console.ts";
import { IMAGE_FILE, imageProblem, parseImage, REFUSED_FILE } from "./image.ts";

const CONFIG = "/etc/tael/loader.json";
const RUNNING = join("/usr/lib/tael", IMAGE_FILE);

function problem(): string | undefined {
  const bundle = process.env.RAUC_BUNDLE_MOUNT_POINT ?? process.env.RAUC_UPDATE_SOURCE;
  if (bundle === undefined) return "RAUC does not say where the bundle is";
  const offered = parseImage(readFileSync(join(bundle, IMAGE_FILE), "utf8"));
  const running = parseImage(readFileSync(RUNNING, "utf8"));
  const reached = withReceiver(readConfig(CONFIG), ({ status }) => status.securityCounter);
  return imageProblem(offered, running, reached);
}

let words: string | undefined;
try {
  words = problem();
} catch (error) {
  words = `the bundle cannot be judged: ${wordsOf(error)}`;
}
if (words !== undefined) {
  console.error(words);
  writeFileSync(REFUSED_FILE, words);
  process.exitCode = 1;
}
