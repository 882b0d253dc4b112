/** Random days on several processes: each plays every n-th seed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { root } from "../firmware.ts";
import type { DayLine } from "./worker.ts";

export interface Days {
  /** In the order they ended. */
  days: DayLine[];
  /** Why a process ended before its time, in words. */
  broken: string[];
}

export interface DaysOptions {
  seed: number;
  count: number;
  processes: number;
  /** Real ms after which no new day begins. */
  ms: number;
  /** Another firmware. */
  bundleFile?: string;
  /** At the first day that goes wrong everybody stops. */
  untilFound?: boolean;
  told?: (day: DayLine, sofar: number) => void;
}

/** V8 as it is quickest with programs that live for a second: every power-on of the terminal is one. */
const FLAGS = [
  ...["--always-sparkplug", "--min-semi-space-size=64", "--max-semi-space-size=64", "--single-threaded-gc"],
  ...["--max-old-space-size=512", "--enable-source-maps"],
];
/** A day takes a second at most; a process that has said nothing for so long turns without end inside the firmware, where no moment passes. */
const SILENCE_MS = 120_000;

/** Has this process been busy itself for so long, what the others have said meanwhile waits to be read. */
const READING_MS = 1_000;

class Silence {
  readonly #act: () => void;
  #timer: NodeJS.Timeout;
  constructor(act: () => void) {
    this.#act = act;
    this.#timer = this.#begins();
  }

  #begins(): NodeJS.Timeout {
    return setTimeout(() => (this.#timer = setTimeout(this.#act, READING_MS)), SILENCE_MS);
  }

  ends(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#begins();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

export async function randomDays(options: DaysOptions): Promise<Days> {
  const { processes, count } = options;
  const result: Days = { days: [], broken: [] };
  const children: ChildProcess[] = [];
  const stop = (): void => {
    for (const child of children) child.kill("SIGKILL");
  };
  const each = Array.from({ length: processes }, (_, n) => Math.ceil((count - n) / processes));
  await Promise.all(each.map((own, n) => (own <= 0 ? Promise.resolve() : runWorker(options, n, own, children, result, stop))));
  return result;
}

function runWorker(
  { seed, processes, ms, bundleFile = "", untilFound = false, told }: DaysOptions,
  n: number,
  count: number,
  children: ChildProcess[],
  result: Days,
  stop: () => void,
): Promise<void> {
  const args = [seed + n, processes, count, Date.now() + ms, bundleFile].map(String);
  const child = spawn(process.execPath, [...FLAGS, "build/run.mjs", "test/world/prove/worker.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TAEL_ROOT: root },
  });
  children.push(child);
  let complaint = "";
  let begun = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-2000);
  });
  const silence = new Silence(() => child.kill("SIGKILL"));
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (text) => {
    silence.ends();
    if (text.startsWith("begins ")) begun = text.slice("begins ".length);
    if (!text.startsWith("{")) return;
    const day = JSON.parse(text) as DayLine;
    result.days.push(day);
    told?.(day, result.days.length);
    if (untilFound && day.violations.length > 0) stop();
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      silence.stop();
      const found = untilFound && result.days.some(({ violations }) => violations.length > 0);
      if (code !== 0 && !found)
        result.broken.push(`a process ended with ${code ?? "a signal"} in the day of seed ${begun}: ${complaint}`);
      resolve();
    });
  });
}
