/**
 * QuickJS-ng on WASI (package quickjs-wasi): a second house's engine, which can also start from bytecode and from a picture of its memory.
 * Bytecode and pictures are trusted as the engine itself is: whoever hands them in vouches for them.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CompileFlags, JSException, type JSValueHandle, MAX_STACK_SIZE, QuickJS, type QuickJSOptions } from "quickjs-wasi";
import { CALLS, type CallName } from "../abi.ts";
import { type Engine, type EngineOptions, FOREIGN, type FromGuest, type ToGuest } from "./engine.ts";
import { GuestFailure, wordsOf } from "./errors.ts";
import { PRELUDE } from "./prelude.ts";

let compiled: Promise<WebAssembly.Module> | undefined;

function compiledModule(): Promise<WebAssembly.Module> {
  compiled ??= WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm")));
  return compiled;
}

/** What makes an engine of these options; the library's own limits are told of below. */
async function libraryOptions(options: EngineOptions, stop: { now: boolean }): Promise<QuickJSOptions> {
  return {
    wasm: await compiledModule(),
    memoryLimit: options.memoryLimitBytes,
    maxStackSize: Math.min(options.stackLimitBytes, MAX_STACK_SIZE),
    timezoneOffset: 0,
    interruptHandler: () => {
      stop.now ||= options.shouldStop();
      return stop.now;
    },
  };
}

export async function createQuickJsWasi(options: EngineOptions): Promise<QuickJsWasi> {
  const stop = { now: false };
  const vm = await QuickJS.create(await libraryOptions(options, stop));
  const helpers = vm.evalCode(PRELUDE, "prelude.js");
  vm.defineProp(vm.global, HELPERS, helpers, { enumerable: false, configurable: true, writable: false });
  helpers.dispose();
  const door = vm.newObject();
  for (const name of Object.keys(CALLS) as CallName[]) {
    const call = vm.newFunction(name, () => vm.undefined);
    vm.defineProp(door, name, call, { enumerable: true, configurable: false, writable: false });
    call.dispose();
  }
  vm.defineProp(vm.global, "door", door, { enumerable: false, configurable: false, writable: false });
  door.dispose();
  return new QuickJsWasi(vm, options, stop);
}

/** An engine that goes on where the one stood of which `picture` was taken with `QuickJsWasi.picture`. */
export async function restoreQuickJsWasi(picture: Uint8Array, options: EngineOptions): Promise<QuickJsWasi> {
  const stop = { now: false };
  const snapshot = QuickJS.deserializeSnapshot(picture);
  return new QuickJsWasi(await QuickJS.restore(snapshot, await libraryOptions(options, stop)), options, stop);
}

/** Bytecode of a bundle for `QuickJsWasi.start`. Places in traces are kept, the source is not. Throws when the code does not compile. */
export async function bytecodeOf(code: string, file: string): Promise<Uint8Array> {
  using vm = await QuickJS.create({ wasm: await compiledModule(), timezoneOffset: 0 });
  return vm.compile(code, file, 0, CompileFlags.STRIP_SOURCE);
}

/** Where the helpers stand while no engine object holds them: they must survive a picture, and the guest is not to find them. */
const HELPERS = "__helpers";
const MAX_ERROR_CHARS = 8192;

export class QuickJsWasi implements Engine {
  readonly name: string;
  readonly #vm: QuickJS;
  readonly #options: EngineOptions;
  readonly #stop: { now: boolean };
  readonly #helpers: JSValueHandle;
  readonly #measure: JSValueHandle;

  /** Made by the functions above. */
  constructor(vm: QuickJS, options: EngineOptions, stop: { now: boolean }) {
    this.#vm = vm;
    this.#options = options;
    this.#stop = stop;
    this.name = `QuickJS-ng ${vm.versions.quickjs} (WASI)`;
    this.#helpers = vm.global.getProp(HELPERS);
    vm.evalCode(`delete globalThis.${HELPERS}`).dispose();
    this.#measure = this.#helpers.getProp("measure");
    for (const name of Object.keys(CALLS) as CallName[]) {
      vm.unregisterHostCallback(name);
      vm.registerHostCallback(name, (...args) => this.#call(name, args));
    }
  }

  evaluate(code: string, file: string): void {
    this.#guarded(() => this.#vm.evalCode(code, file).dispose());
  }

  /** As `evaluate`, from what `bytecodeOf` made of the code. */
  start(bytecode: Uint8Array): void {
    this.#guarded(() => this.#vm.evalBytecode(bytecode).dispose());
  }

  event(name: string, args: readonly ToGuest[]): void {
    this.#guarded(() => {
      using handler = this.#vm.global.getProp("onDoorEvent");
      if (!handler.isFunction) throw new GuestFailure("error", "the bundle has no onDoorEvent", "");
      const handles = [this.#vm.newString(name), ...args.map((value) => this.#toGuest(value))];
      try {
        this.#vm.callFunction(handler, this.#vm.undefined, ...handles).dispose();
      } finally {
        for (const handle of handles) handle.dispose();
      }
    });
  }

  usedBytes(): number {
    return this.#vm.getMemoryUsage().memoryUsedSize;
  }

  image(): Uint8Array {
    return new Uint8Array(this.#vm._getMemory().buffer).slice();
  }

  /** The whole engine, to go on from another time. Not while the guest runs. */
  picture(): Uint8Array {
    const { global } = this.#vm;
    this.#vm.defineProp(global, HELPERS, this.#helpers, { enumerable: false, configurable: true, writable: false });
    const bytes = QuickJS.serializeSnapshot(this.#vm.snapshot());
    this.#vm.evalCode(`delete globalThis.${HELPERS}`).dispose();
    return bytes;
  }

  /** The memory goes as a whole; what the guest left in it is not looked at. */
  dispose(): undefined {
    this.#stop.now = true;
    this.#vm.dispose();
  }

  #call(name: CallName, args: JSValueHandle[]): JSValueHandle {
    try {
      return this.#toGuest(
        this.#options.call(
          name,
          args.map((handle) => this.#fromGuest(handle)),
        ),
      );
    } catch (error) {
      this.#stop.now ||= this.#options.shouldStop();
      // The library hands the guest a copy with our stack in it, which is none of the guest's business.
      throw Object.assign(new Error(wordsOf(error).slice(0, MAX_ERROR_CHARS)), {
        name: error instanceof Error ? error.name : "Error",
        stack: "",
      });
    }
  }

  #fromGuest(handle: JSValueHandle): FromGuest {
    if (handle.isUndefined) return undefined;
    if (handle.isNumber) return handle.toNumber();
    if (handle.isString) return handle.toString();
    if (!handle.isArrayBuffer) return FOREIGN;
    using length = this.#vm.callFunction(this.#measure, this.#vm.undefined, handle);
    const count = length.toNumber();
    if (count < 0) return FOREIGN;
    return count === 0 ? new Uint8Array(0) : new Uint8Array(handle.toArrayBuffer());
  }

  #toGuest(value: ToGuest): JSValueHandle {
    if (value === undefined) return this.#vm.undefined;
    if (typeof value === "number") return this.#vm.newNumber(value);
    if (typeof value === "string") return this.#vm.newString(value.replaceAll("\0", "\uFFFD"));
    return this.#vm.newArrayBuffer(value);
  }

  /** Whatever leaves the engine other than an exception of the guest means that it is broken: no room, no stack, a trap. */
  #guarded(run: () => void): void {
    try {
      run();
      this.#runJobs();
    } catch (error) {
      if (error instanceof GuestFailure) throw error;
      if (error instanceof JSException) throw this.#failure(error);
      this.#stop.now = true;
      throw new GuestFailure("engine", `the engine broke: ${wordsOf(error)}`, "");
    }
  }

  #runJobs(): void {
    const wasm = this.#vm._getExports();
    while (!this.#stop.now && wasm.qjs_is_job_pending() !== 0) {
      // Jobs too short to be asked in the middle are asked in between.
      this.#stop.now ||= this.#options.shouldStop();
      if (wasm.qjs_execute_pending_job() < 0 && !this.#stop.now) throw new JSException(this.#vm.getException());
    }
  }

  #failure(thrown: JSException): GuestFailure {
    const words = this.#stop.now ? "stopped" : `${thrown.name || "Error"}: ${thrown.message}`;
    const stack = this.#stop.now ? "" : (thrown.stack ?? "");
    thrown.dispose();
    return new GuestFailure("error", words.slice(0, MAX_ERROR_CHARS), stack.slice(0, MAX_ERROR_CHARS));
  }
}
