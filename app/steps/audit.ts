/**
 * Who did what, when, and how it ended. Each line's hash covers the line before it, so one that was altered, taken out or put in shows. The last
 * hash is sealed: whoever rewrites the whole chain cannot rewrite that. The last 1,000 lines are kept; the hash of the last one that was dropped
 * anchors the rest.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, decodeUtf8, encodeUtf8, equalBytes, fromHex, toHex } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import type { LocalTime } from "../model/time.ts";
import type { Terminal } from "./terminal.ts";

/** What is told. A new one is a word here and `audit.<word>` in app/text. */
export const AUDIT_WORDS = [
  "start",
  "log-in",
  "unlock",
  "consent",
  "sign-on",
  "sign-off",
  "keys",
  "operator-add",
  "operator-delete",
  "password",
  "rights",
  "parameter",
  "download",
  "reprint",
  "settlement",
  "training",
  "risk",
  "tap-torn",
  "audit",
  "export",
  "backup",
  "restore",
  "firmware",
] as const;
export type AuditWord = (typeof AUDIT_WORDS)[number];

export type AuditResult = "ok" | "wrong" | "locked" | "refused" | "failed" | "warned" | "blocked" | "allowed" | "on" | "off";

export interface AuditEntry {
  /** Operator number; "" when nobody is at the keys. */
  who: string;
  what: AuditWord;
  result: AuditResult;
  /** What it was done to: an operator, a parameter, a trace. Never a card number. */
  object?: string;
}

export interface AuditLine extends AuditEntry {
  n: number;
  /** YYYYMMDDhhmmss, terminal time. */
  at: string;
  /** Lines before this one that the store would not take. */
  lost?: number;
}

/** altered: this line is not what was written · missing: it is gone · head: the sealed end of the chain is gone, altered, or of another chain. */
export type AuditCheck =
  | { sound: true; count: number; first: number; last: number }
  | { sound: false; why: "altered" | "missing" | "head"; n: number };

export interface Audit {
  /** The line and `changes` in one commit. Throws StoreError and changes nothing when the store refuses. */
  record(entry: AuditEntry, changes: readonly Change[]): void;
  /** A line of its own. When the store refuses, the next line says how many are missing: a full disk must not stop the work. */
  note(entry: AuditEntry): void;
  /** Oldest first. A line that cannot be read is left out; `check` names it. */
  lines(): AuditLine[];
  check(): AuditCheck;
}

export const MOST_LINES = 1_000;
const LINES = "audit/";
const HEAD_KEY = "audit-head";
const HASH_BYTES = 32;
const NOTHING = new Uint8Array(HASH_BYTES);

const keyOf = (n: number): string => LINES + String(n).padStart(10, "0");
const placeOf = (key: string): number => Number(key.slice(LINES.length));

/** The end of the chain, stored sealed. */
interface Head {
  /** The last line and its hash. */
  n: number;
  hash: string;
  /** The last line that is not kept, and its hash. */
  anchor: { n: number; hash: string };
  /** The first line of this chain, when the one before it broke. */
  brokeBefore?: number;
}

export interface AuditOptions {
  now(): LocalTime;
  /** Lines kept. */
  most?: number;
}

export function openAudit(system: System, options: AuditOptions): Audit {
  return new StoredAudit(system, options);
}

/** A line as whoever is at the keys writes it. What is done in training did not happen. */
export function note(
  { audit, operator, training }: Pick<Terminal, "audit" | "operator" | "training">,
  what: AuditWord,
  result: AuditResult,
  object?: string,
): void {
  if (training === undefined) audit.note({ who: operator ?? "", what, result, object });
}

class StoredAudit implements Audit {
  #head: Head;
  #lost = 0;

  constructor(
    private readonly system: System,
    private readonly options: AuditOptions,
  ) {
    const head = this.#openHead();
    this.#head = head ?? this.#afterBreak();
    if (head === undefined && this.#head.brokeBefore !== undefined) this.note({ who: "", what: "audit", result: "failed" });
  }

  record(entry: AuditEntry, changes: readonly Change[]): void {
    const n = this.#head.n + 1;
    const { date, time } = this.options.now();
    const line: AuditLine = { n, at: date + time, ...entry, ...(this.#lost > 0 ? { lost: this.#lost } : {}) };
    const words = encodeUtf8(JSON.stringify(line));
    const hash = sha256(concat(fromHex(this.#head.hash), words));
    const dropped = this.#dropped(n);
    const head: Head = { ...this.#head, n, hash: toHex(hash), anchor: dropped ?? this.#head.anchor };
    this.system.store.commit([
      ...changes,
      { put: keyOf(n), value: concat(hash, words) },
      ...(dropped === undefined ? [] : [{ delete: keyOf(dropped.n) }]),
      { put: HEAD_KEY, value: this.system.seal(encodeUtf8(JSON.stringify(head))) },
    ]);
    this.#head = head;
    this.#lost = 0;
  }

  note(entry: AuditEntry): void {
    try {
      this.record(entry, []);
    } catch (error) {
      this.#lost++;
      this.system.log.error(`audit: "${entry.what} ${entry.result}" could not be kept`, error);
    }
  }

  lines(): AuditLine[] {
    return this.system.store.keys(LINES).flatMap((key) => {
      const read = this.#read(placeOf(key));
      return read === undefined ? [] : [read.line];
    });
  }

  check(): AuditCheck {
    const stored = this.#openHead();
    const { n: last, hash: end, anchor, brokeBefore } = this.#head;
    // What lies on the disk must be what this run wrote there; before a break nothing can be proved.
    const same = last === 0 ? stored === undefined : stored?.hash === end && stored.n === last;
    if (!same || brokeBefore !== undefined) return { sound: false, why: "head", n: brokeBefore ?? last };
    const first = anchor.n + 1;
    const stray = this.system.store
      .keys(LINES)
      .map(placeOf)
      .find((n) => n < first || n > last);
    if (stray !== undefined) return { sound: false, why: "altered", n: stray };
    let hash: Uint8Array = fromHex(anchor.hash);
    for (let n = first; n <= last; n++) {
      const value = this.system.store.get(keyOf(n));
      if (value === undefined) return { sound: false, why: "missing", n };
      hash = sha256(concat(hash, value.subarray(HASH_BYTES)));
      if (!equalBytes(hash, value.subarray(0, HASH_BYTES)) || this.#read(n)?.line.n !== n)
        return { sound: false, why: "altered", n };
    }
    return toHex(hash) === end ? { sound: true, count: last - anchor.n, first, last } : { sound: false, why: "altered", n: last };
  }

  /** The oldest line makes room when the chain is full; its own hash becomes the anchor. */
  #dropped(n: number): Head["anchor"] | undefined {
    const oldest = this.#head.anchor.n + 1;
    if (n - oldest < (this.options.most ?? MOST_LINES)) return undefined;
    const value = this.system.store.get(keyOf(oldest));
    return { n: oldest, hash: value === undefined ? this.#head.anchor.hash : toHex(value.subarray(0, HASH_BYTES)) };
  }

  #read(n: number): { line: AuditLine } | undefined {
    const value = this.system.store.get(keyOf(n));
    if (value === undefined || value.length <= HASH_BYTES) return undefined;
    try {
      return { line: JSON.parse(decodeUtf8(value.subarray(HASH_BYTES))) as AuditLine };
    } catch {
      return undefined;
    }
  }

  /** undefined when there is none, or it is not ours. */
  #openHead(): Head | undefined {
    const sealed = this.system.store.get(HEAD_KEY);
    if (sealed === undefined) return undefined;
    try {
      return JSON.parse(decodeUtf8(this.system.unseal(sealed))) as Head;
    } catch {
      return undefined;
    }
  }

  /** No chain yet; or one whose end is lost: a new chain begins behind it, and says so for good. */
  #afterBreak(): Head {
    const n = Math.max(0, ...this.system.store.keys(LINES).map(placeOf));
    const lost = n > 0 || this.system.store.get(HEAD_KEY) !== undefined;
    const anchor = { n, hash: toHex(NOTHING) };
    if (lost) this.system.log.error("audit: the end of the chain is lost; a new one begins");
    return { n, hash: anchor.hash, anchor, ...(lost ? { brokeBefore: n + 1 } : {}) };
  }
}
