/** Entropy and sealing, the same bytes and the same files as platform/node has: a data directory may be used by either. */
import * as os from "os";
import { gcm } from "@noble/ciphers/aes.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Entropy } from "../node/entropy.ts";
import { DoorError } from "../node/errors.ts";
import type { Sealer } from "../node/seal.ts";
import { done, readBytes, writeAll } from "./calls.ts";
import { syncDirectory } from "./files.ts";

/** The kernel's. */
export const systemEntropy: Entropy = (count) => {
  const bytes = new Uint8Array(count);
  const fd = done(os.open("/dev/urandom", os.O_RDONLY), "open /dev/urandom");
  let have = 0;
  while (have < count) have += done(os.read(fd, bytes.buffer, have, count - have), "read /dev/urandom");
  os.close(fd);
  return bytes;
};

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

/** As `seededEntropy` of platform/node: for desks, never for a terminal on a counter. */
export function seededEntropy(seed: number, stream: string): Entropy {
  let counter = 0;
  let rest: number[] = [];
  return (count) => {
    while (rest.length < count) rest = rest.concat([...sha256(ascii(`tael entropy ${seed} ${stream} ${counter++}`))]);
    const bytes = Uint8Array.from(rest.slice(0, count));
    rest = rest.slice(count);
    return bytes;
  };
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/** Format and `keyFile`: platform/node/seal.ts. Throws Error with words when the key file is damaged, or the platform's cannot be read. */
export function sealerIn(dataDir: string, entropy: Entropy, keyFile?: string): Sealer {
  const key = keyFile === undefined ? sealKey(dataDir, entropy) : givenKey(keyFile);
  const corrupt = (): DoorError => new DoorError("corrupt", "these bytes were altered, or sealed on another terminal");
  return {
    seal(bytes) {
      const nonce = hmac.create(sha256, key).update(entropy(NONCE_BYTES)).update(bytes).digest().subarray(0, NONCE_BYTES);
      const sealed = gcm(key, nonce).encrypt(bytes);
      const out = new Uint8Array(1 + NONCE_BYTES + sealed.length);
      out[0] = VERSION;
      out.set(nonce, 1);
      out.set(sealed, 1 + NONCE_BYTES);
      return out;
    },
    unseal(bytes) {
      if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw corrupt();
      try {
        return gcm(key, bytes.subarray(1, 1 + NONCE_BYTES)).decrypt(bytes.subarray(1 + NONCE_BYTES));
      } catch {
        throw corrupt();
      }
    },
  };
}

function givenKey(path: string): Uint8Array {
  const key = readBytes(path);
  if (key === undefined) throw new Error(`the platform gave no sealing key: there is no file ${path}`);
  if (key.length === KEY_BYTES) return key;
  throw new Error(
    `${path} is no sealing key (${key.length} bytes, not ${KEY_BYTES}): the platform must give the one it was sealed with`,
  );
}

const O_DSYNC = 0x1000;

function sealKey(dataDir: string, entropy: Entropy): Uint8Array {
  const path = `${dataDir}/seal.key`;
  const known = readBytes(path);
  if (known?.length === KEY_BYTES) return known;
  if (known !== undefined)
    throw new Error(
      `${path} is damaged (${known.length} bytes, not ${KEY_BYTES}); without it what was sealed cannot be read: restore it, or start from an empty directory`,
    );
  const key = entropy(KEY_BYTES);
  const successor = `${path}.new`;
  os.remove(successor);
  const fd = done(os.open(successor, os.O_WRONLY | os.O_CREAT | O_DSYNC, 0o600), `make ${successor}`);
  writeAll(fd, key, `write ${successor}`);
  os.close(fd);
  done(os.rename(successor, path), `rename ${successor}`);
  syncDirectory(dataDir);
  return key;
}
