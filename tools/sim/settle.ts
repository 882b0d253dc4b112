/**
 * When the desk is settled, and what moves a standing clock on. See design of time in ./README.md: `calm` means that only time can
 * bring anything new; `settled` that nobody waits for such a time but a person, a card, or a screen that goes on by itself.
 */
import type { MachineStatus } from "../../platform/node/machine.ts";
import type { SimClock } from "./clock.ts";

export interface Scene {
  clock: SimClock;
  status(): MachineStatus;
  /** Nothing on a wire, nobody computing: undefined, or what is still going on, in words. */
  restless(): string | undefined;
  /** The guest's wake-up is due. */
  wake(): void;
  /** The machine and every wire answer in the call that moves them: a wait need not leave the thread. */
  inThread?: boolean;
  /** Instead of STALL_MS. */
  stallMs?: number | undefined;
}

/** Real ms without any request before a screen that goes on by itself is let go on (free clock). */
export const DWELL_MS = 250;
/** Steps of one wait in the thread; more are a terminal that never rests. */
const MOST_STEPS = 1_000_000;
/** Real ms after which byte counts that disagree, with nothing moving, are taken for lost bytes. */
const STALL_MS = 1500;

interface Waiter {
  until: "calm" | "settled";
  resolve(settled: boolean): void;
  timer: NodeJS.Timeout;
}

export class Settler {
  readonly #scene: Scene;
  readonly #waiters = new Set<Waiter>();
  #immediate: NodeJS.Immediate | undefined;
  #dwell: NodeJS.Timeout | undefined;
  #alarm: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;
  #requests = 0;
  /** Somebody moves the clock step by step; it must not move itself. */
  #held = 0;
  /** The wake-up already handed to the machine. */
  #woken: MachineStatus["wake"];
  #closed = false;
  onSettled: (() => void) | undefined;
  /** Bytes that disagree for so long were lost: called before the desk is taken to be calm. */
  onStall: (() => void) | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Something happened: look again soon, after whatever else is arriving in this turn. */
  poke(): void {
    if (this.#closed || this.#immediate !== undefined) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#look();
    });
    clearTimeout(this.#stall);
    this.#stall = undefined;
  }

  get settled(): boolean {
    return this.#calm() && !this.#atWork();
  }

  /** Resolves true when it is so, false after `timeoutMs` of real time. */
  wait(until: "calm" | "settled", timeoutMs: number): Promise<boolean> {
    if (this.#scene.inThread && this.#goOn(until)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        until,
        resolve: (settled) => {
          clearTimeout(waiter.timer);
          this.#waiters.delete(waiter);
          resolve(settled);
        },
        timer: setTimeout(() => waiter.resolve(false), timeoutMs),
      };
      this.#waiters.add(waiter);
      this.poke();
    });
  }

  requestBegins(): void {
    this.#requests++;
    clearTimeout(this.#dwell);
    this.#dwell = undefined;
  }
  requestEnds(): void {
    this.#requests--;
    this.poke();
  }

  /**
   * Moves time on by `ms` through every deadline, letting the terminal come to rest at each. False when it did not within `timeoutMs`.
   */
  async advance(ms: number, timeoutMs: number): Promise<boolean> {
    const { clock } = this.#scene;
    const giveUpAt = performance.now() + timeoutMs;
    this.#held++;
    try {
      const target = clock.now() + ms;
      for (;;) {
        if (!(await this.wait("calm", Math.max(0, giveUpAt - performance.now())))) return false;
        const next = this.#nextMs();
        if (next === undefined || next > target) break;
        clock.jumpTo(next);
        this.#wakeWhenDue();
      }
      clock.jumpTo(target);
      return await this.wait("calm", Math.max(0, giveUpAt - performance.now()));
    } finally {
      this.#held--;
      this.poke();
    }
  }

  /** The machine was switched on or off, or has said something new; what it says of its wake-up is fresh once it is quiet. */
  statusChanged(): void {
    this.#woken = undefined;
    this.poke();
  }

  close(): void {
    this.#closed = true;
    clearImmediate(this.#immediate);
    for (const timer of [this.#dwell, this.#alarm, this.#stall]) clearTimeout(timer);
    for (const waiter of [...this.#waiters]) waiter.resolve(false);
  }

  // — inside —

  #calm(): boolean {
    return this.#woken === undefined && this.#scene.restless() === undefined;
  }

  /** Whether virtual time alone will bring this on, and somebody at work waits for it. */
  #atWork(): boolean {
    const { clock, status } = this.#scene;
    return clock.busy || (clock.mode === "free" && status().wake?.patience === "work");
  }

  #nextMs(): number | undefined {
    const wake = this.#scene.status().wake?.atMs;
    const timer = this.#scene.clock.nextMs;
    if (wake === undefined || timer === undefined) return wake ?? timer;
    return Math.min(wake, timer);
  }

  #wakeWhenDue(): boolean {
    const { quiet, running, wake } = this.#scene.status();
    // A machine that still works may ask for another wake-up; the one it asked for before must not be given twice.
    if (!quiet || !running || wake === undefined || wake === this.#woken || wake.atMs > this.#scene.clock.now()) return false;
    this.#woken = wake;
    this.#scene.wake();
    return true;
  }

  /** Does all that can happen now, here. False: something outside this thread is at work, such as an engine that starts. */
  #goOn(until: Waiter["until"]): boolean {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      this.#fireDue();
      if (this.#wakeWhenDue()) {
        // The machine has worked it off by now.
        this.#woken = undefined;
        continue;
      }
      if (!this.#calm()) return false;
      if (until === "calm" || !this.#atWork()) return true;
      const next = this.#nextMs();
      if (next === undefined || this.#held > 0) return false;
      this.#scene.clock.jumpTo(next);
    }
    return false;
  }

  /** Timers that are due already: a wire in this thread hands its bytes over with them. */
  #fireDue(): void {
    const { clock } = this.#scene;
    for (let next = clock.nextMs; next !== undefined && next <= clock.now(); next = clock.nextMs) clock.jumpTo(clock.now());
  }

  #look(): void {
    if (this.#closed) return;
    if (this.#scene.inThread) this.#fireDue();
    this.#wakeWhenDue();
    this.#setAlarm();
    if (!this.#calm()) {
      this.#watchStall();
      return;
    }
    this.#answer("calm");
    if (this.#held > 0 || !this.#calm()) return;
    if (this.#atWork()) {
      if (this.#scene.clock.mode === "free") this.#jump();
      return;
    }
    this.#answer("settled");
    this.onSettled?.();
    this.#letDwellEnd();
  }

  #answer(until: Waiter["until"]): void {
    for (const waiter of [...this.#waiters]) if (waiter.until === until) waiter.resolve(true);
  }

  #jump(): void {
    const next = this.#nextMs();
    if (next === undefined) return;
    this.#scene.clock.jumpTo(next);
    this.#wakeWhenDue();
    this.poke();
  }

  #letDwellEnd(): void {
    const { clock, status } = this.#scene;
    const { wake } = status();
    if (clock.mode !== "free" || this.#requests > 0 || wake?.patience !== "dwell" || this.#dwell !== undefined) return;
    this.#dwell = setTimeout(() => {
      this.#dwell = undefined;
      // Somebody may have gone on meanwhile: time that was to end one screen must not run out for another, where it means "nobody came".
      const now = status().wake;
      const same = now?.patience === "dwell" && now.atMs === wake.atMs;
      if (!same) this.poke();
      else if (this.#calm() && this.#requests === 0 && this.#held === 0) this.#jump();
    }, DWELL_MS);
  }

  /** With a running clock the wake-up comes by itself, at its time. */
  #setAlarm(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
    const { clock, status } = this.#scene;
    const wake = status().wake;
    if (clock.mode !== "real" || wake === undefined || wake === this.#woken) return;
    const delay = Math.min(Math.max(0, wake.atMs - clock.now()), 2_147_483_000);
    this.#alarm = setTimeout(() => this.poke(), Math.ceil(delay));
  }

  #watchStall(): void {
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => {
      this.onStall?.();
      this.poke();
    }, this.#scene.stallMs ?? STALL_MS);
  }
}
