/** Cards: pulled at every command, every byte of every answer turned, cut and doubled; against the kernel, and a share of it against the bundle. */
import { spawn } from "node:child_process";
import type { Counted } from "../../tools/cards/mishaps/part.ts";
import { root } from "../firmware.ts";
import type { Section } from "./section.ts";
import { runTests } from "./vitest-run.ts";

function runPart(which: number, of: number): Promise<Counted> {
  const args = ["build/run.mjs", "test/tools/cards/mishaps/main.ts", "--part", `${which}/${of}`];
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
  async run({ processes }) {
    const parts = await Promise.all(Array.from({ length: processes }, (_, which) => runPart(which, processes)));
    const sum = (of: (part: Counted) => number): number => parts.reduce((total, part) => total + of(part), 0);
    const bundle = await runTests("test/world/chip-mishaps.test.ts", 1, { TAEL_MISHAPS: "600" });
    return [
      {
        what: "a card is pulled, or a byte of it turned, cut or doubled: host, card and terminal agree",
        tried: `${sum(({ pulls }) => pulls)} pulls, ${sum(({ spoilt }) => spoilt)} answers spoilt`,
        violations: parts.flatMap(({ violations }) => violations),
      },
      {
        what: "the same through the reader, on the bundle: the books agree",
        tried: "600 payments",
        violations: bundle.violations,
      },
    ];
  },
};
