/** Frames of the pad's wire (PROTOCOL.md): made here, found again in whatever the line brings. */
import type { Scheduler } from "../../platform/guest/system.ts";
import { Framing } from "../framing.ts";

const STX = 0x02;
const ACK = 0x06;
const NAK = 0x15;
const HEAD_BYTES = 4;
const CRC_BYTES = 2;
const BODY_LIMIT_BYTES = 1_024;
/** Longest gap between two bytes of one frame. */
const GAP_MS = 50;

/** STX, length, sequence, body, CRC. */
export function frameOf(sequence: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + body.length + CRC_BYTES);
  frame.set([STX, body.length >> 8, body.length & 0xff, sequence]);
  frame.set(body, HEAD_BYTES);
  const crc = crc16(frame.subarray(1, HEAD_BYTES + body.length));
  frame.set([crc >> 8, crc & 0xff], HEAD_BYTES + body.length);
  return frame;
}

/** CRC-16, polynomial 1021, start FFFF, not reflected. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  }
  return crc & 0xffff;
}

export interface FrameEvents {
  ack(): void;
  nak(): void;
  /** `body` is wiped when the call returns. */
  frame(sequence: number, body: Uint8Array): void;
  /** A frame was damaged and the line is silent again. */
  damaged(): void;
}

/** Takes the line's bytes in any pieces. */
export class FrameReader extends Framing {
  readonly #events: FrameEvents;

  constructor(scheduler: Scheduler, events: FrameEvents) {
    super(scheduler, { mostBytes: HEAD_BYTES + BODY_LIMIT_BYTES + CRC_BYTES, gapMs: GAP_MS }, () => events.damaged());
    this.#events = events;
  }

  protected override byte(byte: number): void {
    if (this.filled === 0) {
      if (byte === ACK) this.#events.ack();
      else if (byte === NAK) this.#events.nak();
      if (byte !== STX) return;
    }
    this.buffer[this.filled++] = byte;
    if (this.filled < 3) return;
    const length = this.#number(1);
    if (length === 0 || length > BODY_LIMIT_BYTES) this.dropping = true;
    else if (this.filled === HEAD_BYTES + length + CRC_BYTES) this.#whole(length);
  }

  #whole(length: number): void {
    const end = HEAD_BYTES + length;
    if (crc16(this.buffer.subarray(1, end)) !== this.#number(end)) {
      this.dropping = true;
      return;
    }
    const sequence = this.buffer[3] as number;
    const body = this.buffer.slice(HEAD_BYTES, end);
    this.reset();
    this.#events.frame(sequence, body);
    body.fill(0);
  }

  #number(at: number): number {
    return ((this.buffer[at] as number) << 8) | (this.buffer[at + 1] as number);
  }
}
