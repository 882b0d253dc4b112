/** What the machine's tests share: a machine with a little guest script, wires that remember, and conditions to wait for. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ABI_BANNER } from "../../../platform/abi.ts";
import { DrivenClock } from "../../../platform/node/clock.ts";
import { LocalMachine } from "../../../platform/node/local.ts";
import type { LogLine, Machine, MachineOptions, SimWires } from "../../../platform/node/machine.ts";
import { WorkerMachine } from "../../../platform/node/worker-machine.ts";

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "tael-node-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A bundle: the banner, a few words for short scripts, then the script. `on` gets the events by name. */
export const bundle = (script: string): { code: string } => ({
  code: `${ABI_BANNER}
const on = {};
globalThis.onDoorEvent = (name, ...args) => { if (on[name]) on[name](...args); };
const say = (words) => door.log(1, String(words));
const attempt = (action) => { try { const result = action(); return result === undefined ? "undefined" : String(result); } catch (error) { return error.name + " " + error.message; } };
const bytes = (...values) => new Uint8Array(values).buffer;
${script}`,
});

export class RememberingWires implements SimWires {
  readonly open = new Set<string>();
  readonly written: [string, number[]][] = [];
  readonly controls: [string, Record<string, unknown>][] = [];
  onWrite: ((wire: string, bytes: Uint8Array) => void) | undefined;

  opened(wire: string): boolean {
    if (wire === "absent") return false;
    this.open.add(wire);
    return true;
  }
  fromTerminal(wire: string, bytes: Uint8Array): void {
    this.written.push([wire, [...bytes]]);
    this.onWrite?.(wire, bytes);
  }
  control(wire: string, request: Record<string, unknown>): void {
    this.controls.push([wire, request]);
  }
  closed(wire: string): void {
    this.open.delete(wire);
  }
}

export interface Bench {
  machine: Machine;
  wires: RememberingWires;
  clock: DrivenClock;
  dataDir: string;
  log: LogLine[];
  /** What the guest said, in order. */
  said: string[];
}

export type Kind = "local" | "worker";

export function bench(script: string, options: Partial<MachineOptions> = {}, kind: Kind = "local"): Bench {
  const wires = new RememberingWires();
  const clock = new DrivenClock();
  clock.setWall(Date.parse("2026-11-21T09:00:00+08:00"));
  const dataDir = options.dataDir ?? temporaryDirectory();
  const log: LogLine[] = [];
  const said: string[] = [];
  const all: MachineOptions = {
    bundle: bundle(script),
    assets: {},
    board: {
      ports: {
        wire: { kind: "sim", wire: "wire" },
        other: { kind: "sim", wire: "other" },
        absent: { kind: "sim", wire: "absent" },
      },
    },
    clock: { kind: "driven", shared: clock.shared },
    wires,
    ...options,
    dataDir,
  };
  const machine = kind === "local" ? new LocalMachine(all) : new WorkerMachine(all);
  machine.on("log", (line) => {
    log.push(line);
    if (line.level === "info") said.push(line.words);
  });
  onTestFinished(() => machine.cut());
  return { machine, wires, clock, dataDir, log, said };
}

/** Resolves when the condition holds; asked after every event of the machine. */
export function until(machine: Machine, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return;
      for (const off of offs) off();
      resolve();
    };
    const offs = [machine.on("status", look), machine.on("log", look), machine.on("crash", look), machine.on("power", look)];
    look();
  });
}

export const quiet = (machine: Machine): Promise<void> => until(machine, () => machine.status.quiet);
