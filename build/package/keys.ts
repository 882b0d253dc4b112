/** Keys that sign packages: an OEM's own, made here or with `openssl genpkey -algorithm ed25519`, and the one of development, which everybody has. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { publicHex } from "../../platform/node/loader/package.ts";

const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const DEVELOPMENT_SEED = Buffer.from("Tael development key, not secret", "latin1");

/** Public knowledge, so that nobody takes a package signed with it for more than it is. */
export const DEVELOPMENT_KEY: KeyObject = createPrivateKey({
  key: Buffer.concat([PKCS8_ED25519, DEVELOPMENT_SEED]),
  format: "der",
  type: "pkcs8",
});
export const DEVELOPMENT_SIGNER = publicHex(DEVELOPMENT_KEY);

/** A private key (PEM, Ed25519). Throws Error with words. */
export function readSigningKey(file: string): KeyObject {
  const key = parsed(file, () => createPrivateKey(readFileSync(file)));
  return checked(file, key);
}

/** The public key, hexadecimal, of a PEM file that holds either half. Throws Error with words. */
export function readSigner(file: string): string {
  const pem = parsed(file, () => readFileSync(file, "utf8"));
  const key = parsed(file, () => (pem.includes("PRIVATE") ? createPrivateKey(pem) : createPublicKey(pem)));
  return publicHex(checked(file, key));
}

/** Writes FILE (private, readable by its owner alone) and FILE.pub. Throws Error when one of them is there already. */
export function makeKeyPair(file: string): string {
  const made = [file, `${file}.pub`];
  const there = made.find((path) => existsSync(path));
  if (there !== undefined) throw new Error(`${there} is there already; a key is never overwritten`);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  writeFileSync(`${file}.pub`, publicKey.export({ format: "pem", type: "spki" }), { flag: "wx" });
  return publicHex(publicKey);
}

function checked(file: string, key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new Error(
    `${file}: a key for ${key.asymmetricKeyType ?? "something else"}; packages are signed with Ed25519 (npm run firmware -- key FILE makes one)`,
  );
}

function parsed<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file}: not a key in PEM (${error instanceof Error ? error.message : String(error)})`);
  }
}
