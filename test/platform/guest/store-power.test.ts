/**
 * Power goes at every operation of a workload, before it, torn within it, and after it, and what was not synced survives in every way.
 * After each: the table is the one of the last acknowledged commit, or of the one in flight, and never a mixture.
 */
import { expect, test } from "vitest";
import type { Change } from "../../../platform/guest/system.ts";
import { type CutPhase, FaultyDisk, type Survival } from "./faulty-disk.ts";
import { open, picture, pictures, workload } from "./store-world.ts";

const SURVIVALS: readonly Survival[] = ["all", "none", "sectors", "spoiled"];
const PHASES: readonly CutPhase[] = [
  "before",
  "after",
  { torn: 1 },
  { torn: 4 },
  { torn: 23 },
  { torn: 24 },
  { torn: 31 },
  { torn: 512 },
  { torn: 700 },
];

const put = (key: string, ...value: number[]): Change => ({ put: key, value: Uint8Array.from(value) });

/** Tries a commit on a disk whose power goes during it. True when it was acknowledged. */
function tryCommit(disk: FaultyDisk, commit: readonly Change[]): boolean {
  try {
    open(disk).commit(commit);
    return true;
  } catch {
    expect(disk.isOff, "only the power cut makes a commit fail").toBe(true);
    return false;
  }
}

/** Power on again: nothing may be damaged, the table is one of `allowed`, the store works on, and the next start agrees. */
function checkRestart(disk: FaultyDisk, allowed: readonly string[], where: string): void {
  disk.powerOn();
  const store = open(disk);
  expect(store.damage, where).toEqual([]);
  const found = picture(store);
  expect(allowed, where).toContain(found);
  disk.cut("none");
  disk.powerOn();
  expect(picture(open(disk)), `${where}: a second power cut right after the start`).toBe(found);
  const after = open(disk);
  after.commit([put("again", 1)]);
  disk.cut("none");
  disk.powerOn();
  const last = open(disk);
  expect([...(last.get("again") ?? [])], where).toEqual([1]);
  expect(last.damage, where).toEqual([]);
}

/** Operations that one commit takes from this state of the disk, opening included. */
function operationsOf(disk: FaultyDisk, commit: readonly Change[]): number {
  const rehearsal = disk.clone();
  const before = rehearsal.operations;
  open(rehearsal).commit(commit);
  return rehearsal.operations - before;
}

function sweep(seed: number, commits: readonly Change[][]): number {
  const expected = pictures(commits);
  const disk = new FaultyDisk(seed);
  open(disk);
  let points = 0;
  commits.forEach((commit, i) => {
    const [before, after] = [expected[i] as string, expected[i + 1] as string];
    const operations = operationsOf(disk, commit);
    for (let operation = 1; operation <= operations; operation++) {
      for (const phase of PHASES) {
        for (const survival of SURVIVALS) {
          const trial = disk.clone().cutAt(disk.operations + operation, phase, survival);
          const acknowledged = tryCommit(trial, commit);
          if (!trial.isOff) trial.cut(survival);
          points++;
          checkRestart(
            trial,
            acknowledged ? [after] : [before, after],
            `seed ${seed}, commit ${i}, operation ${operation}, ${JSON.stringify(phase)}, ${survival}`,
          );
        }
      }
    }
    open(disk).commit(commit);
  });
  return points;
}

test("power cut at every operation of a day of small commits", () => {
  const points = [1, 2, 3].reduce((sum, seed) => sum + sweep(seed, workload(seed, 25, 900)), 0);
  expect(points).toBeGreaterThan(6000);
});

test("power cut at every operation of commits that make the store write itself anew", () => {
  const commits = workload(11, 24, 12_000);
  const disk = new FaultyDisk();
  const store = open(disk);
  for (const commit of commits) store.commit(commit);
  expect(store.figures.generation, "the workload compacts").toBeGreaterThan(1);
  expect(sweep(11, commits)).toBeGreaterThan(2000);
});

test("power cut at the very first start leaves an empty store or none", () => {
  for (let operation = 1; operation <= 3; operation++) {
    for (const phase of PHASES) {
      for (const survival of SURVIVALS) {
        const disk = new FaultyDisk(operation).cutAt(operation, phase, survival);
        try {
          open(disk);
        } catch {
          expect(disk.isOff).toBe(true);
        }
        checkRestart(disk, [""], `${operation} ${JSON.stringify(phase)} ${survival}`);
      }
    }
  }
});

test("power cut again and again while recovering, three deep", () => {
  const commits = workload(5, 6, 900);
  const expected = pictures(commits);
  const disk = new FaultyDisk(5);
  const store = open(disk);
  for (const commit of commits.slice(0, -1)) store.commit(commit);
  const allowed = expected.slice(-2);
  let points = 0;

  const recover = (from: FaultyDisk, depth: number): void => {
    for (let operation = 1; operation <= 3; operation++) {
      for (const phase of ["after", { torn: 7 }] as const) {
        for (const survival of ["none", "sectors"] as const) {
          const trial = from.clone();
          trial.powerOn();
          trial.cutAt(trial.operations + operation, phase, survival);
          try {
            open(trial);
          } catch {
            expect(trial.isOff).toBe(true);
          }
          if (!trial.isOff) continue;
          points++;
          if (depth > 1) recover(trial, depth - 1);
          else checkRestart(trial, allowed, trial.history.join("\n"));
        }
      }
    }
  };
  for (const torn of [30, 200]) {
    const trial = disk.clone().cutAt(disk.operations + 1, { torn }, "all");
    tryCommit(trial, commits.at(-1) as Change[]);
    recover(trial, 3);
  }
  expect(points).toBeGreaterThan(500);
});

test("a sync fails, and the power goes at every operation of what the store does about it", () => {
  const commits = workload(8, 8, 900);
  const expected = pictures(commits);
  const disk = new FaultyDisk(8);
  const store = open(disk);
  for (const commit of commits.slice(0, -1)) store.commit(commit);
  const last = commits.at(-1) as Change[];
  for (const survival of SURVIVALS) {
    for (let operation = 3; operation <= 8; operation++) {
      for (const phase of PHASES) {
        const trial = disk
          .clone()
          .failAt(disk.operations + 2)
          .cutAt(disk.operations + operation, phase, survival);
        expect(() => open(trial).commit(last)).toThrow("cannot sync");
        const recovered = !trial.isOff;
        if (recovered) trial.cut(survival);
        // Once the store could take back what it may have written, the refused commit must never appear.
        checkRestart(
          trial,
          recovered ? expected.slice(-2, -1) : expected.slice(-2),
          `${operation} ${JSON.stringify(phase)} ${survival}`,
        );
      }
    }
  }
});

test("random days: commits, failing calls, full disks, power cuts, restarts", () => {
  for (let seed = 1; seed <= 60; seed++) day(seed);
});

/** One day from a seed. What the store may show is followed as a set: after a refused commit and a power cut, it may have been done. */
function day(seed: number): void {
  const commits = workload(seed, 60, seed % 3 === 0 ? 9000 : 700);
  const disk = new FaultyDisk(seed);
  let store = open(disk);
  let truth = picture(store);
  let random = seed;
  const below = (limit: number): number => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 1) % limit;
  const after = (commit: readonly Change[]): string => {
    const changed = new Map(store.keys("").map((key) => [key, store.get(key) as Uint8Array]));
    for (const change of commit) {
      if ("put" in change) changed.set(change.put, change.value);
      else changed.delete(change.delete);
    }
    return picture({ keys: () => [...changed.keys()].sort(), get: (key) => changed.get(key) });
  };
  commits.forEach((commit, i) => {
    const where = `seed ${seed}, commit ${i}`;
    const next = after(commit);
    const trouble = below(8);
    const soon = disk.operations + 1 + below(5);
    if (trouble === 0) disk.failAt(soon, "io", below(3) * 11);
    if (trouble === 3) for (let more = below(7); more >= 0; more--) disk.failAt(soon + more, "io", below(3) * 11);
    if (trouble === 1) disk.capacityBytes = store.figures.fileBytes + below(800);
    if (trouble === 2) disk.cutAt(soon, PHASES[below(PHASES.length)] as CutPhase, SURVIVALS[below(4)] as Survival);
    let done = false;
    try {
      store.commit(commit);
      done = true;
    } catch (error) {
      expect((error as Error).name, where).toBe("StoreError");
      expect(picture(store), `${where}: a refused commit changes nothing in memory`).toBe(truth);
    }
    if (done) truth = next;
    if (!disk.isOff && below(5) !== 0) {
      disk.clearFaults();
      return;
    }
    if (!disk.isOff) disk.cut(SURVIVALS[below(4)]);
    disk.powerOn();
    disk.clearFaults();
    store = open(disk);
    expect(store.damage, where).toEqual([]);
    expect(done ? [truth] : [truth, next], where).toContain(picture(store));
    truth = picture(store);
  });
}
