/**
 * The five file calls. `DirectoryFiles` keeps them in one directory on the disk; `MemoryFiles` is a fake for tests, which wrap it
 * to tear, drop or fail writes.
 */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DoorError, errnoOf, wordsOf } from "./errors.ts";
import { FILE_NAME } from "./file-name.ts";

/** Names are already checked when they get here. All of it throws DoorError and nothing else. */
export interface FileLayer {
  read(name: string): Uint8Array | undefined;
  /** Writes at `at`, which is not beyond the file's length (else bad-argument); what stood beyond is cut off first. All or throws. */
  append(name: string, at: number, bytes: Uint8Array): void;
  /** Throws no-such-file. */
  sync(name: string): void;
  /** Throws no-such-file. */
  replace(from: string, to: string): void;
  list(): { name: string; size: number }[];
  /** The machine is off; open files may go. */
  close?(): void;
}

/** A file larger than this is not handed to the guest, whose memory it would fill. */
export const MAX_READ_BYTES = 64 * 1024 * 1024;

const beyondEnd = (name: string, at: number, length: number): DoorError =>
  new DoorError("bad-argument", `${name} has ${length} bytes; cannot write at ${at}`);
const noSuchFile = (name: string): DoorError => new DoorError("no-such-file", `there is no file ${name}`);

export class DirectoryFiles implements FileLayer {
  readonly #directory: string;
  /** Files stay open between append and sync: a commit is then two system calls. */
  readonly #open = new Map<string, number>();
  /** Files whose directory entry may not be on the disk yet. */
  readonly #fresh = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  read(name: string): Uint8Array | undefined {
    const fd = this.#existing(name);
    if (fd === undefined) return undefined;
    return this.#named(() => {
      const { size } = fstatSync(fd);
      if (size > MAX_READ_BYTES) throw new DoorError("too-large", `${name} has ${size} bytes`);
      return Uint8Array.from(readFileSync(join(this.#directory, name)));
    });
  }

  append(name: string, at: number, bytes: Uint8Array): void {
    const known = this.#existing(name);
    if (known === undefined && at > 0) throw beyondEnd(name, at, 0);
    const fd = known ?? this.#create(name);
    this.#named(() => {
      const { size } = fstatSync(fd);
      if (at > size) throw beyondEnd(name, at, size);
      if (at < size) ftruncateSync(fd, at);
      try {
        writeAll(fd, bytes, at);
      } catch (error) {
        // Half an append must not stay: the caller was told that nothing was written.
        ftruncateSync(fd, at);
        throw error;
      }
    });
  }

  sync(name: string): void {
    const fd = this.#existing(name);
    if (fd === undefined) throw noSuchFile(name);
    this.#named(() => {
      fdatasyncSync(fd);
      if (this.#fresh.has(name)) this.#syncDirectory();
    });
  }

  replace(from: string, to: string): void {
    if (this.#existing(from) === undefined) throw noSuchFile(from);
    this.#named(() => {
      renameSync(join(this.#directory, from), join(this.#directory, to));
      if (from !== to) this.#forget(to);
      const fd = this.#open.get(from);
      this.#open.delete(from);
      if (fd !== undefined) this.#open.set(to, fd);
      this.#syncDirectory();
    });
  }

  list(): { name: string; size: number }[] {
    return this.#named(() =>
      readdirSync(this.#directory)
        .filter((name) => FILE_NAME.test(name))
        .sort()
        .map((name) => ({ name, stat: statSync(join(this.#directory, name)) }))
        .filter(({ stat }) => stat.isFile())
        .map(({ name, stat }) => ({ name, size: stat.size })),
    );
  }

  close(): void {
    for (const name of [...this.#open.keys()]) this.#forget(name);
  }

  #existing(name: string): number | undefined {
    const open = this.#open.get(name);
    if (open !== undefined) return open;
    try {
      return this.#keep(name, openSync(join(this.#directory, name), constants.O_RDWR | constants.O_NOFOLLOW));
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw named(error);
    }
  }

  #create(name: string): number {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = this.#named(() => openSync(join(this.#directory, name), flags, 0o600));
    this.#fresh.add(name);
    return this.#keep(name, fd);
  }

  #keep(name: string, fd: number): number {
    this.#open.set(name, fd);
    return fd;
  }

  #forget(name: string): void {
    const fd = this.#open.get(name);
    this.#open.delete(name);
    if (fd !== undefined) closeSync(fd);
  }

  #syncDirectory(): void {
    const fd = openSync(this.#directory, constants.O_RDONLY);
    try {
      fsyncSync(fd);
      this.#fresh.clear();
    } finally {
      closeSync(fd);
    }
  }

  #named<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw named(error);
    }
  }
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

function named(error: unknown): DoorError {
  if (error instanceof DoorError) return error;
  const code = errnoOf(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return new DoorError("disk-full", "the disk takes no more");
  return new DoorError("io", wordsOf(error));
}

export class MemoryFiles implements FileLayer {
  readonly files = new Map<string, Uint8Array>();

  read(name: string): Uint8Array | undefined {
    return this.files.get(name)?.slice();
  }

  append(name: string, at: number, bytes: Uint8Array): void {
    const old = this.files.get(name) ?? new Uint8Array(0);
    if (at > old.length) throw beyondEnd(name, at, old.length);
    const grown = new Uint8Array(at + bytes.length);
    grown.set(old.subarray(0, at));
    grown.set(bytes, at);
    this.files.set(name, grown);
  }

  sync(name: string): void {
    if (!this.files.has(name)) throw noSuchFile(name);
  }

  replace(from: string, to: string): void {
    const bytes = this.files.get(from);
    if (bytes === undefined) throw noSuchFile(from);
    this.files.delete(from);
    this.files.set(to, bytes);
  }

  list(): { name: string; size: number }[] {
    return [...this.files.keys()].sort().map((name) => ({ name, size: this.files.get(name)?.length ?? 0 }));
  }
}
