/** The test authority's keys by name: out of dist/ca.json when the build has made them, else made now, which takes longer and gives the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RsaKey, rsaKey, secretKey, SEED, type SmKey, smKey } from "../../build/ca/keys.ts";
import type { Cipher } from "./chip/ciphers.ts";
import type { KeySet } from "./chip/card-keys.ts";
import type { SecretKey } from "./chip/signatures.ts";

export const RID = "A000000333";
/** Digits by which an issuer is known; the keys of all its cards hang on them. */
export const issuerOf = (pan: string): string => pan.slice(0, 6);

/** By index: bits of the modulus and exponent. 57 is SM2. */
export const AUTHORITIES = {
  "80": { bits: 1408, exponent: 3 },
  "81": { bits: 1984, exponent: 65537 },
} as const;
export const SM_AUTHORITY = "57";
export const AUTHORITY_EXPIRY = "20491231";
const ISSUER_BITS = { "80": 1152, "81": 1408 } as const;
const CARD_BITS = 1024;

let stored: ReadonlyMap<string, RsaKey> | undefined;
const made = new Map<string, RsaKey>();
const points = new Map<string, SmKey>();

function storedKeys(): ReadonlyMap<string, RsaKey> {
  if (stored !== undefined) return stored;
  try {
    const file = join(process.env.TAEL_ROOT ?? process.cwd(), "dist", "ca.json");
    const { seed, rsa: keys } = JSON.parse(readFileSync(file, "utf8")) as { seed?: string; rsa: Record<string, RsaKey> };
    stored = new Map(seed === SEED ? Object.entries(keys) : []);
  } catch {
    // Not built yet: every key can be made again from its name.
    stored = new Map();
  }
  return stored;
}

function rsa(name: string, bits: number, exponent: 3 | 65537): SecretKey {
  const known = storedKeys().get(name) ?? made.get(name);
  const key = known !== undefined && known.n.length === bits / 4 ? known : rsaKey(name, bits, exponent);
  made.set(name, key);
  return { kind: "rsa", ...key };
}

function sm(name: string): SecretKey {
  const key = points.get(name) ?? smKey(name);
  points.set(name, key);
  return { kind: "sm2", ...key };
}

const authorityBits = (index: string) => {
  const row = AUTHORITIES[index as keyof typeof AUTHORITIES];
  if (row === undefined) throw new Error(`there is no authority ${index}; there are ${Object.keys(AUTHORITIES).join(" ")}`);
  return row;
};

export function authorityKey(index: string): SecretKey {
  if (index === SM_AUTHORITY) return sm(`ca ${index}`);
  const { bits, exponent } = authorityBits(index);
  return rsa(`ca ${index}`, bits, exponent);
}

/** An issuer has a key under each authority. */
export function issuerKey(pan: string, index: string): SecretKey {
  const name = `issuer ${issuerOf(pan)} ${index}`;
  if (index === SM_AUTHORITY) return sm(name);
  return rsa(name, ISSUER_BITS[index as keyof typeof ISSUER_BITS], authorityBits(index).exponent);
}

export function cardSecret(pan: string, kind: "rsa" | "sm2"): SecretKey {
  return kind === "rsa" ? rsa(`card ${pan}`, CARD_BITS, 3) : sm(`card ${pan}`);
}

/** Master keys of the issuer of a card: its hosts have them, and its cards were made with them. */
export function issuerMasters(pan: string, cipher: Cipher): KeySet {
  const name = `issuer ${issuerOf(pan)} ${cipher}`;
  return { ac: secretKey(`${name} ac`), mac: secretKey(`${name} mac`), enc: secretKey(`${name} enc`) };
}

/** Keys made so far by name, for the build to keep. */
export const madeKeys = (): Record<string, RsaKey> => Object.fromEntries([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
