/**
 * What all transactions share: the same request again, the open batch, the original, the issuer, the books. A transaction is a file in
 * ./services that says what is its own.
 */
import { createHash } from "node:crypto";
import { cardAnswer, cardReply } from "./answers.ts";
import type { Book, Booked, Transaction } from "./book.ts";
import { chipAnswer, type ChipFacts, chipRecord, offlineObjection, onlineObjection, pinByCard, readChip } from "./chip/chip.ts";
import type { Fields } from "./codec.ts";
import type { ChipScript } from "./contract.ts";
import type { Context } from "./context.ts";
import { judge, type Verdict } from "./issuer.ts";
import { type Kind, kindRow } from "./kinds.ts";
import type { Found, Objection } from "./originals.ts";
import { approvals, type CardRequest, cardRequest, Refusal, type Reply, type Request, type Serve } from "./requests.ts";

export interface Money {
  /** full: the issuer is asked everything · account: only whether it has the account, and the PIN when there is one. */
  asks: "full" | "account";
  /** What it is about. Undefined original with no code: it stands by itself. */
  original?(request: CardRequest, context: Context): Found | { original: undefined };
  /** What speaks against it once the original is found. */
  objection?(request: CardRequest, original: Booked | undefined, context: Context): Objection | undefined;
  /** What may leave the account, fen; undefined: nothing leaves it, or it was promised before. */
  availableFen?(request: CardRequest, original: Booked | undefined, book: Book): number;
  /** DE38 of an approval; undefined: a new one. */
  authCode?(request: CardRequest, original: Booked | undefined): string;
  /** What an approval says besides. */
  answer?(request: CardRequest, book: Book): Fields;
  /** Whose chip DE55 is of, where that is not the card that pays. */
  chipCard?(request: CardRequest): string;
  /** How its chip is judged; default: as a request that wants an answer. */
  chip?: "online" | "offline" | "none";
  /** Scripts of the issuer's own, besides a rule's. Throws Refusal. */
  scripts?(request: CardRequest, chip: ChipFacts | undefined): readonly ChipScript[];
  /** What leaves the account, where that is not what its direction says. */
  moves?(request: CardRequest, chip: ChipFacts | undefined, fen: number): number;
  /** An answer 10 may book less than was asked. */
  partial?: boolean;
}

/** Fen that are there and not held back. */
export function availableFen({ card }: CardRequest, _original: Booked | undefined, book: Book): number {
  return (book.accounts.get(card.pan)?.account.balanceFen ?? 0) - book.heldFen(card.pan);
}

export const amountOf = ({ fields }: Request): number => Number(fields[4] ?? 0);

/** The service of one kind of transaction. */
export const serveMoney =
  (kind: Kind, money: Money): Serve =>
  (context, request) =>
    authorise(context, cardRequest(context, request), kind, money);

export const digestOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

function authorise(context: Context, request: CardRequest, kind: Kind, money: Money): Reply {
  const { key, session, row } = request;
  const digest = digestOf(request.frame.mab);
  const known = context.book.find(key);
  if (known !== undefined) return again(request, known, digest);
  if (key.batch !== session.batch)
    throw new Refusal("77", `DE60.2 batch ${key.batch} is not the open one, ${session.batch}`, row);
  if (context.book.settlements.settling(key.terminal, key.batch))
    throw new Refusal("77", `batch ${key.batch} is being settled; its upload must end before new transactions`, row);
  return decide(context, request, digest, kind, money);
}

interface Decision {
  verdict: Verdict;
  chip: ChipFacts | undefined;
  original: Booked | undefined;
}

function decide(context: Context, request: CardRequest, digest: string, kind: Kind, money: Money): Reply {
  const { verdict, original, chip } = decisionOf(context, request, money);
  const approved = approvals.has(verdict.code);
  const approvedFen = approved ? approvedOf(request, verdict.code, money) : 0;
  const n = context.nextEntry;
  const authCode = !approved ? "" : (money.authCode?.(request, original) ?? context.authCode(n));
  const scripts = [...(approved ? (money.scripts?.(request, chip) ?? []) : []), ...(request.orders.scripts ?? [])];
  const toCard = chip && chipAnswer(chip, verdict.code, { ...request.orders, scripts });
  const more = { ...(approved ? money.answer?.(request, context.book) : {}), ...(toCard === undefined ? {} : { 55: toCard }) };
  const answer = cardAnswer(context, request, { code: verdict.code, reference: context.reference(n), authCode, more });
  const transaction = newTransaction(context, request, kind, {
    digest,
    answer,
    approvedFen,
    movedFen: money.moves?.(request, chip, approvedFen) ?? movedFen(kind, approvedFen, original),
    code: verdict.code,
    pin: verdict.pin,
    reference: answer[37] ?? "",
    authCode: answer[38] ?? authCode,
    state: approved ? kindRow(kind).stands : "declined",
    ...(chip === undefined ? {} : { chip: chipRecord(chip) }),
    ...(original === undefined
      ? {}
      : { original: { terminal: original.terminal, batch: original.batch, trace: original.trace } }),
  });
  context.write({ record: "transaction", transaction });
  const words = approved
    ? `${kind} approved ${verdict.code}, ${approvedFen} fen, reference ${transaction.reference}`
    : verdict.words;
  return cardReply(request, answer, words);
}

/**
 * A rule's answer goes over every objection; what it approves is about the original all the same when there is one that would do. What is
 * declined names its original too: that changes nothing of it, and the books say what was refused.
 */
function decisionOf(context: Context, request: CardRequest, money: Money): Decision {
  const forced = request.forced[39];
  const fen = amountOf(request);
  const found = money.original?.(request, context) ?? { original: undefined };
  const original = "code" in found ? undefined : found.original;
  const chip = money.chip === "none" ? undefined : readChip(context, request, money.chip ?? "online", money.chipCard?.(request));
  const objection = "code" in found ? found : money.objection?.(request, original, context);
  if (forced !== undefined) {
    const verdict: Verdict = { code: forced, words: "a rule says so", pin: "unchecked" };
    return { verdict, chip, original: approvals.has(forced) && objection !== undefined ? undefined : original };
  }
  if (request.fields[4] !== undefined && fen === 0)
    return { verdict: { code: "13", words: "DE4 amount is zero", pin: "unchecked" }, chip, original };
  if (objection !== undefined) return { verdict: { ...objection, pin: "unchecked" }, chip, original };
  const verdict = judge({
    amountFen: request.fields[4] === undefined ? undefined : fen,
    availableFen: money.availableFen?.(request, original, context.book),
    asks: money.asks,
    limitFen: context.limitFen,
    fields: request.fields,
    custom: request.custom,
    card: request.card,
    keys: request.keys,
    account: context.book.accounts.get(request.card.pan),
    month: context.now().month,
    pinSpared: chip !== undefined && (pinByCard(chip) || isQuickPass(chip, request)),
    chip: chip && (money.chip === "offline" ? offlineObjection : onlineObjection)(chip, request, context.book.transactions),
  });
  return { verdict, chip, original };
}

/** A tapped sale under a right cryptogram: whether it has a PIN is decided in the terminal (§5.8). */
const isQuickPass = ({ right }: ChipFacts, { fields }: CardRequest): boolean =>
  right === true && fields[3] === "000000" && fields[22]?.startsWith("07") === true;

function approvedOf(request: CardRequest, code: string, { partial }: Money): number {
  const asked = amountOf(request);
  return code === "10" && partial === true ? Number(request.forced[4] ?? asked) : asked;
}

/** What leaves the account. A change of an amount moves only the difference. */
function movedFen(kind: Kind, approvedFen: number, original: Booked | undefined): number {
  if (approvedFen === 0) return 0;
  const changes = kind === "adjustment" || kind === "tip";
  if (changes && original !== undefined) return approvedFen - original.totalFen;
  const { direction } = kindRow(kind);
  return direction === "debit" ? approvedFen : direction === "credit" ? -approvedFen : 0;
}

/** A second message with a terminal's, batch's and trace's number that is already in the book. */
function again(request: CardRequest, known: Booked, digest: string): Reply {
  const { row, key } = request;
  if (known.state === "reversed-early") {
    throw new Refusal("12", `trace ${key.trace} of batch ${key.batch} was reversed before it came, so it stays refused`, row);
  }
  if (known.digest !== digest)
    throw new Refusal("94", `DE11 trace ${key.trace} was already used by another message of batch ${key.batch}`, row);
  if (known.state === "reversed" || known.state === "voided")
    throw new Refusal("94", `the same request again, but it is ${known.state}`, row);
  const answer = { ...known.answer, ...request.forced, 39: known.code };
  return cardReply(request, answer, "the same request again: the same answer, nothing booked");
}

export type Fate = Pick<
  Transaction,
  "digest" | "answer" | "approvedFen" | "movedFen" | "code" | "pin" | "reference" | "authCode" | "state" | "original" | "chip"
>;

export function newTransaction(context: Context, request: CardRequest, kind: Kind, fate: Fate): Transaction {
  const { fields, card, key } = request;
  return {
    ...fate,
    ...key,
    n: context.nextEntry,
    at: context.now().iso,
    kind,
    merchant: fields[42]!,
    pan: card.pan,
    amountFen: amountOf(request),
    processing: fields[3]!,
    ...(fields[48] === undefined ? {} : { tipFen: Number(fields[48]) }),
    ...(fields[61] === undefined ? {} : { original61: fields[61] }),
  };
}
