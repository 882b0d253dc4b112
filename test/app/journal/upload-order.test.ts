import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Settlement } from "../../../app/journal/journal.ts";
import {
  balanced,
  failedAfter,
  nextUpload,
  refusedAfter,
  uploadedCount,
  uploadOrder,
  type UploadStep,
} from "../../../app/journal/upload-order.ts";
import { contribution } from "../../../app/model/ledger.ts";
import type { TransactionRecord } from "../../../app/model/transaction.ts";
import { approvedOf, journalOn, owedNext } from "./world.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";

const BLANK = approvedOf(owedNext(journalOn(new FaultyDisk())));
const record = (trace: number, over: Partial<TransactionRecord> = {}): TransactionRecord => ({ ...BLANK, trace, ...over });
const NEITHER = { domestic: 2, foreign: 2 } as const;
const namesOf = (steps: readonly UploadStep[]): string[] =>
  steps.map((step) => `${step.step === "lines" ? "lines" : step.of.kind} ${step.traces.join(" ")}`);

describe("the list (§5.5.6)", () => {
  test("offline ones, then eight online ones a message, then refunds and completion advices", () => {
    const records = [
      record(1, { kind: "refund", delivery: { state: "delivered", attempts: 1 } }),
      ...Array.from({ length: 10 }, (_, i) => record(2 + i)),
      record(12, { kind: "offline", delivery: { state: "pending", attempts: 0 } }),
      record(13, { kind: "completion-advice" }),
      record(14, { kind: "void" }),
      record(15, { kind: "completion" }),
      record(16, { kind: "completion-void" }),
    ];
    expect(namesOf(uploadOrder(records, NEITHER))).toEqual([
      "offline 12",
      "lines 2 3 4 5 6 7 8 9",
      "lines 10 11 14 15 16",
      "refund 1",
      "completion-advice 13",
    ]);
  });

  test.each([
    ["lines", ["sale", "void", "completion", "completion-void", "cash-load", "cash-load-void"]],
    ["record", ["offline", "refund", "completion-advice", "ecash", "ecash-refund"]],
    [undefined, ["preauth", "preauth-add", "preauth-void", "cash", "load", "load-other", "adjustment", "tip"]],
  ] as const)("as %s go %o", (step, kinds) => {
    for (const kind of kinds) expect(uploadOrder([record(1, { kind })], NEITHER)[0]?.step, kind).toBe(step);
  });

  test("after the online ones come refunds and completion advices, those of electronic cash with them", () => {
    const later = (["refund", "completion-advice", "ecash-refund"] as const).map((kind, n) => record(n + 1, { kind }));
    const soon = (["offline", "ecash"] as const).map((kind, n) => record(n + 5, { kind }));
    const traces = uploadOrder([...later, record(4), ...soon], NEITHER).map((step) => step.traces[0]);
    expect(traces).toEqual([5, 6, 4, 1, 2, 3]);
  });

  test("what moved no money is not in it", () => {
    const never = [
      record(1, { kind: "preauth" }),
      record(2, { kind: "preauth-add" }),
      record(3, { kind: "preauth-void" }),
      record(4, { kind: "cash" }),
      record(5, { kind: "refund", state: "refused", delivery: { state: "refused", attempts: 1 } }),
      record(6, { kind: "offline", state: "voided", delivery: { state: "withdrawn", attempts: 0 } }),
      record(7, { state: "reversed" }),
    ];
    expect(uploadOrder(never, NEITHER)).toEqual([]);
  });

  test("a voided sale and its void are both in it", () => {
    expect(namesOf(uploadOrder([record(1, { state: "voided" }), record(2, { kind: "void" })], NEITHER))).toEqual(["lines 1 2"]);
  });

  test("a sale with a tip goes as the tip; when the host refused the tip, as the sale it was", () => {
    const tipped = record(1, { delivery: { state: "delivered", attempts: 1, as: "tip", trace: 2 }, tipFen: 5 });
    const refused = record(3, { delivery: { state: "refused", attempts: 1, as: "tip", trace: 4 } });
    expect(namesOf(uploadOrder([tipped, refused], NEITHER))).toEqual(["sale 1", "lines 3"]);
  });

  test("only the region that does not balance", () => {
    const records = [record(1), record(2, { organisation: "VIS" })];
    expect(namesOf(uploadOrder(records, { domestic: 1, foreign: 2 }))).toEqual(["lines 2"]);
    expect(namesOf(uploadOrder(records, { domestic: 3, foreign: 1 }))).toEqual(["lines 1"]);
    expect(uploadOrder(records, { domestic: 1, foreign: 1 })).toEqual([]);
    const verdicts = [1, 2, 3, 0].flatMap((other) => [
      balanced({ domestic: 1, foreign: other as 1 }),
      balanced({ domestic: other as 1, foreign: 1 }),
    ]);
    expect(verdicts).toEqual([true, true, false, false, false, false, false, false]);
  });

  test("chips' certificates go in any case, those to be looked at last; what a chip approved alone goes whole", () => {
    const chip = { certificate: "TC", data: {} } as const;
    const wrong = { certificate: "ARPC", data: {} } as const;
    const records = [
      record(1, { chip: wrong }),
      record(2, { chip }),
      record(3, { kind: "preauth", chip }),
      record(4, { chip, delivery: { state: "delivered", attempts: 1 } }),
      record(5),
    ];
    const parts = (result: Parameters<typeof uploadOrder>[1]) =>
      uploadOrder(records, result).map(({ step, traces }) => `${step} ${traces.join(" ")}`);
    expect(parts({ domestic: 1, foreign: 1 })).toEqual(["certificate 2", "certificate 3", "certificate 1"]);
    expect(parts(NEITHER)).toEqual(["record 4", "lines 5", "certificate 2", "certificate 3", "certificate 1"]);
  });

  test("a chip's sale with a tip goes as the tip; when the host refused the tip, with its certificate; one taken back never", () => {
    const chip = { certificate: "TC", data: {} } as const;
    const declined = { certificate: "AAC", data: {} } as const;
    const records = [
      record(1, { chip, delivery: { state: "delivered", attempts: 1, as: "tip", trace: 9 } }),
      record(2, { chip, delivery: { state: "refused", attempts: 1, as: "tip", trace: 9 } }),
      record(3, { chip, state: "reversed" }),
      record(4, { chip: declined }),
      record(5, { chip: { data: {} } }),
    ];
    const parts = uploadOrder(records, NEITHER).map(({ step, traces }) => `${step} ${traces.join(" ")}`);
    expect(parts).toEqual(["record 1", "lines 5", "certificate 2", "certificate 4"]);
    expect(uploadOrder(records, { domestic: 1, foreign: 1 })).toMatchObject([{ of: { trace: 2 } }, { of: { trace: 4 } }]);
  });

  test("a line: region, trace, card and what was approved", () => {
    const [step] = uploadOrder([record(9, { organisation: "JCB", approvedFen: 4_000 })], NEITHER);
    expect(step).toEqual({
      step: "lines",
      lines: [{ foreign: true, trace: 9, pan: BLANK.pan, amountFen: 4_000 }],
      traces: [9],
    });
    expect(uploadOrder([record(9)], NEITHER)).toMatchObject([{ lines: [{ foreign: false }] }]);
  });
});

describe("going through it", () => {
  const kinds = fc.constantFrom("sale", "void", "refund", "offline", "preauth", "completion-advice");
  const states = fc.constantFrom("approved", "voided", "refused", "reversed");
  const list = fc
    .array(fc.record({ kind: kinds, state: states, foreign: fc.boolean() }), { maxLength: 60 })
    .map((all) =>
      all.map(({ kind, state, foreign }, i) => record(i + 1, { kind, state, organisation: foreign ? "VIS" : undefined })),
    );

  test("every record that moved money is in it once, in messages of at most eight", () => {
    fc.assert(
      fc.property(list, (records) => {
        const traces = uploadOrder(records, NEITHER).flatMap((step) => step.traces);
        const moved = records.filter((each) => contribution(each).direction !== "none").map(({ trace }) => trace);
        expect([...traces].sort((a, b) => a - b)).toEqual(moved);
        for (const step of uploadOrder(records, NEITHER)) expect(step.traces.length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("with answers lost as they will be, each later round tells only what failed, and the count is right", () => {
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.boolean()), (records, answers) => {
        const steps = uploadOrder(records, NEITHER);
        const all = steps.flatMap(({ traces }) => traces);
        let place: Pick<Settlement, "uploaded" | "rounds" | "failed"> = { uploaded: 0, rounds: 0, failed: [] };
        const heard = new Set<number>();
        for (let round = 0; round < 3; round++) {
          const before = new Set(place.failed);
          for (;;) {
            const next = nextUpload(steps, place);
            if (next === undefined) break;
            if (round > 0) expect(next.step.traces.every((trace) => before.has(trace))).toBe(true);
            const answered = answers.next().value as boolean;
            if (answered) for (const trace of next.step.traces) heard.add(trace);
            place = { ...place, uploaded: next.at + 1, failed: failedAfter(place.failed, next.step, answered) };
          }
          expect(new Set(place.failed)).toEqual(new Set(all.filter((trace) => !heard.has(trace))));
          expect(uploadedCount(steps, place)).toBe(heard.size);
          place = { uploaded: 0, rounds: place.rounds + 1, failed: place.failed };
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

test("in a later round a message goes again when any record in it failed, whole", () => {
  const steps = uploadOrder(
    Array.from({ length: 24 }, (_, n) => record(n + 1)),
    NEITHER,
  );
  const place = { uploaded: 0, rounds: 1, failed: [12] };
  expect(nextUpload(steps, place)).toEqual({ at: 1, step: steps[1] });
  expect(nextUpload(steps, { ...place, uploaded: 2 })).toBeUndefined();
  expect(nextUpload(steps, { ...place, rounds: 0, uploaded: 2 })).toEqual({ at: 2, step: steps[2] });
  expect(nextUpload(steps, { ...place, rounds: 0, uploaded: 3 })).toBeUndefined();
});

test("what was refused is what was refused last: heard or silent afterwards, it is not", () => {
  const step = { step: "lines", lines: [], traces: [3, 4] } satisfies UploadStep;
  expect(refusedAfter([1], step, true)).toEqual([1, 3, 4]);
  expect(refusedAfter([3, 1, 4], step, true)).toEqual([1, 3, 4]);
  expect(refusedAfter([1, 3, 4], step, false)).toEqual([1]);
});
