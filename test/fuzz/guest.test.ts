/** The firmware's parsers on a share of their corpora inside QuickJS, with its memory and stack and nothing of Node. */
import { build } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ABI_BANNER } from "../../platform/abi.ts";
import { DrivenClock } from "../../platform/node/clock.ts";
import { LocalMachine } from "../../platform/node/local.ts";
import { readCorpus } from "./corpus.ts";
import { DOORS } from "./doors.ts";
import { packageFile } from "./seeds/files.ts";

/** Of each corpus, spread evenly; TAEL_FUZZ_GUEST=1000 for all. */
const MOST = Number(process.env.TAEL_FUZZ_GUEST ?? 12);
const MEMORY_BYTES = 48 * 1024 * 1024;

let code = "";
let dataDir = "";
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "tael-fuzz-guest-"));
  const root = process.env.TAEL_ROOT ?? process.cwd();
  const made = await build({
    entryPoints: [join(root, "test/fuzz/guest/main.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
  });
  code = `${ABI_BANNER}\n${made.outputFiles[0]?.text ?? ""}`;
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const spread = <T>(all: readonly T[]): T[] =>
  all.filter(
    (_, at) => all.length <= MOST || Math.floor((at * MOST) / all.length) !== Math.floor(((at - 1) * MOST) / all.length),
  );

const assets = Object.fromEntries(
  ["gb18030.bin", "font-print-24.bin", "profile.json"].map((name) => [name, packageFile(name) ?? new Uint8Array(0)]),
);

test.each(DOORS.filter(({ inGuest }) => inGuest === true).map(({ name, seeds }) => [name, seeds] as const))(
  "%s",
  async (name, seeds) => {
    const machine = new LocalMachine({
      bundle: { code },
      assets,
      board: { ports: { wire: { kind: "sim", wire: "wire" } } },
      dataDir,
      clock: { kind: "driven", shared: new DrivenClock().shared },
      memoryLimitBytes: MEMORY_BYTES,
      wires: { opened: () => true, fromTerminal: () => {}, control: () => {}, closed: () => {} },
    });
    const said: string[] = [];
    machine.on("log", ({ level, words }) => {
      if (level === "info") said.push(words);
    });
    machine.on("crash", ({ words, stack }) => said.push(`crash ${words} ${stack}`));
    await machine.start();
    const corpus = readCorpus(name);
    const inputs = spread(corpus.length > 0 ? corpus.map(({ input }) => input) : seeds());
    for (const input of inputs) {
      machine.toTerminal("wire", Uint8Array.from([...new TextEncoder().encode(name), 0, ...input]));
      expect(said.pop(), `input ${Buffer.from(input).toString("hex").slice(0, 400)}`).toBe("good");
    }
    await machine.cut();
  },
);
