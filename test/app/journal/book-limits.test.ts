/** What the day book and the declines keep and let go, at the last byte, the last day and the last item; and how a chunk of it lies. */
import { describe, expect, test } from "vitest";
import { DayBook, inOrder } from "../../../app/journal/book.ts";
import { openJournal, type OpenJournal } from "../../../app/journal/open.ts";
import { fromPage, toPage } from "../../../app/journal/page.ts";
import { type Kept, pack } from "../../../app/journal/records.ts";
import { SealedTable } from "../../../app/journal/table.ts";
import type { System } from "../../../platform/guest/system.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, declinedOf, EVER, journalOn, owedNext, storeOf } from "./world.ts";

const tableOf = (items: Record<string, number>): SealedTable => new SealedTable({ ...createFakeSystem(), store: storeOf(items) });
const twelve = (value: number): string => String(value).padStart(12, "0");
const chunk = (day: string, closing: number, first = 1): string => `day/${day}/${twelve(closing)}/00000${first}-00000${first}`;
const closed = (closing: number, date: string): string => `set/${twelve(closing)}/${date}/000001`;

describe("what is let go", () => {
  const gone = (
    items: Record<string, number>,
    limits: { days?: number; mostBytes?: number },
  ): { keys: string[]; day?: string } => {
    const book = new DayBook(tableOf(items), { days: 90, mostBytes: 1_000, ...limits });
    const { changes, day } = book.letGo();
    return { keys: changes.map((change) => ("delete" in change ? change.delete : "")), day };
  };
  const first = [chunk("20260101", 1), chunk("20260101", 1, 2), closed(1, "20260101")];
  const second = [chunk("20260102", 2), closed(2, "20260102")];
  const third = [chunk("20260103", 3), closed(3, "20260103")];
  const days = Object.fromEntries([...first, ...second, ...third].map((key) => [key, key.startsWith("day/") ? 100 : 7]));

  test("nothing while all has room, to the byte", () => {
    expect(gone(days, { mostBytes: 400 })).toEqual({ keys: [], day: undefined });
  });

  test("one byte too much: the oldest day, whole, with its sums, and no other", () => {
    expect(gone(days, { mostBytes: 399 })).toEqual({ keys: first, day: "20260101" });
    expect(gone(days, { mostBytes: 200 })).toEqual({ keys: first, day: "20260101" });
    const both = [...first.slice(0, 2), second[0], first[2], second[1]];
    expect(gone(days, { mostBytes: 199 })).toEqual({ keys: both, day: "20260102" });
    // The last batch has no room either; it stays.
    expect(gone(days, { mostBytes: 1 })).toEqual({ keys: both, day: "20260102" });
  });

  test("days are counted back from the newest record, not from when its batch was closed", () => {
    const late = { ...days, [closed(3, "20260110")]: 7 };
    expect(gone(late, { days: 3 })).toEqual({ keys: [], day: undefined });
    expect(gone(late, { days: 2 })).toEqual({ keys: first, day: "20260101" });
  });

  test("sums of batches without records go by their own day, counted from the last", () => {
    const old = [closed(1, "20260101"), closed(2, "20260102")];
    const empty = Object.fromEntries([...old, closed(3, "20260301"), closed(4, "20260301")].map((key) => [key, 7]));
    expect(gone(empty, { days: 30 })).toEqual({ keys: old, day: undefined });
  });

  test("the last sums stay, however old beside records of a clock that ran on", () => {
    expect(gone({ [chunk("20270101", 1)]: 100, [closed(1, "20260101")]: 7 }, { days: 30 })).toEqual({ keys: [], day: undefined });
  });

  test("records whose sums are nowhere stay: nobody knows which batch is the last", () => {
    expect(gone({ [chunk("20260101", 1)]: 100, [chunk("20270101", 2)]: 100 }, { days: 1, mostBytes: 1 })).toEqual({ keys: [] });
  });

  test("a thousand sums are kept, the last among them", () => {
    const sums = (count: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [closed(n, "20260101"), 7]));
    expect(gone(sums(1_000), {}).keys).toEqual([]);
    expect(gone(sums(1_002), {}).keys).toEqual([closed(0, "20260101"), closed(1, "20260101")]);
  });
});

const record = ((): Kept["record"] => {
  const { pan: _, expiry: __, ...rest } = approvedOf(owedNext(journalOn(new FaultyDisk())));
  return { ...rest, masked: "622999*********0019" };
})();
const kept = (order: number, over: Partial<Kept["record"]> = {}): Kept => ({
  order,
  record: { ...record, trace: order, ...over },
});

describe("chunks", () => {
  test("hold fifty records, and none is empty", () => {
    const book = new DayBook(tableOf({}), { days: 90, mostBytes: 1 });
    const filed = (count: number): string[] =>
      book
        .file(
          Array.from({ length: count }, (_, n) => kept(n + 1)),
          7,
        )
        .map((change) => ("put" in change ? change.put : "a deletion"));
    const name = (traces: string): string => `day/20261121/000000000007/${traces}`;
    expect(filed(50)).toEqual([name("000001-000050")]);
    expect(filed(101)).toEqual([name("000001-000050"), name("000051-000100"), name("000101-000101")]);
  });

  test("of one day are asked for by its name, those of several by the book's", () => {
    const store = storeOf({ [chunk("20260101", 1)]: 100 });
    const book = new DayBook(new SealedTable({ ...createFakeSystem(), store }), { days: 90, mostBytes: 1 });
    book.read({ from: "20260102", to: "20260102" });
    book.read({ from: "20260102", to: "20260103" });
    book.read({ trace: 9 });
    expect(store.asked).toEqual(["day/20260102", "day/", "day/"]);
  });

  test("a row ends with the last thing that its record has, and comes back with nothing more", () => {
    const short = kept(5);
    const long = kept(6, { tipFen: 50, waived: { pinFen: 100 } });
    const { columns, rows } = toPage([short, long]);
    const [brief = [], full = []] = rows;
    expect(brief[0]).toBe(5);
    // Of what a sale always has, the slips printed come last.
    expect(brief.slice(-1)).toEqual([short.record.copiesPrinted]);
    expect(brief).toHaveLength(columns.indexOf("copiesPrinted") + 2);
    expect(full).toHaveLength(columns.length + 1);
    const given = JSON.parse(JSON.stringify([short, long])) as Kept[];
    expect(fromPage("day/x", { columns, rows })).toStrictEqual(given);
  });

  test("are told in the order of time, whatever their traces", () => {
    const traces = inOrder([kept(3, { trace: 1 }), kept(1, { trace: 999_999 }), kept(2, { trace: 5 })]).map(({ trace }) => trace);
    expect(traces).toEqual([999_999, 5, 1]);
  });
});

describe("declines", () => {
  const key = (order: number, date = "20261121"): string => `dec/${twelve(order)}/${date}`;
  /** A journal whose store has these declines; they are named, and hold nothing. */
  const journalWith = (keys: readonly string[], options = {}): { journal: OpenJournal; store: System["store"] } => {
    const store = storeOf(Object.fromEntries(keys.map((each) => [each, 1])));
    return { journal: openJournal({ ...createFakeSystem(), store }, options), store };
  };
  const many = (count: number): string[] => Array.from({ length: count }, (_, n) => key(n + 1_000));

  test.each([
    [1_999, 0],
    [2_000, 1],
    [2_004, 5],
  ])("of %d kept, one more lets %d go, oldest first", (count, going) => {
    const { journal, store } = journalWith(many(count));
    journal.decline(declinedOf());
    expect(store.keys("dec/")).toEqual([key(1), ...many(count)].sort().filter((each) => !many(going).includes(each)));
  });

  test("as old as the book's days are long they go, a day younger they stay", () => {
    const { journal, store } = journalWith([key(101, "20261111"), key(102, "20261112")], { bookDays: 10 });
    journal.decline(declinedOf({ date: "20261121" }));
    expect(store.keys("dec/")).toEqual([key(1, "20261121"), key(102, "20261112")]);
  });

  test("when all are old, all go but the new one", () => {
    const { journal, store } = journalWith([key(101, "20250101"), key(102, "20250102")]);
    journal.decline(declinedOf());
    expect(store.keys("dec/")).toEqual([key(1)]);
  });

  test("of a day are read by their names: one of another day that is damaged is in nobody's way", () => {
    const system = createFakeSystem();
    const sound = key(2, "20261121");
    const value = pack(system, sound, { order: 2, record: declinedOf() });
    const journal = openJournal({ ...system, store: storeOf({ [key(1, "20261120")]: 1, [sound]: value }) });
    expect(journal.declinesOn({ from: "20261121", to: "20261121" })).toEqual([declinedOf()]);
    expect(() => journal.declinesOn(EVER)).toThrow(`${key(1, "20261120")} was altered`);
  });
});

test("what a batch had of damage goes from the list when another is opened; the rest of the list stays", () => {
  const table = tableOf({});
  table.report("txn/000001/000001", "is gone");
  table.report("hold/000001/txn/", "is gone");
  table.report("rev/000001/000002", "is gone");
  table.forget("txn/");
  expect(table.damage).toEqual([
    { key: "hold/000001/txn/", words: "is gone" },
    { key: "rev/000001/000002", words: "is gone" },
  ]);
});
