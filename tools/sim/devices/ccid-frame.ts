/** A serial CCID reader's line, reader side (hal/icc/README.md, "The line"). */
import type { DeskClock } from "../contract.ts";

const SYNC = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const HEADER_BYTES = 10;
const MOST_DATA_BYTES = 261;
const GAP_MS = 100;

export interface Command {
  type: number;
  slot: number;
  sequence: number;
  own: readonly number[];
  data: Uint8Array;
  /** As it came, for the echo. */
  frame: Uint8Array;
}

export interface Answer {
  type: number;
  slot: number;
  sequence: number;
  /** bStatus, bError and the last byte of the header. */
  own: readonly [number, number, number];
  data: Uint8Array;
}

export const NAK_FRAME = Uint8Array.of(SYNC, NAK, SYNC ^ NAK);

export function answerFrame({ type, slot, sequence, own, data }: Answer): Uint8Array {
  const length = data.length;
  return sealed([SYNC, ACK, type, length & 0xff, (length >> 8) & 0xff, 0, 0, slot, sequence, ...own, ...data]);
}

function sealed(bytes: readonly number[]): Uint8Array {
  let lrc = 0;
  for (const byte of bytes) lrc ^= byte;
  return new Uint8Array([...bytes, lrc]);
}

/** Cuts what comes over the line into commands. One that cannot be read is refused, at once or when the rest of it does not come. */
export class CommandReader {
  readonly #clock: DeskClock;
  readonly #onCommand: (command: Command) => void;
  readonly #onDamaged: () => void;
  #held: number[] = [];
  #timer: { stop(): void } | undefined;

  constructor(clock: DeskClock, onCommand: (command: Command) => void, onDamaged: () => void) {
    this.#clock = clock;
    this.#onCommand = onCommand;
    this.#onDamaged = onDamaged;
  }

  push(bytes: Uint8Array): void {
    this.#timer?.stop();
    this.#held.push(...bytes);
    while (this.#cut());
    if (this.#held.length === 0) return;
    this.#timer = this.#clock.after(GAP_MS, "busy", () => {
      this.#held = [];
      this.#onDamaged();
    });
  }

  reset(): void {
    this.#timer?.stop();
    this.#held = [];
  }

  /** Takes one frame off what is held; false when there is none yet. */
  #cut(): boolean {
    const start = this.#held.indexOf(SYNC);
    this.#held.splice(0, start < 0 ? this.#held.length : start);
    if (this.#held.length < 7) return false;
    const [, control, , l0, l1, l2, l3] = this.#held as [number, number, number, number, number, number, number];
    const length = l0 + l1 * 0x100 + l2 * 0x10000 + l3 * 0x1000000;
    if (control !== ACK || length > MOST_DATA_BYTES) return this.#damaged();
    const whole = 2 + HEADER_BYTES + length + 1;
    if (this.#held.length < whole) return false;
    const bytes = this.#held.slice(0, whole);
    if (bytes.reduce((sum, byte) => sum ^ byte, 0) !== 0) return this.#damaged();
    this.#held.splice(0, whole);
    const frame = new Uint8Array(bytes);
    const header = frame.subarray(2, 2 + HEADER_BYTES);
    this.#onCommand({
      type: header[0]!,
      slot: header[5]!,
      sequence: header[6]!,
      own: [...header.subarray(7)],
      data: frame.slice(2 + HEADER_BYTES, -1),
      frame,
    });
    return true;
  }

  #damaged(): false {
    this.#held = [];
    this.#onDamaged();
    return false;
  }
}
