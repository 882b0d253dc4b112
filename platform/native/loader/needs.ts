/** What the loader needs of what it runs on, here native QuickJS and a few programs: the same words as ../../node/loader/needs.ts, in whose place it stands. */
import * as os from "os";
import * as std from "std";
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { wordsOf } from "../../node/errors.ts";
import type * as Needs from "../../node/loader/needs.ts";
import { CannotVerify } from "../../node/loader/read-package.ts";
import { asciiOf, ENOENT, NOT_FOUND, done, filter, readBytes, writeAll } from "../calls.ts";
import { NativeFiles } from "../files.ts";
import { textOf, utf8Of } from "../utf8.ts";

/** From here on `sha256sum` is quicker, for all that it has to be started. */
const LONG_BYTES = 4096;
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410), before the key. */
const SPKI_HEAD = "302a300506032b6570032100";
const KEY_BYTES = 32;

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOfHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

function sha256(bytes: Uint8Array): string {
  if (bytes.length < LONG_BYTES) return hexOf(hash(bytes));
  const { status, out } = filter(["sha256sum", "-b"], bytes);
  const sum = /^[0-9a-f]{64}(?= )/.exec(asciiOf(out));
  if (status !== 0 || sum === null) throw new CannotVerify(`sha256sum ended with ${status}`);
  return sum[0];
}

/** By `openssl`, which takes all three from files and from nothing else. */
function isSigned(signed: Uint8Array, signature: Uint8Array, signer: string): boolean {
  const { status, out } = withFiles({ key: bytesOfHex(SPKI_HEAD + signer), signature, signed }, (at) =>
    filter(
      ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"].concat([
        "-inkey",
        `${at}/key`,
        "-sigfile",
        `${at}/signature`,
        "-in",
        `${at}/signed`,
      ]),
    ),
  );
  const said = asciiOf(out).trim();
  if (status === 0 && said === "Signature Verified Successfully") return true;
  if (status === 1 && said === "Signature Verification Failure") return false;
  throw new CannotVerify(
    status === NOT_FOUND
      ? "there is no program openssl, which verifies signatures: apt-get install openssl"
      : `openssl, which verifies signatures, ended with ${status}`,
  );
}

/** In a directory that nobody else can read and that is gone afterwards. */
function withFiles<T>(files: Record<string, Uint8Array>, work: (directory: string) => T): T {
  const { status, out } = filter(["mktemp", "-d"]);
  const directory = asciiOf(out).trim();
  if (status !== 0 || directory === "") throw new CannotVerify(`mktemp -d ended with ${status}: no place to verify in`);
  const paths: string[] = [];
  try {
    for (const [name, bytes] of Object.entries(files)) {
      const path = `${directory}/${name}`;
      const fd = done(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), `make ${path}`);
      paths.push(path);
      try {
        writeAll(fd, bytes, `write ${path}`);
      } finally {
        os.close(fd);
      }
    }
    return work(directory);
  } catch (error) {
    throw error instanceof CannotVerify ? error : new CannotVerify(wordsOf(error));
  } finally {
    for (const path of [...paths, directory]) os.remove(path);
  }
}

function readFile(path: string): Uint8Array {
  const bytes = readBytes(path);
  if (bytes === undefined) throw new Error(`open ${path}: ${std.strerror(ENOENT)}`);
  return bytes;
}

function publicHexIn(file: string): string {
  const { status, out } = filter(["openssl", "pkey", "-pubin", "-in", file, "-outform", "DER"]);
  const der = hexOf(out);
  if (status !== 0 || !der.startsWith(SPKI_HEAD) || out.length !== SPKI_HEAD.length / 2 + KEY_BYTES)
    throw new Error(status === NOT_FOUND ? "there is no program openssl: apt-get install openssl" : "not an Ed25519 key");
  return der.slice(SPKI_HEAD.length);
}

function listFiles(directory: string): { name: string; size: number }[] {
  const [names, errno] = os.readdir(directory);
  if (errno === ENOENT) return [];
  done(-errno, `list ${directory}`);
  return names.flatMap((name) => {
    const [stat] = os.stat(`${directory}/${name}`);
    return stat !== null && (stat.mode & os.S_IFMT) === os.S_IFREG ? [{ name, size: stat.size }] : [];
  });
}

function beside(file: string, path: string): string {
  if (path.startsWith("/")) return path;
  const [folder] = os.realpath(file.includes("/") ? file.replace(/\/[^/]*$/, "/") : ".");
  return `${folder}/${path}`;
}

function runCommand(command: readonly string[]): void {
  const status = os.exec(command, { block: true });
  if (status !== 0)
    throw new Error(`${command.join(" ")} failed: ${status === NOT_FOUND ? "there is no such program" : `status ${status}`}`);
}

function say(words: string): void {
  std.err.puts(`${words}\n`);
  std.err.flush();
}

/** All that is asked for: a need more, and this does not compile. */
const needs: Omit<typeof Needs, "publicHex"> = {
  sha256,
  isSigned,
  publicHexIn,
  textOf,
  bytesOf: utf8Of,
  filesIn: (directory) => new NativeFiles(directory),
  readFile,
  listFiles,
  beside,
  runCommand,
  say,
};
export const { bytesOf, filesIn } = needs;
export { sha256, isSigned, publicHexIn, textOf, readFile, listFiles, beside, runCommand, say };
