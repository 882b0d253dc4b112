import { DrivenClock } from "./clock.ts";
import type { MachineClock } from "./machine.ts";

export interface HostClock {
  /** Monotonic ms. */
  now(): number;
  wallMs(): number;
}

export function hostClock(clock: MachineClock): HostClock {
  if (clock.kind === "driven") return new DrivenClock(clock.shared);
  // The system's own base, so that the owner's thread and the worker's tell the same time.
  return { now: () => Number(process.hrtime.bigint() / 1000n) / 1000, wallMs: () => Date.now() };
}

/**
 * CPU time of the guest on this thread, ms. Node 20 can only tell the whole process's, so the smaller of that and of the time gone by counts:
 * never more than the guest really used, up to what other threads did meanwhile.
 */
export class CpuMeter {
  readonly #exact: boolean;
  #totalMs = 0;
  #eventMs = 0;
  #wallStart = 0;
  #cpuStart = 0;
  #running = false;

  /** `exact` false: the time gone by counts alone, which costs much less to ask for. */
  constructor(exact = true) {
    this.#exact = exact;
  }

  get totalMs(): number {
    return this.#totalMs + (this.#running ? this.#segment() : 0);
  }

  /** Starts an event's account. */
  begin(): void {
    this.#eventMs = 0;
    this.resume();
  }

  /** The guest waits for a call that is worked off outside. */
  pause(): void {
    if (!this.#running) return;
    const spent = this.#segment();
    this.#running = false;
    this.#totalMs += spent;
    this.#eventMs += spent;
  }

  resume(): void {
    this.#running = true;
    this.#wallStart = performance.now();
    if (this.#exact) this.#cpuStart = cpuMs();
  }

  exceeds(limitMs: number): boolean {
    if (!this.#running) return false;
    // Asked every few microseconds: the clock is cheap, the CPU account is not.
    if (this.#eventMs + performance.now() - this.#wallStart <= limitMs) return false;
    return this.#eventMs + this.#segment() > limitMs;
  }

  #segment(): number {
    const goneByMs = performance.now() - this.#wallStart;
    return this.#exact ? Math.min(goneByMs, cpuMs() - this.#cpuStart) : goneByMs;
  }
}

const threadUsage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage;

function cpuMs(): number {
  const { user, system } = threadUsage === undefined ? process.cpuUsage() : threadUsage.call(process);
  return (user + system) / 1000;
}
