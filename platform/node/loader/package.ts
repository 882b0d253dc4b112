/**
 * The firmware package, one file:
 *
 *     "TAELPKG1" · u32 length of the manifest · manifest (JSON, UTF-8) · 64 bytes Ed25519 signature of all before it · files, bare, in the manifest's order
 *
 * Numbers are little-endian. The manifest has each file's length and SHA-256, so the signature covers every byte. Nothing in it depends on when or where
 * it was made.
 */
import { type KeyObject, sign } from "node:crypto";
import type { Manifest } from "./manifest.ts";
import { publicHex, sha256 } from "./needs.ts";
import { MAGIC } from "./read-package.ts";

export { publicHex, sha256 } from "./needs.ts";
export { type FirmwarePackage, MOST_PACKAGE_BYTES, PackageError, readHead, readPackage } from "./read-package.ts";

/** The same manifest, files and key give the same bytes. */
export function writePackage(
  manifest: Omit<Manifest, "files" | "signer">,
  files: Readonly<Record<string, Uint8Array>>,
  key: KeyObject,
): Uint8Array {
  const names = Object.keys(files).sort();
  const rows = names.map((name) => ({ name, bytes: files[name]?.length ?? 0, sha256: sha256(files[name] ?? new Uint8Array()) }));
  const text = Buffer.from(JSON.stringify({ ...manifest, signer: publicHex(key), files: rows }), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const signed = Buffer.concat([Buffer.from(MAGIC, "latin1"), length, text]);
  return new Uint8Array(Buffer.concat([signed, sign(null, signed, key), ...names.map((name) => files[name] as Uint8Array)]));
}
