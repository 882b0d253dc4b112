/**
 * The firmware package, one file:
 *
 *     "TAELPKG1" · u32 length of the manifest · manifest (JSON, UTF-8) · 64 bytes Ed25519 signature of all before it · files, bare, in the manifest's order
 *
 * Numbers are little-endian. The manifest has each file's length and SHA-256, so the signature covers every byte. Nothing in it depends on when or where
 * it was made.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type Manifest, parseManifest } from "./manifest.ts";

const MAGIC = Buffer.from("TAELPKG1", "latin1");
const HEAD_BYTES = MAGIC.length + 4;
const SIGNATURE_BYTES = 64;
const MOST_MANIFEST_BYTES = 65_536;
export const MOST_PACKAGE_BYTES = 32 * 1024 * 1024;

/** Why a package is none, or not what was signed. */
export type PackageFault = "not-a-package" | "damaged";

export class PackageError extends Error {
  override readonly name = "PackageError";
  constructor(
    readonly code: PackageFault,
    words: string,
  ) {
    super(words);
  }
}

export interface FirmwarePackage {
  manifest: Manifest;
  /** Views into the package's bytes. */
  files: ReadonlyMap<string, Uint8Array>;
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The 32 bytes of an Ed25519 public key (of a private one: those that belong to it), in hexadecimal. Throws Error for any other key. */
export function publicHex(key: KeyObject): string {
  const { kty, crv, x } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
  if (kty !== "OKP" || crv !== "Ed25519" || x === undefined) throw new Error("not an Ed25519 key");
  return Buffer.from(x, "base64url").toString("hex");
}

const publicKeyOf = (hex: string): KeyObject =>
  createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(hex, "hex").toString("base64url") } });

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
  const signed = Buffer.concat([MAGIC, length, text]);
  return new Uint8Array(Buffer.concat([signed, sign(null, signed, key), ...names.map((name) => files[name] as Uint8Array)]));
}

/**
 * What is in it, once every byte is known to be what its signer signed. Whether that signer is to be trusted is not said here. Throws PackageError with
 * what is wrong and where.
 */
export function readPackage(bytes: Uint8Array): FirmwarePackage {
  const { manifest, signed, bodyAt } = readHead(bytes);
  const signature = bytes.subarray(bodyAt - SIGNATURE_BYTES, bodyAt);
  if (!verify(null, signed, publicKeyOf(manifest.signer), signature))
    throw new PackageError("damaged", "the manifest or its signature was altered: they do not fit together");
  const files = new Map<string, Uint8Array>();
  let at = bodyAt;
  for (const { name, bytes: size, sha256: sum } of manifest.files) {
    const file = bytes.subarray(at, at + size);
    if (file.length < size) throw new PackageError("damaged", `it ends in the middle of ${name}`);
    if (sha256(file) !== sum) throw new PackageError("damaged", `${name} was altered: its SHA-256 is not the signed one`);
    files.set(name, file);
    at += size;
  }
  if (at !== bytes.length) throw new PackageError("damaged", `${bytes.length - at} bytes too many at its end`);
  return { manifest, files };
}

/** Manifest and signed bytes, the signature not yet looked at: to tell of a package that is refused. Throws PackageError. */
export function readHead(bytes: Uint8Array): { manifest: Manifest; signed: Uint8Array; bodyAt: number } {
  if (bytes.length < HEAD_BYTES || MAGIC.compare(bytes, 0, MAGIC.length) !== 0)
    throw new PackageError("not-a-package", `it does not begin with ${MAGIC.toString("latin1")}`);
  if (bytes.length > MOST_PACKAGE_BYTES)
    throw new PackageError("not-a-package", `${bytes.length} bytes; a package has at most ${MOST_PACKAGE_BYTES}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const bodyAt = HEAD_BYTES + length + SIGNATURE_BYTES;
  if (length > MOST_MANIFEST_BYTES) throw new PackageError("damaged", `a manifest of ${length} bytes cannot be`);
  if (bodyAt > bytes.length) throw new PackageError("damaged", "it ends in the middle of its manifest");
  const read = parseManifest(Buffer.from(bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)).toString("utf8"));
  if ("problem" in read) throw new PackageError("damaged", read.problem);
  return { manifest: read.manifest, signed: bytes.subarray(0, HEAD_BYTES + length), bodyAt };
}
