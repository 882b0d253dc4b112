/** Which hold an approval is about, and what it does to that one and to no other. */
import { beforeEach, describe, expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import type { Original, TransactionRecord } from "../../../app/model/transaction.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, journalOn, owedNext, PAN, systemOn } from "./world.ts";

const TODAY = "20261121";
let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
});

function deal(over: Partial<TransactionRecord>): TransactionRecord {
  const { kind = "sale", amountFen = 10_000, pan = PAN, original } = over;
  const owed = owedNext(journal, { kind, amountFen, pan, original });
  journal.oweReversal(owed);
  const record = approvedOf(owed, over);
  journal.approve(record);
  return record;
}
const held = (authCode: string | undefined = "P00001"): TransactionRecord => deal({ kind: "preauth", authCode });
const open = (): number[] =>
  journalOn(disk)
    .holds(TODAY)
    .map(({ record }) => record.trace);

describe("a completion finds its hold", () => {
  test.each<[string, Original | undefined, boolean]>([
    ["by its place", { batch: 1, trace: 1 }, true],
    ["by its place, whatever code is keyed besides", { batch: 1, trace: 1, authCode: "P00009" }, true],
    ["by code and day", { authCode: "P00001", date: TODAY }, true],
    ["by its code alone", { authCode: "P00001" }, true],
    ["by a day that is told without a year", { authCode: "P00001", date: "19991121" }, true],
    ["by half a place and its code", { batch: 9, authCode: "P00001" }, true],
    ["by the other half and its code", { trace: 9, authCode: "P00001" }, true],
    ["another batch's is another", { batch: 9, trace: 1 }, false],
    ["another trace is another", { batch: 1, trace: 9 }, false],
    ["another day is another", { authCode: "P00001", date: "20261122" }, false],
    ["half a place tells nothing", { batch: 1 }, false],
    ["nothing tells nothing", {}, false],
    ["nor does no word at all", undefined, false],
  ])("%s", (_, original, found) => {
    held();
    deal({ kind: "completion", original });
    expect(open()).toEqual(found ? [] : [1]);
  });

  test("a hold without a code is not the one of a completion without a code", () => {
    deal({ kind: "preauth", authCode: undefined });
    deal({ kind: "completion", original: {} });
    expect(open()).toEqual([1]);
  });

  test("of two with one code the one that is still open, and only one", () => {
    held();
    held();
    for (const left of [[2], [], []]) {
      deal({ kind: "completion", original: { authCode: "P00001" } });
      expect(open()).toEqual(left);
    }
  });
});

test("an add-on raises what was held and what was approved of it, of this hold alone", () => {
  held("P00001");
  deal({ kind: "preauth", authCode: "P00002", amountFen: 8_000, approvedFen: 6_000 });
  deal({ kind: "preauth-add", amountFen: 500, approvedFen: 400, original: { authCode: "P00002" } });
  expect(journal.holds(TODAY).map(({ record }) => [record.trace, record.amountFen, record.approvedFen])).toEqual([
    [1, 10_000, 10_000],
    [2, 8_500, 6_400],
  ]);
});

test("a void ends one hold; a void of nothing none", () => {
  held("P00001");
  held("P00002");
  deal({ kind: "preauth-void", original: { authCode: "P00003" } });
  expect(open()).toEqual([1, 2]);
  deal({ kind: "preauth-void", original: { authCode: "P00002" } });
  expect(open()).toEqual([1]);
  expect(systemOn(disk).store.keys("hold/")).toEqual(["hold/000001/000001"]);
});

test("a completion's void opens what that completion closed, and nothing else", () => {
  held("P00001");
  held("P00002");
  held("P00003");
  const first = deal({ kind: "completion", original: { authCode: "P00002" } });
  const second = deal({ kind: "completion", original: { authCode: "P00003" } });
  deal({ kind: "completion-void", original: { batch: 9, trace: first.trace } });
  expect(open()).toEqual([1]);
  // Its batch is the open one unless something else is said.
  deal({ kind: "completion-void", original: { trace: second.trace } });
  expect(open()).toEqual([1, 3]);
  deal({ kind: "completion-void", original: { batch: 1, trace: first.trace } });
  expect(open()).toEqual([1, 2, 3]);
});
