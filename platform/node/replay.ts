/**
 * Plays a recording back: the bundle gets the recorded events and results, and must make the same calls with the same bytes. The first call
 * that differs is reported; after it nothing can be compared any more.
 */
import { ENGINES, BUNDLE_FILE, type Engine, type EngineName, type FromGuest, type ToGuest } from "./engine.ts";
import { GuestFailure, Stopped } from "./errors.ts";
import { EVENT_LIMIT_MS, MEMORY_LIMIT_BYTES, STACK_LIMIT_MAIN_BYTES } from "./limits.ts";
import { checkBundle } from "./loader/bundle.ts";
import { type Entry, bundleHash, decode, encodeOutput } from "./recording.ts";
import type { CallName } from "../abi.ts";

export interface Difference {
  /** Line of the recording, from 1. */
  line: number;
  expected: string;
  got: string;
}

export interface ReplayResult {
  same: boolean;
  difference?: Difference;
  /** Whether it is the very bundle that was recorded. */
  sameBundle: boolean;
  starts: number;
  events: number;
  calls: number;
}

export interface ReplayOptions {
  code: string;
  /** Text of the recording. */
  recording: string;
  engine?: EngineName;
  memoryLimitBytes?: number;
}

/** Throws Error when the text is no recording, Refused when the bundle is for another door. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  checkBundle(options.code);
  const entries = parse(options.recording);
  const header = entries[0];
  if (header === undefined || !("tael" in header) || header.version !== 1)
    throw new Error("this is not a recording: its first line is no header");
  const player = new Player(entries, options);
  await player.play();
  return {
    ...player.result,
    same: player.result.difference === undefined,
    sameBundle: header.bundle === bundleHash(options.code),
  };
}

function parse(text: string): Entry[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((line, index): Entry[] => {
    try {
      const entry: unknown = JSON.parse(line);
      if (isEntry(entry)) return [entry];
      throw new Error("no entry");
    } catch {
      // A machine that was cut may leave half a line at the end, and nowhere else.
      if (index === lines.length - 1) return [];
      throw new Error(`line ${index + 1} of the recording is damaged`);
    }
  });
}

/** Of a shape that can be played; what it says is compared, not believed. */
function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { args, error, event, call, result } = value as Record<string, unknown>;
  if ("tael" in value || "start" in value || "stop" in value) return true;
  if (!Array.isArray(args) || !args.every(isEncoded)) return false;
  if (typeof event === "string") return true;
  return typeof call === "string" && ("result" in value ? isEncoded(result) : isRefusal(error));
}

const isEncoded = (value: unknown): boolean =>
  value === null || typeof value === "number" || typeof value === "string" || isEncodedBytes(value);

const isEncodedBytes = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (typeof (value as { b64?: unknown }).b64 === "string" || !("b64" in value));

const isRefusal = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { name?: unknown }).name === "string" &&
  typeof (value as { message?: unknown }).message === "string";

class Player {
  readonly #entries: readonly Entry[];
  readonly #options: ReplayOptions;
  readonly result: Omit<ReplayResult, "same" | "sameBundle"> = { starts: 0, events: 0, calls: 0 };
  #at = 1;
  /** The recording has no more for this power-on, or differs: the guest is to stop. */
  #done = false;

  constructor(entries: readonly Entry[], options: ReplayOptions) {
    this.#entries = entries;
    this.#options = options;
  }

  async play(): Promise<void> {
    while (this.#at < this.#entries.length && this.result.difference === undefined) {
      const entry = this.#entries[this.#at];
      if (entry === undefined || !("start" in entry)) {
        this.#differ("a start", describe(entry));
        return;
      }
      this.#at++;
      await this.#playStart();
    }
  }

  async #playStart(): Promise<void> {
    this.result.starts++;
    this.#done = false;
    const engine = await this.#newEngine();
    try {
      this.#step(() => engine.evaluate(this.#options.code, BUNDLE_FILE));
      while (!this.#done) this.#playEvent(engine);
    } finally {
      engine.dispose();
    }
  }

  #playEvent(engine: Engine): void {
    const entry = this.#entries[this.#at];
    if (entry !== undefined && "call" in entry) {
      this.#differ(describe(entry), "no further call");
      return;
    }
    if (entry === undefined || !("event" in entry)) {
      this.#finish();
      return;
    }
    this.#at++;
    this.result.events++;
    this.#step(() => engine.event(entry.event, entry.args.map(decode)));
  }

  /** Past the entry that ends this power-on; a process that was killed has written none. */
  #finish(): void {
    this.#done = true;
    const entry = this.#entries[this.#at];
    if (entry !== undefined && "stop" in entry) this.#at++;
  }

  #step(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (this.#done) return;
      const entry = this.#entries[this.#at];
      if (entry !== undefined && "stop" in entry) {
        this.#finish();
        return;
      }
      this.#differ(describe(entry), error instanceof GuestFailure ? `the guest failed: ${error.message}` : String(error));
    }
  }

  #call(name: CallName, args: readonly FromGuest[]): ToGuest {
    const entry = this.#entries[this.#at];
    if (this.#done || entry === undefined || "stop" in entry) {
      if (!this.#done) this.#finish();
      throw new Stopped("the recording ends here");
    }
    const got = { call: name, args: args.map(encodeOutput) };
    const expected = "call" in entry ? { call: entry.call, args: entry.args } : entry;
    if (JSON.stringify(expected) !== JSON.stringify(got) || !("call" in entry)) {
      this.#differ(describe(entry), describe(got));
      throw new Stopped("the recording differs");
    }
    this.#at++;
    this.result.calls++;
    if ("result" in entry) return decode(entry.result);
    // The call that switched the machine off or started it again never returned.
    if (entry.error.name === "Stopped") this.#finish();
    throw Object.assign(new Error(entry.error.message), { name: entry.error.name });
  }

  #differ(expected: string, got: string): void {
    this.#done = true;
    this.result.difference ??= { line: this.#at + 1, expected, got };
  }

  async #newEngine(): Promise<Engine> {
    const create = await ENGINES[this.#options.engine ?? "quickjs"]();
    return create({
      memoryLimitBytes: this.#options.memoryLimitBytes ?? MEMORY_LIMIT_BYTES,
      stackLimitBytes: STACK_LIMIT_MAIN_BYTES,
      eventLimitMs: EVENT_LIMIT_MS,
      call: (name, args) => this.#call(name, args),
      shouldStop: () => this.#done,
    });
  }
}

const describe = (entry: object | undefined): string => (entry === undefined ? "the end" : JSON.stringify(entry).slice(0, 400));
