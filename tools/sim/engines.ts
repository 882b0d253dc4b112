/** What a desk's terminal can run on, by name: the engines of platform/node, native `qjs` as a program of its own, a whole virtual machine. */
import { join } from "node:path";
import { nativeQjs } from "../../build/debian.ts";
import { ENGINE_NAMES, type EngineName, isEngineName } from "../../platform/node/engine.ts";
import type { Machine, MachineOptions } from "../../platform/node/machine.ts";
import { NativeMachine, nativeLaunch } from "../../platform/node/native-machine.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { qemuMachine } from "../qemu/qemu.ts";

const NATIVE = "qjs";
const VIRTUAL = "qemu";

export type DeskEngine = EngineName | typeof NATIVE | typeof VIRTUAL;

export const DESK_ENGINES: readonly DeskEngine[] = [...ENGINE_NAMES, NATIVE, VIRTUAL];

/** Throws Error with words when there is no such engine, or native qjs cannot be had. */
export function machineOn(engine: string | undefined): (options: MachineOptions) => Machine {
  if (engine === undefined) return (options) => new WorkerMachine(options);
  if (isEngineName(engine)) return (options) => new WorkerMachine({ ...options, engine });
  if (engine === VIRTUAL) return (options) => qemuMachine(options);
  if (engine !== NATIVE) throw new Error(`there is no engine ${engine}; there are ${DESK_ENGINES.join(", ")}`);
  const program = nativeQjs();
  const module = join(process.env.TAEL_ROOT ?? process.cwd(), "dist", "native.js");
  return (options) => new NativeMachine(options, () => nativeLaunch(options, program, module));
}
