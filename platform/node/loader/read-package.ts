/** A firmware package read: what is in it, and that it is what its signer signed. The format stands in ./package.ts. */
import { type Manifest, parseManifest } from "./manifest.ts";
import { isSigned, sha256, textOf } from "./needs.ts";

export const MAGIC = "TAELPKG1";
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

/** What signatures are verified with is not to be had: nothing was found out about the package. */
export class CannotVerify extends Error {
  override readonly name = "CannotVerify";
}

export interface FirmwarePackage {
  manifest: Manifest;
  /** Views into the package's bytes. */
  files: ReadonlyMap<string, Uint8Array>;
}

/**
 * What is in it, once every byte is known to be what its signer signed. Whether that signer is to be trusted is not said here. Throws PackageError with
 * what is wrong and where; CannotVerify.
 */
export function readPackage(bytes: Uint8Array): FirmwarePackage {
  const { manifest, signed, bodyAt } = readHead(bytes);
  const signature = bytes.subarray(bodyAt - SIGNATURE_BYTES, bodyAt);
  if (!isSigned(signed, signature, manifest.signer))
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
  if (bytes.length < HEAD_BYTES || [...MAGIC].some((sign, at) => bytes[at] !== sign.charCodeAt(0)))
    throw new PackageError("not-a-package", `it does not begin with ${MAGIC}`);
  if (bytes.length > MOST_PACKAGE_BYTES)
    throw new PackageError("not-a-package", `${bytes.length} bytes; a package has at most ${MOST_PACKAGE_BYTES}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const bodyAt = HEAD_BYTES + length + SIGNATURE_BYTES;
  if (length > MOST_MANIFEST_BYTES) throw new PackageError("damaged", `a manifest of ${length} bytes cannot be`);
  if (bodyAt > bytes.length) throw new PackageError("damaged", "it ends in the middle of its manifest");
  const read = parseManifest(textOf(bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)));
  if ("problem" in read) throw new PackageError("damaged", read.problem);
  return { manifest: read.manifest, signed: bytes.subarray(0, HEAD_BYTES + length), bodyAt };
}
