/** The independent host has teeth: every field taken away, added or changed in a right message is noticed, and so is every false record of a night. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Chance } from "./host/chance.ts";
import type { Fields } from "./host/codec.ts";
import { type Entry, type Kind, Ledger } from "./host/ledger.ts";
import { faultsOf, ROWS, type Row, rowOf, TERMINAL } from "./host/rules.ts";
import { Settlements } from "./host/settlement.ts";

const PAN = "6229990000000000019";

/** A right keyed message of a row, with nothing that may be left out. */
function right(row: Row): Fields {
  const values: Fields = {
    2: PAN,
    3: row.processing ?? "",
    4: "000000010000",
    11: "000012",
    14: "3012",
    22: "012",
    25: row.condition ?? "",
    37: "000000000101",
    38: "123456",
    39: "98",
    41: TERMINAL.id,
    42: TERMINAL.merchant,
    48: row.name === "settlement" ? "0".repeat(62) : row.name === "upload" ? `0100${"0".repeat(38)}` : "0000",
    49: "156",
    60: `${row.type}000007${row.network}${row.length60.includes(13) ? "20" : ""}`,
    61: row.name.endsWith("add") ? "0".repeat(16) : "0000070000111121",
    62: "3230323631313231303031".slice(0, 22),
    63: row.shapes?.[63] === undefined ? "CUP" : "01 ",
    64: "4142434445464748",
  };
  if (row.name.endsWith("-list")) values[62] = "313030";
  if (["blacklist", "no-pin-table", "excluded-table"].includes(row.name)) values[62] = "303031";
  if (/offline|adjustment|tip$/.test(row.name)) values[61] = "000007000011000001";
  if (row.name.endsWith("tip")) values[48] = "000000000500";
  if (row.kind !== undefined && row.kind !== "tip") delete values[48];
  const wanted = new Set([...row.must, ...(row.kind === undefined ? [] : [2, 14])]);
  if (row.kind === "offline") wanted.add(38);
  return Object.fromEntries([...wanted].map((de) => [de, values[de] ?? ""]));
}

for (const row of ROWS) {
  test(`${row.mti} ${row.name}: right as it is, wrong with any field too few, too many or changed`, () => {
    const fields = right(row);
    expect(rowOf(row.mti, fields)?.name).toBe(row.name);
    expect(faultsOf(row, fields)).toEqual([]);
    for (const de of row.must) {
      const { [de]: _, ...rest } = fields;
      expect(faultsOf(row, rest), `without ${de}`).not.toEqual([]);
    }
    for (const de of [12, 15, 32, 54, 55]) expect(faultsOf(row, { ...fields, [de]: "1" }), `with ${de}`).not.toEqual([]);
    for (const de of [41, 42]) expect(faultsOf(row, { ...fields, [de]: "99999999" }), `other ${de}`).not.toEqual([]);
  });
}

const entry = (kind: Kind, trace: number, fen: number, foreign: boolean): Entry => ({
  kind,
  batch: "000007",
  trace: String(trace).padStart(6, "0"),
  pan: PAN,
  amountFen: fen,
  approvedFen: fen,
  heldFen: 0,
  refundedFen: 0,
  reference: "",
  authCode: "",
  code: "00",
  state: "approved",
  foreign,
  date: "1121",
  original: undefined,
  stoodFor: undefined,
  request: {},
  mti: "0200",
  answer: {},
});

interface Line {
  trace: string;
  fen: number;
  foreign: boolean;
}

const twelve = (fen: number): string => String(fen).padStart(12, "0");
const line48 = ({ trace, fen, foreign }: Line): string =>
  `${foreign ? "01" : "00"}${trace}${PAN.padStart(20, "0")}${twelve(fen)}`;

/** A night after these entries, told wrong totals so that all of it is uploaded: the complaints about the upload alone. */
function night(entries: readonly Entry[], lines: readonly Line[], told = lines.length): string[] {
  const complaints: string[] = [];
  const ledger = new Ledger();
  for (const each of entries) ledger.add(each);
  const settlements = new Settlements({
    ledger,
    chance: new Chance(1),
    complain: (words) => complaints.push(words),
    contrary: 0,
  });
  const from = (digits48: string, trace: string, network: string): Fields => ({
    11: trace,
    48: digits48,
    60: `00000007${network}`,
  });
  settlements.compare(from("9".repeat(62), "000100", "201"));
  expect(complaints).toHaveLength(2);
  for (const [n, line] of lines.entries()) settlements.lines(from(`01${line48(line)}`, String(101 + n), "201"));
  settlements.end(from(String(told).padStart(4, "0"), "000200", "202"), false);
  return complaints.slice(2);
}

test("a night: the whole upload is right; a record too few, too many, twice, of another amount or side is a complaint", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          kind: fc.constantFrom<Kind>("sale", "void", "completion"),
          fen: fc.integer({ min: 1, max: 1e9 }),
          foreign: fc.boolean(),
        }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      fc.nat(),
      (made, pick) => {
        const entries = made.map(({ kind, fen, foreign }, n) => entry(kind, n + 1, fen, foreign));
        const lines = entries.map(({ trace, approvedFen: fen, foreign }) => ({ trace, fen, foreign }));
        const at = pick % lines.length;
        const with1 = (change: Partial<Line>) => lines.map((line, n) => (n === at ? { ...line, ...change } : line));
        const chosen = lines[at] as Line;
        expect(night(entries, lines)).toEqual([]);
        expect(
          night(
            entries,
            lines.filter((_, n) => n !== at),
          ),
        ).not.toEqual([]);
        expect(night(entries, [...lines, { ...chosen, trace: "000099" }])).not.toEqual([]);
        expect(night(entries, [...lines, { ...chosen, fen: chosen.fen + 1 }])).not.toEqual([]);
        expect(night(entries, with1({ fen: chosen.fen + 1 }))).not.toEqual([]);
        expect(night(entries, with1({ foreign: !chosen.foreign }))).not.toEqual([]);
        expect(night(entries, lines, lines.length + 1)).not.toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});
