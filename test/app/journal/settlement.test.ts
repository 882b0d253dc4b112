/** A settlement under way: what each step keeps, that it is kept over a restart, and that nobody changes it but by a commit. */
import { beforeEach, expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import type { Settlement } from "../../../app/journal/journal.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { journalOn, postedNext, sell } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
  sell(journal, 100);
  journal.post(postedNext(journal, { amountFen: 7, approvedFen: 7, organisation: "VIS" }));
});

const side = (debitFen: number, debitCount: number) => ({ debitFen, debitCount, creditFen: 0, creditCount: 0 });
const BEGUN = {
  batch: 1,
  totals: { domestic: side(100, 1), foreign: side(7, 1) },
  uploaded: 0,
  rounds: 0,
  ended: false,
  failed: [],
};

function stands(expected: unknown): void {
  expect(journal.settlement).toEqual(expected);
  expect(journalOn(disk).settlement).toEqual(expected);
}

test("step by step", () => {
  journal.beginSettlement();
  stands(BEGUN);
  journal.settlementAnswered({ domestic: 2, foreign: 3, more: "of the answer" } as Settlement["result"] & object);
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 } });
  journal.uploaded(1);
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 }, uploaded: 1 });
  journal.uploaded(2, [1, 2], [2]);
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 }, uploaded: 2, failed: [1, 2], refused: [2] });
  journal.uploaded(2);
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 }, uploaded: 2, failed: [1, 2], refused: [2] });
  journal.uploaded(1, [2]);
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 }, uploaded: 1, rounds: 1, failed: [2], refused: [2] });
  journal.uploaded(0, [], []);
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 }, uploaded: 0, rounds: 2, failed: [], refused: [] });
  journal.uploadEnded();
  stands({ ...BEGUN, result: { domestic: 2, foreign: 3 }, uploaded: 0, rounds: 2, failed: [], refused: [], ended: true });
});

test("abandoned before the host has said anything: as if it had never been", () => {
  journal.beginSettlement();
  journal.abandonSettlement();
  stands(undefined);
  sell(journal);
});

test("what is handed in or out is a copy", () => {
  journal.beginSettlement();
  journal.settlementAnswered({ domestic: 2, foreign: 2 });
  const failed = [1, 2];
  const refused = [2];
  journal.uploaded(1, failed, refused);
  failed.push(3);
  refused.push(1);
  journal.settlement?.failed.push(4);
  journal.settlement?.refused?.push(1);
  expect(journal.settlement).toMatchObject({ failed: [1, 2], refused: [2] });
});

test("what is told to the host does not change by what is added up afterwards", () => {
  journal.beginSettlement();
  journal.advising(2);
  journal.advised(2, { state: "refused", code: "12" });
  stands(BEGUN);
  expect(journal.totalsBy().foreign).toEqual(side(0, 0));
});
