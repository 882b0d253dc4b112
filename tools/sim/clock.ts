/**
 * The desk's time. Virtual: in `real` mode it runs with the process's time, in `free` mode it stands still until somebody jumps it.
 * The machine reads the same cells (platform/node/clock.ts), so the terminal and every device live in one time.
 */
import { DrivenClock } from "../../platform/node/clock.ts";
import type { DeskClock } from "./contract.ts";

export type ClockMode = "real" | "free";

export type TimerKind = "busy" | "background";

interface Pending {
  atMs: number;
  order: number;
  kind: TimerKind;
  callback: () => void;
}

/** Longest delay a Node timer takes. */
const LONGEST_TIMEOUT_MS = 2_147_483_000;

export class SimClock implements DeskClock {
  readonly #driven = new DrivenClock();
  readonly #pending: Pending[] = [];
  #order = 0;
  #alarm: NodeJS.Timeout | undefined;
  #mode: ClockMode;
  /** A timer was set, stopped or has fired. */
  onChange: (() => void) | undefined;

  constructor(mode: ClockMode, startWallMs: number) {
    this.#mode = mode;
    this.#driven.setNow(0);
    this.#driven.setWall(startWallMs);
    this.#driven.run(mode === "real");
  }

  get shared(): SharedArrayBuffer {
    return this.#driven.shared;
  }
  get mode(): ClockMode {
    return this.#mode;
  }
  now(): number {
    return this.#driven.now();
  }
  wallMs(): number {
    return this.#driven.wallMs();
  }
  setWall(wallMs: number): void {
    this.#driven.setWall(wallMs);
  }
  setMode(mode: ClockMode): void {
    this.#mode = mode;
    this.#driven.run(mode === "real");
    this.#arm();
    this.onChange?.();
  }

  after(ms: number, kind: TimerKind, callback: () => void): { stop(): void } {
    const entry: Pending = { atMs: this.now() + Math.max(0, ms), order: this.#order++, kind, callback };
    this.#insert(entry);
    this.#arm();
    this.onChange?.();
    return {
      stop: () => {
        const index = this.#pending.indexOf(entry);
        if (index < 0) return;
        this.#pending.splice(index, 1);
        this.#arm();
        this.onChange?.();
      },
    };
  }

  /** Whether a device or the host's line is at work. */
  get busy(): boolean {
    return this.#pending.some((entry) => entry.kind === "busy");
  }
  /** Due time of the earliest timer of any kind. */
  get nextMs(): number | undefined {
    return this.#pending[0]?.atMs;
  }
  get nextBusyMs(): number | undefined {
    return this.#pending.find((entry) => entry.kind === "busy")?.atMs;
  }

  /** Moves time forward to `ms`, firing every timer on the way at its own moment. Time never goes back. */
  jumpTo(ms: number): void {
    for (let first = this.#pending[0]; first !== undefined && first.atMs <= ms; first = this.#pending[0]) {
      if (first.atMs > this.now()) this.#driven.setNow(first.atMs);
      this.#pending.shift();
      first.callback();
    }
    if (ms > this.now()) this.#driven.setNow(ms);
    this.#arm();
    this.onChange?.();
  }

  close(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
    this.#pending.length = 0;
    this.onChange = undefined;
  }

  #insert(entry: Pending): void {
    let index = this.#pending.length;
    while (index > 0 && this.#pending[index - 1]!.atMs > entry.atMs) index--;
    this.#pending.splice(index, 0, entry);
  }

  #arm(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
    const first = this.#pending[0];
    if (this.#mode !== "real" || first === undefined) return;
    const delay = Math.min(Math.max(0, first.atMs - this.now()), LONGEST_TIMEOUT_MS);
    this.#alarm = setTimeout(() => this.jumpTo(this.now()), Math.ceil(delay));
  }
}
