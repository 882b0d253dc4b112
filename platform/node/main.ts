/**
 * A terminal on real ports with the system clock, no simulator:
 *   node build/run.mjs platform/node/main.ts --board FILE --data DIR --assets dist/assets
 * Exit status 0 after halt or a signal, 1 when the firmware cannot run, 2 for wrong arguments.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ENGINE_NAMES, type EngineName, isEngineName } from "./engine.ts";
import { wordsOf } from "./errors.ts";
import type { MachineOptions } from "./machine.ts";
import { serve } from "./service.ts";
import { WorkerMachine } from "./worker-machine.ts";

const USAGE = `usage: main.ts --board FILE --data DIR [--assets DIR] [--profile FILE] [--bundle FILE] [--serial NUMBER] [--engine NAME]
  --board FILE    board profile (JSON)
  --data DIR      where the terminal keeps its store, sealing key, log and crash reports
  --assets DIR    fonts and tables (default: dist/assets)
  --profile FILE  merchant and terminal profile (JSON), the asset profile.json
  --bundle FILE   the firmware (default: dist/firmware.js; its source map is FILE.map)
  --serial N      machine number
  --engine NAME   ${ENGINE_NAMES.join(", ")} (default: quickjs; node-vm is for a debugger)`;

interface Arguments {
  board: string;
  data: string;
  assets: string;
  bundle: string;
  profile?: string;
  serial?: string;
  engine?: EngineName;
}

const root = process.env.TAEL_ROOT ?? process.cwd();

function readArguments(): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { board: text, data: text, assets: text, profile: text, bundle: text, serial: text, engine: text },
  });
  const { board, data, engine } = values;
  if (board === undefined || data === undefined) throw new Error("--board and --data are needed");
  if (engine !== undefined && !isEngineName(engine)) throw new Error(`there is no engine ${engine}`);
  const assets = values.assets ?? join(root, "dist/assets");
  const bundle = values.bundle ?? join(root, "dist/firmware.js");
  return { ...values, board, data, assets, bundle, engine };
}

function readOptions(given: Arguments): MachineOptions {
  const board = readFileSync(given.board);
  const assets: Record<string, Uint8Array> = { "board.json": Uint8Array.from(board) };
  for (const file of readdirSync(given.assets, { withFileTypes: true })) {
    if (file.isFile()) assets[file.name] ??= Uint8Array.from(readFileSync(join(given.assets, file.name)));
  }
  if (given.profile !== undefined) assets["profile.json"] = Uint8Array.from(readFileSync(given.profile));
  const map = `${given.bundle}.map`;
  return {
    bundle: { code: readFileSync(given.bundle, "utf8"), map: existsSync(map) ? readFileSync(map, "utf8") : undefined },
    assets,
    board: JSON.parse(board.toString()),
    dataDir: given.data,
    clock: { kind: "system" },
    facts: given.serial === undefined ? {} : { serial: given.serial },
    engine: given.engine,
  };
}

let given: Arguments;
try {
  given = readArguments();
} catch (error) {
  console.error(`${wordsOf(error)}\n${USAGE}`);
  process.exit(2);
}
try {
  await serve(new WorkerMachine(readOptions(given)));
} catch (error) {
  console.error(wordsOf(error));
  process.exit(1);
}
