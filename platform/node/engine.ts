/**
 * What the machine needs of a JavaScript engine; quickjs.ts is the real one, node-vm.ts the one for debuggers and coverage. An engine
 * lives for one power-on: whatever goes wrong in it, it is thrown away and a fresh one made.
 */
import type { CallName } from "../abi.ts";

/** Stands for a guest value that has no kind in the table (object, function, symbol …); no check accepts it. */
export const FOREIGN = Symbol("foreign value");
export type FromGuest = undefined | number | string | Uint8Array | typeof FOREIGN;
export type ToGuest = undefined | number | string | Uint8Array;

export interface EngineOptions {
  memoryLimitBytes: number;
  stackLimitBytes: number;
  /** Longest run without a break, ms; engines that cannot ask `shouldStop` while they run use it as a timeout. */
  eventLimitMs: number;
  /** Works off a call of the guest; what it throws is thrown in the guest. */
  call(name: CallName, args: readonly FromGuest[]): ToGuest;
  /** Asked often while the guest runs; true ends it at once, and the guest cannot catch it. */
  shouldStop(): boolean;
}

export interface Engine {
  /** Name and version, for the facts. */
  readonly name: string;
  /** Runs a script and its jobs. Like all that run the guest, throws GuestFailure, and never anything else. */
  evaluate(code: string, file: string): void;
  /** Calls `globalThis.onDoorEvent`, then runs jobs until none is left. */
  event(name: string, args: readonly ToGuest[]): void;
  /** Memory the guest has allocated, bytes. */
  usedBytes(): number;
  /** Copy of the engine's whole memory; undefined where the engine has none of its own. */
  image(): Uint8Array | undefined;
  /** Words when values of the guest were left behind that nobody could free: a mistake of ours, unless the guest was stopped in the middle. */
  dispose(): string | undefined;
}

export type CreateEngine = (options: EngineOptions) => Promise<Engine>;
export type EngineName = "quickjs" | "node-vm";

/** Engines by name, loaded when first used. */
export const ENGINES: Record<EngineName, () => Promise<CreateEngine>> = {
  quickjs: async () => (await import("./quickjs.ts")).createQuickJs,
  "node-vm": async () => (await import("./node-vm.ts")).createNodeVm,
};

/** The name the bundle has in stack traces. */
export const BUNDLE_FILE = "firmware.js";
