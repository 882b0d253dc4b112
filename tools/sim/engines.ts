/** Engines a desk's terminal can run on, by name: those of platform/node, and native `qjs` as a program of its own. */
import { join } from "node:path";
import { nativeQjs } from "../../build/debian.ts";
import { ENGINE_NAMES, type EngineName, isEngineName } from "../../platform/node/engine.ts";
import type { Machine, MachineOptions } from "../../platform/node/machine.ts";
import { NativeMachine } from "../../platform/node/native-machine.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";

const NATIVE = "qjs";

export type DeskEngine = EngineName | typeof NATIVE;

export const DESK_ENGINES: readonly DeskEngine[] = [...ENGINE_NAMES, NATIVE];

/** Throws Error with words when there is no such engine, or native qjs cannot be had. */
export function machineOn(engine: string | undefined): (options: MachineOptions) => Machine {
  if (engine === undefined) return (options) => new WorkerMachine(options);
  if (isEngineName(engine)) return (options) => new WorkerMachine({ ...options, engine });
  if (engine !== NATIVE) throw new Error(`there is no engine ${engine}; there are ${DESK_ENGINES.join(", ")}`);
  const program = nativeQjs();
  const module = join(process.env.TAEL_ROOT ?? process.cwd(), "dist", "native.js");
  return (options) => new NativeMachine(options, program, module);
}
