/** What went over the wires: one log a wire for the API, and byte counts to tell whether anything is still under way. */
import { toHex } from "./frames.ts";

export interface WireEntry {
  n: number;
  /** Wall clock of the desk, ISO 8601. */
  at: string;
  device: string;
  /** As the terminal sees it. */
  dir: "out" | "in";
  hex: string;
}

/** Kept entries of one wire; the oldest go first. */
const KEPT = 5000;
/** Pixels and debug lines are no wires that anybody debugs; they have views of their own. */
const UNLOGGED = new Set(["lcd", "debug"]);

export class WireLog {
  readonly #entries = new Map<string, WireEntry[]>();
  #n = 0;

  add(device: string, dir: "out" | "in", bytes: Uint8Array, at: string): WireEntry | undefined {
    if (UNLOGGED.has(device) || bytes.length === 0) return undefined;
    const entry: WireEntry = { n: ++this.#n, at, device, dir, hex: toHex(bytes) };
    const list = this.#entries.get(device) ?? [];
    list.push(entry);
    if (list.length > KEPT) list.shift();
    this.#entries.set(device, list);
    return entry;
  }

  /** Oldest first; all wires together when none is named. */
  list(device?: string): WireEntry[] {
    if (device !== undefined) return [...(this.#entries.get(device) ?? [])];
    return [...this.#entries.values()].flat().sort((a, b) => a.n - b.n);
  }
}

/** Bytes of one wire since power-on, counted at the desk's end. */
export interface WireCount {
  open: boolean;
  fromTerminal: number;
  toTerminal: number;
}
