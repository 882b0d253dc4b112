/**
 * Operators and their passwords (M2). Stored sealed: salt and hash, never the password. A try is counted on disk before the password
 * is compared, so pulling the plug gives no try back.
 */
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { decodeUtf8, encodeUtf8, equalBytes, fromHex, toHex } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import type { Profile } from "../model/profile.ts";

export type Role = "operator" | "supervisor" | "administrator";

export const MAX_TRIES = 5;
export const LOCK_MINUTES = 30;
/** A four-digit password falls to any search; the seal protects the table, the rounds only slow a search down. */
const ROUNDS = 64;

interface Row {
  role: Role;
  salt: string;
  hash: string;
  /** Wrong tries since the last right one. */
  tries: number;
  /** Terminal time (ms) until which nothing is tried. */
  lockedUntil: number;
}

export type LoginResult =
  | { result: "ok"; role: Role }
  | { result: "unknown" }
  | { result: "wrong"; left: number }
  | { result: "locked"; minutes: number };

export interface Operators {
  known(id: string): boolean;
  /** `password`: ASCII digits; wiped by the caller. `nowMs`: terminal time. */
  check(id: string, password: Uint8Array, nowMs: number): LoginResult;
}

const keyOf = (id: string): string => `operator/${id}`;

function hashOf(password: Uint8Array, salt: Uint8Array): Uint8Array {
  return pbkdf2(sha256, password, salt, { c: ROUNDS, dkLen: 32 });
}

/** Opens the table; the first start fills it from the profile. */
export function openOperators(system: System, profile: Profile): Operators {
  const save = (id: string, row: Row) => ({ put: keyOf(id), value: system.seal(encodeUtf8(JSON.stringify(row))) });
  const load = (id: string): Row | undefined => {
    const sealed = system.store.get(keyOf(id));
    return sealed === undefined ? undefined : (JSON.parse(decodeUtf8(system.unseal(sealed))) as Row);
  };

  if (system.store.keys("operator/").length === 0) {
    system.store.commit(
      profile.operators.map(({ id, password, role }) => {
        const salt = system.entropy(16);
        const hash = hashOf(encodeUtf8(password), salt);
        return save(id, { role, salt: toHex(salt), hash: toHex(hash), tries: 0, lockedUntil: 0 });
      }),
    );
  }

  return {
    known: (id) => system.store.get(keyOf(id)) !== undefined,
    check(id, password, nowMs) {
      const row = load(id);
      if (row === undefined) return { result: "unknown" };
      if (row.lockedUntil > nowMs) return { result: "locked", minutes: Math.ceil((row.lockedUntil - nowMs) / 60_000) };

      const tries = row.tries + 1;
      const lockedUntil = tries >= MAX_TRIES ? nowMs + LOCK_MINUTES * 60_000 : 0;
      // A lock that ends gives one try, not five.
      system.store.commit([save(id, { ...row, tries: Math.min(tries, MAX_TRIES - 1), lockedUntil })]);

      const right = equalBytes(hashOf(password, fromHex(row.salt)), fromHex(row.hash));
      if (right) {
        system.store.commit([save(id, { ...row, tries: 0, lockedUntil: 0 })]);
        system.log.info(`operator ${id} logged in`);
        return { result: "ok", role: row.role };
      }
      system.log.warn(`operator ${id}: wrong password, try ${tries}`);
      return lockedUntil > 0 ? { result: "locked", minutes: LOCK_MINUTES } : { result: "wrong", left: MAX_TRIES - tries };
    },
  };
}
