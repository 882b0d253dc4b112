/**
 * What the loader needs of what it runs on, here Node. It is the one part that native QuickJS has of its own (platform/native/loader/needs.ts, put in this
 * one's place by build/native.ts); `slots`, `judge`, `state`, `read-package`, `manifest`, `inbox`, `receive`, `calls`, `config`, `console`, `factory` and
 * `trial` are the same on both.
 */
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DirectoryFiles, type FileLayer } from "../files.ts";

/** Hexadecimal. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Ed25519. `signer`: the 32 bytes of its public key, hexadecimal. Throws CannotVerify when there is no telling; false is a verdict. */
export function isSigned(signed: Uint8Array, signature: Uint8Array, signer: string): boolean {
  const x = Buffer.from(signer, "hex").toString("base64url");
  return verify(null, signed, createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } }), signature);
}

/** The 32 bytes of an Ed25519 public key (of a private one: those that belong to it), in hexadecimal. Throws Error for any other key. */
export function publicHex(key: KeyObject): string {
  const { kty, crv, x } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
  if (kty !== "OKP" || crv !== "Ed25519" || x === undefined) throw new Error("not an Ed25519 key");
  return Buffer.from(x, "base64url").toString("hex");
}

/** Of a PEM file. Throws Error. */
export const publicHexIn = (file: string): string => publicHex(createPublicKey(readFileSync(file)));

/** UTF-8; what is none becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));

/** Durable files in a directory, which is made. */
export const filesIn = (directory: string): FileLayer => new DirectoryFiles(directory);

/** Throws Error with words when it is not there. */
export const readFile = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** Regular files by name; none when there is no such directory. */
export function listFiles(directory: string): { name: string; size: number }[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((name) => {
    const stat = statSync(join(directory, name), { throwIfNoEntry: false });
    return stat?.isFile() === true ? [{ name, size: stat.size }] : [];
  });
}

/** `path` as it is meant in `file`: from where that lies. */
export const beside = (file: string, path: string): string => resolve(dirname(file), path);

/** Runs a program to its end, its words going where ours go. Throws Error with what came of it. */
export function runCommand([program = "", ...args]: readonly string[]): void {
  const run = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (run.error !== undefined || run.status !== 0)
    throw new Error(`${[program, ...args].join(" ")} failed: ${run.error?.message ?? `status ${run.status}`}`);
}

/** To whoever started the loader. */
export const say = (words: string): void => console.error(words);
