/** Frames out of a byte stream: any chunks in, whole frames out (§1.1). */

/** Requests are far shorter; a longer LEN is a lie or another protocol. */
export const LONGEST_FRAME = 4096;
/** TPDU, header, MTI and bitmap. */
export const SHORTEST_FRAME = 21;

export type Piece = { frame: Uint8Array } | { broken: string };

export class FrameSplitter {
  #held: Uint8Array = new Uint8Array();
  #broken = false;

  /** Frames without LEN, in order. After `broken` the stream has lost its step and nothing more comes out. */
  push(chunk: Uint8Array): Piece[] {
    if (this.#broken) return [];
    this.#held = Uint8Array.from(Buffer.concat([this.#held, chunk]));
    const pieces: Piece[] = [];
    while (this.#held.length >= 2) {
      const length = (this.#held[0]! << 8) | this.#held[1]!;
      if (length < SHORTEST_FRAME || length > LONGEST_FRAME) {
        this.#broken = true;
        pieces.push({ broken: `LEN says ${length} bytes; a frame has ${SHORTEST_FRAME} to ${LONGEST_FRAME}` });
        break;
      }
      if (this.#held.length < length + 2) break;
      pieces.push({ frame: this.#held.slice(2, length + 2) });
      this.#held = this.#held.slice(length + 2);
    }
    return pieces;
  }

  /** What an ending line leaves unfinished, in words; undefined when nothing. */
  unfinished(): string | undefined {
    if (this.#broken || this.#held.length === 0) return undefined;
    if (this.#held.length < 2) return "the line ended in the middle of LEN";
    const length = (this.#held[0]! << 8) | this.#held[1]!;
    return `the line ended after ${this.#held.length - 2} of the ${length} bytes LEN promised`;
  }
}
