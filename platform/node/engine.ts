/**
 * What the machine needs of a JavaScript engine. An engine lives for one power-on: whatever goes wrong in it, it is thrown away and a
 * fresh one made.
 */
import type { CallName } from "../abi.ts";
import type { FromGuest, ToGuest } from "./values.ts";

export { BUNDLE_FILE, FOREIGN, type FromGuest, type ToGuest } from "./values.ts";

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
/**
 * Engines by name, loaded when first used. `quickjs` is the terminal's; `quickjs-ng` and `quickjs-wasi` are other houses' builds, `qjs` a native
 * program; `node-vm` is for debuggers and coverage. The same bundle does the same on all of them.
 */
export const ENGINES = {
  quickjs: async () => (await import("./quickjs.ts")).quickJs("quickjs"),
  "quickjs-ng": async () => (await import("./quickjs.ts")).quickJs("quickjs-ng"),
  "quickjs-wasi": async () => (await import("./quickjs-wasi.ts")).createQuickJsWasi,
  "node-vm": async () => (await import("./node-vm.ts")).createNodeVm,
} satisfies Record<string, () => Promise<CreateEngine>>;

export type EngineName = keyof typeof ENGINES;

export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[];

export const isEngineName = (name: string): name is EngineName => Object.hasOwn(ENGINES, name);
