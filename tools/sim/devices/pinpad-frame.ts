/** Frames of the pad's wire, pad side (hal/pinpad/PROTOCOL.md, "Frame"). */
import type { DeskClock } from "../contract.ts";

export const STX = 0x02;
export const ACK = 0x06;
export const NAK = 0x15;

const HEAD_BYTES = 4;
const CRC_BYTES = 2;
const MAX_BODY = 1024;
const SILENCE_MS = 20;
const GAP_MS = 50;

/** CRC-16, polynomial 1021, start FFFF, not reflected. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

export function frame(sequence: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + body.length + CRC_BYTES);
  bytes.set([STX, body.length >> 8, body.length & 0xff, sequence]);
  bytes.set(body, HEAD_BYTES);
  const crc = crc16(bytes.subarray(1, HEAD_BYTES + body.length));
  bytes.set([crc >> 8, crc & 0xff], HEAD_BYTES + body.length);
  return bytes;
}

/** Cuts what comes over the line into frames; a damaged one is told after the line has been silent. */
export class FrameReader {
  readonly #clock: DeskClock;
  readonly #onFrame: (sequence: number, body: Uint8Array) => void;
  readonly #onDamaged: () => void;
  #held: Uint8Array = new Uint8Array(0);
  #dropping = false;
  #timer: { stop(): void } | undefined;

  constructor(clock: DeskClock, onFrame: (sequence: number, body: Uint8Array) => void, onDamaged: () => void) {
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#onDamaged = onDamaged;
  }

  push(bytes: Uint8Array): void {
    this.#timer?.stop();
    if (!this.#dropping) {
      this.#held = new Uint8Array([...this.#held, ...bytes]);
      this.#cut();
    }
    if (this.#dropping) this.#wait(SILENCE_MS);
    else if (this.#held.length > 0) this.#wait(GAP_MS);
  }

  /** Forgets what has come so far. */
  reset(): void {
    this.#timer?.stop();
    this.#held = new Uint8Array(0);
    this.#dropping = false;
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.after(ms, "busy", () => {
      this.reset();
      this.#onDamaged();
    });
  }

  #cut(): void {
    for (;;) {
      const start = this.#held.indexOf(STX);
      this.#held = start < 0 ? new Uint8Array(0) : this.#held.subarray(start);
      if (this.#held.length < HEAD_BYTES - 1) return;
      const length = (this.#held[1]! << 8) | this.#held[2]!;
      if (length < 1 || length > MAX_BODY) {
        this.#drop();
        return;
      }
      const end = HEAD_BYTES + length;
      if (this.#held.length < end + CRC_BYTES) return;
      const crc = (this.#held[end]! << 8) | this.#held[end + 1]!;
      if (crc !== crc16(this.#held.subarray(1, end))) {
        this.#drop();
        return;
      }
      const sequence = this.#held[3]!;
      const body = this.#held.slice(HEAD_BYTES, end);
      this.#held = this.#held.slice(end + CRC_BYTES);
      this.#onFrame(sequence, body);
    }
  }

  #drop(): void {
    this.#held = new Uint8Array(0);
    this.#dropping = true;
  }
}
