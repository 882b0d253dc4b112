/** A terminal that has been at work before: its store is written by the firmware's own journal, in an engine, and then handed to a desk. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ABI_BANNER } from "../../platform/abi.ts";
import { LocalMachine } from "../../platform/node/local.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

/** Where the next message stands: as after so many batches and messages. */
export interface Counters {
  batch: number;
  nextTrace: number;
}

/** `dataDir` of a desk whose terminal will go on there. */
export function prepare(dataDir: string, counters: Counters): Promise<void> {
  return runGuest(dataDir, "test/flow/prepared.guest.ts", { prepared: JSON.stringify(counters) });
}

/** Runs a program in the terminal of `dataDir` until it switches the power off. Rejects with its words when it fails. */
export async function runGuest(dataDir: string, entry: string, assets: Record<string, string>): Promise<void> {
  const terminal = join(dataDir, "terminal");
  mkdirSync(terminal, { recursive: true });
  const bundled = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    target: "es2023",
    banner: { js: ABI_BANNER },
  });
  const encoder = new TextEncoder();
  const machine = new LocalMachine({
    bundle: { code: bundled.outputFiles[0]?.text ?? "" },
    assets: Object.fromEntries(Object.entries(assets).map(([name, text]) => [name, encoder.encode(text)])),
    board: { name: "prepared", title: "Prepared", ports: {}, devices: {} },
    dataDir: terminal,
    clock: { kind: "system" },
    seed: 1,
  });
  const off = new Promise<void>((resolve, reject) => {
    machine.on("power", () => resolve());
    machine.on("crash", ({ words }) => reject(new Error(words)));
  });
  await machine.start();
  await off;
  await machine.cut();
}
