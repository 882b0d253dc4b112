/** Cuts a stream into frames of 2-byte length + body (spec unionpay-8583 §1.1). */
export class Framer {
  #held: Uint8Array = new Uint8Array(0);

  /** Whole frames, length bytes included. */
  push(bytes: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (all.length - at >= 2) {
      const end = at + 2 + ((all[at]! << 8) | all[at + 1]!);
      if (end > all.length) break;
      frames.push(all.slice(at, end));
      at = end;
    }
    this.#held = all.slice(at);
    return frames;
  }

  /** What stands unfinished; forgotten afterwards. */
  rest(): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }
}

/** Puts the length in front. */
export function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(body.length + 2);
  frame[0] = body.length >> 8;
  frame[1] = body.length & 0xff;
  frame.set(body, 2);
  return frame;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
