/** What the journal reads back: every property of every record, at the edges of what fits it. */
import { describe, expect, test } from "vitest";
import {
  BOOK_PAGE,
  CHUNK,
  DECLINED,
  ENTRY,
  HOLD,
  isPacked,
  keptFault,
  LAST,
  META,
  type Meta,
  pack,
  REVERSAL,
  REVERSED,
  SETTLEMENT,
  type Shape,
  unpack,
} from "../../../app/journal/records.ts";
import { DIRECTIONS } from "../../../app/model/ledger.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import { FaultyDisk } from "../../platform/guest/faulty-disk.ts";
import { approvedOf, declinedOf, journalOn, owedNext } from "./world.ts";

/** Values at the edges, on either side. */
interface Edges {
  fits: readonly unknown[];
  not: readonly unknown[];
}
type Rows<T> = { readonly [K in keyof Required<T>]: Edges };

const maybe = ({ fits, not }: Edges): Edges => ({ fits: [...fits, undefined], not: not.filter((value) => value !== undefined) });
const digits = (least: number, most: number): Edges => {
  const of = (count: number): string => "1234567890123456789012".slice(0, count);
  const amid = of(least).replace(/^./, "x");
  const spoilt = least === 0 ? ["x", "1x"] : [of(least - 1), amid, `${of(least).slice(0, -1)}x`];
  return { fits: [of(least), of(most)], not: [of(most + 1), ...spoilt, 1234, null, undefined] };
};
const oneOf = (...words: string[]): Edges => ({ fits: words, not: ["", "other", [words[0]], null, undefined] });

const WHOLE: Edges = { fits: [0, 1, Number.MAX_SAFE_INTEGER], not: [-1, 0.5, Number.MAX_SAFE_INTEGER + 1, "1", null, undefined] };
const COUNTER: Edges = { fits: [1, 999_999], not: [0, 1_000_000, 1.5, "1", null, undefined] };
const FLAG: Edges = { fits: [true, false], not: [0, "true", null, undefined] };
const TEXT: Edges = { fits: ["", "any"], not: [1, ["any"], null, undefined] };
const HEX: Edges = { fits: ["", "9F26"], not: ["9F2", "9f26", "9F2G", "G9F2", 12, null] };
const TRACES: Edges = { fits: [[], [1, 999_999]], not: [[0], [1, 1_000_000], 1, "", {}, null, undefined] };
const KIND = oneOf(...Object.keys(DIRECTIONS));
const ENTERED = oneOf("swipe", "manual", "contact", "contactless", "fallback");
const ORIGINAL: Edges = {
  fits: [
    {},
    {
      batch: 0,
      trace: 0,
      date: "20261121",
      reference: "1",
      authCode: "A",
      amountFen: 0,
      kind: "sale",
      terminal: "1",
      preauthCode: "P",
    },
  ],
  not: [
    ...[{ batch: -1 }, { trace: -1 }, { date: "2026112" }, { date: "202611211" }, { reference: 1 }, { authCode: 1 }],
    ...[{ amountFen: -1 }, { kind: "other" }, { terminal: 1 }, { preauthCode: 1 }, [], "", null],
  ],
};
const side = { debitFen: 1, debitCount: 2, creditFen: 3, creditCount: 4 };
const TOTALS: Edges = {
  fits: [{ domestic: side, foreign: side }],
  not: [
    ...Object.keys(side).map((name) => ({ domestic: { ...side, [name]: -1 }, foreign: side })),
    ...[{ domestic: side }, { foreign: side }, null, undefined],
  ],
};
const RESULT: Edges = {
  fits: [{ domestic: 0, foreign: 1 }, { domestic: 2, foreign: 3 }, undefined],
  not: [{ domestic: 4, foreign: 1 }, { domestic: 1, foreign: -1 }, { domestic: 1 }, { foreign: 1 }, null],
};

const read = <T>(shape: Shape<T>, value: unknown): unknown => {
  const system = createFakeSystem();
  return unpack(system, "here", pack(system, "here", value), shape);
};

/** Each property with each of its edges, all else as in `good`. */
function edges<T extends object>(shape: Shape<T>, good: T, rows: Rows<T>): void {
  test("as it is written", () => expect(read(shape, good)).toHaveProperty("value"));
  test.each(Object.entries<Edges>(rows))("%s", (name, { fits, not }) => {
    for (const value of fits) expect(read(shape, { ...good, [name]: value }), JSON.stringify(value)).toHaveProperty("value");
    for (const value of not)
      expect(read(shape, { ...good, [name]: value }), JSON.stringify(value)).toEqual({ fault: `${name} does not fit` });
  });
}

const OWED = owedNext(journalOn(new FaultyDisk()));
const RECORD = approvedOf(OWED);
const { pan: _, expiry: __, ...rest } = RECORD;
const ARCHIVED = { ...rest, masked: "622999*********0019" };

describe("the counters", () => {
  const meta = { batch: 1, nextTrace: 2, signedOn: true, nextOrder: 3 };
  edges<Meta>(META, meta, {
    batch: COUNTER,
    nextTrace: COUNTER,
    signedOn: FLAG,
    nextOrder: WHOLE,
    hostBatch: maybe(COUNTER),
    clearing: maybe(COUNTER),
    letGo: maybe(digits(8, 8)),
  });
});

const RECORD_ROWS = {
  kind: KIND,
  state: oneOf("approved", "reversed", "voided", "pending", "refused"),
  batch: COUNTER,
  trace: COUNTER,
  amountFen: WHOLE,
  approvedFen: WHOLE,
  entry: ENTERED,
  operator: TEXT,
  date: digits(8, 8),
  time: digits(6, 6),
  settlementDate: maybe(digits(4, 4)),
  reference: maybe(TEXT),
  authCode: maybe(TEXT),
  responseCode: TEXT,
  issuer: maybe(TEXT),
  acquirer: maybe(TEXT),
  organisation: maybe(TEXT),
  remarks: { fits: [[], ["one", "two"]], not: [[1], ["one", 2], "one", null, undefined] },
  pinEntered: FLAG,
  copiesPrinted: WHOLE,
  original: maybe(ORIGINAL),
  tipFen: maybe(WHOLE),
  region: maybe(oneOf("domestic", "foreign")),
  delivery: {
    fits: [
      undefined,
      ...["pending", "delivered", "refused", "unanswered", "withdrawn"].map((state) => ({ state, attempts: 0 })),
      { state: "pending", attempts: 1, code: "00", as: "tip", trace: 1, before: { amountFen: 0, approvedFen: 0 } },
      { state: "pending", attempts: 1, as: "adjustment", before: { amountFen: 1, approvedFen: 1, tipFen: 1 } },
    ],
    not: [
      ...[null, {}, { state: "other", attempts: 0 }, { state: "pending" }, { state: "pending", attempts: -1 }],
      ...[{ code: 1 }, { as: "sale" }, { trace: 0 }, { before: { amountFen: 1 } }, { before: { approvedFen: 1 } }].map((bad) => ({
        state: "pending",
        attempts: 0,
        ...bad,
      })),
      { state: "pending", attempts: 0, before: { amountFen: 1, approvedFen: 1, tipFen: -1 } },
    ],
  },
  authority: {
    fits: [undefined, { mode: "00" }, { mode: "01", institution: "" }, { mode: "02", institution: "12345678901" }],
    not: [null, {}, { mode: "03" }, { mode: "00", institution: "123456789012" }, { mode: "00", institution: "x" }],
  },
  sequence: maybe(digits(3, 3)),
  chip: {
    fits: [
      ...[undefined, { data: {} }, { data: { "9F26": "00FF" } }, { certificate: "TC", field55: "9F26", data: {} }],
      ...["AAC", "ARPC"].map((certificate) => ({ certificate, data: {} })),
    ],
    not: [
      ...[null, {}, { data: null }, { data: [] }, { data: "x" }, { data: { a: "0" } }, { data: { a: "00", b: "GG" } }],
      ...[{ certificate: "ARQC" }, ...HEX.not.filter((bad) => bad !== undefined).map((field55) => ({ field55 }))].map((bad) => ({
        data: {},
        ...bad,
      })),
    ],
  },
  purse: {
    fits: [undefined, {}, { balanceFen: 0, from: "622" }],
    not: [null, [], { balanceFen: -1 }, { from: 1 }],
  },
  waived: {
    fits: [undefined, {}, { pinFen: 0, signatureFen: 30_000 }],
    not: [null, [], { pinFen: -1 }, { signatureFen: "30000" }],
  },
  cash: {
    fits: [undefined, { receivedFen: 0, changeFen: 0 }],
    not: [null, {}, { receivedFen: 1 }, { changeFen: 1 }, { receivedFen: -1, changeFen: 0 }],
  },
} satisfies Rows<Omit<typeof RECORD, "pan" | "expiry">>;

/** A record inside what holds it: the fault is told of the whole. */
function inside<T>(shape: Shape<T>, name: string, other: object, good: object, rows: Record<string, Edges>): void {
  test.each(Object.entries(rows))("%s", (property, { fits, not }) => {
    const whole = (value: unknown): unknown => read(shape, { ...other, [name]: { ...good, [property]: value } });
    for (const value of fits) expect(whole(value), JSON.stringify(value)).toHaveProperty("value");
    for (const value of not) expect(whole(value), JSON.stringify(value)).toEqual({ fault: `${name} does not fit` });
  });
}

describe("a transaction", () => {
  // Cash has no card.
  const pan = digits(13, 19);
  const rows = { ...RECORD_ROWS, pan: { ...pan, fits: [...pan.fits, ""] }, expiry: maybe(digits(4, 4)) };
  inside(ENTRY, "record", { order: 1 }, RECORD, rows);
  test.each([...WHOLE.not])("an order of %s", (order) => {
    expect(read(ENTRY, { order, record: RECORD })).toEqual({ fault: "order does not fit" });
  });
});

describe("a reversal that is owed", () => {
  const rows: Rows<typeof OWED> = {
    kind: KIND,
    reason: oneOf("98", "A0", "96", "06"),
    batch: COUNTER,
    trace: COUNTER,
    amountFen: WHOLE,
    pan: { ...digits(13, 19), not: [...digits(13, 19).not, ""] },
    expiry: maybe(digits(4, 4)),
    entry: ENTERED,
    entryMode: digits(3, 3),
    security: maybe(digits(16, 16)),
    authCode: maybe(TEXT),
    operator: TEXT,
    date: digits(8, 8),
    time: digits(6, 6),
    attempts: WHOLE,
    original: maybe(ORIGINAL),
    organisation: maybe(TEXT),
    sequence: maybe(digits(3, 3)),
    field55: maybe(HEX),
    receiving: maybe(digits(13, 19)),
  };
  edges(REVERSAL, OWED, rows);
  test("and one that was taken", () => {
    expect(read(REVERSED, { order: 0, reversal: OWED })).toHaveProperty("value");
    expect(read(REVERSED, { order: -1, reversal: OWED })).toEqual({ fault: "order does not fit" });
    expect(read(REVERSED, { order: 0, reversal: { ...OWED, reason: "99" } })).toEqual({ fault: "reversal does not fit" });
  });
});

describe("a decline", () => {
  const declined = declinedOf();
  inside(DECLINED, "record", { order: 1 }, declined, {
    kind: oneOf(...Object.keys(DIRECTIONS), "balance"),
    trace: WHOLE,
    amountFen: WHOLE,
    masked: TEXT,
    entry: ENTERED,
    operator: TEXT,
    date: digits(8, 8),
    time: digits(6, 6),
    code: TEXT,
  });
  test("an order that is none", () => {
    expect(read(DECLINED, { order: 0.5, record: declined })).toEqual({ fault: "order does not fit" });
  });
});

describe("a hold", () => {
  edges<{ record: typeof RECORD; closedBy?: { batch: number; trace: number } }>(
    HOLD,
    { record: RECORD },
    {
      record: { fits: [RECORD], not: [{ ...RECORD, trace: 0 }, null, undefined] },
      closedBy: {
        fits: [undefined, { batch: 1, trace: 1 }],
        not: [null, {}, { batch: 1 }, { trace: 1 }, { batch: 0, trace: 1 }, { batch: 1, trace: 0 }],
      },
    },
  );
});

describe("a settlement under way", () => {
  const totals = { domestic: side, foreign: side };
  edges(
    SETTLEMENT,
    { batch: 1, totals, uploaded: 0, rounds: 0, ended: false, failed: [] },
    {
      batch: COUNTER,
      totals: TOTALS,
      result: RESULT,
      uploaded: WHOLE,
      rounds: WHOLE,
      ended: FLAG,
      failed: TRACES,
      refused: maybe(TRACES),
    },
  );
});

describe("a closed batch", () => {
  edges(
    LAST,
    { batch: 1, totals: { domestic: side, foreign: side }, failed: [] },
    {
      batch: COUNTER,
      totals: TOTALS,
      result: RESULT,
      failed: TRACES,
      closedBy: {
        fits: [undefined, { operator: "01", date: "20261121", time: "180000" }],
        not: [
          ...[null, {}, { date: "20261121", time: "180000" }, { operator: "01", time: "180000" }],
          ...[
            { operator: "01", date: "20261121" },
            { operator: "01", date: "2026-11-21", time: "180000" },
          ],
        ],
      },
    },
  );
});

describe("the day book", () => {
  test.each(Object.entries({ ...RECORD_ROWS, masked: TEXT }))("%s of a row", (name, { fits, not }) => {
    const fault = (value: unknown): unknown => keptFault({ order: 1, record: { ...ARCHIVED, [name]: value } });
    for (const value of fits) expect(fault(value), JSON.stringify(value)).toBeUndefined();
    for (const value of not) expect(fault(value), JSON.stringify(value)).toBe("record");
  });
  test("a row's order, and no row at all", () => {
    expect(keptFault({ order: -1, record: ARCHIVED })).toBe("order");
    expect(keptFault(undefined)).toBe("the whole");
  });
  edges(
    BOOK_PAGE,
    { columns: ["kind"], rows: [[1, "sale"]] },
    {
      columns: { fits: [[], ["kind"]], not: [[1], "kind", null, undefined] },
      rows: { fits: [[], [[]]], not: [[1], [[], {}], {}, null, undefined] },
    },
  );
  test("a chunk of earlier firmware", () => {
    const entry = { order: 1, record: ARCHIVED };
    expect(read(CHUNK, { entries: [entry] })).toHaveProperty("value");
    for (const entries of [[{ ...entry, order: -1 }], [entry, {}], entry, undefined])
      expect(read(CHUNK, { entries })).toEqual({ fault: "entries does not fit" });
  });
});

test("letters of any script are packed as plain ASCII and come back", () => {
  const words = "招商银行 é \u007f\u{1f4b3} ~";
  const clear = createFakeSystem();
  const system = { ...clear, seal: (bytes: Uint8Array) => bytes, unseal: (bytes: Uint8Array) => bytes };
  const packed = pack(system, "here", { words });
  expect(packed.every((byte) => byte >= 0x20 && byte <= 0x7e)).toBe(true);
  expect(new TextDecoder().decode(packed)).toContain(String.raw`\u62db\u5546`);
  expect(new TextDecoder().decode(packed)).toContain(String.raw`\u00e9 \u007f\ud83d\udcb3 ~`);
  expect(unpack(system, "here", packed, {})).toEqual({ value: { words } });
});

test("a value of many thousand characters comes back", () => {
  const system = createFakeSystem();
  const words = "x".repeat(300_000);
  expect(unpack(system, "here", pack(system, "here", { words }), {})).toEqual({ value: { words } });
});

test("whether something was packed here, whatever its shape", () => {
  const system = createFakeSystem();
  expect(isPacked(system, "here", pack(system, "here", { any: "thing" }))).toBeUndefined();
  expect(isPacked(system, "here", pack(system, "there", { any: "thing" }))).toBe("belongs elsewhere");
});
