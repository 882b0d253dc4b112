/**
 * Power goes at every operation of the disk in every way a request can end: before it, torn within it, after it. Afterwards the
 * journal says what it said before the step or what it says after it; an acknowledged step stands; money has one fate.
 */
import { describe, expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import { type CutPhase, FaultyDisk, type Survival } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, journalOn, owedNext, pictureOf, sell } from "./world.ts";

const PHASES: readonly CutPhase[] = ["before", "after", { torn: 1 }, { torn: 30 }, { torn: 300 }];
const SURVIVALS: readonly Survival[] = ["all", "none", "sectors", "spoiled"];

type Step = readonly [name: string, act: (journal: OpenJournal) => void];

const owe: Step = ["oweReversal", (journal) => journal.oweReversal(owedNext(journal))];
const approve: Step = ["approve", (journal) => journal.approve(approvedOf(journal.owed as NonNullable<OpenJournal["owed"]>))];

const WAYS: Record<string, readonly Step[]> = {
  approved: [owe, approve, ["markPrinted", (journal) => journal.markPrinted(journal.nextTrace - 1, 1)]],
  "declined or not sent": [owe, ["forgetDebt", (journal) => journal.forgetDebt()]],
  reversed: [
    owe,
    ["giveReason", (journal) => journal.giveReason("A0", "A00001")],
    ["needSignOn", (journal) => journal.needSignOn()],
    ["takeTrace", (journal) => void journal.takeTrace()],
    ["signOn", (journal) => journal.signOn(1)],
    ["countAttempt", (journal) => journal.countAttempt()],
    ["reversed", (journal) => journal.reversed()],
  ],
};

/** Operations of the disk that opening and this step take. */
function operationsOf(disk: FaultyDisk, [, act]: Step): number {
  const rehearsal = disk.clone();
  act(journalOn(rehearsal));
  return rehearsal.operations - disk.operations;
}

/** Whether the step was acknowledged before the power went. */
function acknowledged(disk: FaultyDisk, [name, act]: Step): boolean {
  try {
    act(journalOn(disk));
    return true;
  } catch {
    expect(disk.isOff, `${name} fails for the power alone`).toBe(true);
    return false;
  }
}

function checkOneFate(journal: OpenJournal, where: string): void {
  const owed = journal.owed;
  const traces = journal.list().map(({ trace }) => trace);
  const fates = [...traces, ...journal.reversals().map(({ trace }) => trace), ...(owed === undefined ? [] : [owed.trace])];
  expect(new Set(fates).size, where).toBe(fates.length);
  expect(Math.max(0, ...fates), where).toBeLessThan(journal.nextTrace);
}

/** Cuts at every point of every step; returns how many points there were. */
function sweep(steps: readonly Step[]): number {
  const disk = new FaultyDisk();
  sell(journalOn(disk));
  let points = 0;
  for (const step of steps) {
    const before = pictureOf(journalOn(disk));
    const done = disk.clone();
    step[1](journalOn(done));
    const after = pictureOf(journalOn(done));
    const operations = operationsOf(disk, step);
    for (let operation = 1; operation <= operations; operation++) {
      for (const phase of PHASES) {
        for (const survival of SURVIVALS) {
          const trial = disk.clone().cutAt(disk.operations + operation, phase, survival);
          const where = `${step[0]}, operation ${operation}, ${JSON.stringify(phase)}, ${survival}`;
          const stands = acknowledged(trial, step);
          trial.powerOn();
          const found = journalOn(trial);
          expect(stands ? [after] : [before, after], where).toContain(pictureOf(found));
          checkOneFate(found, where);
          points++;
        }
      }
    }
    step[1](journalOn(disk));
  }
  return points;
}

describe("power cut at every operation", () => {
  test.each(Object.entries(WAYS))("%s", (_, steps) => {
    const points = sweep(steps);
    expect(points).toBeGreaterThan(steps.length * PHASES.length * SURVIVALS.length);
  });
});

describe("a disk that refuses", () => {
  test.each(Object.entries(WAYS))("%s: the step is refused whole, and works when the disk does", (_, steps) => {
    const disk = new FaultyDisk();
    sell(journalOn(disk));
    for (const step of steps) {
      const operations = operationsOf(disk, step);
      const before = pictureOf(journalOn(disk));
      for (let operation = 1; operation <= operations; operation++) {
        for (const code of ["io", "disk-full"] as const) {
          const trial = disk.clone().failAt(disk.operations + operation, code);
          const journal = journalOn(trial);
          try {
            step[1](journal);
          } catch (error) {
            expect(error, step[0]).toMatchObject({ name: "JournalError" });
            expect(pictureOf(journal), step[0]).toBe(before);
            trial.clearFaults();
            step[1](journal);
          }
          expect(pictureOf(journalOn(trial)), step[0]).toBe(pictureOf(journal));
        }
      }
      step[1](journalOn(disk));
    }
  });
});
