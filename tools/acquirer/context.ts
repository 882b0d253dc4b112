/** What every service of the host works with: the book and the file behind it, terminals and keys, time, numbers. */
import { createHash } from "node:crypto";
import { Book, type Forgotten, type LedgerRecord } from "./book.ts";
import type { AcquirerOptions } from "./contract.ts";
import type { MacMethod } from "./crypto.ts";
import { type KeyMaterial, keyMaterial, type SignOnCode, type WorkingKeys, workingKeys } from "./keys.ts";
import type { LedgerStorage } from "./ledger.ts";
import { fromHex } from "./text.ts";
import { type LocalTime, localTime } from "./time.ts";

const DEFAULT_LIMIT_FEN = 5_000_000;

export interface Registration {
  merchant: string;
  material: KeyMaterial;
}

export class Context {
  #book: Book;
  /** What the book was made of, oldest first. */
  #records: LedgerRecord[] = [];
  readonly #storage: LedgerStorage;
  readonly #options: AcquirerOptions;
  readonly #registered = new Map<string, Registration>();

  constructor(options: AcquirerOptions, storage: LedgerStorage) {
    this.#options = options;
    this.#storage = storage;
    this.#register();
    this.#book = new Book(options.accounts);
    for (const record of storage.records) this.#apply(record as LedgerRecord | Forgotten);
  }

  get book(): Book {
    return this.#book;
  }

  #register(): void {
    const { profile, terminals = [] } = this.#options;
    const material = keyMaterial(profile.keys, profile.testKeys);
    this.#registered.set(profile.terminal.id, { merchant: profile.merchant.id, material });
    for (const { terminal, merchant, masterKey } of terminals) {
      const master = masterKey === undefined ? material.master : fromHex(masterKey);
      this.#registered.set(terminal, { merchant, material: { ...material, master } });
    }
  }

  registration(terminal: string | undefined): Registration | undefined {
    return this.#registered.get(terminal ?? "");
  }

  /** Durable first, then true. */
  write(record: LedgerRecord | Forgotten): void {
    this.#storage.append(record);
    this.#apply(record);
  }

  #apply(record: LedgerRecord | Forgotten): void {
    if (record.record !== "forgotten") {
      this.#records.push(structuredClone(record));
      this.#book.apply(record);
      return;
    }
    this.#records = this.#records.slice(0, Math.max(0, this.#records.length - record.count));
    this.#book = new Book(this.#options.accounts);
    for (const kept of this.#records) this.#book.apply(structuredClone(kept));
  }

  /** Keys of a terminal that is signed on. */
  keysOf(terminal: string | undefined): WorkingKeys | undefined {
    const session = this.book.terminals.get(terminal ?? "");
    const registration = this.registration(terminal);
    if (session?.signedOn !== true || registration === undefined) return undefined;
    return this.keysFor(session.code, registration);
  }

  /** Undefined: the profile's keys are too short for this kind of sign-on. */
  keysFor(code: SignOnCode, { material }: Registration): WorkingKeys | undefined {
    return workingKeys(code, material, this.#options.profile.keys.mac as MacMethod);
  }

  now(): LocalTime {
    return localTime(this.#options.clock.wallMs(), this.#options.profile.utcOffsetMinutes ?? 480);
  }

  /** The most one transaction may be, fen. */
  get limitFen(): number {
    return this.#options.limitFen ?? DEFAULT_LIMIT_FEN;
  }

  /** What a parameter download hands out, by code of §7.3. */
  get parameters(): Record<string, string> {
    return { "11": "60", "22": this.#options.profile.merchant.name, ...this.book.parameters };
  }

  /** Undefined: nothing is known of chips. */
  get chips(): AcquirerOptions["chips"] {
    return this.#options.chips;
  }

  get nextEntry(): number {
    return this.book.transactions.length + 1;
  }

  /** Unique for this ledger: four digits of the seed, eight of the entry's number. */
  reference(n: number): string {
    return String((this.#options.seed ?? 0) % 10_000).padStart(4, "0") + String(n).padStart(8, "0");
  }

  authCode(n: number): string {
    const digest = createHash("sha256")
      .update(`${this.#options.seed ?? 0} ${n}`)
      .digest();
    return String(digest.readUInt32BE(0) % 1_000_000).padStart(6, "0");
  }
}
