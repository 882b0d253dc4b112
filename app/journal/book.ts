/**
 * The day book: what closed batches held, by the terminal's local day, without card numbers. Chunks of one day and one batch, each named by the day,
 * the batch and the traces in it, so that a day, a batch or a trace is found by names alone and only what is wanted is unsealed.
 */
import { daysBetween } from "../model/dates.ts";
import { maskPan } from "../model/card.ts";
import { assert } from "../../platform/guest/assert.ts";
import type { Change } from "../../platform/guest/system.ts";
import type { ArchivedRecord, ClosedBatch } from "./journal.ts";
import { ARCHIVE, BOOK, BOOK_PAGE, bookKey, CHUNK, CLOSINGS, type Entry, type Kept, LAST } from "./records.ts";
import { fromPage, toPage } from "./page.ts";
import type { SealedTable } from "./table.ts";

/** Records of one chunk: a trace is looked up by reading one or two. */
const CHUNK_RECORDS = 50;
/** Closings whose sums are kept, however many there are a day. */
const MOST_CLOSINGS = 1_000;

export interface BookLimits {
  /** Days kept, counted back from the newest record of the batch that is closed. */
  days: number;
  /** What all chunks may take in the store; the oldest days go first. */
  mostBytes: number;
}

/** What a chunk's name says. */
interface Chunk {
  key: string;
  day: string;
  closing: number;
  firstTrace: number;
  lastTrace: number;
}

export type Closing = Pick<ClosedBatch, "closing" | "batch" | "date"> & { key: string };

/** What has to go, and the last day of which something went. */
export interface LetGo {
  changes: Change[];
  day?: string;
}

export function keptOf({ order, record }: Entry): Kept {
  const { pan, expiry: _, ...rest } = record;
  return { order, record: { ...rest, masked: maskPan(pan) } };
}

export class DayBook {
  constructor(
    private readonly table: SealedTable,
    private readonly limits: BookLimits,
  ) {}

  /** Closings, oldest first. */
  closings(): Closing[] {
    return this.table.keys(CLOSINGS).map((key) => {
      const [, closing, date = "", batch] = key.split("/");
      return { key, closing: Number(closing), date, batch: Number(batch) };
    });
  }

  newest(): Closing | undefined {
    return this.closings().at(-1);
  }

  /** The sums of a closing. Throws JournalError "damaged". */
  summary({ key }: Closing) {
    return this.table.read(key, LAST);
  }

  /** Days with records, oldest first. */
  days(): string[] {
    return [...new Set(this.#chunks().map(({ day }) => day))];
  }

  /** Records of these days, or of one closing, or with this trace; only the chunks that can hold them are read. */
  read(wanted: { from: string; to: string } | { closing: number } | { trace: number }): Kept[] {
    const fits = (chunk: Chunk): boolean => {
      if ("closing" in wanted) return chunk.closing === wanted.closing;
      if ("trace" in wanted) return wanted.trace >= chunk.firstTrace && wanted.trace <= chunk.lastTrace;
      return chunk.day >= wanted.from && chunk.day <= wanted.to;
    };
    const oneDay = "from" in wanted && wanted.from === wanted.to ? wanted.from : "";
    const kept = this.#chunks(BOOK + oneDay)
      .filter(fits)
      .flatMap(({ key }) => fromPage(key, this.table.read(key, BOOK_PAGE)));
    return "trace" in wanted ? kept.filter(({ record }) => record.trace === wanted.trace) : kept;
  }

  /** The commit's share that puts these records of a closed batch into the book. */
  file(entries: readonly Kept[], closing: number): Change[] {
    assert(
      entries.every(({ record }) => !("pan" in record)),
      "the day book holds no card number",
    );
    assert(Number.isInteger(closing) && closing >= 1, "a chunk is of a closing");
    const days = new Map<string, Kept[]>();
    for (const entry of entries) days.set(entry.record.date, [...(days.get(entry.record.date) ?? []), entry]);
    return [...days].flatMap(([day, ofDay]) => {
      const puts: Change[] = [];
      for (let at = 0; at < ofDay.length; at += CHUNK_RECORDS) {
        const part = ofDay.slice(at, at + CHUNK_RECORDS);
        const traces = part.map(({ record }) => record.trace);
        puts.push(this.table.put(bookKey(day, closing, Math.min(...traces), Math.max(...traces)), toPage(part)));
      }
      return puts;
    });
  }

  /** What the limits leave no room for. Never anything of the batch that was closed last. */
  letGo(): LetGo {
    const last = this.newest();
    const chunks = this.#chunks();
    const free = chunks.filter(({ closing }) => closing !== last?.closing);
    const newestDay = chunks.at(-1)?.day ?? last?.date;
    if (last === undefined || newestDay === undefined) return { changes: [] };
    let bytes = chunks.reduce((sum, { key }) => sum + this.table.bytes(key), 0);
    const tooOld = (day: string): boolean => daysBetween(day, newestDay) >= this.limits.days;
    const changes: Change[] = [];
    let gone: string | undefined;
    for (const { key, day } of free) {
      // A day goes whole, so that what is left of the book can be trusted to the day.
      if (day !== gone && !tooOld(day) && bytes <= this.limits.mostBytes) break;
      changes.push({ delete: key });
      bytes -= this.table.bytes(key);
      assert(bytes >= 0, "nothing is let go twice");
      gone = day;
    }
    return { changes: [...changes, ...this.#oldClosings(gone, tooOld)], day: gone };
  }

  /** Sums outlive their records no longer than their day; the last closing stays whatever its age. */
  #oldClosings(gone: string | undefined, tooOld: (day: string) => boolean): Change[] {
    const all = this.closings().slice(0, -1);
    const surplus = Math.max(0, all.length - MOST_CLOSINGS + 1);
    return all
      .filter(({ date }, n) => n < surplus || tooOld(date) || (gone !== undefined && date <= gone))
      .map(({ key }) => ({ delete: key }));
  }

  /** By day, and within it by closing. */
  #chunks(prefix = BOOK): Chunk[] {
    return this.table.keys(prefix).map((key) => {
      const [, day = "", closing, traces = ""] = key.split("/");
      const [first, last] = traces.split("-");
      return { key, day, closing: Number(closing), firstTrace: Number(first), lastTrace: Number(last) };
    });
  }

  /** The chunks of earlier firmware that are not in the book yet. */
  oldChunks(): { key: string; entries: Kept[] }[] {
    return this.table.keys(ARCHIVE).map((key) => ({ key, entries: this.table.read(key, CHUNK).entries }));
  }
}

export const inOrder = (entries: readonly Kept[]): ArchivedRecord[] =>
  [...entries].sort((a, b) => a.order - b.order).map(({ record }) => record);
