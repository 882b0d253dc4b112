/** What a door is to the fuzzer. ./doors.ts is the table of them. */
import type { Check } from "./guest/bench.ts";
import type { Draw, Mutator } from "./mutate.ts";

export interface Door {
  /** Also the folder of its corpus. */
  name: string;
  /** Who stands outside and what they can send, in words. */
  what: string;
  /** Throws when a promise is broken; the door's own closed set of errors it has caught itself. */
  check: Check;
  /** Good inputs and near misses to begin with. */
  seeds(): Uint8Array[];
  /** Ways of changing an input besides the plain ones of ./mutate.ts; they know its structure. */
  mutators?: readonly Mutator[];
  /** A new input out of nothing, with the right structure and a lie in it. */
  make?: (draw: Draw) => Uint8Array;
  /** Makes checksums and lengths right again, so that a change is seen by what lies behind them. */
  repair?: (bytes: Uint8Array) => Uint8Array;
  /** Words worth putting into an input. */
  words?: readonly string[];
  /** Longest input worth making, bytes. */
  longest?: number;
  /** Most that one input may make grow, bytes. */
  memoryBytes: number;
  /** Runs inside QuickJS too. */
  inGuest?: boolean;
  /** Gives back what the check holds (servers, desks). */
  close?: () => Promise<void>;
}

export const MIB = 1024 * 1024;
/** One input may take so long. */
export const LIMIT_MS = 1_000;
