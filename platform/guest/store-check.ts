/**
 * What a scanned store file means: which commits are there, what is a torn tail, what is damage.
 *
 * Only one commit is ever on its way to the disk, and it is the last. So bytes that cannot be read are a *torn tail* when they end the file and
 * no commit that is known to be synced is missing; whoever made it was never told that it stood. All else that cannot be read is *damage*. A
 * commit is known to be synced when the mark says so, when a frame of a later sequence is there, or when it belongs to the snapshot.
 */
import { assert } from "./assert.ts";
import { decodeChanges, type Frame, HEADER_BYTES, MOST_GENERATION, MOST_SEQUENCE, type Mark, type Scan } from "./store-format.ts";
import type { Change } from "./system.ts";

export interface Damage {
  /**
   * header: the file's first bytes · unreadable: bytes amid the file · lost: commits that must have been there · misplaced: a whole frame
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
  /** The file ends in order: nothing torn, and the mark says that all of it was synced. */
  readonly settled: boolean;
  /**
   * A frame may be added at the end: not to an older file come back, not where a header belongs, and not behind bytes that cannot be read, which might
   * make a frame of their own together with what is added.
   */
  readonly appendable: boolean;
}

const range = (first: number, last: number): string => (first === last ? `commit ${first}` : `commits ${first} to ${last}`);

/** Sequences from `first` to `last` that are not among these, which rise, as ranges. */
function holes(sequences: readonly number[], first: number, last: number): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  let expected = first;
  for (const sequence of sequences) {
    if (sequence > expected) found.push({ first: expected, last: sequence - 1 });
    expected = Math.max(expected, sequence + 1);
  }
  if (expected <= last) found.push({ first: expected, last });
  return found;
}

/** Frames out of order, and frames twice. */
function misplaced(frames: readonly Frame[]): Damage[] {
  const damage: Damage[] = [];
  let highest = -1;
  for (const frame of frames) {
    if (frame.sequence <= highest)
      damage.push({ kind: "misplaced", words: `commit ${frame.sequence} stands at byte ${frame.at}, where it does not belong` });
    highest = Math.max(highest, frame.sequence);
  }
  return damage;
}

/**
 * `length` is the file's. Undefined when the file holds nothing that could be used: no header and no frame, or numbers that nothing could be
 * counted on from.
 */
export function judge(scan: Scan, length: number, mark: Mark | undefined): Verdict | undefined {
  const { header, unreadable } = scan;
  const frames = [...scan.frames].sort((a, b) => a.sequence - b.sequence);
  const first = frames[0];
  const generation = header?.generation ?? first?.generation;
  if (generation === undefined) return undefined;
  const base = header?.base ?? (first as Frame).sequence - 1;
  const outdated = mark !== undefined && mark.generation > generation;
  const marked = mark !== undefined && mark.generation === generation ? mark.sequence : 0;
  const synced = Math.max(marked, frames.at(-1)?.sequence ?? 0, base + (header?.snapshotFrames ?? 0));
  const newest = Math.max(generation, mark?.generation ?? 0);
  if (synced > MOST_SEQUENCE || newest > MOST_GENERATION) return undefined;
  const lost = holes(
    frames.map((frame) => frame.sequence),
    base + 1,
    synced,
  );
  assert(
    lost.every((hole) => hole.first <= hole.last && hole.last <= synced),
    "what is lost was there",
  );

  const last = unreadable.at(-1);
  const torn = last !== undefined && last.to === length && lost.length === 0 ? last : undefined;

  const damage: Damage[] = [];
  if (outdated)
    damage.push({
      kind: "lost",
      words: `this is file ${generation}, and file ${mark.generation} was there before: what came after is lost`,
    });
  if (header === undefined)
    damage.push({ kind: "header", words: "the file's header cannot be read; its commits were found without it" });
  else if (header.damages > 0)
    damage.push({ kind: "earlier", words: `${header.damages} damages were found earlier and nobody has accepted them yet` });
  for (const bad of unreadable) {
    if (bad === torn) continue;
    damage.push({ kind: "unreadable", words: `${bad.to - bad.from} bytes from byte ${bad.from} cannot be read` });
  }
  for (const hole of lost)
    damage.push({ kind: "lost", words: `${range(hole.first, hole.last)} was stored and is not there any more` });
  damage.push(...misplaced(scan.frames));

  const commits: Change[][] = [];
  for (const frame of frames) {
    const changes = decodeChanges(frame.payload);
    if (changes !== undefined) commits.push(changes);
    else damage.push({ kind: "unreadable", words: `commit ${frame.sequence} is whole, but what is in it makes no sense` });
  }

  const end = torn === undefined ? length : torn.from;
  assert(
    frames.every((frame) => frame.end <= end),
    "a torn tail has no whole frame in it",
  );
  assert(!outdated || damage.length > 0, "an older file come back is damage");
  assert(commits.length <= frames.length && end <= length, "no more is read than is there");
  return {
    commits,
    damage,
    tornBytes: length - end,
    sequence: synced,
    generation: newest,
    end,
    settled: marked === synced && torn === undefined,
    appendable: !outdated && end >= HEADER_BYTES && (last === undefined || last === torn || last.to < length),
  };
}
