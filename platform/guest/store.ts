/**
 * The store: a small ordered table whose one write is an atomic, durable batch. A CRC-framed log on five file calls (./store-format.ts), all of
 * it in memory, and what a damaged disk means (./store-check.ts). See spec/reliability.md F-A.
 */
import type { Door } from "../abi.ts";
import { AssertionError, assert } from "./assert.ts";
import { concat, decodeUtf8, encodeUtf8, equalBytes, toBuffer } from "./bytes.ts";
import { readDoorError } from "./door-error.ts";
import { type Damage, judge, type Verdict } from "./store-check.ts";
import {
  changeBytes,
  decodeHeader,
  decodeMark,
  encodeChanges,
  encodeFrame,
  encodeHeader,
  encodeMark,
  FORMAT_VERSION,
  HEADER_BYTES,
  KEY_LIMIT,
  type Mark,
  MOST_SEQUENCE,
  PAYLOAD_LIMIT,
  PUT_OVERHEAD,
  scanFile,
} from "./store-format.ts";
import { type Change, type Logger, type Store, StoreError, type StoreFault } from "./system.ts";

export type { Damage } from "./store-check.ts";

/** The door's five file calls, in the guest's bytes. They throw as the door does: "disk-full: …". */
export interface FileCalls {
  fileRead(name: string): Uint8Array | undefined;
  fileAppend(name: string, at: number, bytes: Uint8Array): void;
  fileSync(name: string): void;
  fileReplace(from: string, to: string): void;
  fileList(): { readonly name: string; readonly size: number }[];
}

export function doorFiles(door: Door): FileCalls {
  return {
    fileRead: (name) => {
      const bytes = door.fileRead(name);
      return bytes === undefined ? undefined : new Uint8Array(bytes);
    },
    fileAppend: (name, at, bytes) => door.fileAppend(name, at, toBuffer(bytes)),
    fileSync: (name) => door.fileSync(name),
    fileReplace: (from, to) => door.fileReplace(from, to),
    fileList: () => JSON.parse(door.fileList()) as { name: string; size: number }[],
  };
}

/** The store's file, the name under which its successor is made, and the mark that says how far the first was synced. */
export const STORE_FILE = "store.log";
export const STORE_SUCCESSOR = "store.new";
export const STORE_MARK = "store.mark";

/** A file below this is not worth writing anew. */
const COMPACT_BYTES = 65_536;
/** What all keys and values together may take. */
const LIVE_LIMIT = 8_388_608;
/** No store comes this far by itself. What stands beyond could be written, and would not be believed at the next start. */
const LAST_COMMIT = MOST_SEQUENCE - 2 ** 32;
/** One write of a new file. */
const CHUNK_BYTES = 262_144;

export interface OpenStore extends Store {
  /** What was found wrong when the store was opened and has not been accepted since. Empty: all is well. */
  readonly damage: readonly Damage[];
  /** Length of the torn tail that was cut off at the start; 0 after an orderly end. */
  readonly tornBytes: number;
  /** Figures for the service screen. */
  readonly figures: {
    readonly generation: number;
    readonly sequence: number;
    readonly fileBytes: number;
    readonly liveBytes: number;
  };
  /** A person has seen the damage: it is reported no more. Throws StoreError. */
  acceptDamage(): void;
  /** Writes the table into a new file now. Throws StoreError. */
  compact(): void;
}

/** Opens the store, or makes an empty one where there is none. Throws StoreError, leaving the disk as it is, when it cannot be used. */
export function openStore(files: FileCalls, log: Logger): OpenStore {
  const bytes = attempt("read the store", () => files.fileRead(STORE_FILE));
  const mark = readMark(files);
  if (bytes === undefined && mark !== undefined)
    throw new StoreError(
      "damaged",
      `${STORE_FILE} is gone, though commit ${mark.sequence} was in it. Nothing was changed: call service`,
    );
  if (bytes === undefined) return LogStore.create(files, log, 0);
  const header = decodeHeader(bytes);
  if (header !== undefined && "newer" in header) {
    throw new StoreError(
      "newer",
      `${STORE_FILE} was written by a newer firmware (format ${header.newer}; this one knows ${FORMAT_VERSION}): install that firmware again. Nothing was changed`,
    );
  }
  const verdict = judge(scanFile(bytes, header), bytes.length, mark);
  if (verdict === undefined) {
    throw new StoreError(
      "damaged",
      `${STORE_FILE} (${bytes.length} bytes) holds nothing that can be read. Nothing was changed: call service`,
    );
  }
  for (const damage of verdict.damage) log.error(`store damaged: ${damage.words}`);
  if (verdict.tornBytes > 0) log.info(`store: ${verdict.tornBytes} bytes of an unfinished commit cut off`);
  return LogStore.open(files, log, verdict);
}

/** Makes an empty store in place of whatever is there. For service, when a store cannot be opened any more. Throws StoreError. */
export function eraseStore(files: FileCalls, log: Logger): OpenStore {
  log.warn("store erased");
  return LogStore.create(files, log, readMark(files)?.generation ?? 0);
}

/**
 * Copies what is there to names of its own, then makes an empty store in its place, damaged until somebody accepts that: so nothing new begins on it.
 * Power lost on the way leaves the old files where they are. The first of the copies' names; throws StoreError.
 */
export function setStoreAside(files: FileCalls, log: Logger): string {
  const taken = attempt("look at the store", () => files.fileList()).map(({ name }) => name);
  let n = 1;
  while (taken.some((name) => name.startsWith(`store-kept-${n}.`))) n++;
  const kept = [STORE_FILE, STORE_MARK].flatMap((name) => {
    const bytes = attempt(`read ${name}`, () => files.fileRead(name));
    if (bytes === undefined) return [];
    const copy = name.replace("store", `store-kept-${n}`);
    attempt(`copy ${name}`, () => writeWhole(files, copy, bytes));
    return [copy];
  });
  const words = `the store before this one could not be opened and is kept as ${kept.join(" and ")}`;
  log.warn(`store set aside: ${words}`);
  LogStore.create(files, log, readMark(files)?.generation ?? 0, [{ kind: "earlier", words }]);
  return kept[0] ?? "";
}

/** Written, synced and read back. */
function writeWhole(files: FileCalls, name: string, bytes: Uint8Array): void {
  // An empty file is written, too.
  for (let at = 0; at === 0 || at < bytes.length; at += CHUNK_BYTES)
    files.fileAppend(name, at, bytes.subarray(at, Math.min(at + CHUNK_BYTES, bytes.length)));
  files.fileSync(name);
  const back = files.fileRead(name);
  if (back === undefined || !equalBytes(back, bytes))
    throw new StoreError("io", `${name} reads back otherwise than it was written`);
}

function readMark(files: FileCalls): Mark | undefined {
  return decodeMark(attempt("read the store's mark", () => files.fileRead(STORE_MARK)));
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof AssertionError || error instanceof StoreError) throw error;
    const { code, words } = readDoorError(error);
    const fault: StoreFault = code === "disk-full" || code === "too-large" ? code : "io";
    throw new StoreError(fault, `cannot ${what}: ${words}`);
  }
}

class LogStore implements OpenStore {
  readonly #table = new Map<string, Uint8Array>();
  /** All keys in order; made when asked for. */
  #sorted: string[] | undefined;
  /** What the table would take as puts. */
  #liveBytes = 0;
  #damage: readonly Damage[];
  #generation: number;
  #sequence: number;
  /** Where the next frame goes. */
  #end: number;
  /** There may be bytes beyond the end, or bytes that were never synced. */
  #unsettled: boolean;
  /** The file can no longer be trusted to keep what is appended to it: a sync failed, or it may not be the file that a restart would find. */
  #distrusted: boolean;
  /** File length beyond which a new file is worth it. */
  #compactBeyond = COMPACT_BYTES;

  private constructor(
    private readonly files: FileCalls,
    private readonly log: Logger,
    found: Verdict,
  ) {
    this.#damage = found.damage;
    this.tornBytes = found.tornBytes;
    this.#generation = found.generation;
    this.#sequence = found.sequence;
    this.#end = found.end;
    this.#unsettled = !found.settled;
    this.#distrusted = !found.appendable;
    for (const commit of found.commits) this.#apply(commit);
  }

  /** `generation`: of a store that was there before. */
  static create(files: FileCalls, log: Logger, generation: number, damage: readonly Damage[] = []): LogStore {
    const nothing = { commits: [], damage, tornBytes: 0, sequence: 0, end: 0, settled: false, appendable: false };
    const store = new LogStore(files, log, { ...nothing, generation });
    store.compact();
    return store;
  }

  static open(files: FileCalls, log: Logger, verdict: Verdict): LogStore {
    const store = new LogStore(files, log, verdict);
    // What is read here may never have been synced: it must stand before anybody acts on it.
    store.#tryToSettle();
    return store;
  }

  readonly tornBytes: number;

  get damage(): readonly Damage[] {
    return this.#damage;
  }

  get figures(): OpenStore["figures"] {
    return { generation: this.#generation, sequence: this.#sequence, fileBytes: this.#end, liveBytes: this.#liveBytes };
  }

  get(key: string): Uint8Array | undefined {
    return this.#table.get(key)?.slice();
  }

  /** In the order of UTF-16 code units, as `<` compares text. */
  keys(prefix: string): string[] {
    this.#sorted ??= [...this.#table.keys()].sort();
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as string) < prefix) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (sorted[end]?.startsWith(prefix)) end++;
    assert(low <= end && sorted.length === this.#table.size, "the keys in order are the table's");
    return sorted.slice(low, end);
  }

  /**
   * All or nothing, and on the disk when it returns. When it throws, the table is as before; should the disk then also refuse to take back
   * what it may have written (and the power go before it does), a restart may find this one commit done.
   */
  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const copies = changes.map(copyChange);
    this.#checkSize(copies);
    if (this.#sequence > LAST_COMMIT)
      throw new StoreError("damaged", `commit ${this.#sequence} is no number of this store's: call service`);
    const payload = encodeChanges(copies);
    this.#settle();
    this.#writeOrTakeBack(payload);
    this.#apply(copies);
    assert(this.#end >= HEADER_BYTES + payload.length, "what was committed is in the file");
    this.#mark();
    if (this.#end > this.#compactBeyond && this.#garbageBytes() > this.#liveBytes) this.#tryToCompact();
  }

  compact(): void {
    this.#rewrite(this.#damage.length);
  }

  acceptDamage(): void {
    if (this.#damage.length === 0) return;
    this.#rewrite(0);
    this.log.warn(`store: ${this.#damage.length} damages accepted`);
    this.#damage = [];
  }

  #apply(changes: readonly Change[]): void {
    for (const change of changes) {
      const key = "put" in change ? change.put : change.delete;
      const keyBytes = encodeUtf8(key).length;
      const before = this.#table.get(key);
      if (before !== undefined) this.#liveBytes -= PUT_OVERHEAD + keyBytes + before.length;
      if ("put" in change) {
        this.#table.set(key, change.value);
        this.#liveBytes += PUT_OVERHEAD + keyBytes + change.value.length;
        if (before === undefined) this.#sorted = undefined;
      } else if (this.#table.delete(key)) this.#sorted = undefined;
    }
    assert(this.#liveBytes >= 0, "the table takes no less than nothing");
    assert(this.#table.size > 0 || this.#liveBytes === 0, "an empty table takes nothing");
  }

  #checkSize(changes: readonly Change[]): void {
    let bytes = 4;
    for (const change of changes) {
      const key = "put" in change ? change.put : change.delete;
      const encoded = encodeUtf8(key);
      assert(
        encoded.length > 0 && decodeUtf8(encoded) === key,
        "a key is text of at least one character, without lone surrogates",
      );
      if (encoded.length > KEY_LIMIT)
        throw new StoreError("too-large", `a key takes ${encoded.length} bytes; ${KEY_LIMIT} are allowed`);
      bytes += changeBytes(change);
    }
    if (bytes > PAYLOAD_LIMIT) throw new StoreError("too-large", `one commit takes ${bytes} bytes; ${PAYLOAD_LIMIT} are allowed`);
    if (this.#liveBytes + bytes > LIVE_LIMIT && changes.some((change) => "put" in change))
      throw new StoreError("too-large", `the store would take ${this.#liveBytes + bytes} bytes; ${LIVE_LIMIT} are allowed`);
  }

  #garbageBytes(): number {
    return Math.max(0, this.#end - HEADER_BYTES - this.#liveBytes);
  }

  /** Appends and syncs one frame. On failure the file is unsettled or distrusted, the table as before. */
  #writeFrame(payload: Uint8Array): void {
    assert(!this.#unsettled && !this.#distrusted, "nothing is appended to a file that is not settled");
    assert(this.#end >= HEADER_BYTES, "a frame stands behind the header");
    const frame = encodeFrame(this.#generation, this.#sequence + 1, payload);
    const end = this.#end + frame.length;
    assert(frame.length > payload.length && payload.length > 0, "a frame has a head and says something");
    this.#unsettled = true;
    attempt("write to the store", () => this.files.fileAppend(STORE_FILE, this.#end, frame));
    // After a failed sync the system may count the bytes as written although they are not (Linux does): only a new file is safe.
    this.#distrusted = true;
    attempt("sync the store", () => this.files.fileSync(STORE_FILE));
    this.#checkLength(STORE_FILE, end);
    this.#distrusted = false;
    this.#unsettled = false;
    this.#end = end;
    this.#sequence++;
  }

  #writeOrTakeBack(payload: Uint8Array): void {
    try {
      this.#writeFrame(payload);
    } catch (error) {
      this.#tryToSettle();
      throw error;
    }
  }

  /** A disk that says it has written what it never stored is found out here, or at the latest by the next start. */
  #checkLength(name: string, expected: number): void {
    const size = attempt("look at the store", () => this.files.fileList()).find((file) => file.name === name)?.size;
    if (size !== expected)
      throw new StoreError(
        "io",
        `${name} should have ${expected} bytes and has ${size ?? "none"}: the disk did not keep what it took`,
      );
  }

  /** Says that all frames are synced. Not synced itself: it is of use when it reaches the disk, and missed by nobody when it does not. */
  #mark(): void {
    assert(!this.#unsettled && !this.#distrusted, "a mark follows what is synced");
    try {
      this.files.fileAppend(STORE_MARK, 0, encodeMark(this.#generation, this.#sequence));
    } catch (error) {
      this.log.debug(`store: no mark written: ${readDoorError(error).words}`);
    }
  }

  /** Brings the file into a state in which a frame can be appended. Throws StoreError. */
  #settle(): void {
    if (this.#unsettled && !this.#distrusted) this.#cutTail();
    if (this.#unsettled || this.#distrusted) this.#rewrite(this.#damage.length);
    assert(!this.#unsettled && !this.#distrusted, "a settled file can be appended to");
  }

  #tryToSettle(): void {
    try {
      this.#settle();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.log.error(`store: ${error.message}; the next commit tries again`);
    }
  }

  /** Cuts off what stands beyond the end and syncs. Leaves the file unsettled when it cannot. */
  #cutTail(): void {
    try {
      this.files.fileAppend(STORE_FILE, this.#end, new Uint8Array(0));
      this.files.fileSync(STORE_FILE);
      this.#checkLength(STORE_FILE, this.#end);
      this.#unsettled = false;
      this.#mark();
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      this.log.warn(`store: cannot cut the file at ${this.#end}: ${readDoorError(error).words}`);
    }
  }

  #tryToCompact(): void {
    try {
      this.compact();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#compactBeyond = this.#end + COMPACT_BYTES;
      this.log.warn(`store: not compacted: ${error.message}`);
    }
  }

  /** Writes the table into a new file, checks it byte by byte, and puts it in the old one's place. The old one is good until then. */
  #rewrite(damages: number): void {
    assert(damages === 0 || damages === this.#damage.length, "damage is accepted whole, and never invented");
    const frames = this.#snapshot();
    const generation = this.#generation + 1;
    const sequence = this.#sequence + frames.length;
    const header = encodeHeader({ generation, base: this.#sequence, snapshotFrames: frames.length, damages });
    const records = frames.map((payload, i) => encodeFrame(generation, this.#sequence + 1 + i, payload));
    const image = concat(header, ...records);
    assert(image.length >= HEADER_BYTES && sequence >= this.#sequence, "a new file goes on from the old one");
    try {
      attempt("write a new store file", () => writeWhole(this.files, STORE_SUCCESSOR, image));
    } catch (error) {
      this.#freeSuccessor();
      throw error;
    }
    // From here on a restart may find either file. They say the same, so nothing may be appended to either until one is sure.
    this.#generation = generation;
    this.#distrusted = true;
    attempt("put the new store file in place", () => this.files.fileReplace(STORE_SUCCESSOR, STORE_FILE));
    this.#checkLength(STORE_FILE, image.length);
    this.#distrusted = false;
    this.#unsettled = false;
    this.#sequence = sequence;
    this.#end = image.length;
    this.#compactBeyond = COMPACT_BYTES;
    this.#mark();
  }

  #freeSuccessor(): void {
    try {
      this.files.fileAppend(STORE_SUCCESSOR, 0, new Uint8Array(0));
    } catch {
      // It is only in the way; the next new file is written over it.
    }
  }

  /** The whole table as payloads, each within the limit. */
  #snapshot(): Uint8Array[] {
    const payloads: Uint8Array[] = [];
    let changes: Change[] = [];
    let bytes = 4;
    for (const key of this.keys("")) {
      const change = { put: key, value: this.#table.get(key) as Uint8Array };
      const size = changeBytes(change);
      if (bytes + size > CHUNK_BYTES && changes.length > 0) {
        payloads.push(encodeChanges(changes));
        changes = [];
        bytes = 4;
      }
      changes.push(change);
      bytes += size;
    }
    if (changes.length > 0) payloads.push(encodeChanges(changes));
    return payloads;
  }
}

/** The caller may go on using its bytes. */
function copyChange(change: Change): Change {
  return "put" in change ? { put: change.put, value: change.value.slice() } : { delete: change.delete };
}

/** A store that could not be opened: it gives nothing and takes nothing, and says why. */
export function closedStore(failure: StoreError): Store & Pick<OpenStore, "damage"> {
  const refuse = (): never => {
    throw failure;
  };
  return { get: refuse, keys: refuse, commit: refuse, damage: [] };
}
