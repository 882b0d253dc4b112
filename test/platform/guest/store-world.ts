/** What the store's tests share: a model of the table, workloads from a seed, and opening without a log. */
import { type FileCalls, type OpenStore, openStore, STORE_FILE } from "../../../platform/guest/store.ts";
import type { Change, Logger, Store } from "../../../platform/guest/system.ts";
import { seededRandom } from "../../fakes/system.ts";
import type { FaultyDisk } from "./faulty-disk.ts";

export const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const open = (files: FileCalls, log: Logger = quiet): OpenStore => openStore(files, log);

/** The table as text, for comparing: key=hex of a checksum and the length. */
export function picture(store: Pick<Store, "get" | "keys">): string {
  return store
    .keys("")
    .map((key) => `${key}=${digest(store.get(key) as Uint8Array)}`)
    .join(" ");
}

function digest(bytes: Uint8Array): string {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return `${bytes.length}:${sum.toString(16)}`;
}

/** The simplest store there could be: what the real one is held against. */
export class ModelStore implements Store {
  readonly #table = new Map<string, Uint8Array>();
  get(key: string): Uint8Array | undefined {
    return this.#table.get(key);
  }
  keys(prefix: string): string[] {
    return [...this.#table.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
  commit(changes: readonly Change[]): void {
    for (const change of changes) {
      if ("put" in change) this.#table.set(change.put, change.value);
      else this.#table.delete(change.delete);
    }
  }
}

const NAMES = ["meta", "debt", "t/000001", "t/000002", "t/000003", "设置/语言", "r/1", "r/2"];

/** Commits as a trading day makes them: one to four changes, values from nothing to `largest` bytes. */
export function workload(seed: number, commits: number, largest: number): Change[][] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const change = (): Change => {
    const name = NAMES[below(NAMES.length)] as string;
    if (random() < 0.2) return { delete: name };
    return { put: name, value: Uint8Array.from({ length: below(random() < 0.5 ? 40 : largest) }, () => below(256)) };
  };
  return Array.from({ length: commits }, () => Array.from({ length: 1 + below(4) }, change));
}

/** Pictures before the first commit and after each. */
export function pictures(commits: readonly Change[][]): string[] {
  const model = new ModelStore();
  const seen = [picture(model)];
  for (const commit of commits) {
    model.commit(commit);
    seen.push(picture(model));
  }
  return seen;
}

export const fileBytes = (disk: FaultyDisk): Uint8Array => disk.fileRead(STORE_FILE) as Uint8Array;
