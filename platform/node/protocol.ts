/** Messages between a WorkerMachine and its worker. */
import type { PortSpec } from "./board.ts";
import type { LogLine, MachineOptions, MachineStatus } from "./machine.ts";
import type { PortEvents } from "./ports/port.ts";

/** What the worker is started with; the wires and listeners stay with the owner. */
export interface WorkerStart {
  options: Omit<MachineOptions, "wires" | "files" | "slotFiles" | "watchdogMs">;
  powerOn: number;
  /** Where the owner puts the answer to a call the worker waits for: see ./waiting.ts. */
  answers: SharedArrayBuffer;
}

export type PortEventMessage = { [E in keyof PortEvents]: { event: E; args: Parameters<PortEvents[E]> } }[keyof PortEvents];

/** Owner → worker. Those marked `counted` may give the guest work; the worker tells how many it has worked off. */
export type ToWorker =
  | { kind: "port-event"; id: number; happened: PortEventMessage }
  | { kind: "port-warning"; id: number; words: string }
  | { kind: "wake" }
  | { kind: "memory"; id: number; withImage: boolean }
  | { kind: "cpu"; id: number }
  | { kind: "ping" };

export const isCounted = (message: ToWorker): boolean => message.kind === "port-event" || message.kind === "wake";

/** Worker → owner. `port-open` and `port-control` are waited for. */
export type FromWorker =
  | { kind: "started" }
  | { kind: "refused"; words: string }
  | { kind: "status"; status: MachineStatus; workedOff: number }
  | { kind: "log"; line: LogLine }
  | { kind: "crash"; report: { words: string; stack: string; restarting: boolean } }
  | { kind: "power"; action: "restart" | "halt" }
  | { kind: "answer"; id: number; value?: unknown; error?: string }
  | { kind: "pong" }
  | { kind: "port-open"; id: number; name: string; spec: PortSpec; options: Record<string, unknown> }
  | { kind: "port-write"; id: number; bytes: Uint8Array }
  | { kind: "port-control"; id: number; request: Record<string, unknown> }
  | { kind: "port-close"; id: number; cut: boolean };

/** After one of these a status comes. */
export const IMPLIES_STATUS: ReadonlySet<FromWorker["kind"]> = new Set<FromWorker["kind"]>([
  "log",
  "crash",
  "power",
  "port-open",
  "port-write",
  "port-control",
  "port-close",
]);
