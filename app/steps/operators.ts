/**
 * Operators and their passwords (M2, M37). Stored sealed: salt and hash, never the password. A try is counted on disk before the password
 * is compared, so pulling the plug gives no try back. Every change is one commit with its line in the audit log.
 */
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { decodeUtf8, encodeUtf8, equalBytes, fromHex, toHex } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import type { Profile } from "../model/profile.ts";
import type { Audit, AuditEntry } from "./audit.ts";

export type Role = "operator" | "supervisor" | "administrator";

/** §7.1: these two are always there and keep their role. */
export const SUPERVISOR = "00";
export const ADMINISTRATOR = "99";

export const MAX_TRIES = 5;
export const LOCK_MINUTES = 30;
/** Digits a new password must have at least. */
export const LEAST_DIGITS: Record<Role, number> = { operator: 4, supervisor: 6, administrator: 8 };
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

/** exists: the number is taken · unknown: there is none of that number · fixed: 00 and 99 stay as they are · short: too few digits. */
export type Refusal = "exists" | "unknown" | "fixed" | "short";

export interface OperatorView {
  id: string;
  role: Role;
  /** Terminal time (ms) until which the operator is locked out; 0: is not. */
  lockedUntil: number;
}

/** Why somebody is asked for a password: the audit log's word for it. */
export type Purpose = "log-in" | "unlock" | "consent" | "password";

export interface Operators {
  known(id: string): boolean;
  roleOf(id: string): Role | undefined;
  /** By number. */
  list(): OperatorView[];
  /** `password`: ASCII digits; wiped by the caller. `nowMs`: terminal time. */
  check(id: string, password: Uint8Array, nowMs: number, purpose?: Purpose): LoginResult;
  /** `by`: who does it. These throw StoreError and change nothing when the store refuses; undefined: done. */
  add(by: string, id: string, role: Role, password: Uint8Array): Refusal | undefined;
  remove(by: string, id: string): Refusal | undefined;
  /** A new password also ends a lock. */
  setPassword(by: string, id: string, password: Uint8Array): Refusal | undefined;
  /** More rights need a longer password: give one. */
  setRole(by: string, id: string, role: Role, password?: Uint8Array): Refusal | undefined;
}

export const samePassword = (a: Uint8Array, b: Uint8Array): boolean => equalBytes(a, b);

const OPERATORS = "operator/";
const keyOf = (id: string): string => OPERATORS + id;
const isFixed = (id: string): boolean => id === SUPERVISOR || id === ADMINISTRATOR;

function hashOf(password: Uint8Array, salt: Uint8Array): Uint8Array {
  return pbkdf2(sha256, password, salt, { c: ROUNDS, dkLen: 32 });
}

/** Opens the table; the first start fills it from the profile. */
export function openOperators(system: System, profile: Pick<Profile, "operators">, audit?: Audit): Operators {
  const operators = new StoredOperators(system, audit);
  operators.fill(profile.operators);
  return operators;
}

class StoredOperators implements Operators {
  constructor(
    private readonly system: System,
    private readonly audit: Audit | undefined,
  ) {}

  fill(first: Profile["operators"]): void {
    if (this.system.store.keys(OPERATORS).length > 0) return;
    this.system.store.commit(first.map(({ id, password, role }) => this.#put(id, this.#row(role, encodeUtf8(password)))));
  }

  known(id: string): boolean {
    return this.system.store.get(keyOf(id)) !== undefined;
  }

  roleOf(id: string): Role | undefined {
    return this.#get(id)?.role;
  }

  list(): OperatorView[] {
    return this.system.store.keys(OPERATORS).flatMap((key) => {
      const id = key.slice(OPERATORS.length);
      const row = this.#get(id);
      return row === undefined ? [] : [{ id, role: row.role, lockedUntil: row.lockedUntil }];
    });
  }

  check(id: string, password: Uint8Array, nowMs: number, purpose: Purpose = "log-in"): LoginResult {
    const row = this.#get(id);
    if (row === undefined) return { result: "unknown" };
    // Not told to the audit log: knocking at a locked door must not push out what it holds.
    if (row.lockedUntil > nowMs) return { result: "locked", minutes: Math.ceil((row.lockedUntil - nowMs) / 60_000) };

    const tries = row.tries + 1;
    const lockedUntil = tries >= MAX_TRIES ? nowMs + LOCK_MINUTES * 60_000 : 0;
    // A lock that ends gives one try, not five.
    this.system.store.commit([this.#put(id, { ...row, tries: Math.min(tries, MAX_TRIES - 1), lockedUntil })]);

    const right = equalBytes(hashOf(password, fromHex(row.salt)), fromHex(row.hash));
    if (right) {
      this.#commit({ who: id, what: purpose, result: "ok" }, [this.#put(id, { ...row, tries: 0, lockedUntil: 0 })]);
      this.system.log.info(`operator ${id}: ${purpose}`);
      return { result: "ok", role: row.role };
    }
    this.system.log.warn(`operator ${id}: wrong password, try ${tries}`);
    this.audit?.note({ who: id, what: purpose, result: lockedUntil > 0 ? "locked" : "wrong" });
    return lockedUntil > 0 ? { result: "locked", minutes: LOCK_MINUTES } : { result: "wrong", left: MAX_TRIES - tries };
  }

  add(by: string, id: string, role: Role, password: Uint8Array): Refusal | undefined {
    if (this.known(id)) return "exists";
    if (isFixed(id) || role === "administrator") return "fixed";
    if (password.length < LEAST_DIGITS[role]) return "short";
    this.#commit({ who: by, what: "operator-add", result: "ok", object: id }, [this.#put(id, this.#row(role, password))]);
    return undefined;
  }

  remove(by: string, id: string): Refusal | undefined {
    if (isFixed(id)) return "fixed";
    if (!this.known(id)) return "unknown";
    this.#commit({ who: by, what: "operator-delete", result: "ok", object: id }, [{ delete: keyOf(id) }]);
    return undefined;
  }

  setPassword(by: string, id: string, password: Uint8Array): Refusal | undefined {
    const row = this.#get(id);
    if (row === undefined) return "unknown";
    if (password.length < LEAST_DIGITS[row.role]) return "short";
    this.#commit({ who: by, what: "password", result: "ok", object: id }, [this.#put(id, this.#row(row.role, password))]);
    return undefined;
  }

  setRole(by: string, id: string, role: Role, password?: Uint8Array): Refusal | undefined {
    if (isFixed(id) || role === "administrator") return "fixed";
    const row = this.#get(id);
    if (row === undefined) return "unknown";
    const more = LEAST_DIGITS[role] > LEAST_DIGITS[row.role];
    if (more && (password?.length ?? 0) < LEAST_DIGITS[role]) return "short";
    const changed = password === undefined ? { ...row, role } : this.#row(role, password);
    this.#commit({ who: by, what: "rights", result: "ok", object: `${id} ${role}` }, [this.#put(id, changed)]);
    return undefined;
  }

  #row(role: Role, password: Uint8Array): Row {
    const salt = this.system.entropy(16);
    return { role, salt: toHex(salt), hash: toHex(hashOf(password, salt)), tries: 0, lockedUntil: 0 };
  }

  #get(id: string): Row | undefined {
    const sealed = this.system.store.get(keyOf(id));
    return sealed === undefined ? undefined : (JSON.parse(decodeUtf8(this.system.unseal(sealed))) as Row);
  }

  #put(id: string, row: Row): Change {
    return { put: keyOf(id), value: this.system.seal(encodeUtf8(JSON.stringify(row))) };
  }

  #commit(entry: AuditEntry, changes: readonly Change[]): void {
    if (this.audit === undefined) this.system.store.commit(changes);
    else this.audit.record(entry, changes);
  }
}
