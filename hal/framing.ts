/**
 * What the frame readers of serial devices share: bytes come in any pieces; a frame that stops short, or one that cannot be right, costs what follows up
 * to a silence; and nothing stays behind, since a frame may hold a card's track or a PIN block.
 */
import type { Scheduler, Timer } from "../platform/guest/system.ts";

/** After damage everything up to this much silence is dropped. */
const SILENCE_MS = 20;

export interface FrameLimits {
  /** The longest frame, all of it. */
  mostBytes: number;
  /** Longest gap between two bytes of one frame. */
  gapMs: number;
}

export abstract class Framing {
  readonly #scheduler: Scheduler;
  readonly #gapMs: number;
  readonly #damaged: () => void;
  #pause: Timer | undefined;
  /** The frame as far as it has come. */
  protected readonly buffer: Uint8Array;
  protected filled = 0;
  /** What has come cannot be a frame. */
  protected dropping = false;

  /** `damaged`: the line is silent again after damage. */
  constructor(scheduler: Scheduler, { mostBytes, gapMs }: FrameLimits, damaged: () => void) {
    this.#scheduler = scheduler;
    this.#gapMs = gapMs;
    this.#damaged = damaged;
    this.buffer = new Uint8Array(mostBytes);
  }

  /** One byte that is not dropped. */
  protected abstract byte(byte: number): void;

  /** The line's bytes; they are wiped. */
  take(bytes: Uint8Array): void {
    this.#pause?.stop();
    this.#pause = undefined;
    for (const byte of bytes) if (!this.dropping) this.byte(byte);
    bytes.fill(0);
    if (this.dropping) this.#after(SILENCE_MS);
    else if (this.filled > 0) this.#after(this.#gapMs);
  }

  stop(): void {
    this.#pause?.stop();
    this.reset();
  }

  protected reset(): void {
    this.buffer.fill(0, 0, Math.min(this.filled, this.buffer.length));
    this.filled = 0;
    this.dropping = false;
    this.#pause = undefined;
  }

  #after(ms: number): void {
    this.#pause = this.#scheduler.after(ms, "work", () => {
      this.reset();
      this.#damaged();
    });
  }
}
