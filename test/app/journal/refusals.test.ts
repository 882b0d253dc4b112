/** What the journal refuses to do, with its code and its words, and that nothing has changed by it. */
import { expect, test } from "vitest";
import type { OpenJournal } from "../../../app/journal/open.ts";
import { pack, SETTLEMENT_KEY } from "../../../app/journal/records.ts";
import type { Original } from "../../../app/model/transaction.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, journalOn, owedNext, pictureOf, postedNext, sell, systemOn } from "./world.ts";

type Action = (journal: OpenJournal) => unknown;
const nothing: Action = () => {};
const owing: Action = (journal) => journal.oweReversal(owedNext(journal));
const settling: Action = (journal) => journal.beginSettlement();
const posted: Action = (journal) => journal.post(postedNext(journal));
const sold: Action = (journal) => sell(journal);
const adjust: Action = (journal) => journal.adjust(1, { amountFen: 5, as: "adjustment" });
const voids: Action = (journal) => {
  journal.oweReversal(owedNext(journal, { kind: "void" }));
  journal.approve(approvedOf({ ...(journal.owed as NonNullable<OpenJournal["owed"]>) }), { voids: 1 });
};
const all =
  (...actions: Action[]): Action =>
  (journal) => {
    for (const action of actions) action(journal);
  };

test.each<[string, Action, Action, string, string]>([
  ["a second debt", owing, owing, "owed", "a reversal is owed already; it goes to the host before anything new"],
  ["a reason for no debt", nothing, (journal) => journal.giveReason("98"), "not-found", "no reversal is owed"],
  [
    "the void of nothing",
    sold,
    (journal) => journal.oweReversal(owedNext(journal, { kind: "void", original: { batch: 1, trace: 9 } })),
    "not-found",
    "transaction 9 does not stand with this amount and cannot be voided",
  ],
  ["voided twice", all(sold, voids), voids, "not-found", "transaction 1 is voided and cannot be voided"],
  ["a void of a trace that is none", nothing, voids, "not-found", "no transaction 1 in this batch"],
  ["an adjustment of a sale", sold, adjust, "not-found", "a sale that is approved takes no adjustment"],
  [
    "an adjustment of what was withdrawn",
    all(posted, (journal) => journal.voidLocally(1)),
    adjust,
    "not-found",
    "a offline that is voided takes no adjustment",
  ],
  [
    "a tip on a pre-authorisation",
    (journal) => {
      journal.oweReversal(owedNext(journal, { kind: "preauth" }));
      journal.approve(approvedOf(journal.owed as NonNullable<OpenJournal["owed"]>));
    },
    (journal) => journal.adjust(1, { amountFen: 5, as: "tip" }),
    "not-found",
    "a preauth that is approved takes no tip",
  ],
  ["an advice that is none", sold, (journal) => journal.advising(1), "not-found", "transaction 1 has nothing to deliver"],
  [
    "an advice that has gone",
    all(posted, (journal) => journal.advised(1, { state: "delivered" })),
    (journal) => journal.advised(1, { state: "delivered" }),
    "not-found",
    "transaction 1 has nothing to deliver",
  ],
  [
    "a refund voided here",
    (journal) => journal.post(postedNext(journal, { kind: "refund" })),
    (journal) => journal.voidLocally(1),
    "not-found",
    "only an offline sale is voided here",
  ],
  [
    "what has left, voided here",
    all(posted, (journal) => journal.advising(1)),
    (journal) => journal.voidLocally(1),
    "sent",
    "it has left this terminal: the host may have it",
  ],
  [
    "what the host took before it was adjusted, voided here",
    all(posted, (journal) => journal.advised(1, { state: "delivered" }), adjust),
    (journal) => journal.voidLocally(1),
    "sent",
    "it has left this terminal: the host may have it",
  ],
  [
    "voided here while the batch is settled",
    all(posted, settling),
    (journal) => journal.voidLocally(1),
    "settling",
    "the settlement of batch 1 is not finished",
  ],
  ["anything new while the batch is settled", settling, owing, "settling", "the settlement of batch 1 is not finished"],
  ["an advice while the batch is settled", settling, posted, "settling", "the settlement of batch 1 is not finished"],
  [
    "an adjustment while the batch is settled",
    all(posted, settling),
    adjust,
    "settling",
    "the settlement of batch 1 is not finished",
  ],
  ["a second settlement", settling, settling, "settling", "the settlement of batch 1 is not finished"],
  ["a settlement that is none", nothing, (journal) => journal.uploadEnded(), "not-found", "no settlement is under way"],
  [
    "a settlement while a reversal is owed",
    owing,
    settling,
    "owed",
    "a reversal is owed: it goes to the host before the settlement",
  ],
  [
    "a settlement abandoned that the host has answered",
    all(settling, (journal) => journal.settlementAnswered({ domestic: 1, foreign: 1 })),
    (journal) => journal.abandonSettlement(),
    "settling",
    "the host has answered: the settlement goes on",
  ],
  [
    "anything new before the host's batch",
    all(sold, (journal) => journal.signOn(7)),
    owing,
    "settle-first",
    "the host is at batch 7: settle batch 1 first",
  ],
  ["a trace that is none", nothing, (journal) => journal.markPrinted(3, 1), "not-found", "no transaction 3 in this batch"],
])("%s", (_, before, refused, code, message) => {
  const disk = new FaultyDisk();
  const journal = journalOn(disk);
  before(journal);
  const picture = pictureOf(journal);
  // The void's own debt is taken by then.
  const own = refused === voids;
  expect(() => refused(journal)).toThrow(expect.objectContaining({ name: "JournalError", code, message }));
  if (own) journal.forgetDebt();
  expect(JSON.parse(pictureOf(journal))).toMatchObject({ ...JSON.parse(picture), ...(own && { nextTrace: expect.any(Number) }) });
  if (!own) expect(pictureOf(journalOn(disk))).toBe(picture);
});

test.each(["void", "completion-void", "cash-load-void"] as const)(
  "a %s of what stands otherwise is refused before money moves",
  (kind) => {
    const journal = journalOn(new FaultyDisk());
    sell(journal);
    const owe = (amountFen: number, original: Original | undefined): void => {
      journal.oweReversal(owedNext(journal, { kind, amountFen, original }));
      journal.forgetDebt();
    };
    const words = (trace: number): string => `transaction ${trace} does not stand with this amount and cannot be voided`;
    expect(() => owe(9_999, { batch: 1, trace: 1 })).toThrow(words(1));
    expect(() => owe(10_000, { batch: 1, trace: 9 })).toThrow(words(9));
    owe(10_000, { batch: 1, trace: 1 });
    // Of another batch, or of nothing that is named, nobody here can tell.
    owe(9_999, { batch: 7, trace: 1 });
    owe(9_999, { batch: 1 });
    owe(9_999, undefined);
  },
);

test("with a settlement that cannot be read, nothing about it is told or done", () => {
  const disk = new FaultyDisk();
  sell(journalOn(disk));
  const system = systemOn(disk);
  system.store.commit([{ put: SETTLEMENT_KEY, value: pack(system, SETTLEMENT_KEY, { batch: 1 }) }]);
  const journal = journalOn(disk);
  const damaged = { code: "damaged", message: "settle totals does not fit" };
  for (const action of [
    () => journal.settlement,
    () => journal.beginSettlement(),
    () => journal.abandonSettlement(),
    () => journal.settlementAnswered({ domestic: 1, foreign: 1 }),
    () => journal.uploaded(1),
    () => journal.uploadEnded(),
    () => journal.closeBatch(),
    () => journal.oweReversal(owedNext(journal)),
    () => journal.post(postedNext(journal)),
  ])
    expect(action).toThrow(expect.objectContaining(damaged));
  expect(journal.list()).toHaveLength(1);
});

test("with a debt that cannot be read, nothing begins; what is owed is not guessed", () => {
  const disk = new FaultyDisk();
  const first = journalOn(disk);
  first.oweReversal(owedNext(first));
  const system = systemOn(disk);
  system.store.commit([{ put: "debt", value: Uint8Array.of(1, 2, 3) }]);
  const journal = journalOn(disk);
  const damaged = { code: "damaged", message: "debt was altered, or sealed by another terminal" };
  for (const action of [
    () => journal.owed,
    () => journal.countAttempt(),
    () => journal.forgetDebt(),
    () => journal.reversed(),
    () => journal.beginSettlement(),
    () => journal.oweReversal(owedNext(journal)),
  ])
    expect(action).toThrow(expect.objectContaining(damaged));
});

test("with counters that cannot be read, how much the batch holds is not guessed", () => {
  const disk = new FaultyDisk();
  sell(journalOn(disk));
  systemOn(disk).store.commit([{ put: "meta", value: Uint8Array.of(1, 2, 3) }]);
  const journal = journalOn(disk);
  const damaged = { code: "damaged", message: "meta was altered, or sealed by another terminal" };
  for (const look of [() => journal.count, () => journal.nearlyFull, () => journal.full, () => journal.takeTrace()])
    expect(look).toThrow(expect.objectContaining(damaged));
});
