/** What a serial line makes of bytes when its two ends stand at different speeds: bits sampled too early or too late, as a receiver chip does it. */

/** Start bit, eight data bits, lowest first, stop bit. */
const FRAME_BITS = 10;
const DATA_BITS = 8;

/**
 * Bytes sent at `from` baud as a receiver at `to` baud takes them, no parity, one stop bit, sent without a pause. Where the stop bit is none (a framing
 * error) Linux hands on a NUL. Within a few percent nothing is hurt.
 */
export function heardAt(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (from === to) return bytes;
  /** A receiver's bit, in bits of the sender. */
  const step = from / to;
  const end = bytes.length * FRAME_BITS;
  const heard: number[] = [];
  for (let at = nextStart(bytes, 0, end); at < end; ) {
    if (level(bytes, at + step / 2) === 1) {
      // Too short for a start bit.
      at = nextStart(bytes, at + step / 2, end);
      continue;
    }
    let value = 0;
    for (let bit = 0; bit < DATA_BITS; bit++) value |= level(bytes, at + (bit + 1.5) * step) << bit;
    const stop = at + (DATA_BITS + 1.5) * step;
    heard.push(level(bytes, stop) === 1 ? value : 0);
    at = nextStart(bytes, stop, end);
  }
  return Uint8Array.from(heard);
}

/** The line at a time, in bits since it began; idle it is high. */
function level(bytes: Uint8Array, time: number): 0 | 1 {
  const byte = bytes[Math.floor(time / FRAME_BITS)];
  if (byte === undefined) return 1;
  const bit = Math.floor(time) % FRAME_BITS;
  if (bit === 0) return 0;
  return bit > DATA_BITS ? 1 : (((byte >> (bit - 1)) & 1) as 0 | 1);
}

/** The first time from `time` on at which the line falls; `end` when it does not any more. */
function nextStart(bytes: Uint8Array, time: number, end: number): number {
  for (let at = Math.ceil(time); at < end; at++)
    if (level(bytes, at) === 0 && (at === 0 || level(bytes, at - 1) === 1)) return at;
  return end;
}
