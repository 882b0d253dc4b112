/**
 * Packages that wait to be installed: one the firmware received ("staged"), one that was flashed from outside ("flashed"), and those on a stick or in
 * whatever directory the board's owner names as its media. Reading them is all that is done here; what they are worth is judged when asked for.
 */
import { DoorError } from "../errors.ts";
import type { FileLayer } from "../files.ts";
import { bytesOf, listFiles, readFile, sha256, textOf } from "./needs.ts";
import { MOST_PACKAGE_BYTES, PackageError, readHead } from "./read-package.ts";

export const STAGED = "staged";
export const FLASHED = "flashed";
const REASON = "reason";
export const EXTENSION = ".tpk";
const MOST_LISTED = 20;

export interface Waiting {
  name: string;
  /** Undefined: not a package. */
  version?: string;
  board?: string;
  bytes: number;
}

export class Inbox {
  /** `media`: directory of a memory stick; it need not be there. */
  constructor(
    private readonly files: FileLayer,
    private readonly media: string | undefined,
  ) {}

  stage(at: number, bytes: Uint8Array): void {
    if (!Number.isSafeInteger(at) || at < 0) throw new DoorError("bad-argument", "stage: at is a whole number from 0");
    if (at + bytes.length > MOST_PACKAGE_BYTES)
      throw new DoorError("too-large", `a package has at most ${MOST_PACKAGE_BYTES} bytes`);
    this.files.append(STAGED, at, bytes);
  }

  /** From outside: whole or not at all. */
  putFlashed(bytes: Uint8Array): void {
    this.files.append("flashed.new", 0, bytes);
    this.files.sync("flashed.new");
    this.files.replace("flashed.new", FLASHED);
    this.waitFor("");
  }

  read(name: string): Uint8Array | undefined {
    if (name === STAGED || name === FLASHED) {
      const bytes = this.files.read(name);
      return bytes === undefined || bytes.length === 0 ? undefined : bytes;
    }
    return this.#onMedia().includes(name) ? readFile(`${this.media}/${name}`) : undefined;
  }

  /** What the firmware waits for before it installs what was flashed, in its own words; "" when it has not said. */
  get reason(): string {
    return textOf(this.files.read(REASON) ?? new Uint8Array());
  }

  waitFor(reason: string): void {
    this.files.append(REASON, 0, bytesOf(reason));
  }

  has(name: string): boolean {
    return this.files.list().some((file) => file.name === name && file.size > 0);
  }

  /** It is installed, or was refused for good. What lies on media is its owner's. */
  forget(name: string): void {
    if (name === STAGED || name === FLASHED) this.files.append(name, 0, new Uint8Array(0));
  }

  /** All but what runs here already, whose package has the SHA-256 `running`. */
  list(running: string | undefined): Waiting[] {
    return [STAGED, FLASHED, ...this.#onMedia()].flatMap((name) => {
      const bytes = this.read(name);
      if (bytes === undefined || sha256(bytes) === running) return [];
      try {
        const { version, board } = readHead(bytes).manifest;
        return [{ name, version, board, bytes: bytes.length }];
      } catch (error) {
        if (!(error instanceof PackageError)) throw error;
        return [{ name, bytes: bytes.length }];
      }
    });
  }

  #onMedia(): string[] {
    if (this.media === undefined) return [];
    return listFiles(this.media)
      .filter(({ name, size }) => name.endsWith(EXTENSION) && name.length <= 80 && size <= MOST_PACKAGE_BYTES)
      .map(({ name }) => name)
      .sort()
      .slice(0, MOST_LISTED);
  }
}
