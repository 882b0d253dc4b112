/** Commands to the card and what comes back of them, down to 61xx and 6Cxx (§6.1). */
import { concat, NO_BYTES, toHex } from "./bytes.ts";
import { Ended } from "./outcome.ts";
import type { CommandName, Step } from "./requests.ts";
import { ask, type Session } from "./session.ts";

export interface Command {
  name: CommandName;
  /** CLA INS P1 P2. */
  header: readonly [number, number, number, number];
  data?: Uint8Array;
  /** The card answers with data. */
  answers: boolean;
}

export interface Response {
  data: Uint8Array;
  /** SW1SW2 as a number: 0x9000. */
  status: number;
}

export const OK = 0x9000;
const MAX_GET_RESPONSE = 32;
/** Lc is one byte. */
const MAX_DATA = 255;
/** T=0: a warning instead of 61xx, with the data still to be fetched. */
const isWarning = (status: number): boolean => status >> 8 === 0x62 || status >> 8 === 0x63;

export const commands = {
  select: (name: Uint8Array, next = false): Command => ({
    name: "SELECT",
    header: [0x00, 0xa4, 0x04, next ? 0x02 : 0x00],
    data: name,
    answers: true,
  }),
  readRecord: (sfi: number, record: number): Command => ({
    name: "READ RECORD",
    header: [0x00, 0xb2, record, (sfi << 3) | 4],
    answers: true,
  }),
  getProcessingOptions: (pdolData: Uint8Array): Command => ({
    name: "GET PROCESSING OPTIONS",
    header: [0x80, 0xa8, 0x00, 0x00],
    data: pdolData,
    answers: true,
  }),
  getData: (tag: number): Command => ({ name: "GET DATA", header: [0x80, 0xca, tag >> 8, tag & 0xff], answers: true }),
  internalAuthenticate: (data: Uint8Array): Command => ({
    name: "INTERNAL AUTHENTICATE",
    header: [0x00, 0x88, 0x00, 0x00],
    data,
    answers: true,
  }),
  getChallenge: (): Command => ({ name: "GET CHALLENGE", header: [0x00, 0x84, 0x00, 0x00], answers: true }),
  verify: (block: Uint8Array, enciphered: boolean): Command => ({
    name: "VERIFY",
    header: [0x00, 0x20, 0x00, enciphered ? 0x88 : 0x80],
    data: block,
    answers: false,
  }),
  externalAuthenticate: (data: Uint8Array): Command => ({
    name: "EXTERNAL AUTHENTICATE",
    header: [0x00, 0x82, 0x00, 0x00],
    data,
    answers: false,
  }),
  generateAc: (reference: number, data: Uint8Array): Command => ({
    name: "GENERATE AC",
    header: [0x80, 0xae, reference, 0x00],
    data,
    answers: true,
  }),
} as const;

/** CLA INS P1 P2 [Lc data] [Le]; Le is 00, all there is. */
export function encodeCommand(command: Command, dropLe = false): Uint8Array {
  const { header, data, answers } = command;
  const body = data === undefined ? NO_BYTES : concat(Uint8Array.of(data.length), data);
  const le = answers && !(dropLe && data !== undefined) ? Uint8Array.of(0) : NO_BYTES;
  return concat(Uint8Array.from(header), body, le);
}

/** Sends a command and waits for its final status; a card that is gone, or one that asks for more than a command can carry, ends the transaction. */
export function* send(session: Session, command: Command): Step<Response> {
  const size = command.data?.length ?? 0;
  if (size > MAX_DATA) throw new Ended("terminated", "bad-dol", `${command.name} would carry ${size} bytes, ${MAX_DATA} at most`);
  const bytes = encodeCommand(command, session.dropLe);
  return yield* sendBytes(session, bytes, command.name, command.answers && command.data !== undefined);
}

/** Bytes as they are: an issuer's script command. `both`: data goes out and comes in. */
export function* sendBytes(session: Session, command: Uint8Array, about: CommandName, both: boolean): Step<Response> {
  let answer = yield* transmit(session, command, about);
  if (answer.status >> 8 === 0x6c) {
    answer = yield* transmit(session, withLe(command, answer.status & 0xff, command.length > 5), about);
  }
  const warning = session.dropLe && both && isWarning(answer.status) && answer.data.length === 0 ? answer.status : undefined;
  if (warning !== undefined) {
    const fetched = yield* transmit(session, Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00), "GET RESPONSE");
    answer = fetched.status >> 8 === 0x6c ? { data: NO_BYTES, status: 0x6100 | (fetched.status & 0xff) } : fetched;
  }
  const whole = yield* collect(session, answer);
  return warning === undefined ? whole : { data: whole.data, status: warning };
}

/** GET RESPONSE as long as the card has more. */
function* collect(session: Session, first: Response): Step<Response> {
  let answer = first;
  let data = first.data;
  for (let times = 0; answer.status >> 8 === 0x61; times++) {
    if (times === MAX_GET_RESPONSE)
      throw new Ended("terminated", "too-many-commands", `more than ${MAX_GET_RESPONSE} GET RESPONSE`);
    answer = yield* transmit(session, Uint8Array.of(0x00, 0xc0, 0x00, 0x00, answer.status & 0xff), "GET RESPONSE");
    if (answer.status >> 8 === 0x6c) {
      answer = yield* transmit(session, Uint8Array.of(0x00, 0xc0, 0x00, 0x00, answer.status & 0xff), "GET RESPONSE");
    }
    data = concat(data, answer.data);
  }
  return { data, status: answer.status };
}

function* transmit(session: Session, command: Uint8Array, about: CommandName): Step<Response> {
  const bytes = yield* ask("apdu", { command, about });
  if (bytes === undefined || bytes.length < 2) throw lost(session, about);
  return { data: bytes.slice(0, -2), status: ((bytes.at(-2) ?? 0) << 8) | (bytes.at(-1) ?? 0) };
}

/** Before GPO was answered nothing has happened and the stripe may be tried (§6.14); on a contactless reader the card taps again (§9.6). */
function lost(session: Session, about: CommandName): Ended {
  const started = session.store.card.has("82");
  if (session.transaction.interface === "contactless")
    return new Ended(started ? "terminated" : "try-again", started ? "torn" : "card-lost", about);
  return new Ended("card-error", "card-lost", `no answer to ${about}`, { fallback: !started });
}

function withLe(command: Uint8Array, le: number, hasData: boolean): Uint8Array {
  if (!hasData) return concat(command.subarray(0, 4), Uint8Array.of(le));
  const end = 5 + (command[4] ?? 0);
  return concat(command.subarray(0, end), Uint8Array.of(le));
}

export function statusWords(name: CommandName, status: number): string {
  return `${name} answered ${toHex(Uint8Array.of(status >> 8, status & 0xff))}`;
}
