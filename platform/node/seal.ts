/**
 * Sealing: AES-256-GCM (NIST SP 800-38D) under a key that stays in `seal.key`, readable by the owner alone. A terminal with a
 * secure element keeps the key there and replaces this file. Sealed bytes: version (1), nonce (12), ciphertext, tag (16).
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { DoorError, Refused, errnoOf, wordsOf } from "./errors.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

export interface Sealer {
  seal(bytes: Uint8Array): Uint8Array;
  /** Throws DoorError corrupt. */
  unseal(bytes: Uint8Array): Uint8Array;
}

/**
 * `entropy` gives the key at first start and a part of each nonce. `keyFile`: the platform's own, which must be there and is never written. Throws Refused
 * when the key file is damaged, or the platform's cannot be read.
 */
export function sealerIn(dataDir: string, entropy: (count: number) => Uint8Array, keyFile?: string): Sealer {
  const key = keyFile === undefined ? sealKey(join(dataDir, "seal.key"), entropy) : givenKey(keyFile);
  return sealerOf(key, entropy);
}

export const newSealKey = (entropy: (count: number) => Uint8Array): Uint8Array => entropy(KEY_BYTES);

export function sealerOf(key: Uint8Array, entropy: (count: number) => Uint8Array): Sealer {
  return {
    seal(bytes) {
      // The nonce depends on the bytes as well: a seeded desk repeats its entropy, and GCM must not repeat a nonce for other bytes.
      const nonce = createHmac("sha256", key).update(entropy(NONCE_BYTES)).update(bytes).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Uint8Array.from(Buffer.concat([Buffer.of(VERSION), nonce, body, cipher.getAuthTag()]));
    },
    unseal(bytes) {
      if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw corrupt();
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      try {
        const body = bytes.subarray(1 + NONCE_BYTES, bytes.length - TAG_BYTES);
        return Uint8Array.from(Buffer.concat([decipher.update(body), decipher.final()]));
      } catch {
        throw corrupt();
      }
    },
  };
}

const corrupt = (): DoorError => new DoorError("corrupt", "these bytes were altered, or sealed on another terminal");

function givenKey(path: string): Buffer {
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    throw new Refused(`the platform gave no sealing key: ${path}: ${wordsOf(error)}`);
  }
  if (key.length === KEY_BYTES) return key;
  throw new Refused(
    `${path} is no sealing key (${key.length} bytes, not ${KEY_BYTES}): the platform must give the one it was sealed with`,
  );
}

function sealKey(path: string, entropy: (count: number) => Uint8Array): Buffer {
  try {
    const key = readFileSync(path);
    if (key.length === KEY_BYTES) return key;
    throw new Refused(
      `${path} is damaged (${key.length} bytes, not ${KEY_BYTES}); without it what was sealed cannot be read: restore it, or start from an empty directory`,
    );
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  const key = Buffer.from(newSealKey(entropy));
  // Whole or not there: a power cut must not leave half a key, with which the terminal would never start again.
  const successor = `${path}.new`;
  const fd = openSync(successor, "w", 0o600);
  try {
    writeSync(fd, key);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(successor, path);
  syncDirectory(dirname(path));
  return key;
}

function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
