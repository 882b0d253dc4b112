/**
 * Is this request what the matrix says it must be? Every fault is named by field, with what is wrong and why, because a terminal's
 * engineer reads it.
 */
import { type Fields, fieldName } from "./codec.ts";
import { conditions, type Facts, factsOf } from "./conditions.ts";
import { type MessageRow, matrix, wantedOf } from "./matrix.ts";
import type { Shape } from "./shapes.ts";
import { isText } from "./text.ts";

/** DE60 in its parts (§3.1). */
export interface Custom60 {
  type: string;
  batch: string;
  management: string;
  reads: string;
  chipCondition: string;
  partialApproval: string;
  accountType: string;
}

export function split60(value: string | undefined): Custom60 {
  const digits = value ?? "";
  return {
    type: digits.slice(0, 2),
    batch: digits.slice(2, 8),
    management: digits.slice(8, 11),
    reads: digits.slice(11, 12),
    chipCondition: digits.slice(12, 13),
    partialApproval: digits.slice(13, 14),
    accountType: digits.slice(14, 17),
  };
}

export type Pick = { row: MessageRow } | { code: "12" | "30"; words: string; row: MessageRow | undefined };

/** The row a request belongs to; else what tells it from the nearest one. */
export function pickRow(mti: string, fields: Fields): Pick {
  const candidates = matrix.filter((row) => row.mti === mti);
  if (candidates.length === 0) return { code: "12", words: `this host serves no message with MTI ${mti}`, row: undefined };
  const judged = candidates.map((row) => ({ row, differences: differencesOf(row, fields) }));
  const nearest = judged.reduce((best, other) => (other.differences.length < best.differences.length ? other : best));
  if (nearest.differences.length === 0) return { row: nearest.row };
  const unreversible = mti === "0400" ? namedBy(fields) : undefined;
  if (unreversible !== undefined)
    return { code: "12", words: `a ${unreversible.word} is never reversed (§5.1); send it again instead`, row: undefined };
  // Another processing code or management code means another transaction, not a slip in this one.
  const other = nearest.differences.some(({ part, value }) => (part === "3" || part === "60.3") && value !== "");
  const words = nearest.differences.map(({ part, value, wanted }) => {
    return value === "" ? `DE${part} is missing` : `DE${part} is ${value}, ${nearest.row.word} has ${wanted}`;
  });
  return { code: other ? "12" : "30", words: words.join("; "), row: nearest.row };
}

/** The transaction of any MTI that these names belong to. */
function namedBy(fields: Fields): MessageRow | undefined {
  return matrix.find((row) => row.kind !== undefined && row.mti < "0300" && differencesOf(row, fields).length === 0);
}

function differencesOf(row: MessageRow, fields: Fields): { part: string; value: string; wanted: string }[] {
  const custom = split60(fields[60]);
  const parts: Record<string, string> = {
    "3": fields[3] ?? "",
    "25": fields[25] ?? "",
    "60.1": custom.type,
    "60.3": custom.management,
  };
  return Object.entries(row.names)
    .map(([part, wanted]) => ({ part, value: parts[part] ?? "", wanted }))
    .filter(({ value, wanted }) => value !== wanted);
}

/** Faults of a request that belongs to `row`, each in words; none: it is as the matrix says. */
export function faultsOf(row: MessageRow, fields: Fields): string[] {
  const facts = factsOf(fields);
  return [
    ...presenceFaults(row, fields, facts),
    ...Object.entries(fields).flatMap(([de, value]) => valueFault(row, Number(de), value)),
    ...faults60(row, fields, facts),
    ...faults53(fields, facts),
  ];
}

function presenceFaults(row: MessageRow, fields: Fields, facts: Facts): string[] {
  const wanted = wantedOf(row);
  const faults = wanted.flatMap(({ de, need, constant }) => {
    const value = fields[de];
    const verdict = need === "conditional" ? conditions[row.conditions][de]?.(facts) : { need, why: `every ${row.word} has it` };
    if (verdict === undefined) throw new Error(`matrix: ${row.word} has no condition for DE${de}`);
    if (value === undefined) return verdict.need === "must" ? [`${fieldName(de)} is missing: ${verdict.why}`] : [];
    if (verdict.need === "never") return [`${fieldName(de)} must not be there: ${verdict.why}`];
    return constant !== undefined && value !== constant ? [`${fieldName(de)} is ${value}, must be ${constant}`] : [];
  });
  const known = new Set(wanted.map(({ de }) => de));
  const strangers = Object.keys(fields).filter((de) => !known.has(Number(de)));
  return [...faults, ...strangers.map((de) => `${fieldName(Number(de))} must not be there: ${row.word} does not have it`)];
}

/** What a field's value must look like, whatever the message; words for the log. */
const values: Record<number, Shape> = {
  2: { shape: /^\d{13,19}$/, words: "must have 13 to 19 digits" },
  11: { shape: /^(?!000000)\d{6}$/, words: "must be 000001 to 999999" },
  14: { shape: /^\d\d(0[1-9]|1[0-2])$/, words: "must be YYMM with a month 01 to 12" },
  22: { shape: /^(0[012357]|80|9[0-268])[012]$/, words: "must be an entry mode of §3.4 and 0, 1 or 2" },
  38: { shape: /^[ -~]{6}$/, words: "must have 6 printable characters" },
  41: { shape: /^[ -~]{8}$/, words: "must have 8 printable characters" },
  42: { shape: /^[ -~]{15}$/, words: "must have 15 printable characters" },
};

function valueFault(row: MessageRow, de: number, value: string): string[] {
  const rules: (Shape | undefined)[] = [values[de], row.shapes?.[de]];
  const broken = rules.find((rule) => rule !== undefined && !rule.shape.test(value));
  if (broken !== undefined) return [`${fieldName(de)} ${broken.words}`];
  if (row.service === "sign-on" && de === 62) return sequenceFault(value);
  if (row.service === "upload-stripe" && de === 48) return countFault(value);
  return [];
}

/** §3.6: the count says how many records follow. */
function countFault(value: string): string[] {
  const records = (value.length - 2) / 40;
  return records === Number(value.slice(0, 2))
    ? []
    : [`${fieldName(48)} says ${value.slice(0, 2)} records, ${records} follow (§3.6)`];
}

/** §2.1: `Sequence No`, two digits of length, the hardware's id. Other forms are seen too and pass. */
function sequenceFault(value: string): string[] {
  if (!isText(value)) return ["DE62 custom is not text"];
  const match = /^Sequence No(..)(.*)$/.exec(value);
  if (match === null) return [];
  const length = Number(match[1]);
  return length === match[2]!.length ? [] : [`DE62 custom says ${match[1]} characters, ${match[2]!.length} follow`];
}

function faults60(row: MessageRow, fields: Fields, facts: Facts): string[] {
  const value = fields[60];
  if (value === undefined) return [];
  if (!row.lengths60.includes(value.length)) {
    return [`DE60 custom has ${value.length} digits, ${row.word} has ${row.lengths60.join(", ")}`];
  }
  const { reads, chipCondition, partialApproval } = split60(value);
  const faults: string[] = [];
  if (!/^[01256]?$/.test(reads)) faults.push(`DE60.4 is ${reads}, must be 0, 1, 2, 5 or 6`);
  if (!/^[012]?$/.test(chipCondition)) faults.push(`DE60.5 is ${chipCondition}, must be 0, 1 or 2`);
  if (!/^[01]?$/.test(partialApproval)) faults.push(`DE60.6 is ${partialApproval}, must be 0 or 1`);
  if (facts.entry === "02" && /^[01]$/.test(reads)) faults.push(`DE60.4 is ${reads}, but DE22 says that a stripe was read`);
  if (/^0[57]$/.test(facts.entry) && !/^[56]$/.test(reads)) faults.push(`DE60.4 is ${reads}, but DE22 says that a chip was read`);
  if (chipCondition === "2" && facts.entry !== "02")
    faults.push(`DE60.5 is 2 (fallback), but DE22 ${facts.entry} is not a swipe`);
  if (chipCondition === "2" && !/^[56]$/.test(reads)) faults.push(`DE60.5 is 2 (fallback), but DE60.4 ${reads} reads no chip`);
  return faults;
}

/** §3.5. A reversal repeats the original's DE53 without its PIN and tracks, so there only the shape counts. */
function faults53(fields: Fields, facts: Facts): string[] {
  const value = fields[53];
  if (value === undefined) return [];
  if (!/^[012][0346][01]0{13}$/.test(value))
    return [`DE53 security control ${value}: PIN format 0–2, cipher 0 3 4 6, track 0 1, then zeros`];
  if (!facts.pin && !facts.track) return [];
  const faults: string[] = [];
  if (facts.pin && value[0] === "0") faults.push("DE53.1 is 0 (no PIN), but DE52 is there");
  if (!facts.pin && value[0] !== "0") faults.push(`DE53.1 is ${value[0]} (PIN), but DE52 is not there`);
  if (!facts.track && value[2] === "1") faults.push("DE53.3 is 1 (track enciphered), but there is no track");
  return faults;
}
