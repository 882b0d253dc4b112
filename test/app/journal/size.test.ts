/** A full batch: what it costs to open, look up, settle and close is counted in calls of the store, not in time. */
import { describe, expect, test } from "vitest";
import { openJournal, type OpenJournal } from "../../../app/journal/open.ts";
import type { System } from "../../../platform/guest/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, owedNext, postedNext, settleAll, systemOn } from "./world.ts";

const OPTIONS = { maxRecords: 2_000 } as const;

/** A system that counts the bytes unsealed and the commits. */
function counted(disk: FaultyDisk): { system: System; seen: { unsealed: number; commits: number } } {
  const system = systemOn(disk);
  const seen = { unsealed: 0, commits: 0 };
  const unseal = (bytes: Uint8Array): Uint8Array => {
    seen.unsealed++;
    return system.unseal(bytes);
  };
  const { store } = system;
  const commit: typeof store.commit = (changes) => {
    seen.commits++;
    store.commit(changes);
  };
  return {
    system: { ...system, unseal, store: { get: (key) => store.get(key), keys: (prefix) => store.keys(prefix), commit } },
    seen,
  };
}

/** Sales of both regions, pre-authorisations and refunds, so that no count of DE48 runs over. */
function fill(journal: OpenJournal, count: number): void {
  for (let n = 0; n < count; n++) {
    if (n % 4 === 3) journal.post(postedNext(journal, { kind: "refund" }));
    else {
      const owed = owedNext(journal, { kind: n % 4 === 2 ? "preauth-void" : "sale" });
      journal.oweReversal(owed);
      journal.approve(approvedOf(owed, { organisation: n % 4 === 1 ? "VIS" : undefined }));
    }
  }
}

describe("two thousand records", () => {
  const disk = new FaultyDisk();
  const { system, seen } = counted(disk);
  const journal = openJournal(system, OPTIONS);
  fill(journal, 2_000);

  const cost = (action: () => unknown): { unsealed: number; commits: number } => {
    const before = { ...seen };
    action();
    return { unsealed: seen.unsealed - before.unsealed, commits: seen.commits - before.commits };
  };

  test("looking one up reads one; adding up reads none", () => {
    expect(cost(() => journal.find(1_234))).toEqual({ unsealed: 1, commits: 0 });
    expect(cost(() => journal.last())).toEqual({ unsealed: 1, commits: 0 });
    expect(cost(() => [journal.totalsBy(), journal.full, journal.nearlyFull, journal.count])).toEqual({
      unsealed: 0,
      commits: 0,
    });
    expect(cost(() => journal.markPrinted(1_234, 2))).toEqual({ unsealed: 1, commits: 1 });
  });

  test("a batch takes no more than it can be settled with", () => {
    expect([journal.count, journal.full]).toEqual([2_000, true]);
  });

  test("opening reads each once; closing reads each once, in ten portions", () => {
    const again = counted(disk);
    const other = openJournal(again.system, OPTIONS);
    // The counters besides; nothing is written.
    expect(again.seen).toEqual({ unsealed: 2_001, commits: 0 });
    expect(other.count).toBe(2_000);
    again.seen.unsealed = 0;
    settleAll(other);
    // Begin, verdict, end, close, ten portions, cleared.
    expect(again.seen.commits).toBe(4 + 10 + 1);
    expect(again.seen.unsealed).toBeLessThan(2_010);
    expect(other.lastSettlement()?.records).toHaveLength(2_000);
  });
});

test("a thousand sales of one side are not one batch: DE48 counts to 999", () => {
  const system = systemOn(new FaultyDisk());
  const journal = openJournal(system, OPTIONS);
  for (let n = 0; n < 999; n++) journal.post(postedNext(journal));
  expect(journal.full).toBe(true);
  expect(() => journal.post(postedNext(journal))).toThrow("more than a settlement can say");
});
