/**
 * A disk in memory with everything that can go wrong with one (spec/reliability.md F-A). It keeps what was synced apart from what was only written;
 * when the power goes, what was only written is kept, dropped, torn, reordered or spoiled. Any test of power loss may stand on it.
 *
 * Operations are the calls that change something (append, sync, replace), counted from 1; faults are set for one of them by its number.
 */
import type { DoorErrorCode } from "../../../platform/abi.ts";
import type { FileCalls } from "../../../platform/guest/store.ts";

export const SECTOR_BYTES = 512;

/** Where in the operation the power goes. `torn`: that many bytes of an append reach the disk. */
export type CutPhase = "before" | "after" | { readonly torn: number };
/**
 * What becomes of bytes that were written and not synced. all: they are on the disk · none: they are not · sectors: any of them, in any order ·
 * spoiled: any of them, and some are something else.
 */
export type Survival = "all" | "none" | "sectors" | "spoiled";

/** Thrown by every call once the power is gone. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
  constructor() {
    super("the power is gone");
  }
}

interface Write {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Never reaches the disk, whatever is synced. */
  lost: boolean;
  /** Reaches the disk at another place of the file. */
  readonly landsAt: number | undefined;
}

interface File {
  /** What a reader sees. */
  cache: Uint8Array;
  /** What the disk has. */
  durable: Uint8Array;
  pending: Write[];
}

type Fault =
  | { readonly kind: "cut"; readonly phase: CutPhase; readonly survival: Survival }
  /** `part`: bytes of an append, or the rename of a replace (any number above 0), done nevertheless. */
  | { readonly kind: "fail"; readonly code: DoorErrorCode; readonly part: number }
  /** Acknowledged. call: nothing was done at all. append: so too, at the first append from then on. disk: readers see it until the power goes. */
  | { readonly kind: "phantom"; readonly where: "call" | "append" | "disk" }
  | { readonly kind: "misdirect"; readonly to: number };

const diskError = (code: DoorErrorCode, words: string): Error => {
  const error = new Error(`${code}: ${words}`);
  error.name = "DoorError";
  return error;
};

/** The bytes with `write` done: cut off at `at`, then written. */
function written(before: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const after = new Uint8Array(at + bytes.length);
  after.set(before.subarray(0, at));
  after.set(bytes, at);
  return after;
}

export class FaultyDisk implements FileCalls {
  operations = 0;
  /** What each operation was, for a failing test's message. */
  history: string[] = [];
  /** Syncs are acknowledged and nothing is synced. */
  lyingSync = false;
  /** All files together. */
  capacityBytes = Number.POSITIVE_INFINITY;
  isOff = false;

  #files = new Map<string, File>();
  /** What the directory on the disk says, where a failed replace made it differ. */
  #oldNames: Map<string, File> | undefined;
  #faults = new Map<number, Fault>();
  #survival: Survival = "all";
  #random: number;

  constructor(seed = 1) {
    this.#random = seed >>> 0;
  }

  // ── what goes wrong ──

  cutAt(operation: number, phase: CutPhase, survival: Survival = "all"): this {
    this.#faults.set(operation, { kind: "cut", phase, survival });
    return this;
  }

  failAt(operation: number, code: DoorErrorCode = "io", part = 0): this {
    this.#faults.set(operation, { kind: "fail", code, part });
    return this;
  }

  phantomAt(operation: number, where: "call" | "append" | "disk"): this {
    this.#faults.set(operation, { kind: "phantom", where });
    return this;
  }

  misdirectAt(operation: number, to: number): this {
    this.#faults.set(operation, { kind: "misdirect", to });
    return this;
  }

  clearFaults(): void {
    this.#faults.clear();
    this.lyingSync = false;
    this.capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** The power goes now. */
  cut(survival: Survival = "all"): void {
    this.#survival = survival;
    this.isOff = true;
  }

  /** The power is back; only what survived is there. */
  powerOn(): void {
    if (!this.isOff) this.cut();
    if (this.#oldNames !== undefined && this.#chance(0.5)) this.#files = this.#oldNames;
    this.#oldNames = undefined;
    for (const file of this.#files.values()) {
      file.durable = this.#survivors(file);
      file.cache = file.durable.slice();
      file.pending = [];
    }
    this.#faults.clear();
    this.isOff = false;
  }

  /** Bit rot: one bit of what is on the disk. */
  flipBit(name: string, bit: number): void {
    const file = this.#file(name);
    const at = bit >> 3;
    for (const bytes of [file.durable, file.cache]) if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
  }

  /** A worn sector: all of it reads as something else. */
  spoilSector(name: string, sector: number): void {
    const file = this.#file(name);
    const noise = this.#noise(SECTOR_BYTES);
    for (const bytes of [file.durable, file.cache]) {
      const part = bytes.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
      part.set(noise.subarray(0, part.length));
    }
  }

  /** Another disk in the same state, with the same faults to come. `seed`: of another fate of what is not synced. */
  clone(seed?: number): FaultyDisk {
    const copy = new FaultyDisk();
    const twins = new Map<File, File>();
    const twin = (file: File): File => {
      const known = twins.get(file) ?? {
        cache: file.cache.slice(),
        durable: file.durable.slice(),
        pending: file.pending.map((write) => ({ ...write })),
      };
      twins.set(file, known);
      return known;
    };
    const names = (from: Map<string, File>): Map<string, File> => new Map([...from].map(([name, file]) => [name, twin(file)]));
    copy.operations = this.operations;
    copy.history = [...this.history];
    copy.lyingSync = this.lyingSync;
    copy.capacityBytes = this.capacityBytes;
    copy.isOff = this.isOff;
    copy.#files = names(this.#files);
    copy.#oldNames = this.#oldNames === undefined ? undefined : names(this.#oldNames);
    copy.#faults = new Map(this.#faults);
    copy.#survival = this.#survival;
    copy.#random = seed === undefined ? this.#random : seed >>> 0;
    return copy;
  }

  /** Files with bytes that a power cut could lose. */
  get unsynced(): string[] {
    return [...this.#files].filter(([, { pending }]) => pending.length > 0).map(([name]) => name);
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const { cache } of this.#files.values()) bytes += cache.length;
    return bytes;
  }

  /** Every file as a reader sees it: for a leak scanner. */
  image(): Record<string, Uint8Array> {
    return Object.fromEntries([...this.#files].map(([name, file]) => [name, file.cache.slice()]));
  }

  // ── the five calls ──

  fileRead(name: string): Uint8Array | undefined {
    this.#needPower();
    return this.#files.get(name)?.cache.slice();
  }

  fileList(): { name: string; size: number }[] {
    this.#needPower();
    return [...this.#files].map(([name, file]) => ({ name, size: file.cache.length })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  fileAppend(name: string, at: number, bytes: Uint8Array): void {
    const fault = this.#begin(`append ${name} at ${at}: ${bytes.length} bytes`);
    if (fault?.kind === "phantom" && fault.where !== "disk") return;
    const file = this.#files.get(name) ?? { cache: new Uint8Array(0), durable: new Uint8Array(0), pending: [] };
    if (at > file.cache.length) throw diskError("bad-argument", `${name} ends at ${file.cache.length}, before ${at}`);
    this.#files.set(name, file);
    const write = (part: Uint8Array): void => {
      file.cache = written(file.cache, at, part);
      const lost = fault?.kind === "phantom";
      file.pending.push({ at, bytes: part.slice(), lost, landsAt: fault?.kind === "misdirect" ? fault.to : undefined });
    };
    if (fault?.kind === "cut" && typeof fault.phase === "object") {
      write(bytes.subarray(0, fault.phase.torn));
      this.#loseSpoiled(fault.survival);
    }
    if (fault?.kind === "fail") {
      if (fault.part > 0) write(bytes.subarray(0, fault.part));
      throw diskError(fault.code, "set by the test");
    }
    const used = this.usedBytes - file.cache.length + at;
    const room = Math.max(0, this.capacityBytes - used);
    write(bytes.subarray(0, room));
    if (bytes.length > room) throw diskError("disk-full", `${bytes.length} bytes do not fit`);
    this.#finish(fault);
  }

  fileSync(name: string): void {
    const fault = this.#putOff(this.#begin(`sync ${name}`));
    const file = this.#file(name);
    if (fault?.kind === "fail") {
      // The system forgets that these bytes are still to be written; a later sync succeeds without them.
      for (const write of file.pending) write.lost = true;
      throw diskError(fault.code, "set by the test");
    }
    if (!this.lyingSync && fault?.kind !== "phantom") {
      for (const write of file.pending) file.durable = this.#land(file.durable, write);
      file.pending = [];
    }
    this.#finish(fault);
  }

  fileReplace(from: string, to: string): void {
    const fault = this.#putOff(this.#begin(`replace ${from} → ${to}`));
    const file = this.#file(from);
    if (fault?.kind === "phantom") return;
    if (fault?.kind === "fail" && fault.part === 0) throw diskError(fault.code, "set by the test");
    const before = new Map(this.#files);
    this.#files.delete(from);
    this.#files.set(to, file);
    this.#oldNames = undefined;
    if (fault?.kind === "fail") {
      this.#oldNames = before;
      throw diskError(fault.code, "the directory was not synced");
    }
    this.#finish(fault);
  }

  // ── how ──

  #needPower(): void {
    if (this.isOff) throw new PowerCut();
  }

  #begin(what: string): Fault | undefined {
    this.#needPower();
    this.operations++;
    this.history.push(`${this.operations} ${what}`);
    const fault = this.#faults.get(this.operations);
    if (fault?.kind === "cut" && fault.phase === "before") this.#loseSpoiled(fault.survival);
    return fault;
  }

  /** This operation is no append: what was meant for one waits for the next. */
  #putOff(fault: Fault | undefined): Fault | undefined {
    if (fault?.kind !== "phantom" || fault.where !== "append") return fault;
    this.#faults.set(this.operations + 1, fault);
    return undefined;
  }

  #finish(fault: Fault | undefined): void {
    if (fault?.kind === "cut") this.#loseSpoiled(fault.survival);
  }

  #loseSpoiled(survival: Survival): never {
    this.cut(survival);
    throw new PowerCut();
  }

  #file(name: string): File {
    const file = this.#files.get(name);
    if (file === undefined) throw diskError("no-such-file", name);
    return file;
  }

  /** The disk after this one write has reached it, in whatever way it does. */
  #land(durable: Uint8Array, write: Write): Uint8Array {
    const right = written(
      durable.length < write.at ? written(durable, durable.length, new Uint8Array(write.at - durable.length)) : durable,
      write.at,
      write.bytes,
    );
    if (!write.lost && write.landsAt === undefined) return right;
    // The length is known to the file system; the bytes are what was there before, or nothing.
    const hole = new Uint8Array(right.length);
    hole.set(durable.subarray(0, hole.length));
    if (write.landsAt !== undefined) hole.set(write.bytes.subarray(0, Math.max(0, hole.length - write.landsAt)), write.landsAt);
    return hole;
  }

  #survivors(file: File): Uint8Array {
    if (this.#survival === "none") return file.durable;
    if (this.#survival === "all") return file.pending.reduce((bytes, write) => this.#land(bytes, write), file.durable);
    const lengths = [file.durable.length, ...file.pending.map((write) => write.at + write.bytes.length)];
    const length = lengths[Math.floor(this.#next() * lengths.length)] as number;
    const bytes = new Uint8Array(length);
    bytes.set(file.durable.subarray(0, length));
    const pieces = file.pending
      .filter((write) => !write.lost)
      .flatMap((write) => sectorsOf(write.landsAt ?? write.at, write.bytes));
    for (const piece of this.#shuffled(pieces)) {
      if (this.#chance(0.4) || piece.at >= length) continue;
      const spoil = this.#survival === "spoiled" && this.#chance(0.3);
      const part = (spoil ? this.#noise(piece.bytes.length) : piece.bytes).subarray(0, length - piece.at);
      bytes.set(part, piece.at);
    }
    return bytes;
  }

  #next(): number {
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), this.#random | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  #chance(share: number): boolean {
    return this.#next() < share;
  }

  #noise(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.#next() * 256));
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const other = Math.floor(this.#next() * (i + 1));
      [mixed[i], mixed[other]] = [mixed[other] as T, mixed[i] as T];
    }
    return mixed;
  }
}

/** A write as the sectors it touches. */
function sectorsOf(at: number, bytes: Uint8Array): { at: number; bytes: Uint8Array }[] {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let from = 0;
  while (from < bytes.length) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES));
    pieces.push({ at: at + from, bytes: bytes.subarray(from, to) });
    from = to;
  }
  return pieces;
}
