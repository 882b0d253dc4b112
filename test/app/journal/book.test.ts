/** The day book: found by day, batch and trace without reading all; bounded; old stores go into it whole, wherever the power goes. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { type JournalOptions, openJournal, type OpenJournal } from "../../../app/journal/open.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { EVER, journalOn, pictureOf, sell, settleAll, systemOn } from "./world.ts";

let disk: FaultyDisk;
let journal: OpenJournal;

beforeEach(() => {
  disk = new FaultyDisk();
  journal = journalOn(disk);
});

const tracesOf = (records: readonly { trace: number }[]): number[] => records.map(({ trace }) => trace);
const on = (day: string) => ({ from: day, to: day });

/** Batches over three days; the second runs over midnight. */
function threeDays(to = journal): void {
  sell(to, 100, "20261120");
  settleAll(to, "20261120");
  sell(to, 200, "20261120");
  sell(to, 300, "20261121");
  settleAll(to, "20261121");
  sell(to, 400, "20261122");
}

describe("by the terminal's day", () => {
  test("a batch over midnight lies on both its days; the open batch is not in the book", () => {
    threeDays();
    for (const now of [journal, journalOn(disk)]) {
      expect(tracesOf(now.booked(on("20261120")))).toEqual([1, 2]);
      expect(tracesOf(now.booked(on("20261121")))).toEqual([3]);
      expect(now.booked(on("20261122"))).toEqual([]);
      expect(tracesOf(now.booked({ from: "20261120", to: "20261121" }))).toEqual([1, 2, 3]);
      expect(now.closedBatches().map(({ batch, date }) => [batch, date])).toEqual([
        [2, "20261121"],
        [1, "20261120"],
      ]);
      expect(tracesOf(now.lastSettlement()?.records ?? [])).toEqual([2, 3]);
      const [, first] = now.closedBatches();
      expect(now.closedBatch(first?.closing ?? 0)).toMatchObject({ batch: 1, totals: { domestic: { debitFen: 100 } } });
      expect(now.letGo).toBeUndefined();
    }
    expect(journal.closedBatch(999)).toBeUndefined();
  });

  test("a record keeps everything but the card's number, its remarks in Chinese too", () => {
    const { pan: _, expiry: __, ...kept } = sell(journal);
    settleAll(journal);
    const [record] = journal.booked({ trace: 1 });
    const said = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
    expect(record).toEqual({ ...said, masked: "622999*********0019" });
  });

  test("declines by day, those of earlier firmware too", () => {
    const declined = { kind: "sale", trace: 9, amountFen: 5, masked: "6229*0019", entry: "swipe", operator: "01" } as const;
    for (const date of ["20261120", "20261121", "20261121"]) journal.decline({ ...declined, date, time: "090000", code: "51" });
    expect(journal.declinesOn(on("20261121"))).toHaveLength(2);
    expect(journal.declinesOn(EVER)).toHaveLength(3);
    journal.decline({ ...declined, date: "20270401", time: "090000", code: "51" });
    expect(journal.declinesOn(EVER)).toHaveLength(1);
  });
});

describe("how much is read, and kept", () => {
  /** A journal that counts what it unseals. */
  function counted(options: JournalOptions = {}): { journal: OpenJournal; seen: { unsealed: number } } {
    const system = systemOn(disk);
    const seen = { unsealed: 0 };
    const unseal = (bytes: Uint8Array): Uint8Array => {
      seen.unsealed++;
      return system.unseal(bytes);
    };
    return { journal: openJournal({ ...system, unseal }, options), seen };
  }

  const dayNo = (n: number): string =>
    `2026${String(1 + Math.floor(n / 28)).padStart(2, "0")}${String(1 + (n % 28)).padStart(2, "0")}`;

  function days(to: OpenJournal, count: number, aDay: number): void {
    for (let n = 0; n < count; n++) {
      for (let i = 0; i < aDay; i++) sell(to, 100, dayNo(n));
      settleAll(to, dayNo(n));
    }
  }

  test("a day, a trace and a list of batches cost the same with forty days as with four", () => {
    const costs = [4, 40].map((count) => {
      disk = new FaultyDisk();
      const { journal: book, seen } = counted();
      days(book, count, 3);
      const cost = (look: () => unknown): number => {
        seen.unsealed = 0;
        look();
        return seen.unsealed;
      };
      return [
        cost(() => book.booked(on(dayNo(2)))),
        cost(() => book.booked({ trace: 8 })),
        cost(() => book.closedBatches()),
        cost(() => book.lastSettlement()),
      ];
    });
    expect(costs[0]).toEqual([1, 1, 0, 2]);
    expect(costs[1]).toEqual(costs[0]);
  });

  test("so many days, counted from the newest record; what went is told to the day", () => {
    const { journal: book } = counted({ bookDays: 10 });
    days(book, 15, 2);
    expect(book.letGo).toBe(dayNo(4));
    expect(book.booked(on(dayNo(4)))).toEqual([]);
    expect(book.booked(on(dayNo(5)))).toHaveLength(2);
    expect(book.closedBatches()).toHaveLength(10);
  });

  test("too much for its room: the oldest days go whole, the last batch never", () => {
    const { journal: book } = counted({ bookBytes: 6_000 });
    days(book, 12, 6);
    const kept = book.booked(EVER);
    expect(kept.length).toBeGreaterThan(12);
    expect(kept.length).toBeLessThan(48);
    const [first] = kept;
    expect(book.letGo).toBe(dayNo(dayOfYear(first?.date ?? "") - 1));
    expect(kept.length % 6).toBe(0);
    const { journal: tiny } = counted({ bookBytes: 1 });
    sell(tiny, 100, dayNo(12));
    settleAll(tiny, dayNo(12));
    expect(tiny.booked(EVER)).toHaveLength(1);
    expect(tiny.lastSettlement()?.records).toHaveLength(1);
  });

  const dayOfYear = (day: string): number => (Number(day.slice(4, 6)) - 1) * 28 + Number(day.slice(6)) - 1;

  test("any days, batches and restarts: the book is what was settled", () => {
    const step = fc.oneof(
      fc.record({ sell: fc.nat(3) }),
      fc.constant("settle" as const),
      fc.constant("restart" as const),
      fc.constant("next day" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        disk = new FaultyDisk();
        journal = journalOn(disk, { clearedAtOnce: 2 });
        const booked: string[] = [];
        let open: string[] = [];
        let day = 0;
        for (const each of steps) {
          if (each === "restart") journal = journalOn(disk, { clearedAtOnce: 2 });
          else if (each === "next day") day++;
          else if (each === "settle") {
            settleAll(journal, dayNo(day));
            booked.push(...open);
            open = [];
          } else open.push(`${dayNo(day)} ${sell(journal, 100 + each.sell, dayNo(day)).trace}`);
          expect(journal.booked(EVER).map(({ date, trace }) => `${date} ${trace}`)).toEqual(booked);
        }
        for (let n = 0; n <= day; n++)
          expect(journal.booked(on(dayNo(n)))).toHaveLength(booked.filter((each) => each.startsWith(dayNo(n))).length);
      }),
      { numRuns: 40, seed: 20_261_122 },
    );
  });
});

describe("stores of earlier firmware", () => {
  /** Images made by the firmware that kept one settlement only; never to be made anew. */
  function image(name: string): FaultyDisk {
    const path = new URL(`./images/${name}.json`, import.meta.url);
    const { files } = JSON.parse(readFileSync(path, "utf8")) as { files: Record<string, string> };
    const old = new FaultyDisk();
    for (const [file, base64] of Object.entries(files)) {
      old.fileAppend(file, 0, new Uint8Array(Buffer.from(base64, "base64")));
      old.fileSync(file);
    }
    return old;
  }

  const check = (old: OpenJournal): void => {
    expect(old.damage).toEqual([]);
    expect(tracesOf(old.lastSettlement()?.records ?? [])).toEqual([1, 2, 3, 4, 5]);
    expect(old.lastSettlement()).toMatchObject({ batch: 1, closedBy: { date: "20261121" }, result: { domestic: 1 } });
    expect(tracesOf(old.booked(on("20261121")))).toEqual([1, 2, 3, 4, 5]);
    expect(tracesOf(old.booked({ trace: 4 }))).toEqual([4]);
    // What was settled earlier that day is nowhere.
    expect(old.letGo).toBe("20261121");
  };

  test("a settled batch, an open sale, a hold and a decline", () => {
    const old = journalOn(image("settled-once"));
    check(old);
    expect(old).toMatchObject({ batch: 2, count: 1, nextTrace: 7 });
    expect(old.find(6)?.amountFen).toBe(7_700);
    expect(old.holds("20261121")).toHaveLength(1);
    expect(old.declinesOn(on("20261121"))).toHaveLength(1);
    expect(old.declinesOn(on("20261120"))).toHaveLength(0);
    settleAll(old, "20261122");
    expect(tracesOf(old.booked(EVER))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each(["settled-once", "clearing"])("%s: the power goes at every operation of the move", (name) => {
    const start = image(name);
    const whole = start.clone();
    check(journalOn(whole));
    const wanted = pictureOf(journalOn(whole));
    expect(
      systemOn(whole)
        .store.keys("")
        .filter((key) => /^(last|arc\/|txn\/000001)/.test(key)),
    ).toEqual([]);
    for (let operation = 1; operation <= whole.operations - start.operations; operation++) {
      for (const phase of ["before", "after", { torn: 30 }] as const) {
        const trial = start.clone().cutAt(start.operations + operation, phase);
        try {
          journalOn(trial);
        } catch {
          expect(trial.isOff).toBe(true);
        }
        trial.powerOn();
        const found = journalOn(trial);
        check(found);
        expect(pictureOf(found)).toBe(wanted);
      }
    }
  });

  test("a full disk: it opens as it is, says what it said, and moves when there is room", () => {
    const full = image("settled-once");
    full.capacityBytes = 1;
    const old = journalOn(full);
    expect(tracesOf(old.lastSettlement()?.records ?? [])).toEqual([1, 2, 3, 4, 5]);
    expect(tracesOf(old.booked(EVER))).toEqual([1, 2, 3, 4, 5]);
    full.clearFaults();
    check(journalOn(full));
  });
});
