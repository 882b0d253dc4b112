/**
 * What each message must be, as data (§2, §3): its row by MTI, 60.1, 60.3, DE3 and DE25; fields that must and fields that may be there; what each
 * value looks like. Whatever is not written here is a complaint.
 */
import type { Fields } from "./codec.ts";
import type { Kind } from "./ledger.ts";

export interface Row {
  name: string;
  /** Of a transaction. */
  kind?: Kind;
  mti: string;
  /** 60.1, 60.3. */
  type: string;
  network: string;
  processing?: string;
  condition?: string;
  must: readonly number[];
  may: readonly number[];
  /** Digits of DE60. */
  length60: readonly number[];
  /** Shape of a field where it is not the usual one. */
  shapes?: Readonly<Record<number, RegExp>>;
}

const ONLINE = { network: "000", length60: [13] } as const;
const MANAGED = { type: "00", length60: [11] } as const;
/** Without 2, 14, 26, 35, 36, 52 and 53, whose being there depends on the card (`cardFaults`). */
const CARD = [3, 11, 22, 25, 41, 42, 49, 60, 64];
const READ = [2, 14, 23, 26, 35, 36, 52, 53];
const SALE = { must: [...CARD, 4], may: READ };
const TOLD = { must: [2, 4, ...CARD], may: [14, 23] };
const OFFLINE = { must: [...TOLD.must, 61, 63], may: [14, 38, 48] };

/** Batch and trace, then MMDD where it is wanted, zeros where unknown (§3.7). */
const VOIDED = /^\d{12}(\d{4})?$/;
const DATED = /^\d{12}(0[1-9]|1[0-2])\d\d$/;
/** Batch, trace, 0000 or MMDD, mode, institution. */
const AUTHORITY = /^\d{12}\d{4}(00|01|02)\d{0,11}$/;
const ORGANISATION = /^(CUP|VIS|MCC|MAE|JCB|AMX|000)$/;

const money = (kind: Kind, mti: string, processing: string, condition: string, type: string, more: Partial<Row> = {}): Row => ({
  name: kind,
  kind,
  mti,
  processing,
  condition,
  type,
  ...ONLINE,
  ...SALE,
  ...more,
});
const plus = (...fields: number[]): Pick<Row, "must"> => ({ must: [...SALE.must, ...fields] });

const TRANSACTIONS: readonly Row[] = [
  money("balance", "0200", "310000", "00", "01", { must: CARD }),
  money("sale", "0200", "000000", "00", "22", { length60: [13, 14] }),
  money("void", "0200", "200000", "00", "23", { ...plus(37, 61), may: [...READ, 38], shapes: { 61: VOIDED } }),
  money("refund", "0220", "200000", "00", "25", {
    must: [...TOLD.must, 37, 61, 63],
    may: [...TOLD.may, 38],
    shapes: { 37: /^(?!0{12})[0-9A-Z]{12}$/, 61: DATED },
  }),
  money("preauth", "0100", "030000", "06", "10"),
  money("preauth-add", "0100", "030000", "60", "10", { ...plus(38, 61), shapes: { 61: /^0{16}$/ } }),
  money("preauth-void", "0100", "200000", "06", "11", { ...plus(38, 61), may: [...READ, 37], shapes: { 61: DATED } }),
  money("completion", "0200", "000000", "06", "20", { ...plus(38, 61), shapes: { 61: DATED } }),
  money("completion-void", "0200", "200000", "06", "21", { ...plus(37, 61), may: [...READ, 38], shapes: { 61: DATED } }),
  money("completion-advice", "0220", "000000", "06", "24", {
    must: [...TOLD.must, 38, 61],
    may: TOLD.may,
    shapes: { 61: DATED },
  }),
  money("offline", "0220", "000000", "00", "30", { ...OFFLINE, shapes: { 61: AUTHORITY } }),
  money("adjustment", "0220", "000000", "00", "32", { ...OFFLINE, may: [...OFFLINE.may, 37], shapes: { 61: AUTHORITY } }),
  money("tip", "0220", "000000", "00", "34", {
    ...OFFLINE,
    must: [...OFFLINE.must, 48],
    may: [14, 37, 38],
    shapes: { 61: AUTHORITY, 48: /^(?!0{12})\d{12}$/ },
  }),
];

/** §2.4: of each online one that moves or holds money, without what belongs to the card alone. */
const REVERSED: ReadonlySet<Kind> = new Set<Kind>([
  "sale",
  "void",
  "preauth",
  "preauth-add",
  "preauth-void",
  "completion",
  "completion-void",
]);
const REVERSALS: readonly Row[] = TRANSACTIONS.filter(({ kind }) => kind !== undefined && REVERSED.has(kind)).map((row) => ({
  ...row,
  name: `reversal of ${row.name}`,
  mti: "0400",
  must: [2, ...row.must.filter((de) => de !== 37 && de !== 38), 39],
  may: [14, 23, 38],
  shapes: { ...row.shapes, 39: /^(98|A0|96|06)$/ },
}));

/** §2.8: the stored 0220 without its MAC. */
const RECORDS: readonly Row[] = TRANSACTIONS.filter(({ mti }) => mti === "0220").map((row) => ({
  ...row,
  name: `upload of ${row.name}`,
  mti: "0320",
  must: row.must.filter((de) => de !== 64),
}));

const managed = (name: string, mti: string, network: string, must: readonly number[], more: Partial<Row> = {}): Row => ({
  name,
  mti,
  network,
  must,
  may: [],
  ...MANAGED,
  ...more,
});

const MANAGEMENT: readonly Row[] = [
  managed("sign-on", "0800", "004", [11, 41, 42, 60, 63], { may: [62], shapes: { 63: /^(\d\d |\d{3})$/ } }),
  managed("sign-off", "0820", "002", [11, 41, 42, 60]),
  managed("echo", "0820", "301", [41, 42, 60]),
  managed("parameters", "0800", "360", [41, 42, 60]),
  managed("parameters-end", "0800", "361", [41, 42, 60]),
  managed("status", "0820", "362", [41, 42, 60, 62]),
  // How many are held already; this host has nothing for chips, so entries are never asked for.
  managed("application-list", "0820", "382", [41, 42, 60, 62], { shapes: { 62: /^31(3\d){2}$/ } }),
  managed("applications-end", "0800", "381", [41, 42, 60]),
  managed("key-list", "0820", "372", [41, 42, 60, 62], { shapes: { 62: /^31(3\d){2}$/ } }),
  managed("keys-end", "0800", "371", [41, 42, 60]),
  managed("blacklist", "0800", "390", [41, 42, 60, 62], { shapes: { 62: /^(3\d){3}$/ } }),
  managed("blacklist-end", "0800", "391", [41, 42, 60]),
  // Of payments without PIN and signature this host has no parameters of its own, and no card in either table.
  managed("contactless", "0800", "394", [41, 42, 60]),
  managed("contactless-end", "0800", "395", [41, 42, 60]),
  managed("no-pin-table", "0800", "396", [41, 42, 60, 62], { shapes: { 62: /^(3\d){3}$/ } }),
  managed("no-pin-table-end", "0800", "397", [41, 42, 60]),
  managed("excluded-table", "0800", "398", [41, 42, 60, 62], { shapes: { 62: /^(3\d){3}$/ } }),
  managed("excluded-table-end", "0800", "399", [41, 42, 60]),
  // The project's own, in the numbers that acquirers keep for themselves.
  managed("statement", "0800", "970", [41, 42, 60, 62], { shapes: { 62: /^(3\d){11}$/ } }),
  managed("settlement", "0500", "201", [11, 41, 42, 48, 49, 60, 63], {
    shapes: { 48: /^\d{30}0\d{30}0$/, 63: /^(\d\d |\d{3})$/ },
  }),
  managed("upload", "0320", "201", [11, 41, 42, 48, 60], { shapes: { 48: /^0[1-8](0[01]\d{38})+$/ } }),
  managed("upload-end-balanced", "0320", "207", [11, 41, 42, 48, 60], { shapes: { 48: /^\d{4}$/ } }),
  managed("upload-end-unbalanced", "0320", "202", [11, 41, 42, 48, 60], { shapes: { 48: /^\d{4}$/ } }),
];

export const ROWS: readonly Row[] = [...TRANSACTIONS, ...REVERSALS, ...RECORDS, ...MANAGEMENT];

export const TERMINAL = { id: "10000001", merchant: "898110154110001" };

/** What a value looks like wherever it stands. */
const SHAPES: Readonly<Record<number, RegExp>> = {
  2: /^\d{13,19}$/,
  4: /^(?!0{12})\d{12}$/,
  11: /^(?!0{6})\d{6}$/,
  14: /^\d\d(0[1-9]|1[0-2])$/,
  22: /^(01|02)[12]$/,
  26: /^12$/,
  37: /^[0-9A-Z]{12}$/,
  38: /^[0-9A-Za-z ]{6}$/,
  41: new RegExp(`^${TERMINAL.id}$`),
  42: new RegExp(`^${TERMINAL.merchant}$`),
  48: /^\d{12}$/,
  49: /^156$/,
  52: /^[0-9A-F]{16}$/,
  53: /^[02]6[01]0{13}$/,
  // What the terminal reads: 2 stripes, 5 chips too, 6 in the field too.
  60: /^\d{2}(?!0{6})\d{6}\d{3}([256]0\d?)?$/,
  63: ORGANISATION,
};

export const batchOf = (fields: Fields): string => (fields[60] ?? "").slice(2, 8);

export function rowOf(mti: string, fields: Fields): Row | undefined {
  const [type, network] = [(fields[60] ?? "").slice(0, 2), (fields[60] ?? "").slice(8, 11)];
  return ROWS.find(
    (row) =>
      row.mti === mti &&
      row.type === type &&
      row.network === network &&
      row.processing === fields[3] &&
      row.condition === fields[25],
  );
}

/** Everything wrong with the fields of a message of this row, in words. */
export function faultsOf(row: Row, fields: Fields): string[] {
  const faults: string[] = [];
  const present = Object.keys(fields).map(Number);
  for (const de of row.must) if (fields[de] === undefined) faults.push(`field ${de} is missing`);
  for (const de of present) {
    if (!row.must.includes(de) && !row.may.includes(de)) faults.push(`field ${de} does not belong here`);
    const shape = row.shapes?.[de] ?? SHAPES[de];
    if (shape !== undefined && !shape.test(fields[de] ?? "")) faults.push(`field ${de} is "${fields[de]}"`);
  }
  const length = fields[60]?.length ?? 0;
  if (!row.length60.includes(length)) faults.push(`field 60 has ${length} digits`);
  if (row.kind !== undefined) faults.push(...cardFaults(row, fields));
  return faults;
}

/** §2's conditions. A number from a track is not sent beside it; a keyed or stored one comes with its expiry if that is known. */
function cardFaults(row: Row, fields: Fields): string[] {
  const faults: string[] = [];
  const live = row.mti === "0100" || row.mti === "0200";
  const keyed = fields[22]?.startsWith("01") === true;
  const hasTrack = fields[35] !== undefined || fields[36] !== undefined;
  const hasPin = fields[52] !== undefined;
  const wrong = (words: string): void => void faults.push(words);
  if (live && keyed && hasTrack) wrong("a keyed card has no track");
  if (live && !keyed && !hasTrack) wrong("a swiped card without a track");
  if (keyed && fields[2] === undefined) wrong("a keyed card without its number");
  if (live && !keyed && fields[14] !== undefined) wrong("expiry beside a track");
  if (fields[35] === undefined && fields[2] === undefined) wrong("no card number at all");
  if (hasPin !== (fields[26] !== undefined)) wrong("26 goes with 52");
  if (live && hasPin !== (fields[22]?.[2] === "1")) wrong(`field 22 is ${fields[22]}, ${hasPin ? "with" : "without"} a PIN`);
  const security = hasPin || hasTrack ? `${hasPin ? "2" : "0"}6${hasTrack ? "1" : "0"}`.padEnd(16, "0") : undefined;
  if (fields[53] !== security) wrong(`field 53 is ${fields[53]}, should be ${security}`);
  if (row.kind === "offline" && fields[38] === undefined && fields[61]?.slice(16, 18) === "01")
    wrong("no code from the telephone");
  return faults;
}
