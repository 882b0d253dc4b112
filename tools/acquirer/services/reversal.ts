/** Reversals (§2.4, §5.1): undo what a request did, once; one that comes before its request keeps it refused for ever. */
import { cardAnswer, cardReply } from "../answers.ts";
import type { Book, Booked } from "../book.ts";
import { maskPan } from "../codec.ts";
import type { Context } from "../context.ts";
import { newTransaction } from "../money.ts";
import { type CardRequest, cardRequest, declines, Refusal, type Serve } from "../requests.ts";

interface Answer {
  code: string;
  known?: Booked;
  words: string;
}

export const reversal: Serve = (context, plain) => {
  const request = cardRequest(context, plain);
  const answer = reverse(context, request);
  const reference = answer.known?.reference ?? context.now().time + request.key.trace;
  return cardReply(request, cardAnswer(context, request, { code: answer.code, reference, authCode: "" }), answer.words);
};

function reverse(context: Context, request: CardRequest): Answer {
  const { forced, key, fields } = request;
  if (declines(forced)) return { code: forced[39]!, words: "a rule says so; nothing was reversed" };
  const known = context.book.find(key);
  if (known === undefined) {
    rememberEarly(context, request);
    return { code: "25", words: `no transaction with trace ${key.trace} in batch ${key.batch}; it stays refused` };
  }
  if (known.state === "reversed-early") return { code: "25", words: "again no original" };
  if (known.state === "declined") return { code: "25", known, words: `the original was declined with ${known.code}` };
  if (known.state !== "approved" && known.state !== "held")
    return { code: "12", known, words: `the original is already ${known.state}` };
  compare(request, known);
  const later = overtaken(known, context.book);
  if (later !== undefined) return { code: "12", known, words: later };
  context.write({ record: "reversed", key, at: context.now().iso, reason: fields[39]! });
  return { code: "00", known, words: `${known.kind} reversed (reason ${fields[39]}), ${movedWords(known.movedFen)}` };
}

const movedWords = (fen: number): string =>
  fen < 0 ? `${-fen} fen were taken again` : fen > 0 ? `${fen} fen went back` : "no money moved";

/** A reversal must name its original in every respect, else it would undo somebody else's payment. */
function compare({ fields, card, row }: CardRequest, known: Booked): void {
  if (Number(fields[4]) !== known.amountFen)
    throw new Refusal("64", `DE4 amount ${fields[4]}: the original has ${known.amountFen} fen`, row);
  if (fields[3] !== known.processing) throw new Refusal("30", `DE3 is ${fields[3]}, the original has ${known.processing}`, row);
  if (row.kind !== known.kind) throw new Refusal("30", `this is a ${row.word}, the original is a ${known.kind}`, row);
  if (card.pan !== known.pan) throw new Refusal("30", `DE2 ${maskPan(card.pan)} is not the original's card`, row);
  if (fields[61] !== undefined && fields[61].slice(0, 12) !== known.original61?.slice(0, 12))
    throw new Refusal("30", `DE61 is ${fields[61]}, the request had ${known.original61}`, row);
}

/** What came after a transaction keeps it from being undone: that terminal had its answer. */
function overtaken(known: Booked, book: Book): string | undefined {
  if (known.totalFen !== known.approvedFen) return "an adjustment or tip has changed it since";
  if (known.kind === "preauth" && known.heldFen !== known.approvedFen) return "an add-on has changed it since";
  const original = known.original === undefined ? undefined : book.find(known.original);
  if (known.kind === "preauth-add" && original !== undefined && original.state !== "held")
    return `its pre-authorisation is already ${original.state}`;
  const hold = original?.original === undefined ? undefined : book.find(original.original);
  if (known.kind === "completion-void" && hold !== undefined && hold.state !== "held")
    return `the hold it gave back is already ${hold.state}`;
  return undefined;
}

function rememberEarly(context: Context, request: CardRequest): void {
  const { kind } = request.row;
  if (kind === undefined) throw new Error(`matrix: ${request.row.word} does not say what it reverses`);
  const transaction = newTransaction(context, request, kind, {
    digest: "",
    answer: {},
    approvedFen: 0,
    movedFen: 0,
    code: "25",
    pin: "unchecked",
    reference: context.reference(context.nextEntry),
    authCode: "",
    state: "reversed-early",
  });
  context.write({ record: "transaction", transaction });
}
