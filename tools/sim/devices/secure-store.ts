/**
 * The pad's memory for keys, tamper mark and PIN rate. On the disk it is one file enciphered with AES-256-GCM under a key in a file
 * beside it, so that no payment key ever lies in clear there. A write is complete or did not happen: temporary file, sync, rename,
 * sync of the directory.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Algorithm, Key } from "./pinpad-crypto.ts";

export type KeyUse = "PIK" | "MAK" | "TDK";

export interface WorkingKey extends Key {
  /** The master slot it was loaded under. */
  master: number;
}

export interface Secrets {
  tampered: boolean;
  masters: Map<number, Key>;
  working: Map<KeyUse, WorkingKey>;
  /** PIN entries left, possibly a fraction, as of `wallMs`. */
  pinTokens: number;
  wallMs: number;
}

interface Plain {
  tampered: boolean;
  masters: { slot: number; algorithm: Algorithm; hex: string }[];
  working: { use: KeyUse; master: number; algorithm: Algorithm; hex: string }[];
  pinTokens: number;
  wallMs: number;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class SecureStore {
  readonly #path: string | undefined;
  readonly #key: Buffer | undefined;

  /** `path` undefined: a pad that forgets when the process ends. The key stands in `path` + ".key". */
  constructor(path: string | undefined) {
    this.#path = path;
    this.#key = path === undefined ? undefined : fileKey(path);
  }

  /** Undefined: nothing was ever stored. "damaged": the file was altered or its key is another; a pad takes that for tamper. */
  load(): Secrets | "damaged" | undefined {
    if (this.#path === undefined || this.#key === undefined || !existsSync(this.#path)) return undefined;
    try {
      const file = readFileSync(this.#path);
      const opener = createDecipheriv("aes-256-gcm", this.#key, file.subarray(0, NONCE_BYTES));
      opener.setAuthTag(file.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = Buffer.concat([opener.update(file.subarray(NONCE_BYTES + TAG_BYTES)), opener.final()]);
      return fromPlain(JSON.parse(text.toString("utf8")) as Plain);
    } catch {
      return "damaged";
    }
  }

  /** Durable when it returns. Throws the file system's error, and then what was stored before still stands. */
  save(secrets: Secrets): void {
    if (this.#path === undefined || this.#key === undefined) return;
    const nonce = randomBytes(NONCE_BYTES);
    const sealer = createCipheriv("aes-256-gcm", this.#key, nonce);
    const body = Buffer.concat([sealer.update(JSON.stringify(toPlain(secrets))), sealer.final()]);
    replaceFile(this.#path, Buffer.concat([nonce, sealer.getAuthTag(), body]));
  }
}

function fileKey(path: string): Buffer {
  const keyPath = `${path}.key`;
  const found = existsSync(keyPath) ? readFileSync(keyPath) : undefined;
  if (found?.length === KEY_BYTES) return found;
  mkdirSync(dirname(path), { recursive: true });
  const key = randomBytes(KEY_BYTES);
  replaceFile(keyPath, key);
  return key;
}

function replaceFile(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`;
  const file = openSync(temporary, "w", 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function toPlain(secrets: Secrets): Plain {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  return {
    tampered: secrets.tampered,
    masters: [...secrets.masters].map(([slot, key]) => ({ slot, algorithm: key.algorithm, hex: hex(key.bytes) })),
    working: [...secrets.working].map(([use, key]) => ({
      use,
      master: key.master,
      algorithm: key.algorithm,
      hex: hex(key.bytes),
    })),
    pinTokens: secrets.pinTokens,
    wallMs: secrets.wallMs,
  };
}

function fromPlain(plain: Plain): Secrets {
  const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
  return {
    tampered: plain.tampered,
    masters: new Map(plain.masters.map(({ slot, algorithm, hex }) => [slot, { algorithm, bytes: bytes(hex) }])),
    working: new Map(plain.working.map(({ use, master, algorithm, hex }) => [use, { master, algorithm, bytes: bytes(hex) }])),
    pinTokens: plain.pinTokens,
    wallMs: plain.wallMs,
  };
}
