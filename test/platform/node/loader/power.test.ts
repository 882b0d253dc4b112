/**
 * Power cut at every write of installing, trying, confirming and taking back, torn too, with the fates of what was not synced (all places and all fates
 * with TAEL_SWEEP=all); once
 * more during what comes after; and writes that were acknowledged and lost, or went elsewhere. Whatever happens, something good starts, and in the end the update is there.
 */
import { expect, test } from "vitest";
import { Slots } from "../../../../platform/node/loader/slots.ts";
import { type CutPhase, FaultyDisk, PowerCut, type Survival } from "../../guest/faulty-disk.ts";
import { layer, packageOf } from "./packages.ts";

const OLD = packageOf({ version: "1.0.0", counter: 1 });
const NEW = packageOf({ version: "1.1.0", counter: 2 });
const BROKEN = packageOf({ version: "1.2.0", counter: 9 });
const SURVIVALS: readonly Survival[] = ["all", "none", "sectors", "spoiled"];
const TORN: readonly CutPhase[] = [{ torn: 1 }, { torn: 300 }, { torn: 2_000 }];

/** Every place to tear and every fate in the long form; else they take turns. */
const LONG = process.env.TAEL_SWEEP === "all";
const turn = <T>(all: readonly T[], n: number): readonly T[] => (LONG ? all : [all[n % all.length] as T]);
const phasesOf = (n: number): readonly CutPhase[] => ["before", ...turn(TORN, n), "after"];
const fatesOf = (n: number): readonly Survival[] => turn(SURVIVALS, n);

const slotsOn = (disk: FaultyDisk): Slots => new Slots(layer(disk));

/** A terminal that runs OLD, confirmed, with an earlier one in its other slot. */
function working(seed: number): FaultyDisk {
  const disk = new FaultyDisk(seed);
  for (const bytes of [packageOf({ version: "0.9.0", counter: 0 }), OLD]) {
    const slots = slotsOn(disk);
    slots.install(bytes);
    slots.confirm(slots.choose()!.slot);
  }
  return disk;
}

/** One start: what is chosen runs its self-test; BROKEN never confirms. Gives its version. */
function startOnce(disk: FaultyDisk): string {
  const slots = slotsOn(disk);
  const before = slots.status.securityCounter;
  const chosen = slots.choose();
  expect(chosen, "something starts").toBeDefined();
  const { version, securityCounter } = chosen!.manifest;
  expect(securityCounter).toBeGreaterThanOrEqual(before);
  if (version !== "1.2.0") slots.confirm(chosen!.slot);
  return version;
}

/** An update to NEW and then an attempt at BROKEN, which is taken back. `restarted`: what happens to the disk between installing and starting. */
function life(disk: FaultyDisk, restarted: () => void = () => undefined): void {
  slotsOn(disk).install(NEW);
  restarted();
  startOnce(disk);
  slotsOn(disk).install(BROKEN);
  restarted();
  for (let starts = 0; starts < 5; starts++) startOnce(disk);
}

/** Runs until the power goes; false when it did not. */
function untilCut(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
}

/** Whatever happened before: it starts, and the whole life can be lived again. */
function recovers(disk: FaultyDisk, where: string): void {
  disk.powerOn();
  expect(["1.0.0", "1.1.0", "1.2.0"], where).toContain(startOnce(disk));
  for (let starts = 0; starts < 4; starts++) startOnce(disk);
  life(disk);
  const { status } = slotsOn(disk);
  const { active } = status;
  expect([active && status.slots[active]?.version, status.securityCounter, status.trial], where).toEqual(["1.1.0", 2, undefined]);
}

function operationsOf(start: FaultyDisk): number {
  const disk = start.clone();
  life(disk);
  return disk.operations - start.operations;
}

test("cut at every write: before it, torn, and after it", () => {
  const start = working(1);
  const operations = operationsOf(start);
  let points = 0;
  for (let n = 1; n <= operations; n++) {
    for (const phase of phasesOf(n)) {
      for (const survival of fatesOf(n)) {
        const disk = start.clone(n * 31).cutAt(start.operations + n, phase, survival);
        const cut = untilCut(() => life(disk));
        points++;
        if (cut) recovers(disk, `operation ${n}, ${JSON.stringify(phase)}, ${survival}:\n${disk.history.slice(-3).join("\n")}`);
      }
    }
  }
  expect(operations).toBeGreaterThan(20);
  expect(points).toBe(operations * phasesOf(0).length * fatesOf(0).length);
});

test("cut again at every write of what comes after a cut", () => {
  const start = working(2);
  const operations = operationsOf(start);
  for (let n = 1; n <= operations; n++) {
    for (let m = 1; m <= (LONG ? 6 : 2); m++) {
      const disk = start.clone(n).cutAt(start.operations + n, { torn: 200 }, "sectors");
      if (!untilCut(() => life(disk))) continue;
      disk.powerOn();
      disk.cutAt(disk.operations + m, { torn: 100 }, "spoiled");
      untilCut(() => life(disk));
      recovers(disk, `operation ${n}, then ${m}`);
    }
  }
});

test("once confirmed it stays, whenever the power goes afterwards; the counter never rises before", () => {
  const start = working(3);
  for (let n = 1; n <= 12; n++) {
    const disk = start.clone(n).cutAt(start.operations + n, "after", "none");
    let confirmed = false;
    untilCut(() => {
      slotsOn(disk).install(NEW);
      const slots = slotsOn(disk);
      const chosen = slots.choose()!;
      expect(slots.status.securityCounter).toBe(1);
      slots.confirm(chosen.slot);
      confirmed = true;
    });
    disk.powerOn();
    const { securityCounter, active, slots } = slotsOn(disk).status;
    if (confirmed) expect([securityCounter, active && slots[active]?.version]).toEqual([2, "1.1.0"]);
    if (securityCounter === 2) expect(active && slots[active]?.version).toBe("1.1.0");
  }
});

test("writes that were acknowledged and lost, or went elsewhere", () => {
  const start = working(4);
  const operations = operationsOf(start);
  for (let n = 1; n <= operations; n++) {
    for (const fault of ["call", "disk", "misdirect"] as const) {
      const disk = start.clone(n);
      const at = start.operations + n;
      if (fault === "misdirect") disk.misdirectAt(at, 50);
      else disk.phantomAt(at, fault);
      // The whole device starts anew: what only its memory had is gone, and seen to be.
      life(disk, () => {
        disk.cut("all");
        disk.powerOn();
      });
      disk.cut("all");
      disk.powerOn();
      expect(slotsOn(disk).choose(), `operation ${n}, ${fault}`).toBeDefined();
    }
  }
});

test("a full disk refuses the package and leaves what works", () => {
  const disk = working(5);
  disk.capacityBytes = disk.usedBytes - 500;
  expect(slotsOn(disk).install(packageOf({ version: "1.1.0", fontBytes: 20_000 }))).toMatchObject({ refused: "no-room" });
  disk.capacityBytes = Number.POSITIVE_INFINITY;
  expect(startOnce(disk)).toBe("1.0.0");
});
