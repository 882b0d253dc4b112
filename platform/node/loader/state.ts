/**
 * What the loader remembers, in two files written in turn: a write that is cut short leaves the one before it. Each ends with a check over itself; the valid
 * one with the higher number counts.
 */
import { z } from "zod";
import { DoorError } from "../errors.ts";
import type { FileLayer } from "../files.ts";
import { bytesOf, sha256, textOf } from "./needs.ts";

export const SLOTS = ["a", "b"] as const;
export type Slot = (typeof SLOTS)[number];
export const otherSlot = (slot: Slot): Slot => (slot === "a" ? "b" : "a");

const note = z.strictObject({
  version: z.string(),
  securityCounter: z.number().int().min(0),
  /** Of the whole package. */
  sha256: z.string(),
  development: z.boolean(),
  /** written: not yet tried to the end · good: it confirmed itself · bad: it did not. */
  verdict: z.enum(["written", "good", "bad"]),
});
export type SlotNote = z.infer<typeof note>;

const state = z.strictObject({
  /** What this terminal takes: undefined until the first package, or the one who provisions it, has said. */
  board: z.string().optional(),
  signers: z.array(z.string()).optional(),
  /** Highest security counter of a confirmed firmware; never falls. */
  securityCounter: z.number().int().min(0),
  /** The confirmed slot. */
  active: z.enum(SLOTS).optional(),
  /** A slot on trial, and how many starts it has left. */
  trial: z.strictObject({ slot: z.enum(SLOTS), left: z.number().int().min(0) }).optional(),
  slots: z.strictObject({ a: note.optional(), b: note.optional() }),
  /** A firmware that was taken back, to be told to people until the next is confirmed. */
  back: z.strictObject({ version: z.string(), why: z.string() }).optional(),
});
export type LoaderState = z.infer<typeof state>;

const EMPTY: LoaderState = { securityCounter: 0, slots: {} };
const FILES = ["state-0", "state-1"] as const;
const CHECK_CHARS = 64;

interface Numbered {
  n: number;
  state: LoaderState;
}

export class StateFiles {
  constructor(private readonly files: FileLayer) {}

  read(): LoaderState {
    return this.#newest()?.state ?? EMPTY;
  }

  /** Durable when it returns. Throws DoorError; then the state before counts. */
  write(next: LoaderState): void {
    const n = (this.#newest()?.n ?? -1) + 1;
    const name = FILES[n % 2] as string;
    const bytes = encode({ n, state: next });
    this.files.append(name, 0, bytes);
    this.files.sync(name);
    const kept = this.files.read(name);
    if (kept?.length !== bytes.length || kept.some((byte, at) => byte !== bytes[at]))
      throw new DoorError("io", `${name} reads back otherwise`);
  }

  #newest(): Numbered | undefined {
    const valid = FILES.flatMap((name) => decode(this.files.read(name)) ?? []);
    return valid.sort((a, b) => b.n - a.n)[0];
  }
}

function encode(numbered: Numbered): Uint8Array {
  const text = JSON.stringify(numbered);
  return bytesOf(`${text}\n${sha256(bytesOf(text))}`);
}

function decode(bytes: Uint8Array | undefined): Numbered | undefined {
  if (bytes === undefined || bytes.length <= CHECK_CHARS) return undefined;
  const text = bytes.subarray(0, -CHECK_CHARS - 1);
  if (sha256(text) !== textOf(bytes.subarray(-CHECK_CHARS))) return undefined;
  try {
    const read = z.strictObject({ n: z.number().int().min(0), state }).safeParse(JSON.parse(textOf(text)));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
