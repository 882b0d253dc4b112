/**
 * The five file calls on a directory, durable: files are opened O_DSYNC, so a write that has returned is on the disk. What these modules lack is
 * done by programs of the system: `truncate`, and `sync` for a directory's entries.
 */
import * as os from "os";
import { DoorError } from "../node/errors.ts";
import { FILE_NAME } from "../node/file-name.ts";
import type { FileLayer } from "../node/files.ts";
import { ENOENT, done, readAll, runProgram, writeAll } from "./calls.ts";

const O_DSYNC = 0x1000;
const O_NOFOLLOW = 0x20000;
const SEEK_SET = 0;
const MAX_READ_BYTES = 64 * 1024 * 1024;

const beyondEnd = (name: string, at: number, length: number): DoorError =>
  new DoorError("bad-argument", `${name} has ${length} bytes; cannot write at ${at}`);
const noSuchFile = (name: string): DoorError => new DoorError("no-such-file", `there is no file ${name}`);

interface OpenFile {
  fd: number;
  size: number;
}

export class NativeFiles implements FileLayer {
  readonly #directory: string;
  readonly #open = new Map<string, OpenFile>();
  /** Files whose directory entry may not be on the disk yet. */
  readonly #fresh = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
    makeDirectory(directory);
  }

  read(name: string): Uint8Array | undefined {
    const file = this.#existing(name);
    if (file === undefined) return undefined;
    if (file.size > MAX_READ_BYTES) throw new DoorError("too-large", `${name} has ${file.size} bytes`);
    done(os.seek(file.fd, 0, SEEK_SET), `seek in ${name}`);
    return readAll(file.fd, name, file.size);
  }

  append(name: string, at: number, bytes: Uint8Array): void {
    const known = this.#existing(name);
    if (known === undefined && at > 0) throw beyondEnd(name, at, 0);
    const file = known ?? this.#create(name);
    if (at > file.size) throw beyondEnd(name, at, file.size);
    if (at < file.size) this.#cut(name, file, at);
    try {
      done(os.seek(file.fd, at, SEEK_SET), `seek in ${name}`);
      writeAll(file.fd, bytes, `write ${name}`);
      file.size = at + bytes.length;
    } catch (error) {
      // Half an append must not stay: the caller was told that nothing was written.
      this.#cut(name, file, at);
      throw error;
    }
  }

  /** The bytes are on the disk already; a new file's name may not be. */
  sync(name: string): void {
    if (this.#existing(name) === undefined) throw noSuchFile(name);
    if (this.#fresh.has(name)) this.#syncDirectory();
  }

  replace(from: string, to: string): void {
    const file = this.#existing(from);
    if (file === undefined) throw noSuchFile(from);
    done(os.rename(this.#path(from), this.#path(to)), `rename ${from}`);
    if (from !== to) {
      this.#forget(to);
      this.#open.delete(from);
      this.#open.set(to, file);
    }
    this.#syncDirectory();
  }

  list(): { name: string; size: number }[] {
    const [names, errno] = os.readdir(this.#directory);
    done(-errno, `list ${this.#directory}`);
    return names
      .filter((name) => FILE_NAME.test(name))
      .sort()
      .map((name) => ({ name, stat: os.stat(this.#path(name))[0] }))
      .filter(({ stat }) => stat !== null && (stat.mode & os.S_IFMT) === os.S_IFREG)
      .map(({ name, stat }) => ({ name, size: stat?.size ?? 0 }));
  }

  close(): void {
    for (const name of [...this.#open.keys()]) this.#forget(name);
  }

  #path(name: string): string {
    return `${this.#directory}/${name}`;
  }

  #existing(name: string): OpenFile | undefined {
    const open = this.#open.get(name);
    if (open !== undefined) return open;
    const fd = os.open(this.#path(name), os.O_RDWR | O_DSYNC | O_NOFOLLOW);
    if (fd === -ENOENT) return undefined;
    return this.#keep(name, done(fd, `open ${name}`));
  }

  #create(name: string): OpenFile {
    const fd = os.open(this.#path(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | O_DSYNC | O_NOFOLLOW, 0o600);
    this.#fresh.add(name);
    return this.#keep(name, done(fd, `make ${name}`));
  }

  #keep(name: string, fd: number): OpenFile {
    const file = { fd, size: os.stat(this.#path(name))[0]?.size ?? 0 };
    this.#open.set(name, file);
    return file;
  }

  #forget(name: string): void {
    const file = this.#open.get(name);
    this.#open.delete(name);
    if (file !== undefined) os.close(file.fd);
  }

  /** `truncate` opens the file anew; what it cut is cut for our handle as well. */
  #cut(name: string, file: OpenFile, at: number): void {
    runProgram(["truncate", "-s", String(at), this.#path(name)], `cut ${name}`);
    runProgram(["sync", "-d", this.#path(name)], `sync ${name}`);
    file.size = at;
  }

  #syncDirectory(): void {
    syncDirectory(this.#directory);
    this.#fresh.clear();
  }
}

export const syncDirectory = (path: string): void => runProgram(["sync", path], `sync ${path}`);

/** With its parents, unless it is there. */
export function makeDirectory(path: string): void {
  if (os.stat(path)[1] === 0) return;
  runProgram(["mkdir", "-p", "-m", "700", path], `make ${path}`);
}
