/** The log on the disk: lines of text, bounded. A full disk loses log lines and nothing else. */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { LogLine } from "./machine.ts";

const MAX_BYTES = 1024 * 1024;
const KEPT = 3;

export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #size: number | undefined;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  write(line: LogLine): void {
    const text = `${new Date(line.at).toISOString()} ${line.level} ${oneLine(line.words)}\n`;
    const bytes = Buffer.byteLength(text);
    try {
      this.#size ??= this.#begin();
      if (this.#size + bytes > this.#maxBytes) this.#rotate();
      appendFileSync(this.#path, text, { mode: 0o600 });
      this.#size += bytes;
    } catch {
      this.#size = undefined;
    }
  }

  #begin(): number {
    mkdirSync(dirname(this.#path), { recursive: true });
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** terminal.log → terminal.log.1 → … → terminal.log.3, the oldest is written over. */
  #rotate(): void {
    for (let n = KEPT - 1; n >= 0; n--) {
      const from = n === 0 ? this.#path : `${this.#path}.${n}`;
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${this.#path}.${n + 1}`);
    }
    this.#size = 0;
  }
}

/** A line stays a line, whatever bytes from outside are in it. */
const oneLine = (words: string): string =>
  words.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
