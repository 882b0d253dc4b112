/** Money: an online request or an advice is decided and booked, a reversal takes it back. */
import type { Fields } from "./codec.ts";
import type { Chance } from "./chance.ts";
import { type Issuer, organisationOf } from "./issuer.ts";
import { type Entry, type EntryState, type Kind, type Ledger, standsFor } from "./ledger.ts";
import { ORIGINALS } from "./originals.ts";
import { batchOf } from "./rules.ts";

export interface Heard {
  kind: Kind;
  mti: string;
  fields: Fields;
  pan: string;
  pin: string | undefined;
}

export interface Books {
  ledger: Ledger;
  issuer: Issuer;
  chance: Chance;
  /** Everything that goes well is "00". */
  plain: boolean;
  /** YYMMDD of the host's clock. */
  today(): string;
  complain(words: string): void;
}

const APPROVALS = ["00", "00", "00", "00", "00", "00", "11", "A2", "A4", "A5", "A6"];
/** Nobody asks the issuer whether money may leave: it was promised, given by telephone, or comes back. */
const LENIENT: ReadonlySet<Kind> = new Set<Kind>(["refund", "offline", "adjustment", "tip", "completion-advice"]);
const TAKES: ReadonlySet<Kind> = new Set<Kind>(["sale", "preauth", "preauth-add"]);
/** Their PIN is a matter of the terminal's settings. */
const PIN_OPTIONAL: ReadonlySet<Kind> = new Set<Kind>(["void", "preauth-void", "completion", "completion-void", "preauth-add"]);

/** Which state an approval leaves its original in. */
const ENDS: Partial<Record<Kind, EntryState>> = {
  void: "voided",
  "preauth-void": "voided",
  completion: "completed",
  "completion-advice": "completed",
  "completion-void": "voided",
};

/** The entry of a new request, whose trace is new; `forced`: an answer code that is settled already. */
export function book(books: Books, heard: Heard, reference: string, authCode: string, forced?: string): Entry {
  const { ledger, chance } = books;
  const { kind, fields, pan } = heard;
  const found = ORIGINALS[kind]?.(heard, ledger) ?? { original: undefined };
  const code = forced ?? ("code" in found ? found.code : verdict(books, heard));
  const original = "code" in found ? undefined : found.original;
  const approved = APPROVALS.includes(code) || code === "10";
  const amountFen = Number(fields[4] ?? 0);
  const partial = code === "10" ? 1 + Math.floor(chance.next() * (amountFen - 1)) : amountFen;
  const entry: Entry = {
    kind,
    batch: batchOf(fields),
    trace: fields[11] ?? "",
    pan,
    amountFen,
    approvedFen: approved ? partial : 0,
    heldFen: kind === "preauth" ? amountFen : 0,
    refundedFen: 0,
    reference,
    authCode: approved ? codeOf(heard, original, authCode) : "",
    code,
    state: !approved ? "declined" : kind === "balance" ? "answered" : kind === "preauth" ? "held" : "approved",
    foreign: organisationOf(pan) !== "CUP",
    date: books.today().slice(2),
    original,
    stoodFor: original === undefined && isChange(kind) ? (fields[61] ?? "").slice(6, 12) : undefined,
    request: fields,
    mti: heard.mti,
    answer: {},
  };
  if (approved && original !== undefined) change(entry, original);
  if (approved && TAKES.has(kind)) books.issuer.move(pan, -entry.approvedFen);
  ledger.add(entry);
  return entry;
}

const isChange = (kind: Kind): boolean => kind === "tip" || kind === "adjustment";

/** An add-on keeps the code of its hold; what was authorised by telephone, its own. */
function codeOf({ kind, fields }: Heard, original: Entry | undefined, fresh: string): string {
  if (kind === "preauth-add") return original?.authCode ?? fresh;
  return kind === "offline" || isChange(kind) ? (fields[38] ?? "") : fresh;
}

function verdict({ issuer, chance, ledger, plain, today }: Books, { kind, fields, pan, pin }: Heard): string {
  if (kind === "offline" && ledger.toldBy(batchOf(fields), fields[11] ?? "") !== undefined) return "94";
  const lenient = LENIENT.has(kind) || (PIN_OPTIONAL.has(kind) && pin === undefined);
  const takesFen = TAKES.has(kind) ? Number(fields[4] ?? 0) : 0;
  const code = issuer.judge({ pan, pin, takesFen, lenient, month: today().slice(0, 4) });
  if (code !== "00") return code;
  if (plain || LENIENT.has(kind)) return "00";
  const partly = kind === "sale" && fields[60]?.slice(13) === "1" && takesFen > 1;
  return partly && chance.happens(0.1) ? "10" : chance.one(APPROVALS);
}

function change(entry: Entry, original: Entry): void {
  const { kind, amountFen } = entry;
  const end = ENDS[kind];
  if (end !== undefined) original.state = end;
  if (kind === "completion-void" && original.original !== undefined) original.original.state = "held";
  if (kind === "refund") original.refundedFen += amountFen;
  if (kind === "preauth-add") original.heldFen += amountFen;
  if (isChange(kind)) original.totalFen = amountFen;
}

function undo(entry: Entry): void {
  const { kind, amountFen, original } = entry;
  if (original === undefined) return;
  if (kind === "completion-void" && original.original !== undefined) original.original.state = "completed";
  if (kind === "preauth-add") original.heldFen -= amountFen;
  else original.state = kind === "preauth-void" || kind === "completion" ? "held" : "approved";
}

/** What a 0400 must have in common with its request (§2.4). */
const SAME = [3, 4, 11, 22, 25, 41, 42, 49, 61] as const;

/** The answer code of a 0400, which is in `entry` what the host has of its request. */
export function reverse({ ledger, issuer, complain }: Books, fields: Fields, pan: string): string {
  const entry = ledger.find(batchOf(fields), fields[11] ?? "");
  if (entry === undefined || entry.state === "declined") return "25";
  const words = `the reversal of ${entry.kind} ${entry.trace}`;
  for (const de of SAME)
    if (fields[de] !== entry.request[de]) complain(`${words} has field ${de} ${fields[de]}, its request ${entry.request[de]}`);
  if (fields[60]?.slice(0, 8) !== entry.request[60]?.slice(0, 8)) complain(`${words} has another 60.1 or 60.2`);
  if (pan !== entry.pan) complain(`${words} is of another card`);
  codeComplaint(entry, fields, (fault) => complain(`${words} ${fault}`));
  if (entry.state === "reversed") return "12";
  if (entry.state === "voided" || entry.state === "completed" || entry.refundedFen > 0) {
    complain(`${words} came after something else was done about it: it is ${entry.state}`);
    return "12";
  }
  undo(entry);
  if (TAKES.has(entry.kind)) issuer.move(entry.pan, entry.approvedFen);
  entry.state = "reversed";
  return "00";
}

/** §2.4: DE38 is the host's own of a new transaction, if it was received; else the original's. */
function codeComplaint({ request, authCode }: Entry, fields: Fields, complain: (fault: string) => void): void {
  const right = request[38] ?? authCode;
  if (fields[38] !== undefined && fields[38] !== right) complain(`has code ${fields[38]}, should be ${right}`);
  if (request[38] !== undefined && fields[38] === undefined) complain("lost the code of the original");
}

/** What an approval or refusal says of its card and money. */
export const standing = (entry: Entry): string =>
  `${entry.kind} ${entry.batch}/${entry.trace} ${entry.state} ${standsFor(entry)} (${entry.code})`;
