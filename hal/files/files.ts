import type { Cancel } from "../../platform/guest/system.ts";
import type { DeviceError } from "../errors.ts";

/** unplugged: no line · no-answer: the far end is silent · refused: it does not want the file · damaged: it came altered, or too large. */
export type FilesErrorCode = "unplugged" | "no-answer" | "refused" | "damaged";
export type FilesError = DeviceError<FilesErrorCode>;

export interface FileToSend {
  /** 1–80 of letters, digits, `.`, `_`, `-`. */
  name: string;
  bytes: Uint8Array;
}

export interface ReceiveOptions {
  /** Larger files are refused. */
  maxBytes: number;
  /** Until one begins; then its own pace counts. */
  timeoutMs: number;
  /** Bytes that have come, of how many. */
  onProgress?: (at: number, bytes: number) => void;
  cancel?: Cancel;
}

/** A line to somebody who keeps files: a PC, a memory stick behind a bridge (PROTOCOL.md here). One file at a time. */
export interface Files {
  /** Resolves when the far end has it whole. Rejects FilesError. `onProgress`: bytes it has so far. */
  send(file: FileToSend, onProgress?: (bytes: number) => void): Promise<void>;
  /** The next file the far end sends. Rejects FilesError ("no-answer" when none came) or the cancel's reason. */
  receive(options: ReceiveOptions): Promise<FileToSend>;
}
