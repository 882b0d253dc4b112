/** One input, run and judged: does it throw, hang, or make memory grow? And the smallest input that still does. */
import { createHash } from "node:crypto";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Door, LIMIT_MS } from "./door.ts";
import { join } from "./mutate.ts";
import type { Watch } from "./watch.ts";

export interface Failure {
  kind: "crash" | "slow" | "memory";
  words: string;
  input: Uint8Array;
}

export interface Judged {
  ms: number;
  grownBytes: number;
  failure?: Omit<Failure, "input">;
}

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

export function heapBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

export function collected(): number {
  collect();
  return heapBytes();
}

/** What a promise or a callback nobody awaited threw; belongs to the input under way. */
const strays: unknown[] = [];
process.on("unhandledRejection", (error) => void strays.push(error));
process.on("uncaughtException", (error) => void strays.push(error));

const wordsOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}\n${(error.stack ?? "").split("\n").slice(1, 6).join("\n")}`
    : String(error);

async function once({ check }: Door, input: Uint8Array): Promise<Judged> {
  const before = heapBytes();
  const from = performance.now();
  const cpu = process.cpuUsage();
  let failure: Judged["failure"];
  try {
    const running = check(input.slice());
    if (running !== undefined) await running;
  } catch (error) {
    failure = { kind: "crash", words: wordsOf(error) };
  }
  const { user, system } = process.cpuUsage(cpu);
  // Whichever is less: a machine that is busy elsewhere makes the clock go on, and other threads the processor.
  const ms = Math.min(performance.now() - from, (user + system) / 1000);
  const judged: Judged = { ms, grownBytes: Math.max(0, heapBytes() - before) };
  if (strays.length > 0) failure ??= { kind: "crash", words: `nobody awaited: ${wordsOf(strays[0])}` };
  strays.length = 0;
  if (failure !== undefined) judged.failure = failure;
  return judged;
}

/** Time and memory of a busy machine are noise: only what fails three times is believed. */
async function again(door: Door, input: Uint8Array, wrong: (judged: Judged) => boolean): Promise<boolean> {
  for (let tries = 0; tries < 2; tries++) {
    collect();
    if (!wrong(await once(door, input))) return false;
  }
  return true;
}

export async function judge(door: Door, input: Uint8Array, watch?: Watch): Promise<Judged> {
  watch?.begin(door.name, input);
  const judged = await once(door, input);
  watch?.end();
  if (judged.failure !== undefined) return judged;
  if (judged.ms > LIMIT_MS && (await again(door, input, ({ ms }) => ms > LIMIT_MS)))
    judged.failure = { kind: "slow", words: `${Math.round(judged.ms)} ms, ${LIMIT_MS} are allowed` };
  const tooMuch = ({ grownBytes }: Judged): boolean => grownBytes > door.memoryBytes;
  if (tooMuch(judged) && (await again(door, input, tooMuch)))
    judged.failure = { kind: "memory", words: `${judged.grownBytes} bytes more, ${door.memoryBytes} are allowed` };
  return judged;
}

/** What makes two failures the same: kind, error and place, without figures. */
export const signature = ({ kind, words }: Omit<Failure, "input">): string =>
  `${kind} ${kind === "crash" ? words.split("\n").slice(0, 2).join(" ") : ""}`.replaceAll(/\d+/g, "#").slice(0, 200);

export const nameOf = (input: Uint8Array): string => createHash("sha256").update(input).digest("hex").slice(0, 12);

/** Most runs, and ms, that making one input smaller may take. */
const SHRINKS = 3_000;
const SHRINK_MS = 8_000;

/** The shortest input found for which `still` holds: pieces taken out, ever smaller ones, then bytes made zero. */
export async function shrink(
  input: Uint8Array,
  still: (input: Uint8Array) => Promise<boolean>,
  most = SHRINKS,
): Promise<Uint8Array> {
  let best = input;
  let runs = 0;
  const until = performance.now() + SHRINK_MS;
  const try_ = async (next: Uint8Array): Promise<boolean> => {
    if (runs++ > most || performance.now() > until || !(await still(next))) return false;
    best = next;
    return true;
  };
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.length; ) {
      const next = join(best.subarray(0, at), best.subarray(at + size));
      if (!(await try_(next))) at += size;
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0) continue;
    const next = best.slice();
    next[at] = 0;
    await try_(next);
  }
  return best;
}

export async function smallest(door: Door, failure: Failure): Promise<Failure> {
  const wanted = signature(failure);
  const input = await shrink(
    failure.input,
    async (next) => {
      const { failure: found } = await judge(door, next);
      return found !== undefined && signature(found) === wanted;
    },
    failure.kind === "crash" ? SHRINKS : 60,
  );
  const { failure: last } = await judge(door, input);
  return { ...failure, ...last, input };
}
