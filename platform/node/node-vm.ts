/**
 * The bundle in Node's own V8, for debuggers, coverage and speed. Not a fence: a hostile bundle can leave it, and it has no memory limit.
 * Same prelude, same door, same jobs.
 */
import { types } from "node:util";
import { Script, createContext, type Context } from "node:vm";
import { CALLS, type CallName } from "../abi.ts";
import { type Engine, type EngineOptions, FOREIGN, type FromGuest, type ToGuest } from "./engine.ts";
import { GuestFailure, Stopped, wordsOf } from "./errors.ts";
import { PRELUDE } from "./prelude.ts";

interface Helpers {
  adopt(bytes: ArrayBuffer): ArrayBuffer;
  fail(name: string, message: string): Error;
  dispatch(event: string, args: readonly unknown[]): void;
}

const DISPATCH = new Script("__dispatch()", { filename: "dispatch.js" });

export async function createNodeVm(options: EngineOptions): Promise<Engine> {
  return new NodeVm(options);
}

class NodeVm implements Engine {
  readonly name = `V8 ${process.versions.v8}`;
  readonly #context: Context;
  readonly #helpers: Helpers;
  readonly #options: EngineOptions;
  #next: { name: string; args: readonly unknown[] } = { name: "", args: [] };

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#context = createContext({}, { name: "firmware", microtaskMode: "afterEvaluate" });
    this.#helpers = new Script(PRELUDE, { filename: "prelude.js" }).runInContext(this.#context) as Helpers;
    const door: Record<string, unknown> = {};
    for (const name of Object.keys(CALLS) as CallName[]) door[name] = (...args: unknown[]) => this.#call(name, args);
    const fixed = { enumerable: false, configurable: false, writable: false };
    Object.defineProperty(this.#context, "door", { ...fixed, value: Object.freeze(door) });
    const dispatch = () => this.#helpers.dispatch(this.#next.name, this.#next.args);
    Object.defineProperty(this.#context, "__dispatch", { ...fixed, value: dispatch });
  }

  evaluate(code: string, file: string): void {
    this.#run(() => new Script(code, { filename: file }));
  }

  event(name: string, args: readonly ToGuest[]): void {
    if (typeof this.#context.onDoorEvent !== "function") throw new GuestFailure("error", "the bundle has no onDoorEvent", "");
    this.#next = { name, args: args.map((value) => this.#toGuest(value)) };
    this.#run(() => DISPATCH);
  }

  usedBytes(): number {
    return process.memoryUsage().heapUsed;
  }

  image(): undefined {
    return undefined;
  }

  dispose(): undefined {}

  /** Promise jobs of the guest run at the end of the script, within the same timeout. Node starts a thread for each timeout: none without a limit. */
  #run(script: () => Script): void {
    const { eventLimitMs } = this.#options;
    const limit = Number.isFinite(eventLimitMs) ? { timeout: Math.max(1, Math.ceil(eventLimitMs)) } : {};
    this.#guarded(() => script().runInContext(this.#context, limit));
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      const thrown = error as { name?: unknown; message?: unknown; stack?: unknown; code?: unknown } | undefined | null;
      if (thrown?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") throw new GuestFailure("runaway", "the event limit is reached", "");
      const isError = typeof thrown === "object" && thrown !== null;
      const words = isError ? `${String(thrown.name)}: ${String(thrown.message)}` : String(error);
      throw new GuestFailure("error", words, isError ? String(thrown.stack ?? "") : "");
    }
  }

  #call(name: CallName, args: unknown[]): unknown {
    try {
      return this.#toGuest(this.#options.call(name, args.map(fromGuest)));
    } catch (error) {
      // This engine cannot end a guest in the middle: one that goes on after its end, and logs what it caught, must not throw out of a job.
      if (name === "log" && error instanceof Stopped) return undefined;
      throw this.#helpers.fail(error instanceof Error ? error.name : "Error", wordsOf(error));
    }
  }

  #toGuest(value: ToGuest): unknown {
    if (!(value instanceof Uint8Array)) return value;
    return this.#helpers.adopt(new Uint8Array(value).buffer);
  }
}

function fromGuest(value: unknown): FromGuest {
  if (value === undefined || typeof value === "number" || typeof value === "string") return value;
  if (types.isArrayBuffer(value)) return new Uint8Array(value).slice();
  return FOREIGN;
}
