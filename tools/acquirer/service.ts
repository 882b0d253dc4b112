/**
 * One request in, one answer out. The steps stand in the order in which they may refuse; the ledger is written before an answer that
 * depends on it exists.
 */
import { createHash } from "node:crypto";
import { Book, type LedgerRecord, type TerminalState, type Transaction, type TransactionKey } from "./book.ts";
import { type RequestCard, readCard } from "./card.ts";
import { type Custom60, faultsOf, pickRow, split60 } from "./check.ts";
import { answerMti, type DecodedFrame, type Fields, fieldName, maskPan } from "./codec.ts";
import type { AcquirerOptions } from "./contract.ts";
import { type MacMethod, verifyMac } from "./crypto.ts";
import { judge, type Verdict } from "./issuer.ts";
import { type KeyMaterial, keyBlock, keyMaterial, type SignOnCode, type WorkingKeys, workingKeys } from "./keys.ts";
import type { LedgerStorage } from "./ledger.ts";
import { answerTokens, type MessageRow } from "./matrix.ts";
import { fromHex, toHex } from "./text.ts";
import { localTime } from "./time.ts";

export interface Reply {
  mti: string;
  /** Without 64. */
  fields: Fields;
  /** The answer carries a MAC under these. */
  keys: WorkingKeys | undefined;
  refused: boolean;
  words: string;
}

/** Answer codes that mean "done" (§3.13). */
export const approvals = new Set(["00", "10", "11", "16", "A2", "A4", "A5", "A6"]);

/** Requests have an even third digit, their answers the odd one after it (§1.5). */
const REQUEST_MTI = /^0\d[02468]\d$/;
const ACQUIRER_ID = "48020000";
const DEFAULT_ISSUER = "01020000";
const DEFAULT_LIMIT_FEN = 5_000_000;

interface Request {
  frame: DecodedFrame;
  row: MessageRow;
  fields: Fields;
  custom: Custom60;
  /** What a rule puts over the usual answer. */
  forced: Fields;
}

/** A request of a signed-on terminal, MAC right, card read. */
interface CardRequest extends Request {
  session: TerminalState;
  keys: WorkingKeys;
  card: RequestCard;
  key: TransactionKey;
}

/** Refused before anything was booked: the code and why. */
class Refusal extends Error {
  constructor(
    readonly code: string,
    words: string,
    readonly row: MessageRow | undefined = undefined,
  ) {
    super(words);
  }
}

interface Registration {
  merchant: string;
  material: KeyMaterial;
}

export class Service {
  readonly book: Book;
  readonly #storage: LedgerStorage;
  readonly #options: AcquirerOptions;
  readonly #registered = new Map<string, Registration>();

  constructor(options: AcquirerOptions, storage: LedgerStorage) {
    this.#options = options;
    this.#storage = storage;
    this.#register();
    this.book = new Book(options.accounts);
    for (const record of storage.records) this.book.apply(record as LedgerRecord);
  }

  #register(): void {
    const { profile, terminals = [] } = this.#options;
    const material = keyMaterial(profile.keys, profile.testKeys);
    this.#registered.set(profile.terminal.id, { merchant: profile.merchant.id, material });
    for (const { terminal, merchant, masterKey } of terminals) {
      const master = masterKey === undefined ? material.master : fromHex(masterKey);
      this.#registered.set(terminal, { merchant, material: { ...material, master } });
    }
  }

  /** Durable first, then true. */
  #write(record: LedgerRecord): void {
    this.#storage.append(record);
    this.book.apply(record);
  }

  setAccount(record: LedgerRecord & { record: "account" }): void {
    this.#write(record);
  }

  /** Keys of a terminal that is signed on. */
  keysOf(terminal: string | undefined): WorkingKeys | undefined {
    const session = this.book.terminals.get(terminal ?? "");
    const registration = this.#registered.get(terminal ?? "");
    if (session?.signedOn !== true || registration === undefined) return undefined;
    return workingKeys(session.code, registration.material, this.#options.profile.keys.mac as MacMethod);
  }

  /** The card's number if it can be had without refusing anything: for rules and logs. */
  panOf(frame: DecodedFrame): string | undefined {
    const reading = readCard(frame.fields, this.keysOf(frame.fields[41]));
    return "card" in reading ? reading.card.pan : undefined;
  }

  /** Undefined answer: what came is not a request that could be answered; `words` says why. */
  serve(frame: DecodedFrame, forced: Fields = {}): Reply | { words: string } {
    if (!REQUEST_MTI.test(frame.mti)) return { words: frame.problem ?? `MTI ${frame.mti} is not a request's` };
    try {
      return this.#serveRow(this.#checked(frame, forced));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : undefined;
      const words = refusal === undefined ? `the host failed: ${(error as Error).message}` : refusal.message;
      return this.#refusal(frame, refusal?.row, refusal?.code ?? "96", words);
    }
  }

  #checked(frame: DecodedFrame, forced: Fields): Request {
    const { fields } = frame;
    if (frame.problem !== undefined) throw new Refusal("30", frame.problem);
    if (frame.faults.length > 0) throw new Refusal("30", frame.faults.map(faultWords).join("; "));
    if (!frame.tpdu.startsWith("60")) throw new Refusal("30", `TPDU begins with ${frame.tpdu.slice(0, 2)}, must be 60`);
    if (!/^6\d{11}$/.test(frame.header)) throw new Refusal("30", `header ${frame.header} must be 12 digits and begin with 6`);
    const pick = pickRow(frame.mti, fields);
    if ("code" in pick) throw new Refusal(pick.code, pick.words, pick.row);
    const { row } = pick;
    const faults = faultsOf(row, fields);
    if (faults.length > 0) throw new Refusal("30", faults.join("; "), row);
    const registration = this.#registered.get(fields[41] ?? "");
    if (registration === undefined) throw new Refusal("97", `DE41 terminal ${fields[41]} is not registered`, row);
    if (registration.merchant !== fields[42]) {
      throw new Refusal("03", `DE42 merchant ${fields[42]} is not the one terminal ${fields[41]} belongs to`, row);
    }
    return { frame, row, fields, custom: split60(fields[60]), forced };
  }

  #serveRow(request: Request): Reply {
    const { row } = request;
    if (row.service === "sign-on") return this.#signOn(request);
    if (row.service === "sign-off") return this.#signOff(request);
    if (row.service === "echo") return this.#managed(request, {}, "answered");
    const checked = this.#cardRequest(request);
    return row.service === "authorise" ? this.#authorise(checked) : this.#reverse(checked);
  }

  #cardRequest(request: Request): CardRequest {
    const { row, fields, frame, custom } = request;
    const session = this.book.terminals.get(fields[41] ?? "");
    const keys = this.keysOf(fields[41]);
    if (session === undefined || keys === undefined) throw new Refusal("77", `terminal ${fields[41]} is not signed on`, row);
    if (verifyMac(frame, keys.macMethod, keys.mac) !== "ok") {
      throw new Refusal("A0", `DE64 MAC is wrong for MTI to DE63 under this terminal's MAK (${keys.macMethod})`, row);
    }
    const reading = readCard(fields, keys);
    if ("fault" in reading) throw new Refusal("30", reading.fault, row);
    const key = { terminal: session.terminal, batch: custom.batch, trace: fields[11]! };
    return { ...request, session, keys, card: reading.card, key };
  }

  // Network management (§2.1)

  #signOn(request: Request): Reply {
    const { fields, custom, row, forced } = request;
    if (declines(forced)) return this.#managed(request, {}, "refused by a rule");
    const registration = this.#registered.get(fields[41]!)!;
    const code = custom.management as SignOnCode;
    const keys = workingKeys(code, registration.material, this.#options.profile.keys.mac as MacMethod);
    if (keys === undefined)
      throw new Refusal("40", `sign-on ${code} needs keys of another length than this host's profile has`, row);
    const batch = this.#openBatch(request);
    this.#write({ record: "signed-on", terminal: fields[41]!, merchant: fields[42]!, code, batch });
    const block = `hex:${toHex(keyBlock(registration.material.master, keys))}`;
    return this.#managed(request, { 32: ACQUIRER_ID, 60: `00${batch}${code}`, 62: block }, `signed on, batch ${batch}`);
  }

  /**
   * A terminal new to the host keeps its own batch. A known one is told the host's, and a new one when its trace went back behind what it
   * used in the open batch: it lost its store, and its next sale would be taken for an old one.
   */
  #openBatch({ fields, custom }: Request): string {
    const open = this.book.terminals.get(fields[41]!)?.batch;
    if (open === undefined) return custom.batch === "000000" ? "000001" : custom.batch;
    return fields[11]! > this.book.lastTrace(fields[41]!, open) ? open : nextBatch(open);
  }

  #signOff(request: Request): Reply {
    if (declines(request.forced)) return this.#managed(request, {}, "refused by a rule");
    this.#write({ record: "signed-off", terminal: request.fields[41]! });
    return this.#managed(request, { 32: ACQUIRER_ID }, "signed off");
  }

  #managed(request: Request, known: Fields, words: string): Reply {
    const { row, fields, forced, frame } = request;
    const { date, time } = this.#now();
    const values: Fields = { 12: time, 13: date, 37: time + (fields[11] ?? "000000"), 39: "00", 60: fields[60]!, ...known };
    return {
      mti: answerMti(frame.mti),
      fields: { ...answerOf(row, fields, values), ...forced },
      keys: undefined,
      refused: declines(forced),
      words,
    };
  }

  // Money

  #authorise(request: CardRequest): Reply {
    const { key, session } = request;
    const digest = createHash("sha256").update(request.frame.mab).digest("hex");
    const known = this.book.find(key);
    if (known !== undefined) return this.#again(request, known, digest);
    if (key.batch !== session.batch) {
      throw new Refusal("77", `DE60.2 batch ${key.batch} is not the open one, ${session.batch}`, request.row);
    }
    return this.#decide(request, digest);
  }

  #decide(request: CardRequest, digest: string): Reply {
    const verdict = this.#verdict(request);
    const amountFen = Number(request.fields[4]);
    const approved = approvals.has(verdict.code);
    const approvedFen = !approved ? 0 : verdict.code === "10" ? Number(request.forced[4] ?? amountFen) : amountFen;
    const n = this.book.transactions.length + 1;
    const answer = this.#cardAnswer(request, verdict.code, this.#reference(n), approved ? this.#authCode(n) : "");
    const transaction = this.#transaction(request, n, {
      digest,
      answer,
      approvedFen,
      movedFen: approvedFen,
      code: verdict.code,
      pin: verdict.pin,
      reference: answer[37] ?? "",
      authCode: answer[38] ?? "",
      state: approved ? "approved" : "declined",
    });
    this.#write({ record: "transaction", transaction });
    const words = approved ? `approved ${verdict.code}, ${approvedFen} fen, reference ${transaction.reference}` : verdict.words;
    return this.#reply(request, answer, words);
  }

  #verdict(request: CardRequest): Verdict {
    const { forced, fields, custom, card, keys } = request;
    if (forced[39] !== undefined) return { code: forced[39], words: "a rule says so", pin: "unchecked" };
    return judge({
      amountFen: Number(fields[4]),
      limitFen: this.#options.limitFen ?? DEFAULT_LIMIT_FEN,
      fields,
      custom,
      card,
      keys,
      account: this.book.accounts.get(card.pan),
      month: this.#now().month,
    });
  }

  /** A second message with a terminal's, batch's and trace's number that is already in the book. */
  #again(request: CardRequest, known: Transaction, digest: string): Reply {
    const { row, key } = request;
    if (known.state === "reversed-early") {
      throw new Refusal("12", `trace ${key.trace} of batch ${key.batch} was reversed before it came, so it stays refused`, row);
    }
    if (known.digest !== digest)
      throw new Refusal("94", `DE11 trace ${key.trace} was already used by another message of batch ${key.batch}`, row);
    if (known.state === "reversed" || known.state === "voided")
      throw new Refusal("94", `the same request again, but it is ${known.state}`, row);
    return this.#reply(
      request,
      { ...known.answer, ...request.forced, 39: known.code },
      "the same request again: the same answer, nothing booked",
    );
  }

  #reverse(request: CardRequest): Reply {
    const { forced, key, fields } = request;
    if (declines(forced)) return this.#reversalAnswer(request, forced[39]!, undefined, "a rule says so; nothing was reversed");
    const known = this.book.find(key);
    if (known === undefined) {
      this.#rememberEarly(request);
      return this.#reversalAnswer(
        request,
        "25",
        undefined,
        `no transaction with trace ${key.trace} in batch ${key.batch}; it stays refused`,
      );
    }
    if (known.state === "reversed-early") return this.#reversalAnswer(request, "25", undefined, "again no original");
    if (known.state === "declined")
      return this.#reversalAnswer(request, "25", known, `the original was declined with ${known.code}`);
    if (known.state !== "approved") return this.#reversalAnswer(request, "12", known, `the original is already ${known.state}`);
    this.#compare(request, known);
    this.#write({ record: "reversed", key, at: this.#now().iso, reason: fields[39]! });
    return this.#reversalAnswer(request, "00", known, `reversed (reason ${fields[39]}), ${known.movedFen} fen went back`);
  }

  /** A reversal must name its original in every respect, else it would undo somebody else's payment. */
  #compare({ fields, card, row }: CardRequest, known: Transaction): void {
    if (Number(fields[4]) !== known.amountFen)
      throw new Refusal("64", `DE4 amount ${fields[4]}: the original has ${known.amountFen} fen`, row);
    if (fields[3] !== known.processing) throw new Refusal("30", `DE3 is ${fields[3]}, the original has ${known.processing}`, row);
    if (card.pan !== known.pan) throw new Refusal("30", `DE2 ${maskPan(card.pan)} is not the original's card`, row);
  }

  #rememberEarly(request: CardRequest): void {
    const n = this.book.transactions.length + 1;
    const transaction = this.#transaction(request, n, {
      digest: "",
      answer: {},
      approvedFen: 0,
      movedFen: 0,
      code: "25",
      pin: "unchecked",
      reference: this.#reference(n),
      authCode: "",
      state: "reversed-early",
    });
    this.#write({ record: "transaction", transaction });
  }

  #reversalAnswer(request: CardRequest, code: string, known: Transaction | undefined, words: string): Reply {
    const reference = known?.reference ?? this.#now().time + request.key.trace;
    return this.#reply(request, this.#cardAnswer(request, code, reference, ""), words);
  }

  #transaction(request: CardRequest, n: number, fate: Fate): Transaction {
    const { fields, card, key, row } = request;
    return {
      ...fate,
      ...key,
      n,
      at: this.#now().iso,
      kind: row.word.replace(/ reversal$/, ""),
      merchant: fields[42]!,
      pan: card.pan,
      amountFen: Number(fields[4]),
      processing: fields[3]!,
    };
  }

  #cardAnswer(request: CardRequest, code: string, reference: string, authCode: string): Fields {
    const { row, fields, card, forced } = request;
    const { date, time } = this.#now();
    const account = this.book.accounts.get(card.pan)?.account;
    const expiry = card.expiry ?? account?.expiry;
    const issuer = (account?.issuer ?? DEFAULT_ISSUER).padEnd(11);
    const values: Fields = {
      2: card.pan,
      12: time,
      13: date,
      15: date,
      32: ACQUIRER_ID,
      37: reference,
      39: code,
      63: organisationOf(card.pan),
      ...(expiry === undefined ? {} : { 14: expiry }),
      ...(authCode === "" ? {} : { 38: authCode }),
      ...(account === undefined ? {} : { 44: issuer + ACQUIRER_ID.padEnd(11) }),
    };
    return { ...answerOf(row, fields, values), ...forced, 39: code };
  }

  #reply(request: CardRequest, fields: Fields, words: string): Reply {
    const refused = !approvals.has(fields[39]!);
    return { mti: answerMti(request.frame.mti), fields, keys: request.keys, refused, words };
  }

  #refusal(frame: DecodedFrame, row: MessageRow | undefined, code: string, words: string): Reply {
    const { date, time } = this.#now();
    const answer = row === undefined ? echoes(frame.fields) : answerOf(row, frame.fields, { 12: time, 13: date, 39: code });
    const carriesMac = row?.mac ?? !/^0[358]/.test(frame.mti);
    return {
      mti: answerMti(frame.mti),
      fields: { ...sound(answer, frame), 12: time, 13: date, 39: code },
      keys: carriesMac ? this.keysOf(frame.fields[41]) : undefined,
      refused: true,
      words,
    };
  }

  #now(): ReturnType<typeof localTime> {
    return localTime(this.#options.clock.wallMs(), this.#options.profile.utcOffsetMinutes ?? 480);
  }

  /** Unique for this ledger: four digits of the seed, eight of the entry's number. */
  #reference(n: number): string {
    return String((this.#options.seed ?? 0) % 10_000).padStart(4, "0") + String(n).padStart(8, "0");
  }

  #authCode(n: number): string {
    const digest = createHash("sha256")
      .update(`${this.#options.seed ?? 0} ${n}`)
      .digest();
    return String(digest.readUInt32BE(0) % 1_000_000).padStart(6, "0");
  }
}

type Fate = Pick<
  Transaction,
  "digest" | "answer" | "approvedFen" | "movedFen" | "code" | "pin" | "reference" | "authCode" | "state"
>;

const nextBatch = (batch: string): string => String((Number(batch) % 999_999) + 1).padStart(6, "0");

const declines = (forced: Fields): boolean => forced[39] !== undefined && !approvals.has(forced[39]);

const faultWords = ({ de, words }: { de: number; words: string }): string => (de === 0 ? words : `${fieldName(de)} ${words}`);

/** Card organisation for 63.1 by the number's beginning (§3.9). */
function organisationOf(pan: string): string {
  if (pan.startsWith("4")) return "VIS";
  if (pan.startsWith("5")) return "MCC";
  if (pan.startsWith("35")) return "JCB";
  return /^3[47]/.test(pan) ? "AMX" : "CUP";
}

function answerOf(row: MessageRow, request: Fields, values: Fields): Fields {
  const answer: Fields = {};
  for (const { de, echo } of answerTokens(row)) {
    const value = values[de] ?? (echo ? request[de] : undefined);
    if (value !== undefined) answer[de] = value;
  }
  return answer;
}

/** What an answer to a message of unknown kind may repeat. */
function echoes(request: Fields): Fields {
  const kept = [3, 4, 11, 25, 41, 42, 49, 60].filter((de) => request[de] !== undefined);
  return Object.fromEntries(kept.map((de) => [de, request[de]!]));
}

/** Without the fields whose bytes were wrong, which could not be written again. */
function sound(answer: Fields, frame: DecodedFrame): Fields {
  const bad = new Set(frame.faults.map(({ de }) => String(de)));
  return Object.fromEntries(Object.entries(answer).filter(([de]) => !bad.has(de)));
}
