/**
 * What a scanned store file means: which commits are there, what is a torn tail, what is damage.
 *
 * Only one commit is ever on its way to the disk, and it is the last. So bytes that cannot be read are a *torn tail* when they end the file and
 * no commit that is known to be synced is missing; whoever made it was never told that it stood. All else that cannot be read is *damage*. A
 * commit is known to be synced when a frame of a later sequence or a mark is in the file, or when it belongs to the snapshot.
 */
import { assert } from "./assert.ts";
import { decodeChanges, type Scan, type StoredRecord } from "./store-format.ts";
import type { Change } from "./system.ts";

export interface Damage {
  /**
   * header: the file's first bytes · unreadable: bytes amid the file · lost: commits that must have been there · misplaced: a whole record
   * where it does not belong · earlier: found before this file was made, and not accepted yet.
   */
  readonly kind: "header" | "unreadable" | "lost" | "misplaced" | "earlier";
  /** What is wrong, where, and what it means; for the log and the service screen. */
  readonly words: string;
}

export interface Verdict {
  /** The commits that can be read, oldest first. */
  readonly commits: readonly (readonly Change[])[];
  readonly damage: readonly Damage[];
  /** Length of the torn tail. */
  readonly tornBytes: number;
  /** The highest sequence used, found or not. */
  readonly sequence: number;
  readonly generation: number;
  /** Where the next frame goes. */
  readonly end: number;
  /** The file ends in order: nothing torn, and a mark says that all of it was synced. */
  readonly settled: boolean;
}

const range = (first: number, last: number): string => (first === last ? `commit ${first}` : `commits ${first} to ${last}`);

/** Sequences from first to last that are not there, as ranges. */
function holes(present: ReadonlySet<number>, first: number, last: number): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  const sorted = [...present].filter((sequence) => sequence >= first && sequence <= last).sort((a, b) => a - b);
  let expected = first;
  for (const sequence of sorted) {
    if (sequence > expected) found.push({ first: expected, last: sequence - 1 });
    expected = sequence + 1;
  }
  if (expected <= last) found.push({ first: expected, last });
  return found;
}

/** Frames out of order, frames twice, and marks that something follows. */
function misplaced(records: readonly StoredRecord[]): Damage[] {
  const damage: Damage[] = [];
  let highest = -1;
  records.forEach((record, i) => {
    const isFrame = record.kind === "frame";
    const inOrder = isFrame ? record.sequence > highest : record.sequence >= highest && i === records.length - 1;
    if (!inOrder)
      damage.push({
        kind: "misplaced",
        words: `${record.kind} ${record.sequence} stands at byte ${record.at}, where it does not belong`,
      });
    highest = Math.max(highest, record.sequence);
  });
  return damage;
}

/** `length` is the file's. Undefined when the file holds nothing that could be used: no header and no record. */
export function judge(scan: Scan, length: number): Verdict | undefined {
  const { header, records, unreadable } = scan;
  const firstRecord = records[0];
  if (header === undefined && firstRecord === undefined) return undefined;
  const frames = records.filter((record) => record.kind === "frame").sort((a, b) => a.sequence - b.sequence);
  const base = header?.base ?? (frames[0] ?? (firstRecord as StoredRecord)).sequence - 1;
  const synced = records.reduce((highest, record) => Math.max(highest, record.sequence), base + (header?.snapshotFrames ?? 0));
  const lost = holes(new Set(frames.map((frame) => frame.sequence)), base + 1, synced);

  const lastBad = unreadable.at(-1);
  const tail = lastBad !== undefined && lastBad.to === length ? lastBad : undefined;
  const torn = tail !== undefined && lost.length === 0 ? tail : undefined;

  const damage: Damage[] = [];
  if (header === undefined)
    damage.push({ kind: "header", words: "the file's header cannot be read; its records were found without it" });
  else if (header.damages > 0)
    damage.push({ kind: "earlier", words: `${header.damages} damages were found earlier and nobody has accepted them yet` });
  for (const bad of unreadable) {
    if (bad === torn || (header === undefined && bad.from === 0)) continue;
    damage.push({ kind: "unreadable", words: `${bad.to - bad.from} bytes from byte ${bad.from} cannot be read` });
  }
  for (const hole of lost)
    damage.push({ kind: "lost", words: `${range(hole.first, hole.last)} was stored and is not there any more` });
  damage.push(...misplaced(records));

  const commits: Change[][] = [];
  for (const frame of frames) {
    const changes = decodeChanges(frame.payload);
    if (changes !== undefined) commits.push(changes);
    else damage.push({ kind: "unreadable", words: `commit ${frame.sequence} is whole, but what is in it makes no sense` });
  }

  const last = records.at(-1);
  let end = torn === undefined ? length : torn.from;
  const marked = last !== undefined && last.kind === "mark" && last.end === end;
  if (marked) end = last.at;
  assert(end <= length, "the store's end lies within its file");
  return {
    commits,
    damage,
    tornBytes: torn === undefined ? 0 : torn.to - torn.from,
    sequence: synced,
    generation: header?.generation ?? (firstRecord as StoredRecord).generation,
    end,
    settled: marked && torn === undefined && tail === undefined,
  };
}
