/** Bytes through a descriptor that does not block: what it does not take now waits, what comes is handed on. */
import * as os from "os";
import { EAGAIN } from "./calls.ts";

const READ_BYTES = 16_384;
export const O_NONBLOCK = 0x800;
export const O_NOCTTY = 0x100;

export interface StreamEvents {
  data(bytes: Uint8Array): void;
  /** Nothing more will come: the far end has closed, or the descriptor is dead. */
  ended(): void;
}

/** Calls `events` until `stop` is called or the end has come. One read a call, so that a line that never rests lets others in. */
export function readFrom(fd: number, events: StreamEvents, largest = READ_BYTES): { stop(): void } {
  const buffer = new ArrayBuffer(largest);
  const stop = (): void => os.setReadHandler(fd, null);
  os.setReadHandler(fd, () => {
    const count = os.read(fd, buffer, 0, largest);
    if (count > 0) return events.data(new Uint8Array(buffer.slice(0, count)));
    if (count === -EAGAIN) return;
    stop();
    events.ended();
  });
  return { stop };
}

export class Writer {
  readonly #fd: number;
  readonly #broken: () => void;
  #waiting: Uint8Array[] = [];
  #afterwards: (() => void)[] = [];
  #watching = false;
  pending = 0;

  constructor(fd: number, broken: () => void) {
    this.#fd = fd;
    this.#broken = broken;
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.pending += bytes.length;
    this.#flush();
  }

  /** Calls back when all that was written so far is out of our hands. */
  whenWritten(next: () => void): void {
    this.#afterwards.push(next);
    this.#flush();
  }

  stop(): void {
    this.#watch(false);
    this.#waiting = [];
    this.#afterwards = [];
    this.pending = 0;
  }

  #flush(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const count = os.write(this.#fd, first.buffer as ArrayBuffer, first.byteOffset, first.length);
      if (count === -EAGAIN) {
        this.#watch(true);
        return;
      }
      if (count < 0) {
        this.stop();
        this.#broken();
        return;
      }
      this.pending -= count;
      if (count === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(count);
    }
    this.#watch(false);
    for (const next of this.#afterwards.splice(0)) next();
  }

  #watch(on: boolean): void {
    if (on === this.#watching) return;
    this.#watching = on;
    os.setWriteHandler(this.#fd, on ? () => this.#flush() : null);
  }
}
