/** System calls with words: what fails says what, where and why, as an error of the door. */
import * as os from "os";
import * as std from "std";
import type { DoorErrorCode } from "../abi.ts";
import { DoorError } from "../node/errors.ts";

const ENOENT = 2;
const EACCES = 13;
const EPERM = 1;
const EBUSY = 16;
const FULL = new Set([28, 122, 27]);
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

/** To the end of an open file; files of the kernel's own making tell no size. */
export function readAll(fd: number, path: string, expected: number): Uint8Array {
  let bytes = new Uint8Array(Math.max(expected, 0) + 512);
  let have = 0;
  for (;;) {
    const count = done(os.read(fd, bytes.buffer, have, bytes.length - have), `read ${path}`);
    if (count === 0) return bytes.slice(0, have);
    have += count;
    if (have < bytes.length) continue;
    const grown = new Uint8Array(bytes.length * 2);
    grown.set(bytes);
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

/** UTF-8; half a surrogate pair becomes the sign that takes its place. */
export function utf8Of(text: string): Uint8Array {
  const escaped = encodeURIComponent(
    text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"),
  );
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    if (escaped[at] !== "%") bytes.push(escaped.charCodeAt(at));
    else {
      bytes.push(Number.parseInt(escaped.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return Uint8Array.from(bytes);
}
