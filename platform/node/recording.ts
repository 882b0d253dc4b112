/**
 * A run as a list of what came in: JSON lines, the first a header, then starts, events and calls with their results. Holds what unseal and
 * entropy gave, so it belongs to engineering boards. Long arguments, which are output, are kept as their hash.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { ABI, type CallName } from "../abi.ts";
import type { DoorEvent } from "./door.ts";
import { FOREIGN, type FromGuest, type ToGuest } from "./engine.ts";

export type Encoded = null | number | string | { b64: string } | { sha256: string; length: number } | { foreign: true };
export type Entry =
  | { tael: "recording"; version: 1; abi: string; bundle: string; engine: string }
  | { start: true }
  | { event: string; args: Encoded[] }
  | { call: CallName; args: Encoded[]; result: Encoded }
  | { call: CallName; args: Encoded[]; error: { name: string; message: string } }
  | { stop: string };

const MAX_PLAIN_CHARS = 1024;

export const bundleHash = (code: string): string => createHash("sha256").update(code).digest("hex");

/** What goes in is kept whole. */
export function encodeInput(value: ToGuest): Encoded {
  if (value === undefined) return null;
  return value instanceof Uint8Array ? { b64: Buffer.from(value).toString("base64") } : value;
}

/** What comes out is only compared. */
export function encodeOutput(value: FromGuest): Encoded {
  if (value === FOREIGN) return { foreign: true };
  const size = value instanceof Uint8Array || typeof value === "string" ? value.length : 0;
  if (size <= MAX_PLAIN_CHARS) return encodeInput(value as ToGuest);
  return {
    sha256: createHash("sha256")
      .update(value as Uint8Array | string)
      .digest("hex"),
    length: size,
  };
}

export function decode(value: Encoded): ToGuest {
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  if ("b64" in value) return Uint8Array.from(Buffer.from(value.b64, "base64"));
  throw new Error("a hash cannot be played back");
}

export class Recorder {
  readonly #fd: number;
  #lines: string[] = [];

  constructor(path: string, code: string, engine: string) {
    this.#fd = openSync(path, "w", 0o600);
    const { major, minor } = ABI;
    this.#add({ tael: "recording", version: 1, abi: `${major}.${minor}`, bundle: bundleHash(code), engine });
  }

  start(): void {
    this.#add({ start: true });
    this.flush();
  }

  event(event: DoorEvent): void {
    this.#add({ event: event.name, args: event.args.map(encodeInput) });
  }

  called(call: CallName, args: readonly FromGuest[], result: ToGuest): void {
    this.#add({ call, args: args.map(encodeOutput), result: encodeInput(result) });
  }

  refused(call: CallName, args: readonly FromGuest[], error: Error): void {
    this.#add({ call, args: args.map(encodeOutput), error: { name: error.name, message: error.message } });
  }

  stop(why: string): void {
    this.#add({ stop: why });
    this.flush();
  }

  /** After every event, so that an ended process leaves at most one event behind. */
  flush(): void {
    if (this.#lines.length === 0) return;
    writeSync(this.#fd, this.#lines.join(""));
    this.#lines = [];
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }

  #add(entry: Entry): void {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
  }
}
