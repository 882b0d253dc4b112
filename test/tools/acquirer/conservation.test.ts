/**
 * Money is neither made nor lost: whatever mix of payments, repeats, reversals, voids, refunds and settlements comes, what the cards have
 * and what the merchant has to get add up to the same. Balances move record by record; the merchant's side is counted from kinds and states.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Bench, type Changes, type DaySettings, NO_TRACE, ready, TODAY, type Word } from "./bench.ts";

const CARDS = [
  { track2: "6229990000000000019D30122010000012300", pin: "123456" },
  { track2: "5200001234560014D30121010000012300", pin: undefined },
  { track2: "6229990000000000035D30121010000012300", pin: "123456" },
];
const WORDS: readonly Word[] = [
  "sale",
  "preauth",
  "offline",
  "void",
  "refund",
  "preauth-add",
  "preauth-void",
  "completion",
  "completion-void",
  "completion-advice",
  "adjustment",
  "tip",
  "balance",
];

/** What a message is mostly about. */
const FITS: Partial<Record<Word, readonly string[]>> = {
  void: ["sale", "offline"],
  refund: ["sale", "completion", "completion-advice", "offline"],
  "preauth-add": ["preauth"],
  "preauth-void": ["preauth"],
  completion: ["preauth"],
  "completion-advice": ["preauth"],
  "completion-void": ["completion"],
  adjustment: ["offline"],
  tip: ["sale", "offline"],
};

interface Step {
  do: "send" | "again" | "undo" | "silent" | "forced" | "settle";
  word: Word;
  card: number;
  amountFen: number;
  /** Which earlier message it is about, counted from the last; a fitting one, or any. */
  back: number;
  fitting: boolean;
  /** Of the whole amount of what it is about. */
  whole: boolean;
}

const step = fc.record({
  do: fc.oneof(
    { weight: 8, arbitrary: fc.constant("send" as const) },
    { weight: 2, arbitrary: fc.constantFrom("again" as const, "undo" as const, "silent" as const) },
    { weight: 1, arbitrary: fc.constantFrom("forced" as const, "settle" as const) },
  ),
  word: fc.constantFrom(...WORDS),
  card: fc.nat({ max: CARDS.length - 1 }),
  amountFen: fc.constantFrom(100, 100, 100, 115, 50, 1, 400),
  back: fc.nat({ max: 6 }),
  fitting: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  whole: fc.boolean(),
});

interface Sent {
  word: Word;
  settings: DaySettings;
  more: Changes;
}

class Day {
  readonly records: unknown[] = [];
  readonly bench: Bench;
  readonly sent: Sent[] = [];
  #trace = 100;

  constructor() {
    this.bench = ready({
      storage: {
        records: [],
        repaired: undefined,
        append: (record) => void this.records.push(structuredClone(record)),
        close() {},
      },
    });
  }

  /** Cards and merchant together, fen. */
  total(): number {
    const { host } = this.bench;
    const cards = host.state().accounts.reduce((sum, { balanceFen }) => sum + balanceFen, 0);
    return host.ledger().batches.reduce((sum, { debitFen, creditFen }) => sum + debitFen - creditFen, cards);
  }

  take(step: Step): void {
    const { bench } = this;
    const { do: what, back } = step;
    const earlier = this.sent.at(-1 - back);
    if (what === "settle") this.#settle();
    else if (what === "again" && earlier !== undefined) this.#again(earlier);
    else if (what === "undo" && earlier !== undefined) bench.undo(earlier.word, earlier.settings, earlier.more);
    else {
      if (what === "silent") bench.rule({ match: {}, fault: "silence", count: 1 });
      if (what === "forced") bench.rule({ match: {}, answer: { "39": "00" }, count: 1 });
      const sent = this.#about(step);
      this.sent.push(sent);
      bench.transact(sent.word, sent.settings, sent.more);
    }
    bench.host.clearRules();
  }

  #batch(): string {
    return this.bench.host.state().terminals[0]!.batch;
  }

  /** A message that mostly fits what it is about. */
  #about({ word, card, amountFen: chosenFen, back, fitting, whole }: Step): Sent {
    const trace = String(++this.#trace).padStart(6, "0");
    const kinds = FITS[word];
    const entries = this.bench.host
      .ledger({ clear: true })
      .transactions.filter(({ kind, code }) => kinds !== undefined && (!fitting || (kinds.includes(kind) && code === "00")));
    const held = entries.at(-1 - (back % Math.max(1, entries.length)));
    const { track2, pin } = CARDS.find((each) => held !== undefined && each.track2.startsWith(held.pan)) ?? CARDS[card]!;
    const amountFen = whole && held !== undefined ? (held.heldFen ?? held.totalFen ?? held.approvedFen) : chosenFen;
    const base = word === "tip" && held !== undefined ? held.approvedFen + 15 : amountFen;
    const settings = { trace, amountFen: base, track2, pin, batch: this.#batch() };
    const batchTrace = held === undefined ? NO_TRACE : held.batch + held.trace;
    const code = held?.authCode === "" || held === undefined ? "123456" : held.authCode;
    const reference = held?.reference ?? NO_TRACE;
    const more: Partial<Record<Word, Changes>> = {
      void: { 37: reference, 61: batchTrace },
      "completion-void": { 37: reference, 61: batchTrace },
      refund: { 37: reference, 61: `${batchTrace}${TODAY}`, 63: "CUP" },
      "preauth-add": { 38: code, 61: "0".repeat(16) },
      "preauth-void": { 38: code, 61: `${NO_TRACE}${TODAY}` },
      completion: { 38: code, 61: `${NO_TRACE}${TODAY}` },
      "completion-advice": { 38: code, 61: `${NO_TRACE}${TODAY}` },
      offline: { 38: code, 61: `${NO_TRACE}000001`, 63: "CUP" },
      adjustment: { 38: code, 61: `${batchTrace}000001`, 63: "CUP" },
      tip: { 38: code, 61: `${batchTrace}000001`, 63: "CUP", 48: "000000000015" },
    };
    return { word, settings, more: more[word] ?? {} };
  }

  /** A message that was answered is answered again and moves nothing. */
  #again({ word, settings, more }: Sent): void {
    const before = this.#money();
    const entry = this.bench.host.ledger().transactions.find(({ trace }) => trace === settings.trace);
    this.bench.transact(word, settings, more);
    if (entry !== undefined) expect(this.#money()).toEqual(before);
  }

  #money(): unknown {
    const { host } = this.bench;
    return [host.ledger(), host.state().accounts];
  }

  #settle(): void {
    const batch = this.#batch();
    const totals = "0".repeat(62);
    this.bench.manage("0500", "201", { 11: "000001", 48: totals, 49: "156", 63: "01 " }, batch);
    this.bench.manage("0320", "202", { 11: "000002", 48: "0000" }, batch);
  }
}

test("balances and the merchant's position add up to the same after every message, and a replay knows the same", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const day = new Day();
      const total = day.total();
      for (const each of steps) {
        day.take(each);
        expect(day.total()).toBe(total);
      }
      const { host } = day.bench;
      for (const { heldFen = 0 } of host.state().accounts) expect(heldFen).toBeGreaterThanOrEqual(0);
      for (const { refundedFen = 0, totalFen, approvedFen, state } of host.ledger().transactions) {
        if (state === "refunded") expect(refundedFen).toBeLessThanOrEqual(totalFen ?? approvedFen);
      }
      const again = new Bench({ storage: { records: day.records, repaired: undefined, append() {}, close() {} } });
      expect(again.host.ledger({ clear: true })).toEqual(host.ledger({ clear: true }));
      expect(again.host.state({ clear: true }).accounts).toEqual(host.state({ clear: true }).accounts);
    }),
    { numRuns: 60 },
  );
});

test("everything taken back leaves every card as it was", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 20 }), (steps) => {
      const day = new Day();
      const before = day.bench.host.state().accounts;
      const reversible = new Set<Word>([
        "sale",
        "preauth",
        "preauth-add",
        "preauth-void",
        "void",
        "completion",
        "completion-void",
      ]);
      const sends = steps.filter(({ word }) => reversible.has(word));
      for (const each of sends) day.take({ ...each, do: each.do === "silent" ? "silent" : "send" });
      for (const { word, settings, more } of day.sent.reverse()) day.bench.undo(word, settings, more);
      expect(day.bench.host.state().accounts).toEqual(before);
      expect(day.bench.host.ledger().batches).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
