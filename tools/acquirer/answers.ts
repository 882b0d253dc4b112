/** Answers as their rows want them (§2): what the host says, what it repeats, what a rule puts over it. */
import { answerMti, type DecodedFrame, type Fields } from "./codec.ts";
import type { Context } from "./context.ts";
import { answerTokens, type MessageRow } from "./matrix.ts";
import { organisationOf } from "./organisations.ts";
import { approvals, type CardRequest, declines, type Reply, type Request } from "./requests.ts";

export const ACQUIRER_ID = "48020000";
const DEFAULT_ISSUER = "01020000";

/** Answer of a message without card: `known` is what it has besides time, reference and 39. */
export function managed(context: Context, request: Request, known: Fields, words: string): Reply {
  const { row, fields, forced, frame } = request;
  const { date, time } = context.now();
  const values: Fields = { 12: time, 13: date, 37: time + (fields[11] ?? "000000"), 39: "00", 60: fields[60]!, ...known };
  const answer = { ...answerOf(row, fields, values), ...forced };
  const refused = declines(forced) || (answer[39] !== undefined && !approvals.has(answer[39]));
  return { mti: answerMti(frame.mti), fields: answer, keys: undefined, refused, words };
}

export const refusedByRule = (context: Context, request: Request): Reply => managed(context, request, {}, "refused by a rule");

export interface CardAnswer {
  code: string;
  reference: string;
  /** Empty: none. */
  authCode: string;
  more?: Fields;
}

export function cardAnswer(context: Context, request: CardRequest, { code, reference, authCode, more }: CardAnswer): Fields {
  const { row, fields, card, forced } = request;
  const { date, time } = context.now();
  const account = context.book.accounts.get(card.pan)?.account;
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
    ...more,
  };
  return { ...answerOf(row, fields, values), ...forced, 39: code };
}

export function cardReply(request: CardRequest, fields: Fields, words: string): Reply {
  return {
    mti: answerMti(request.frame.mti),
    fields,
    keys: request.row.mac ? request.keys : undefined,
    refused: !approvals.has(fields[39]!),
    words,
  };
}

/** The answer to what could not be served. */
export function refusalOf(
  context: Context,
  frame: DecodedFrame,
  row: MessageRow | undefined,
  code: string,
  words: string,
): Reply {
  const { date, time } = context.now();
  const answer = row === undefined ? echoes(frame.fields) : answerOf(row, frame.fields, { 12: time, 13: date, 39: code });
  const carriesMac = row?.mac ?? !/^0[358]/.test(frame.mti);
  return {
    mti: answerMti(frame.mti),
    fields: { ...sound(answer, frame), 12: time, 13: date, 39: code },
    keys: carriesMac ? context.keysOf(frame.fields[41]) : undefined,
    refused: true,
    words,
  };
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
