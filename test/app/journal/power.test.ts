/**
 * Power goes at every operation of the disk in every way a request can end: before it, torn within it, after it. Afterwards the
 * journal says what it said before the step or what it says after it; an acknowledged step stands; money has one fate.
 */
import { describe, expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import { type CutPhase, FaultyDisk, type Survival } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, dayOf, journalOn, owedNext, pictureOf, postedNext, sell, systemOn } from "./world.ts";

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

const act = (name: string, step: (journal: OpenJournal) => void): Step => [name, step];
const settled = { domestic: 1, foreign: 2 } as const;

/** Ways of a trading day, each from a journal in which a sale (1), an offline sale (2) and a pre-authorisation (3) stand. */
const DAY: Record<string, readonly Step[]> = {
  "void with its original": [
    act("oweReversal", (journal) => journal.oweReversal(owedNext(journal, { kind: "void" }))),
    act("approve and void", (journal) =>
      journal.approve(approvedOf(journal.owed as NonNullable<OpenJournal["owed"]>), { voids: 1 }),
    ),
  ],
  "advice delivered": [
    act("post", (journal) => journal.post(postedNext(journal, { kind: "refund" }))),
    act("advising", (journal) => journal.advising(4)),
    act("unanswered", (journal) => journal.advised(4, { state: "unanswered" })),
    act("delivered", (journal) => journal.advised(4, { state: "delivered", code: "00", reference: "000000000009" })),
  ],
  "completion advice refused": [
    act("post", (journal) => journal.post(postedNext(journal, { kind: "completion-advice", original: { batch: 1, trace: 3 } }))),
    act("refused", (journal) => journal.advised(4, { state: "refused", code: "25" })),
  ],
  "adjusted and tipped": [
    act("adjust", (journal) => journal.adjust(2, { amountFen: 11_000, as: "adjustment" })),
    act("refused", (journal) => journal.advised(2, { state: "refused", code: "12" })),
    act("tip", (journal) => journal.adjust(1, { amountFen: 11_000, tipFen: 1_000, as: "tip" })),
    act("tip refused", (journal) => journal.advised(1, { state: "refused", code: "64" })),
  ],
  "voided here": [act("voidLocally", (journal) => journal.voidLocally(2))],
  declined: [
    act("decline", (journal) =>
      journal.decline({
        ...{ kind: "sale", trace: 9, amountFen: 5, masked: "6229*0019", entry: "swipe", operator: "01" },
        ...{ date: "20261121", time: "090000", code: "51" },
      }),
    ),
  ],
  settlement: [
    act("beginSettlement", (journal) => journal.beginSettlement()),
    act("settlementAnswered", (journal) => journal.settlementAnswered(settled)),
    act("uploaded", (journal) => journal.uploaded(1, [2])),
    act("another round", (journal) => journal.uploaded(0, [2])),
    act("uploaded again", (journal) => journal.uploaded(1, [])),
    act("uploadEnded", (journal) => journal.uploadEnded()),
    act("closeBatch", (journal) => journal.closeBatch({ operator: "01", date: "20261121", time: "180000" })),
    act("next sale", (journal) => void journal.oweReversal(owedNext(journal))),
  ],
  "abandoned settlement": [
    act("beginSettlement", (journal) => journal.beginSettlement()),
    act("abandonSettlement", (journal) => journal.abandonSettlement()),
  ],
  "a host at another batch": [act("signOn", (journal) => journal.signOn(7))],
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
function sweep(steps: readonly Step[], disk: FaultyDisk): number {
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

function begun(name: string): FaultyDisk {
  const disk = new FaultyDisk();
  const journal = journalOn(disk);
  if (name in DAY) dayOf(journal);
  else sell(journal);
  return disk;
}

describe("power cut at every operation", () => {
  test.each(Object.entries({ ...WAYS, ...DAY }))("%s", (name, steps) => {
    const points = sweep(steps, begun(name));
    expect(points).toBeGreaterThan(steps.length * PHASES.length * SURVIVALS.length);
  });
});

describe("a disk that refuses", () => {
  test.each(Object.entries({ ...WAYS, ...DAY }))("%s: the step is refused whole, and works when the disk does", (name, steps) => {
    const disk = begun(name);
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

describe("a batch closed in portions", () => {
  test("a cut in any of them loses no record of the last settlement, and the next start goes on", () => {
    const options = { clearedAtOnce: 2 } as const;
    const disk = new FaultyDisk();
    const journal = journalOn(disk, options);
    dayOf(journal);
    for (let i = 0; i < 4; i++) sell(journal, 100 + i);
    journal.oweReversal(owedNext(journal));
    journal.reversed();
    journal.beginSettlement();
    journal.settlementAnswered({ domestic: 1, foreign: 1 });
    journal.uploadEnded();
    const close = (on: FaultyDisk): void => journalOn(on, options).closeBatch();
    const before = pictureOf(journal);
    const done = disk.clone();
    close(done);
    const after = pictureOf(journalOn(done, options));
    const commits = done.history.length - disk.history.length;
    expect(commits).toBeGreaterThan(6);
    for (let operation = 1; operation <= done.operations - disk.operations; operation++) {
      for (const phase of PHASES) {
        for (const survival of SURVIVALS) {
          const trial = disk.clone().cutAt(disk.operations + operation, phase, survival);
          // What fails once the batch is closed is put off to the next start.
          const stands = acknowledged(trial, ["closeBatch", () => close(trial)]);
          expect(trial.isOff).toBe(true);
          trial.powerOn();
          const found = pictureOf(journalOn(trial, options));
          expect(stands ? [after] : [before, after], `operation ${operation}`).toContain(found);
          const store = systemOn(trial).store;
          if (found === after) expect([...store.keys("txn/"), ...store.keys("rev/")]).toEqual([]);
          else expect(store.keys("day/")).toEqual([]);
        }
      }
    }
  });
});
