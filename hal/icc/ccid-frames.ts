/** What stands on a serial CCID reader's line (README.md, "The line"): frames made here, and found again in whatever the line brings. */
import type { Scheduler } from "../../platform/guest/system.ts";
import { Framing } from "../framing.ts";

const SYNC = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const SLOT_CHANGE = 0x50;
/** CCID's header: type, length (4, little endian), slot, sequence, three bytes of the type's own. */
const HEADER_BYTES = 10;
const DATA_LIMIT_BYTES = 261;
const FRAME_HEAD_BYTES = 2;
/** Longest gap between two bytes of one frame. */
const GAP_MS = 100;

/** A message of either direction. */
export interface CcidMessage {
  type: number;
  slot: number;
  sequence: number;
  /** The three bytes at the header's end: parameters of a command; status, error and one more of an answer. */
  own: readonly [number, number, number];
  data: Uint8Array;
}

export function frameOf({ type, slot, sequence, own, data }: CcidMessage): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + HEADER_BYTES + data.length + 1);
  frame.set([SYNC, ACK, type, data.length & 0xff, data.length >> 8, 0, 0, slot, sequence, ...own]);
  frame.set(data, FRAME_HEAD_BYTES + HEADER_BYTES);
  frame[frame.length - 1] = lrcOf(frame.subarray(0, -1));
  return frame;
}

export interface FrameEvents {
  /** `message.data` is wiped when the call returns. */
  message(message: CcidMessage): void;
  /** The reader could not read our frame. */
  nak(): void;
  /** Cards went in or out: two bits a slot from the lowest, present and changed. */
  slots(bits: number): void;
  /** The reader is still at it. */
  moreTime(): void;
  /** Something was damaged and the line is silent again. */
  damaged(): void;
}

/** Takes the line's bytes in any pieces. */
export class FrameReader extends Framing {
  readonly #events: FrameEvents;

  constructor(scheduler: Scheduler, events: FrameEvents) {
    super(scheduler, { mostBytes: FRAME_HEAD_BYTES + HEADER_BYTES + DATA_LIMIT_BYTES + 1, gapMs: GAP_MS }, () =>
      events.damaged(),
    );
    this.#events = events;
  }

  protected override byte(byte: number): void {
    if (this.filled === 0 && byte !== SYNC && byte !== SLOT_CHANGE) {
      // Between frames: a lone high byte asks for time, the rest is noise, of which the wire's patience takes care.
      if (byte >= 0x80) this.#events.moreTime();
      return;
    }
    this.buffer[this.filled++] = byte;
    if (this.buffer[0] === SLOT_CHANGE) this.#slotByte();
    else if (this.filled === FRAME_HEAD_BYTES) this.dropping = byte !== ACK && byte !== NAK;
    else if (this.buffer[1] === NAK) this.#nakByte();
    else this.#frameByte();
  }

  #slotByte(): void {
    if (this.filled < 2) return;
    const bits = this.buffer[1] as number;
    this.reset();
    // Two slots at most have bits of their own; more is noise that began like a notice.
    if (bits <= 0x0f) this.#events.slots(bits);
    else this.dropping = true;
  }

  #nakByte(): void {
    if (this.filled <= FRAME_HEAD_BYTES) return;
    const good = this.buffer[FRAME_HEAD_BYTES] === (SYNC ^ NAK);
    this.reset();
    if (good) this.#events.nak();
    else this.dropping = true;
  }

  #frameByte(): void {
    if (this.filled < FRAME_HEAD_BYTES + 5) return;
    const length = lengthAt(this.buffer, FRAME_HEAD_BYTES + 1);
    const whole = FRAME_HEAD_BYTES + HEADER_BYTES + length + 1;
    if (length > DATA_LIMIT_BYTES) this.dropping = true;
    else if (this.filled === whole) this.#whole(whole);
  }

  #whole(length: number): void {
    if (lrcOf(this.buffer.subarray(0, length)) !== 0) {
      this.dropping = true;
      return;
    }
    const header = this.buffer.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + HEADER_BYTES);
    const [type, , , , , slot, sequence, ...own] = header as unknown as [number, ...number[]];
    const data = this.buffer.slice(FRAME_HEAD_BYTES + HEADER_BYTES, length - 1);
    const message = { type, slot: slot as number, sequence: sequence as number, own: own as unknown as CcidMessage["own"], data };
    this.reset();
    this.#events.message(message);
    data.fill(0);
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

const lrcOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum ^ byte, 0);
