/** Where the power can go: every byte group of every wire, every file operation, every wake-up has a number. */
import type { Survival } from "../platform/guest/faulty-disk.ts";

export type Direction = "out" | "in";

/** One thing that happened where the power could have gone. */
export interface Moment {
  /** disk, host, pinpad, printer …, or "time" for wake-ups. */
  source: string;
  /** Counted from 1 within its source. */
  n: number;
  /** In words: "append store 210 bytes", "out 182 bytes". */
  what: string;
  bytes: number;
  /** To the outside, from the outside, or a file operation's name. */
  does: Direction | "append" | "sync" | "replace" | "wake";
}

/** before: it never happens · after: it happens, and nothing more · torn: that many bytes of it happen. */
export type Phase = "before" | "after" | { torn: number };

export interface Cut {
  moment: Pick<Moment, "source" | "n">;
  phase: Phase;
  /** What becomes of bytes that were written and not synced. */
  survival: Survival;
}

export const words = ({ moment, phase, survival }: Cut & { moment: Partial<Moment> }): string =>
  `${typeof phase === "object" ? `torn at byte ${phase.torn} of` : phase} ${moment.source} ${moment.n} (${moment.what ?? ""}), unsynced: ${survival}`;

/** What a person does comes to nothing: there is no power any more. */
export class PowerIsGone extends Error {}

/** Counts moments, keeps them when asked to, and finds the one at which the power is to go. */
export class Moments {
  /** Since the counts began. */
  list: Moment[] = [];
  /** Days have a million of them; only sweeps read them. */
  keeps = true;
  #counts = new Map<string, number>();
  #cut: Cut | undefined;
  #then: Cut[] = [];

  /** Counts begin anew. */
  clear(): void {
    this.list = [];
    this.#counts.clear();
  }

  /** `then`: one cut after the other, each counted from the one before it. */
  arm(cut: Cut, ...then: Cut[]): void {
    this.clear();
    this.#cut = cut;
    this.#then = then;
  }

  disarm(): void {
    this.#cut = undefined;
    this.#then = [];
  }

  get armed(): boolean {
    return this.#cut !== undefined;
  }

  /** The cut that falls on this moment; it falls once. */
  meet(source: string, does: Moment["does"], bytes: number, name?: string): Cut | undefined {
    const n = (this.#counts.get(source) ?? 0) + 1;
    this.#counts.set(source, n);
    if (this.keeps) this.list.push({ source, n, bytes, does, what: wordsOf(does, bytes, name) });
    const cut = this.#cut;
    if (cut === undefined || cut.moment.source !== source || cut.moment.n !== n) return undefined;
    this.#cut = this.#then.shift();
    if (this.#cut !== undefined) this.clear();
    return cut;
  }
}

function wordsOf(does: Moment["does"], bytes: number, name: string | undefined): string {
  if (does === "wake") return "wake-up";
  if (does === "append") return `append ${name} ${bytes} bytes`;
  if (does === "sync" || does === "replace") return `${does} ${name}`;
  return name ?? `${does} ${bytes} bytes`;
}
