/** A terminal that can be flashed, however it is reached. */
import type { Arrived, OutsideStatus } from "../../platform/node/loader/receive.ts";

export interface Target {
  /** For people. */
  readonly name: string;
  status(): Promise<OutsideStatus>;
  /** Bytes of the package with this hash that are there from an earlier try. */
  have(sum: string): Promise<number>;
  /** Sends from `at` on; `progress` with the bytes that are there. Rejects when the line breaks: what arrived stays. */
  send(sum: string, bytes: Uint8Array, at: number, progress: (have: number) => void): Promise<void>;
  /** Everything is there: what the loader says to it. */
  finish(sum: string): Promise<Arrived>;
  /** Starts the terminal anew, so that it looks at what arrived. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What cannot be done, in words for the one at the keyboard. */
export class FlashError extends Error {
  override readonly name = "FlashError";
}
