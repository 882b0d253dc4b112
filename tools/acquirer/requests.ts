/** A request on its way through the host, and the answer at its end. */
import type { TerminalState, TransactionKey } from "./book.ts";
import type { ChipOrders } from "./chip/chip.ts";
import { type RequestCard, readCard } from "./card.ts";
import type { Custom60 } from "./check.ts";
import type { DecodedFrame, Fields } from "./codec.ts";
import type { Context } from "./context.ts";
import { verifyMac } from "./crypto.ts";
import type { WorkingKeys } from "./keys.ts";
import type { MessageRow } from "./matrix.ts";

export interface Reply {
  mti: string;
  /** Without 64. */
  fields: Fields;
  /** The answer carries a MAC under these. */
  keys: WorkingKeys | undefined;
  refused: boolean;
  words: string;
}

export interface Request {
  frame: DecodedFrame;
  row: MessageRow;
  fields: Fields;
  custom: Custom60;
  /** What a rule puts over the usual answer. */
  forced: Fields;
  /** What a rule says to the chip. */
  orders: ChipOrders;
}

/** A request of a signed-on terminal. */
export interface SessionRequest extends Request {
  session: TerminalState;
  keys: WorkingKeys;
}

/** The same, MAC right, card read. */
export interface CardRequest extends SessionRequest {
  card: RequestCard;
  key: TransactionKey;
}

/** One kind of message: its file in ./services. Throws Refusal before anything is booked. */
export type Serve = (context: Context, request: Request) => Reply;

/** Refused before anything was booked: the code and why. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    words: string,
    readonly row: MessageRow | undefined = undefined,
  ) {
    super(words);
  }
}

/** Answer codes that mean "done" (§3.13). */
export const approvals: ReadonlySet<string> = new Set(["00", "10", "11", "16", "A2", "A4", "A5", "A6"]);

export const declines = (forced: Fields): boolean => forced[39] !== undefined && !approvals.has(forced[39]);

export function sessionRequest(context: Context, request: Request): SessionRequest {
  const { row, fields } = request;
  const session = context.book.terminals.get(fields[41] ?? "");
  const keys = context.keysOf(fields[41]);
  if (session === undefined || keys === undefined) throw new Refusal("77", `terminal ${fields[41]} is not signed on`, row);
  return { ...request, session, keys };
}

export function cardRequest(context: Context, plain: Request): CardRequest {
  const request = sessionRequest(context, plain);
  const { row, fields, frame, custom, keys, session } = request;
  if (verifyMac(frame, keys.macMethod, keys.mac) !== "ok") {
    throw new Refusal("A0", `DE64 MAC is wrong for MTI to DE63 under this terminal's MAK (${keys.macMethod})`, row);
  }
  const reading = readCard(fields, keys);
  if ("fault" in reading) throw new Refusal("30", reading.fault, row);
  return { ...request, card: reading.card, key: { terminal: session.terminal, batch: custom.batch, trace: fields[11]! } };
}
