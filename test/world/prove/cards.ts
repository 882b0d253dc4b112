/** Cards: pulled at every command, every byte of every answer turned, cut and doubled; against the kernel, and a share of it against the bundle. */
import { spawn } from "node:child_process";
import type { Counted } from "../../tools/cards/mishaps/part.ts";
import { root } from "../firmware.ts";
import type { Section } from "./section.ts";
import { runTests } from "./vitest-run.ts";

/** Every so manieth byte; all of them: node build/run.mjs test/tools/cards/mishaps/main.ts. */
const BYTES = 13;
const PAYMENTS = 60;

function mishaps(): Promise<Counted> {
  const args = ["build/run.mjs", "test/tools/cards/mishaps/main.ts", "--bytes", String(BYTES)];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TAEL_ROOT: root },
  });
  let [out, complaint] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (complaint = (complaint + bytes.toString()).slice(-2000)));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const line = out.split("\n").find((each) => each.startsWith("{"));
      const broken = { pulls: 0, spoilt: 0, violations: [`a process ended with ${code ?? "a signal"}: ${complaint}`] };
      resolve(line === undefined ? broken : (JSON.parse(line) as Counted));
    });
  });
}

export const cardsSection: Section = {
  name: "cards",
  async run() {
    const { pulls, spoilt, violations } = await mishaps();
    const bundle = await runTests("test/world/chip-mishaps.test.ts", { TAEL_MISHAPS: String(PAYMENTS) });
    return [
      {
        what: "a card is pulled, or a byte of it turned, cut or doubled: host, card and terminal agree",
        tried: `${pulls} pulls, ${spoilt} answers spoilt`,
        violations,
      },
      {
        what: "the same through the reader, on the bundle: the books agree",
        tried: `${PAYMENTS} payments`,
        violations: bundle.violations,
      },
    ];
  },
};
