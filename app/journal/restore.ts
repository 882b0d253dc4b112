/**
 * A backup put back. What it may do is planned without a write; then the items are laid beside the journal, one commit decides, and from there on
 * they are moved to their places whatever happens: power lost before the decision leaves the old records, after it the new ones, whole.
 *
 * Only the terminal that sealed a backup can open it: its seal key never leaves the platform. On another one with the same merchant and terminal number
 * the counters in the clear header are all that can be had, so that no trace and no batch number is used twice.
 */
import { assert } from "../../platform/guest/assert.ts";
import { equalBytes } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";
import { type BackupHeader, type BackupItems, MONEY, readItems } from "./backup.ts";
import {
  DEBT_KEY,
  DECLINES,
  isPacked,
  MAX_COUNTER,
  META,
  META_KEY,
  type Meta,
  pack,
  REVERSAL,
  reversedKey,
  SETTLEMENT_KEY,
  transactionKey,
  transactionPrefix,
  unpack,
} from "./records.ts";

/** Traces that may have been used after the backup was made, where nothing tells. */
const SKIPPED_TRACES = 1_000;
const STAGED = "restore/";
const DECIDED = "restoring";
const PORTION_ITEMS = 200;
const PORTION_BYTES = 524_288;

export interface Identity {
  merchant: string;
  terminal: string;
}

/**
 * altered: no backup, or not whole · other-terminal: another merchant's or terminal's · damaged-item: one cannot be read, the others can · newer-money: the
 * store has records of money that the backup has not, or has otherwise · unreadable: the store has some that nobody can read and the backup has not.
 */
export type RestoreRefusal =
  | { refused: "altered"; words: string }
  | { refused: "other-terminal" }
  | { refused: "damaged-item"; key: string }
  | { refused: "newer-money" | "unreadable"; count: number };

export type RestorePlan =
  | RestoreRefusal
  | { plan: "nothing"; header: BackupHeader }
  /** counters: sealed by another terminal. `changes` belong to the journal's own keys. */
  | { plan: "whole" | "counters"; header: BackupHeader; changes: Change[] };

type Store = System["store"];

/** What a restore would do, and why it may not. `lossy`: the store itself has lost something, so that its counters prove nothing. */
export function planRestore(system: System, bytes: Uint8Array, own: Identity, lossy: boolean): RestorePlan {
  const read = readItems(bytes);
  if ("words" in read) return { refused: "altered", words: read.words };
  const { header, items } = read;
  if (header.terminal !== own.terminal || (header.merchant ?? own.merchant) !== own.merchant)
    return { refused: "other-terminal" };
  const closed = [...items].filter(([key, value]) => isPacked(system, key, value) !== undefined).map(([key]) => key);
  const foreign = closed.length === items.size;
  const [damaged] = closed;
  if (!foreign && damaged !== undefined) return { refused: "damaged-item", key: damaged };
  const refusal = refusedBy(system, foreign ? new Map() : items);
  if (refusal !== undefined) return refusal;
  return foreign ? planCounters(system, header) : planWhole(system, read, lossy);
}

/** What the store holds and the backup does not. */
function refusedBy(system: System, items: ReadonlyMap<string, Uint8Array>): RestoreRefusal | undefined {
  const { store } = system;
  const astray = MONEY.flatMap((prefix) => store.keys(prefix)).filter((key) => !same(store, key, items.get(key)));
  const ended = debtEnded(system, items);
  const isReadable = (key: string): boolean => isPacked(system, key, store.get(key) as Uint8Array) === undefined;
  const newer = astray.filter((key) => isReadable(key) && !(key === DEBT_KEY && ended));
  if (newer.length > 0) return { refused: "newer-money", count: newer.length };
  const lost = astray.filter((key) => !isReadable(key) && !items.has(key));
  return lost.length > 0 ? { refused: "unreadable", count: lost.length } : undefined;
}

/** A store that has lost the end of its debt still owes what the backup knows as approved or taken back. */
function debtEnded(system: System, items: ReadonlyMap<string, Uint8Array>): boolean {
  const sealed = system.store.get(DEBT_KEY);
  const read = sealed && unpack(system, DEBT_KEY, sealed, REVERSAL);
  if (read === undefined || "fault" in read || items.has(DEBT_KEY)) return false;
  const { batch, trace } = read.value;
  return items.has(transactionKey(batch, trace)) || items.has(reversedKey(batch, trace));
}

function planWhole(system: System, { header, items }: BackupItems, lossy: boolean): RestorePlan {
  const { store } = system;
  const missing = [...items].filter(([key, value]) => key !== META_KEY && !same(store, key, value));
  const isSpoilt = (key: string): boolean => isPacked(system, key, store.get(key) as Uint8Array) !== undefined;
  const going = [
    ...store.keys(DECLINES).filter((key) => !items.has(key) && isSpoilt(key)),
    ...(debtEnded(system, items) ? [DEBT_KEY] : []),
  ];
  const here = metaOf(system, store.get(META_KEY));
  const there = metaOf(system, items.get(META_KEY));
  if (missing.length === 0 && going.length === 0 && here !== undefined && !lossy) return { plan: "nothing", header };
  const meta = there === undefined ? undefined : mergedMeta(here, there, items, lossy);
  return {
    plan: "whole",
    header,
    changes: [
      ...missing.map(([put, value]) => ({ put, value })),
      ...going.map((key) => ({ delete: key })),
      ...(meta === undefined ? [] : [{ put: META_KEY, value: pack(system, META_KEY, meta) }]),
    ],
  };
}

/**
 * Never back: the batch with records stays what it is, and the host's number for this terminal waits behind it. One that is still being cleared away
 * is nobody's open batch.
 */
function mergedMeta(here: Meta | undefined, there: Meta, items: ReadonlyMap<string, Uint8Array>, lossy: boolean): Meta {
  const open = [...items.keys()].some((key) => key === SETTLEMENT_KEY || key.startsWith(transactionPrefix(there.batch)));
  const told = here?.signedOn === true && here.batch !== there.batch ? here.batch : undefined;
  const furthest = told ?? Math.max(there.batch, here?.batch ?? 0);
  const stays = open || furthest === there.clearing;
  const batch = stays ? there.batch : furthest;
  const known = !lossy && here !== undefined && here.nextOrder >= there.nextOrder && here.nextTrace >= there.nextTrace;
  const used = new Set(
    [...items.keys()].filter((key) => key.startsWith(transactionPrefix(batch))).map((key) => Number(key.slice(-6))),
  );
  return {
    ...there,
    batch,
    hostBatch: stays ? (there.hostBatch ?? told) : undefined,
    nextTrace: known ? here.nextTrace : freeTrace(Math.max(there.nextTrace, here?.nextTrace ?? 0) + SKIPPED_TRACES, used),
    nextOrder: Math.max(there.nextOrder, here?.nextOrder ?? 0),
    signedOn: false,
  };
}

function freeTrace(from: number, used: ReadonlySet<number>): number {
  assert(used.size < MAX_COUNTER, "some trace is free");
  let trace = ((from - 1) % MAX_COUNTER) + 1;
  while (used.has(trace)) trace = (trace % MAX_COUNTER) + 1;
  return trace;
}

/** An empty terminal takes over where the one with this number was. */
function planCounters(system: System, header: BackupHeader): RestorePlan {
  const { batch, nextTrace, merchant } = header;
  const isCounter = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_COUNTER;
  // Without the merchant's number nothing says whose counters they are.
  if (merchant === undefined || !isCounter(batch) || !isCounter(nextTrace)) return { refused: "other-terminal" };
  const here = metaOf(system, system.store.get(META_KEY)) ?? { batch: 1, nextTrace: 1, signedOn: false, nextOrder: 1 };
  if (here.nextTrace >= nextTrace && here.batch >= batch) return { plan: "nothing", header };
  const meta: Meta = {
    ...here,
    batch: here.signedOn ? here.batch : Math.max(here.batch, batch),
    nextTrace: freeTrace(Math.max(here.nextTrace, nextTrace) + SKIPPED_TRACES, new Set()),
    signedOn: false,
  };
  assert(meta.batch >= here.batch, "a restore never takes the batch back");
  return { plan: "counters", header, changes: [{ put: META_KEY, value: pack(system, META_KEY, meta) }] };
}

/** Lays the changes beside the journal. Throws StoreError; what it has laid by then is cleared away by the next call, or the next start. */
export function stageRestore({ store }: Pick<System, "store">, changes: readonly Change[]): void {
  const places = changes.map((change) => ("put" in change ? change.put : change.delete));
  assert(new Set(places).size === places.length, "a restore says one thing of a key");
  assert(!isRestoring({ store }), "what was decided is put back before anything else is laid beside it");
  clearStaged(store);
  // An item that goes is laid down empty: sealed bytes never are.
  const laid = changes.map((change) =>
    "put" in change
      ? { put: STAGED + change.put, value: change.value }
      : { put: STAGED + change.delete, value: new Uint8Array(0) },
  );
  for (const portion of portions(laid, ({ value }) => value.length)) store.commit(portion);
}

/** The one change that decides: commit it with the audit's line, then `finishRestore`. */
export const restoreDecision = (system: Pick<System, "seal">): Change => ({
  put: DECIDED,
  value: system.seal(new Uint8Array(1)),
});

export const isRestoring = ({ store }: Pick<System, "store">): boolean => store.get(DECIDED) !== undefined;

/** At every start, before the journal is read, and after a decision. Throws StoreError; the next call goes on. */
export function finishRestore({ store }: Pick<System, "store">): void {
  if (!isRestoring({ store })) {
    clearStaged(store);
    return;
  }
  const staged = store.keys(STAGED).map((key) => ({ key, value: store.get(key) as Uint8Array }));
  for (const portion of portions(staged, ({ value }) => value.length))
    store.commit(
      portion.flatMap(({ key, value }): Change[] => {
        const place = key.slice(STAGED.length);
        assert(place !== DECIDED && !place.startsWith(STAGED), "a restore puts back records, and nothing of its own");
        return [value.length === 0 ? { delete: place } : { put: place, value }, { delete: key }];
      }),
    );
  store.commit([{ delete: DECIDED }]);
}

function clearStaged(store: Store): void {
  for (const portion of portions(store.keys(STAGED), () => 0)) store.commit(portion.map((key) => ({ delete: key })));
}

function portions<T>(all: readonly T[], bytesOf: (each: T) => number): T[][] {
  const made: T[][] = [];
  let bytes = 0;
  for (const each of all) {
    const last = made.at(-1);
    if (last === undefined || last.length >= PORTION_ITEMS || bytes + bytesOf(each) > PORTION_BYTES) {
      made.push([each]);
      bytes = bytesOf(each);
    } else {
      last.push(each);
      bytes += bytesOf(each);
    }
  }
  return made;
}

function same(store: Store, key: string, value: Uint8Array | undefined): boolean {
  const now = store.get(key);
  return now === undefined || value === undefined ? now === value : equalBytes(now, value);
}

function metaOf(system: System, sealed: Uint8Array | undefined): Meta | undefined {
  const read = sealed && unpack(system, META_KEY, sealed, META);
  return read !== undefined && "value" in read ? read.value : undefined;
}
