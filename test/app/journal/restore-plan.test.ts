/** What a restore makes of two sets of counters, and in which portions it is written: at the edges, in memory. */
import { describe, expect, test } from "vitest";
import { makeBackup } from "../../../app/journal/backup.ts";
import { META, type Meta, pack, unpack } from "../../../app/journal/records.ts";
import { finishRestore, planRestore, type RestorePlan, restoreDecision, stageRestore } from "../../../app/journal/restore.ts";
import type { System } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { journalOn, owedNext, storeOf } from "./world.ts";

const OWN = { merchant: "898110154110001", terminal: "10000001" };
const HEADER = { ...OWN, batch: 2, nextTrace: 40, at: "2026-11-21T18:00:00+08:00" };
const THERE: Meta = { batch: 2, nextTrace: 40, signedOn: true, nextOrder: 60 };
const HERE: Meta = { batch: 2, nextTrace: 1, signedOn: false, nextOrder: 1 };

const sealer = createFakeSystem();
type Items = Record<string, unknown>;
const sealed = (items: Items): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(items).map(([key, value]) => [key, pack(sealer, key, value)]));
const holding = (items: Items): System => ({ ...sealer, store: storeOf(sealed(items)) });
/** A record of the open batch, of which only the name matters here. */
const open = { "txn/000002/000007": {} };

function planned(here: Items, there: Items, lossy = false): RestorePlan {
  return planRestore(holding(here), makeBackup(holding(there), HEADER).bytes, OWN, lossy);
}

/** The counters as they will be. */
function metaAfter(plan: RestorePlan): Partial<Meta> | undefined {
  const change = "changes" in plan ? plan.changes.find((each) => "put" in each && each.put === "meta") : undefined;
  if (change === undefined || !("put" in change)) throw new Error(`no counters: ${JSON.stringify(plan)}`);
  const read = unpack(sealer, "meta", change.value, META);
  return "value" in read ? read.value : undefined;
}

const merged = (here: Partial<Meta>, there: Partial<Meta>, items: Items, lossy = false) =>
  metaAfter(planned({ meta: { ...HERE, ...here } }, { meta: { ...THERE, ...there }, ...items }, lossy));

describe("the batch", () => {
  // Of a batch that is closed: nothing open.
  const closed = { "set/000000000003/20261121/000001": {} };

  test.each<[string, Partial<Meta>, Partial<Meta>, Items, { batch: number; hostBatch?: number }]>([
    ["with records stays, the host's number waits", { batch: 7, signedOn: true }, {}, open, { batch: 2, hostBatch: 7 }],
    ["under settlement stays, without a record", { batch: 7, signedOn: true }, {}, { settle: {} }, { batch: 2, hostBatch: 7 }],
    ["that the host names too waits for nothing", { batch: 2, signedOn: true }, {}, open, { batch: 2 }],
    [
      "with a number that waits already keeps that",
      { batch: 7, signedOn: true },
      { hostBatch: 5 },
      open,
      { batch: 2, hostBatch: 5 },
    ],
    ["without records is the host's", { batch: 7, signedOn: true }, {}, closed, { batch: 7 }],
    ["without records is the host's, though lower", { batch: 1, signedOn: true }, {}, closed, { batch: 1 }],
    ["that nobody has named now never goes back", { batch: 9 }, {}, closed, { batch: 9 }],
    ["that nobody has named now is the backup's when that is further on", { batch: 1 }, {}, closed, { batch: 2 }],
    ["being cleared away is opened by nobody", { batch: 1, signedOn: true }, { clearing: 1 }, closed, { batch: 2, hostBatch: 1 }],
    ["being cleared away is not gone back to", { batch: 999_999 }, { batch: 1, clearing: 999_999 }, closed, { batch: 1 }],
  ])("%s", (_, here, there, items, after) => {
    expect({ hostBatch: undefined, ...merged(here, there, items) }).toMatchObject({
      hostBatch: undefined,
      signedOn: false,
      ...after,
    });
  });
});

describe("traces and order", () => {
  test.each<[string, Partial<Meta>, boolean, number]>([
    ["go on where they are when the store has seen at least as much", { nextTrace: 40, nextOrder: 60 }, false, 40],
    ["and when it has seen more", { nextTrace: 50, nextOrder: 70 }, false, 50],
    ["skip a thousand when the store has lost something", { nextTrace: 50, nextOrder: 70 }, true, 1_050],
    ["and when its records end earlier", { nextTrace: 50, nextOrder: 59 }, false, 1_050],
    ["and when its traces do", { nextTrace: 39, nextOrder: 70 }, false, 1_040],
  ])("%s", (_, here, lossy, nextTrace) => {
    expect(merged(here, {}, open, lossy)).toMatchObject({ nextTrace, nextOrder: Math.max(60, here.nextOrder ?? 0) });
  });

  test("pass by what the open batch uses, round the end; other batches are in nobody's way", () => {
    const used = (...keys: string[]): Items => Object.fromEntries([...Object.keys(open), ...keys].map((key) => [key, {}]));
    const traceAfter = (nextTrace: number, items: Items) => merged({}, { nextTrace }, items)?.nextTrace;
    expect(traceAfter(999_990, used())).toBe(991);
    expect(traceAfter(999_990, used("txn/000002/000991", "txn/000002/000992"))).toBe(993);
    expect(traceAfter(999_990, used("txn/000001/000991", "rev/000002/000991"))).toBe(991);
    expect(traceAfter(998_999, used("txn/000002/999999"))).toBe(1);
    expect(traceAfter(998_999, used())).toBe(999_999);
  });
});

describe("money the backup has not", () => {
  const owed = owedNext(journalOn(new FaultyDisk()), { batch: 2, trace: 9 });

  test("a debt of which it knows no end is not let go", () => {
    expect(planned({ meta: HERE, debt: owed }, { meta: THERE, ...open })).toEqual({ refused: "newer-money", count: 1 });
  });

  test("a debt that it knows the end of goes, but does not cover what else is new", () => {
    const there = { meta: THERE, "rev/000002/000009": {} };
    expect(planned({ meta: HERE, debt: owed }, there)).toMatchObject({ plan: "whole" });
    expect(planned({ meta: HERE, debt: owed, "txn/000002/000010": {} }, there)).toEqual({ refused: "newer-money", count: 1 });
  });
});

describe("counters alone, of a backup that another terminal sealed", () => {
  const foreign = (header: object, here?: Partial<Meta>): RestorePlan => {
    const bytes = makeBackup({ store: storeOf({ meta: 3 }) }, { ...HEADER, ...header }).bytes;
    return planRestore(holding(here === undefined ? {} : { meta: { ...HERE, ...here } }), bytes, OWN, false);
  };

  test.each([0, -1, 1.5, 1_000_000, "40", null])("%s is no counter", (nextTrace) => {
    expect(foreign({ nextTrace })).toEqual({ refused: "other-terminal" });
  });
  test.each([0, 1_000_000])("%s is no batch", (batch) => {
    expect(foreign({ batch })).toEqual({ refused: "other-terminal" });
  });

  test("from the first to the last that there are", () => {
    expect(metaAfter(foreign({ batch: 999_999, nextTrace: 1 }))).toMatchObject({ batch: 999_999, nextTrace: 1_001 });
    expect(metaAfter(foreign({ nextTrace: 999_999 }))).toMatchObject({ batch: 2, nextTrace: 1_000 });
  });

  test("a terminal that is as far in both keeps its own; one that is behind in either goes on, and signs on again", () => {
    expect(foreign({}, { batch: 2, nextTrace: 40 })).toMatchObject({ plan: "nothing" });
    expect(metaAfter(foreign({}, { batch: 2, nextTrace: 39 }))).toMatchObject({ batch: 2, nextTrace: 1_040 });
    expect(metaAfter(foreign({}, { batch: 1, nextTrace: 40 }))).toMatchObject({ batch: 2, nextTrace: 1_040 });
    expect(metaAfter(foreign({}, { batch: 3, nextTrace: 39, signedOn: true }))).toMatchObject({ batch: 3, signedOn: false });
    expect(metaAfter(foreign({}, { batch: 1, nextTrace: 50, signedOn: true }))).toMatchObject({ batch: 1, nextTrace: 1_050 });
  });
});

describe("portions of one commit", () => {
  /** How many changes each commit has: laid beside, then put in place, two for an item. */
  function commitsOf(sizes: readonly number[]): { laid: number[]; placed: number[] } {
    const store = storeOf({});
    const changes = sizes.map((bytes, n) => ({ put: `txn/000002/${String(n).padStart(6, "0")}`, value: new Uint8Array(bytes) }));
    stageRestore({ store }, changes);
    const laid = store.commits.splice(0);
    store.commit([restoreDecision(sealer)]);
    store.commits.splice(0);
    finishRestore({ store });
    expect(store.keys("").length).toBe(sizes.length);
    return { laid, placed: store.commits };
  }
  const of = (count: number, bytes: number): number[] => Array.from({ length: count }, () => bytes);

  test("two hundred items, and the decision last", () => {
    expect(commitsOf(of(200, 9))).toEqual({ laid: [200], placed: [400, 1] });
    expect(commitsOf(of(450, 9))).toEqual({ laid: [200, 200, 50], placed: [400, 400, 100, 1] });
  });

  test("half a megabyte, to the byte; an item that is larger goes alone", () => {
    expect(commitsOf(of(4, 262_144))).toEqual({ laid: [2, 2], placed: [4, 4, 1] });
    expect(commitsOf([262_144, 262_145, 9, 600_000, 9])).toEqual({ laid: [1, 2, 1, 1], placed: [2, 4, 2, 2, 1] });
  });

  test("what was laid and never decided goes two hundred at a time", () => {
    const store = storeOf(Object.fromEntries(of(450, 9).map((bytes, n) => [`restore/${n}`, bytes])));
    finishRestore({ store });
    expect(store.commits).toEqual([200, 200, 50]);
    expect(store.keys("")).toEqual([]);
  });
});
