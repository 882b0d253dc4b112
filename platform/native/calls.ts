/** System calls with words: what fails says what, where and why, as an error of the door. */
import * as os from "os";
import * as std from "std";
import type { DoorErrorCode } from "../abi.ts";
import { DoorError } from "../node/errors.ts";
import { utf8Of } from "./utf8.ts";

const ENOENT = 2;
const EACCES = 13;
const EPERM = 1;
const EBUSY = 16;
const FULL = new Set([28, 122, 27]);
const MORE_BYTES = 16_384;
export const EAGAIN = 11;
export const EEXIST = 17;
export { ENOENT };

function codeOf(errno: number): DoorErrorCode {
  if (FULL.has(errno)) return "disk-full";
  if (errno === ENOENT) return "unplugged";
  if (errno === EACCES || errno === EPERM) return "refused";
  return errno === EBUSY ? "busy" : "io";
}

/** The result of a call, or its errno as an error. `what`: in words, what was being done. */
export function done(result: number, what: string): number {
  if (result >= 0) return result;
  throw new DoorError(codeOf(-result), `${what}: ${std.strerror(-result)}`);
}

/** All bytes of a file; undefined when there is none. */
export function readBytes(path: string): Uint8Array | undefined {
  const fd = os.open(path, os.O_RDONLY);
  if (fd === -ENOENT) return undefined;
  done(fd, `open ${path}`);
  try {
    return readAll(fd, path, os.stat(path)[0]?.size ?? 0);
  } finally {
    os.close(fd);
  }
}

/** To the end of an open file; files of the kernel's own making tell no size. What has the size it tells is in memory once. */
export function readAll(fd: number, path: string, expected: number): Uint8Array {
  let bytes = new Uint8Array(Math.max(expected, 0));
  let have = 0;
  while (have < bytes.length) {
    const count = done(os.read(fd, bytes.buffer, have, bytes.length - have), `read ${path}`);
    if (count === 0) return bytes.slice(0, have);
    have += count;
  }
  const more = new Uint8Array(MORE_BYTES);
  for (;;) {
    const count = done(os.read(fd, more.buffer, 0, MORE_BYTES), `read ${path}`);
    if (count === 0) return bytes;
    const grown = new Uint8Array(bytes.length + count);
    grown.set(bytes);
    grown.set(more.subarray(0, count), bytes.length);
    bytes = grown;
  }
}

/** All of it, on a file that blocks. */
export function writeAll(fd: number, bytes: Uint8Array, what: string): void {
  let at = 0;
  while (at < bytes.length) at += done(os.write(fd, bytes.buffer as ArrayBuffer, bytes.byteOffset + at, bytes.length - at), what);
}

/** Runs a program of the system to its end; throws DoorError io when it fails. */
export function runProgram(args: readonly string[], what: string): void {
  const status = os.exec(args, { block: true });
  if (status !== 0) throw new DoorError("io", `${what}: ${args[0]} ended with ${status}`);
}

/** The modules have no name for it. */
export const SIGKILL = 9;

/** Exit status of a program that is not there. */
export const NOT_FOUND = 127;

/** Runs a program of the system to its end: what it is given, and what it says. It must say nothing before it has read all. Throws DoorError io. */
export function filter(args: readonly string[], given: Uint8Array = new Uint8Array(0)): { status: number; out: Uint8Array } {
  const [input, output] = [pipe(), pipe()];
  const pid = os.exec(args, { block: false, stdin: input.read, stdout: output.write });
  os.close(input.read);
  os.close(output.write);
  writeUnlessGone(input.write, given);
  os.close(input.write);
  const out = readAll(output.read, `what ${args[0]} says`, 0);
  os.close(output.read);
  const [, status] = os.waitpid(pid, 0);
  return { status: exitStatus(status), out };
}

/** A program that does not read to the end has a status that says why. */
function writeUnlessGone(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const count = os.write(fd, bytes.buffer as ArrayBuffer, bytes.byteOffset + at, bytes.length - at);
    if (count < 0) return;
    at += count;
  }
}

/** Of what `waitpid` gives; above 128: ended by a signal. */
const exitStatus = (status: number): number => ((status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f));

export function pipe(): { read: number; write: number } {
  const made = os.pipe();
  if (made === null) throw new DoorError("io", "no more pipes");
  return { read: made[0], write: made[1] };
}

/** Text of ASCII and nothing else. */
export const asciiOf = (bytes: Uint8Array): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
};

/** A file of text, owner only, begun anew or gone on with. A disk that takes no more loses lines and nothing else. */
export function makeFile(path: string, append: boolean): { write(text: string): void } {
  if (!append) os.remove(path);
  const fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600);
  return {
    write: (text) => {
      const bytes = utf8Of(text);
      if (fd >= 0) os.write(fd, bytes.buffer as ArrayBuffer, 0, bytes.length);
    },
  };
}
