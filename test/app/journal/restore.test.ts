/** A backup put back: onto an empty terminal and a broken one, never over money it does not have, never back in trace or batch, cut anywhere. */
import { beforeEach, describe, expect, test } from "vitest";
import { makeBackup } from "../../../app/journal/backup.ts";
import { type OpenJournal, openJournal } from "../../../app/journal/open.ts";
import { finishRestore, planRestore, type RestorePlan, restoreDecision, stageRestore } from "../../../app/journal/restore.ts";
import type { System } from "../../../platform/guest/system.ts";
import { type CutPhase, FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, dayOf, declinedOf, EVER, journalOn, owedNext, pictureOf, sell, settleAll, systemOn } from "./world.ts";

const OWN = { merchant: "898110154110001", terminal: "10000001" };

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
  dayOf(journal);
  settleAll(journal, "20261120");
  journal.signOn(2);
  sell(journal, 500);
  journal.oweReversal(owedNext(journal));
});

const backupOf = (from: FaultyDisk, over: object = {}): Uint8Array => {
  const { batch, nextTrace } = journalOn(from);
  return makeBackup(systemOn(from), { ...OWN, batch, nextTrace, at: "2026-11-21T18:00:00+08:00", ...over }).bytes;
};

const planOn = (on: FaultyDisk, bytes: Uint8Array, lossy = false): RestorePlan => planRestore(systemOn(on), bytes, OWN, lossy);

function putBack(on: FaultyDisk, plan: RestorePlan): void {
  if (!("changes" in plan)) throw new Error(`no plan: ${JSON.stringify(plan)}`);
  const system = systemOn(on);
  stageRestore(system, plan.changes);
  system.store.commit([restoreDecision(system)]);
  finishRestore(system);
}

/** What is the same after a restore; counters go on, and the terminal signs on again. */
const money = (of: OpenJournal): string => {
  const { nextTrace: _, signedOn: __, ...rest } = JSON.parse(pictureOf(of)) as Record<string, unknown>;
  return JSON.stringify(rest);
};

describe("onto an empty terminal", () => {
  test("everything is back: open batch, debt, holds, day book; traces go on well beyond", () => {
    const bytes = backupOf(disk);
    const empty = new FaultyDisk();
    putBack(empty, planOn(empty, bytes));
    const restored = journalOn(empty);
    expect(money(restored)).toBe(money(journalOn(disk)));
    expect(restored).toMatchObject({ batch: 2, signedOn: false, nextTrace: journal.nextTrace + 1_000, damage: [] });
    expect(systemOn(empty).store.keys("restor")).toEqual([]);
    expect(planOn(empty, bytes)).toMatchObject({ plan: "nothing" });
    restored.reversed();
    sell(restored);
    settleAll(restored, "20261121");
    expect(restored.booked(EVER)).toHaveLength(5);
  });

  test("the host has given another batch meanwhile: the restored one is settled first, under its own number", () => {
    const empty = new FaultyDisk();
    journalOn(empty).signOn(7);
    putBack(empty, planOn(empty, backupOf(disk)));
    expect(journalOn(empty)).toMatchObject({ batch: 2, settleFirst: 7, count: 1 });
  });

  test("no open records in it: the host's newer batch stays", () => {
    journal.reversed();
    settleAll(journal, "20261121");
    const empty = new FaultyDisk();
    journalOn(empty).signOn(7);
    putBack(empty, planOn(empty, backupOf(disk)));
    expect(journalOn(empty)).toMatchObject({ batch: 7, settleFirst: undefined, count: 0 });
  });

  test("a backup made while a batch was still being moved into the book: the move goes on", () => {
    const options = { clearedAtOnce: 1 } as const;
    const made = new FaultyDisk();
    const busy = journalOn(made, options);
    for (let n = 0; n < 4; n++) sell(busy);
    busy.beginSettlement();
    busy.settlementAnswered({ domestic: 1, foreign: 1 });
    busy.uploadEnded();
    for (let operation = made.operations + 1; ; operation++) {
      const trial = made.clone().failAt(operation, "io");
      const closing = journalOn(trial, options);
      try {
        closing.closeBatch();
      } catch {
        continue;
      }
      if (systemOn(trial).store.keys("day/").length !== 2) continue;
      const bytes = makeBackup(systemOn(trial), { ...OWN, batch: 2, nextTrace: 5, at: "" }).bytes;
      const empty = new FaultyDisk();
      putBack(empty, planOn(empty, bytes));
      expect(journalOn(empty).booked(EVER)).toHaveLength(4);
      return;
    }
  });
});

describe("onto a broken one", () => {
  const spoil = (on: FaultyDisk, key: string): void =>
    systemOn(on).store.commit([{ put: key, value: new Uint8Array([1, 2, 3]) }]);

  test("unreadable records come back, what is sound stays, counters that are sound stay where they are", () => {
    const bytes = backupOf(disk);
    const trace = journal.list()[0]?.trace ?? 0;
    spoil(disk, `txn/000002/${String(trace).padStart(6, "0")}`);
    expect(journalOn(disk).damage).toHaveLength(1);
    const plan = planOn(disk, bytes);
    expect("changes" in plan && plan.changes).toHaveLength(2);
    putBack(disk, plan);
    const healed = journalOn(disk);
    expect(healed).toMatchObject({ damage: [], nextTrace: journal.nextTrace });
    expect(healed.list()).toHaveLength(1);
  });

  test("its counters are unreadable, or the store lost something: traces are not used twice", () => {
    const bytes = backupOf(disk);
    const next = journal.nextTrace;
    const lossy = disk.clone();
    putBack(lossy, planOn(lossy, bytes, true));
    expect(journalOn(lossy).nextTrace).toBe(next + 1_000);
    spoil(disk, "meta");
    putBack(disk, planOn(disk, bytes));
    expect(journalOn(disk)).toMatchObject({ damage: [], nextTrace: next + 1_000, count: 1 });
  });

  test("it has lost the commit that ended its debt, and owes what the backup knows as approved", () => {
    const owing = disk.clone();
    const record = approvedOf(journal.owed as NonNullable<OpenJournal["owed"]>);
    journal.approve(record);
    const bytes = backupOf(disk);
    const plan = planOn(owing, bytes, true);
    putBack(owing, plan);
    expect(journalOn(owing)).toMatchObject({ owed: undefined, damage: [], count: 2 });
  });

  test("an unreadable record that the backup does not have: refused", () => {
    const bytes = backupOf(disk);
    spoil(disk, "txn/000002/000099");
    expect(planOn(disk, bytes)).toEqual({ refused: "unreadable", count: 1 });
  });
});

describe("refused, and nothing is written", () => {
  const refused = (on: FaultyDisk, bytes: Uint8Array): RestorePlan => {
    const image = (): string => systemOn(on).store.keys("").join(" ");
    const before = image();
    const plan = planOn(on, bytes);
    expect(image()).toBe(before);
    return plan;
  };

  test("the terminal has money that the backup has not, or has otherwise", () => {
    const bytes = backupOf(disk);
    journal.giveReason("A0", "A00001");
    expect(refused(disk, bytes)).toEqual({ refused: "newer-money", count: 1 });
    journal.reversed();
    expect(refused(disk, bytes)).toMatchObject({ refused: "newer-money" });
    const other = new FaultyDisk();
    sell(journalOn(other));
    expect(refused(other, bytes)).toEqual({ refused: "newer-money", count: 1 });
    settleAll(journalOn(other));
    expect(refused(other, bytes)).toEqual({ refused: "newer-money", count: 2 });
  });

  test("another terminal's, another merchant's, altered, damaged inside", () => {
    const empty = new FaultyDisk();
    expect(refused(empty, backupOf(disk, { terminal: "10000002" }))).toEqual({ refused: "other-terminal" });
    expect(refused(empty, backupOf(disk, { merchant: "898110154110002" }))).toEqual({ refused: "other-terminal" });
    const bytes = backupOf(disk);
    expect(refused(empty, bytes.subarray(0, -9))).toMatchObject({ refused: "altered" });
    expect(refused(empty, new Uint8Array(0))).toMatchObject({ refused: "altered" });
    systemOn(disk).store.commit([{ put: "hold/000001/000009", value: new Uint8Array(9) }]);
    expect(refused(empty, backupOf(disk))).toEqual({ refused: "damaged-item", key: "hold/000001/000009" });
  });
});

describe("sealed by another terminal with the same numbers", () => {
  const otherwise = (on: FaultyDisk): System => {
    const system = systemOn(on);
    const turned = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x5a);
    return { ...system, seal: (bytes) => turned(system.seal(bytes)), unseal: (bytes) => system.unseal(turned(bytes)) };
  };

  test("its counters alone come over; a terminal that is further on keeps its own", () => {
    const bytes = backupOf(disk);
    const system = otherwise(new FaultyDisk());
    const plan = planRestore(system, bytes, OWN, false);
    expect(plan).toMatchObject({ plan: "counters" });
    if (!("changes" in plan)) return;
    stageRestore(system, plan.changes);
    system.store.commit([restoreDecision(system)]);
    const taken = openJournal(system);
    expect(taken).toMatchObject({ batch: 2, nextTrace: journal.nextTrace + 1_000, count: 0 });
    expect(planRestore(system, bytes, OWN, false)).toMatchObject({ plan: "nothing" });
    taken.signOn(2);
    sell(taken);
    expect(planRestore(system, bytes, OWN, false)).toEqual({ refused: "newer-money", count: 1 });
  });

  test("without a merchant in the header nothing says whose they are", () => {
    const bytes = makeBackup(systemOn(disk), { terminal: OWN.terminal, batch: 2, nextTrace: 9, at: "" }).bytes;
    expect(planRestore(otherwise(new FaultyDisk()), bytes, OWN, false)).toEqual({ refused: "other-terminal" });
  });
});

describe("the power goes", () => {
  const PHASES: readonly CutPhase[] = ["before", "after", { torn: 40 }];

  /** A restore of many items onto a terminal that has the day book already and lost the rest. */
  function cutEverywhere(bytes: Uint8Array, onto: FaultyDisk, phases = PHASES): void {
    const plan = planOn(onto, bytes);
    const before = pictureOf(journalOn(onto));
    const done = onto.clone();
    putBack(done, plan);
    const after = pictureOf(journalOn(done));
    for (let operation = 1; operation <= done.operations - onto.operations; operation++) {
      for (const phase of phases) {
        const trial = onto.clone().cutAt(onto.operations + operation, phase);
        let stands = true;
        try {
          putBack(trial, plan);
        } catch {
          stands = false;
        }
        trial.powerOn();
        const found = pictureOf(journalOn(trial));
        expect(stands ? [after] : [before, after], `operation ${operation}, ${JSON.stringify(phase)}`).toContain(found);
        expect(systemOn(trial).store.keys("restor")).toEqual([]);
        // Cut before the decision, it can be done again.
        if (found === before) {
          putBack(trial, planOn(trial, bytes));
          expect(pictureOf(journalOn(trial))).toBe(after);
        }
      }
    }
  }

  test("at any operation: the old records or the new ones, whole", () => {
    for (let n = 0; n < 3; n++) journal.decline(declinedOf({ trace: n }));
    cutEverywhere(backupOf(disk), new FaultyDisk());
  });

  test("with more items than one commit takes", () => {
    journal.reversed();
    for (let n = 0; n < 210; n++) {
      const owed = owedNext(journal, { amountFen: 100 + n });
      journal.oweReversal(owed);
      journal.approve(approvedOf(owed, { remarks: [] }));
    }
    cutEverywhere(backupOf(disk), new FaultyDisk(), ["after"]);
  });
});

test("a store without room refuses it and keeps what it has", () => {
  const empty = new FaultyDisk();
  journalOn(empty).signOn(7);
  const before = pictureOf(journalOn(empty));
  const plan = planOn(empty, backupOf(disk));
  empty.capacityBytes = 600;
  expect(() => putBack(empty, plan)).toThrow();
  empty.clearFaults();
  expect(pictureOf(journalOn(empty))).toBe(before);
});
