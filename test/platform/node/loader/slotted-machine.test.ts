/** The machine around the slots, with machines inside that do what a test says: what the power switch does in the middle of a start. */
import { beforeEach, expect, test } from "vitest";
import { MemoryFiles } from "../../../../platform/node/files.ts";
import { Emitter } from "../../../../platform/node/listeners.ts";
import { SlottedMachine } from "../../../../platform/node/loader/slotted-machine.ts";
import { Slots } from "../../../../platform/node/loader/slots.ts";
import type { Machine, MachineEvents, MachineStatus } from "../../../../platform/node/machine.ts";
import { packageOf } from "./packages.ts";

/** Comes to no end of its start unless told to, as a program of its own does: a cut one says so a while after it is gone. */
class SlowMachine implements Machine {
  readonly #emitter = new Emitter();
  readonly status: MachineStatus = { running: true, quiet: true, wake: undefined, ports: {} };
  settle = { resolve: () => {}, reject: (_: Error) => {} };

  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void {
    return this.#emitter.on(event, listener);
  }
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }
  ask(action: "restart" | "halt"): void {
    this.#emitter.emit("power", action);
  }
  async cut(): Promise<void> {
    setTimeout(() => this.settle.reject(new Error("it ended while it started")), 0);
  }
  toTerminal(): void {}
  closeWire(): void {}
  wake(): void {}
  memory(): Promise<{ usedBytes: number }> {
    return Promise.resolve({ usedBytes: 0 });
  }
  cpuMs(): Promise<number> {
    return Promise.resolve(0);
  }
}

let files: MemoryFiles;
let slots: Slots;
let made: SlowMachine[];
let machine: SlottedMachine;
beforeEach(() => {
  files = new MemoryFiles();
  slots = new Slots(files);
  slots.install(packageOf({ version: "1.0.0" }));
  slots.confirm(slots.choose()!.slot);
  made = [];
  const options = { slotsDir: "slots", slotFiles: files, dataDir: "data", clock: { kind: "system" as const } };
  machine = new SlottedMachine(options, () => {
    const one = new SlowMachine();
    made.push(one);
    return one;
  });
});

test("cut while it starts and switched on again: the start that was cut neither switches the next off nor takes a firmware back", async () => {
  slots.install(packageOf({ version: "1.1.0" }));
  const crashes: string[] = [];
  machine.on("crash", ({ words }) => crashes.push(words));
  const first = machine.start().catch((error: Error) => error.message);
  await machine.cut();
  const second = machine.start();
  expect(await first).toBe("it ended while it started");
  made[1]!.settle.resolve();
  await second;
  expect(machine.status.running).toBe(true);
  expect(crashes).toEqual([]);
  expect(slots.status).toMatchObject({ trial: { slot: "b", left: 1 }, back: undefined });
  await machine.cut();
});

test("cut and switched on while a restart is under way: one machine runs, and it is the last", async () => {
  const started = machine.start();
  made[0]!.settle.resolve();
  await started;
  const crashes: string[] = [];
  machine.on("crash", ({ words }) => crashes.push(words));
  const gone = new Promise<void>((resolve) => machine.on("power", () => resolve()));
  made[0]!.ask("restart");
  await gone;
  await machine.cut();
  const again = machine.start();
  // The restart's own machine ends now.
  await new Promise((resolve) => setTimeout(resolve, 0));
  made.at(-1)!.settle.resolve();
  await again;
  expect(machine.status.running).toBe(true);
  expect(crashes).toEqual([]);
  expect(made).toHaveLength(3);
  await machine.cut();
});
