/** QuickJS in wasm, synchronous, on either build of quickjs-builds.ts. Each engine has a wasm memory of its own. */
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { CALLS, type CallName } from "../abi.ts";
import { type CreateEngine, type Engine, type EngineOptions, FOREIGN, type FromGuest, type ToGuest } from "./engine.ts";
import { GuestFailure, wordsOf } from "./errors.ts";
import { PRELUDE } from "./prelude.ts";
import { BUILDS, type BuildName, compiledModule } from "./quickjs-builds.ts";

const PAGE_BYTES = 65_536;
/** What the wasm module starts with. */
const INITIAL_PAGES = 256;

/** The engine of a build; the compiled module is shared, as it holds no guest memory. */
export function quickJs(build: BuildName): CreateEngine {
  return async (options) => createQuickJsOf(await compiledModule(build), options, undefined, build);
}

/**
 * The limit is the size of the wasm memory. QuickJS's own limit does not hold here: in wasm it cannot ask how large an allocation became, and
 * counts eight bytes for each. `wasmModule` may be an altered one of the build; `sees` is handed the engine's memory before anything runs in it.
 */
export async function createQuickJsOf(
  wasmModule: WebAssembly.Module,
  options: EngineOptions,
  sees?: (memory: WebAssembly.Memory) => void,
  build: BuildName = "quickjs",
): Promise<Engine> {
  const maximum = Math.max(INITIAL_PAGES, Math.floor(options.memoryLimitBytes / PAGE_BYTES));
  const wasmMemory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum });
  sees?.(wasmMemory);
  const { name, variant } = BUILDS[build];
  const made = newVariant(await variant(), { wasmModule, wasmMemory, log: () => {} });
  return new QuickJs(await newQuickJSWASMModuleFromVariant(made), options, name);
}

/** Guest text of an error is not trusted: bounded before it goes anywhere. */
const MAX_ERROR_CHARS = 8192;

/** A guest that has not even this much left cannot be told so; it is ended. */
const LEAST_ROOM_BYTES = 8192;

const NULL_POINTER = 0;

class QuickJs implements Engine {
  readonly name: string;
  readonly #module: QuickJSWASMModule;
  readonly #options: EngineOptions;
  readonly #runtime: QuickJSRuntime;
  readonly #vm: QuickJSContext;
  readonly #measure: QuickJSHandle;
  readonly #quote: QuickJSHandle;
  readonly #adopt: QuickJSHandle;
  readonly #fail: QuickJSHandle;
  readonly #room: QuickJSHandle;
  /** Nothing of the guest runs any more. */
  #stopped = false;
  #exhausted = false;

  constructor(module: QuickJSWASMModule, options: EngineOptions, name: string) {
    this.name = name;
    this.#module = module;
    this.#options = options;
    this.#runtime = module.newRuntime({
      maxStackSizeBytes: options.stackLimitBytes,
      interruptHandler: () => {
        this.#stopped ||= options.shouldStop();
        return this.#stopped;
      },
    });
    this.#vm = this.#runtime.newContext();
    const helpers = this.#vm.unwrapResult(this.#vm.evalCode(PRELUDE, "prelude.js", { type: "global" }));
    this.#measure = this.#vm.getProp(helpers, "measure");
    this.#quote = this.#vm.getProp(helpers, "quote");
    this.#adopt = this.#vm.getProp(helpers, "adopt");
    this.#fail = this.#vm.getProp(helpers, "fail");
    this.#room = this.#vm.getProp(helpers, "room");
    helpers.dispose();
    this.#installDoor();
  }

  evaluate(code: string, file: string): void {
    this.#guarded(() => {
      this.#settle(this.#vm.evalCode(code, file, { type: "global" }));
      this.#runJobs();
    });
  }

  event(name: string, args: readonly ToGuest[]): void {
    this.#guarded(() => {
      const handler = this.#vm.getProp(this.#vm.global, "onDoorEvent");
      const handles = [this.#vm.newString(name), ...args.map((value) => this.#toGuest(value))];
      try {
        if (this.#vm.typeof(handler) !== "function") throw new GuestFailure("error", "the bundle has no onDoorEvent", "");
        this.#settle(this.#vm.callFunction(handler, this.#vm.undefined, handles));
      } finally {
        for (const handle of [handler, ...handles]) handle.dispose();
      }
      this.#runJobs();
    });
  }

  usedBytes(): number {
    const usage = this.#runtime.computeMemoryUsage();
    try {
      return Number((this.#vm.dump(usage) as { memory_used_size?: number }).memory_used_size ?? 0);
    } finally {
      usage.dispose();
    }
  }

  image(): Uint8Array {
    return new Uint8Array(this.#module.getWasmMemory().buffer).slice();
  }

  dispose(): string | undefined {
    // A stopped or broken guest leaves values behind, and freeing the runtime would abort on them. The wasm memory as a whole is
    // given back when nobody refers to it any more.
    if (this.#stopped) return undefined;
    this.#stopped = true;
    try {
      for (const handle of [this.#measure, this.#quote, this.#adopt, this.#fail, this.#room]) handle.dispose();
      this.#vm.dispose();
      this.#runtime.dispose();
      return undefined;
    } catch (error) {
      return `the engine was left with values that nobody frees: ${wordsOf(error)}`;
    }
  }

  #installDoor(): void {
    const door = this.#vm.newObject();
    for (const name of Object.keys(CALLS) as CallName[]) {
      const handle = this.#vm.newFunction(name, (...args) => this.#call(name, args));
      this.#vm.defineProp(door, name, { value: handle, enumerable: true, configurable: false });
      handle.dispose();
    }
    this.#vm.defineProp(this.#vm.global, "door", { value: door, enumerable: false, configurable: false });
    door.dispose();
  }

  #call(name: CallName, args: QuickJSHandle[]): QuickJSHandle | { error: QuickJSHandle } {
    try {
      return this.#toGuest(
        this.#options.call(
          name,
          args.map((handle) => this.#fromGuest(handle)),
        ),
      );
    } catch (error) {
      // A call that ends the guest (power, cut) is followed by the interrupt, which the guest cannot catch.
      this.#stopped ||= this.#options.shouldStop();
      return { error: this.#newError(error) };
    }
  }

  #newError(error: unknown): QuickJSHandle {
    const name = this.#toGuest(error instanceof Error ? error.name : "Error");
    const message = this.#toGuest(wordsOf(error).slice(0, MAX_ERROR_CHARS));
    const made = this.#vm.callFunction(this.#fail, this.#vm.undefined, name, message);
    name.dispose();
    message.dispose();
    return made.error ?? made.value;
  }

  #fromGuest(handle: QuickJSHandle): FromGuest {
    const type = this.#vm.typeof(handle);
    if (type === "undefined") return undefined;
    if (type === "number") return this.#vm.getNumber(handle);
    if (type === "string") return this.#text(handle);
    if (type !== "object") return FOREIGN;
    const length = this.#ask(this.#measure, handle, (answer) => this.#vm.getNumber(answer));
    if (length < 0) return FOREIGN;
    if (length === 0) return new Uint8Array(0);
    const copy = this.#vm.getArrayBuffer(handle);
    const bytes = copy.value.slice();
    copy.dispose();
    return bytes;
  }

  #text(handle: QuickJSHandle): string {
    const text = this.#vm.getString(handle);
    const length = this.#ask(this.#measure, handle, (answer) => this.#vm.getNumber(answer));
    if (text.length === length) return text;
    // C strings end at a NUL and cannot carry half a surrogate pair; JSON escapes both.
    return JSON.parse(this.#ask(this.#quote, handle, (answer) => this.#vm.getString(answer))) as string;
  }

  #ask<T>(helper: QuickJSHandle, handle: QuickJSHandle, read: (answer: QuickJSHandle) => T): T {
    const result = this.#vm.callFunction(helper, this.#vm.undefined, handle);
    if (result.error) {
      result.error.dispose();
      throw new Error("the guest is out of memory or stack");
    }
    const answer = read(result.value);
    result.value.dispose();
    return answer;
  }

  #toGuest(value: ToGuest): QuickJSHandle {
    if (value === undefined) return this.#vm.undefined;
    if (typeof value === "number") return this.#vm.newNumber(value);
    if (typeof value === "string") {
      this.#needRoom(value.length * 8);
      return this.#vm.newString(value.replaceAll("\0", "\uFFFD"));
    }
    this.#needRoom(value.length * 2);
    const outside = this.#vm.newArrayBuffer(value as unknown as ArrayBuffer);
    const result = this.#vm.callFunction(this.#adopt, this.#vm.undefined, outside);
    outside.dispose();
    if (result.error) {
      const words = this.#describe(result.error).words;
      result.error.dispose();
      throw new Error(words);
    }
    return result.value;
  }

  /**
   * The library does not look whether the wasm heap has room for what it copies in, and would write over the guest. Taking the room
   * once and giving it back shows that it is there.
   */
  #needRoom(bytes: number): void {
    const count = this.#vm.newNumber(bytes + LEAST_ROOM_BYTES);
    const result = this.#vm.callFunction(this.#room, this.#vm.undefined, count);
    count.dispose();
    if (!result.error) {
      result.value.dispose();
      return;
    }
    result.error.dispose();
    if (bytes <= LEAST_ROOM_BYTES) this.#giveUp();
    throw new OutOfMemory();
  }

  /** Nothing more can be told to this guest, nor learnt from it. */
  #giveUp(): never {
    this.#exhausted = true;
    this.#stopped = true;
    throw new OutOfMemory();
  }

  #runJobs(): void {
    for (;;) {
      const result = this.#runtime.executePendingJobs();
      if (result.error) {
        const { words, stack } = this.#describe(result.error);
        result.error.dispose();
        throw new GuestFailure("error", words, stack);
      }
      if (this.#stopped) return;
      if (result.value > 0) continue;
      // Without memory for a job's result the library counts no job at all.
      if (this.#runtime.hasPendingJob()) this.#giveUp();
      return;
    }
  }

  #settle(result: { error?: QuickJSHandle | undefined; value?: QuickJSHandle }): void {
    if (!result.error) {
      // The engine had no memory left to say how it went, not even that it failed; the library takes that for success.
      if (Number(result.value?.value) === NULL_POINTER) this.#giveUp();
      result.value?.dispose();
      return;
    }
    const failure = this.#stopped ? { words: "stopped", stack: "" } : this.#describe(result.error);
    result.error.dispose();
    throw new GuestFailure("error", failure.words, failure.stack);
  }

  /** Reads an error the guest threw: anything at all, with getters that run guest code; the event limit still holds. */
  #describe(error: QuickJSHandle): { words: string; stack: string } {
    const read = (key: string): string => {
      const handle = this.#vm.getProp(error, key);
      try {
        return this.#vm.typeof(handle) === "string" ? this.#vm.getString(handle).slice(0, MAX_ERROR_CHARS) : "";
      } finally {
        handle.dispose();
      }
    };
    if (this.#vm.typeof(error) === "string") return { words: this.#vm.getString(error).slice(0, MAX_ERROR_CHARS), stack: "" };
    if (this.#vm.typeof(error) !== "object") return { words: `the guest threw a ${this.#vm.typeof(error)}`, stack: "" };
    const words = `${read("name") || "Error"}: ${read("message")}`;
    return { words, stack: read("stack") };
  }

  /** Whatever leaves the engine other than a GuestFailure (a RangeError of the wasm stack, an abort) means that it is broken. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (this.#exhausted || error instanceof OutOfMemory) throw outOfMemory();
      if (error instanceof GuestFailure) throw error;
      this.#stopped = true;
      throw new GuestFailure("engine", `the engine broke: ${wordsOf(error)}`, "");
    }
    if (this.#exhausted) throw outOfMemory();
  }
}

class OutOfMemory extends Error {
  override readonly name = "InternalError";
  constructor() {
    super("out of memory");
  }
}

const outOfMemory = (): GuestFailure => new GuestFailure("error", "InternalError: out of memory", "");
