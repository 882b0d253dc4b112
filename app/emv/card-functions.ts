/** Single pieces of a transaction for whoever wants only those: the candidate list, the records, the purse, the log. */
import { type Bytes, concat, EmvError, toBytes, toDecimal } from "./bytes.ts";
import { candidatesOf, inOrder } from "./candidates.ts";
import { type LogEntry, type LogKind, readCardLog } from "./card-log.ts";
import { getData } from "./get-data.ts";
import { Ended, type Reason } from "./outcome.ts";
import { type ApplicationData, MANDATORY, readRecords } from "./records.ts";
import type { Answer, Asked, Step } from "./requests.ts";
import { type CardChannelLike, optionsOf, type People, runStep } from "./run.ts";
import { type CandidateList, candidateList, selectOne } from "./selection.ts";
import { Session } from "./session.ts";
import { asTerminal, asTransaction, type TerminalLike } from "./terminal.ts";

/** "ok", or what would have ended the transaction, and in more words. */
export interface Verdict {
  ok: boolean;
  reason: "ok" | Reason;
  words: string;
}

/**
 * With a channel: asks the card, by its directory or by the list of AIDs. With directory records (template 70): says what follows from them.
 *
 * @example (await buildCandidateList(channel, { applications: ["A000000333010101"] })).candidates[0]?.name
 * @example buildCandidateList(["70…"], { applications: ["A0000003330101"] }).candidates
 */
export function buildCandidateList(records: readonly Bytes[], terminal: TerminalLike): CandidateList & Verdict;
export function buildCandidateList(channel: CardChannelLike, terminal: TerminalLike): Promise<CandidateList & Verdict>;
export function buildCandidateList(
  source: readonly Bytes[] | CardChannelLike,
  terminal: TerminalLike,
): (CandidateList & Verdict) | Promise<CandidateList & Verdict> {
  const known = asTerminal(terminal);
  if (isRecords(source)) return { ...FINE, method: "directory", candidates: inOrder(candidatesOf(source, known)), refused: [] };
  const session = sessionOf(terminal, source);
  const none: CandidateList = { method: "list", candidates: [], refused: session.refused };
  return runStep(judged(candidateList(session), none), source);
}

/** Objects that are there, and which of those no transaction can do without are not. */
export type ReadApplication = ApplicationData & Verdict & { missing: string[] };

/**
 * Reads what the AFL names, from a card, or from records at hand in the AFL's order. What would end a transaction is the reason: a status other
 * than 9000, a record that is no template, an object that comes twice, an AFL against the rules; what was read until then is there. Throws
 * EmvError "missing" when fewer records are given than the AFL names.
 *
 * @example const { data, staticData } = await readApplicationData(channel, "08010100 10010301");
 */
export function readApplicationData(records: readonly Bytes[], afl: Bytes): ReadApplication;
export function readApplicationData(channel: CardChannelLike, afl: Bytes): Promise<ReadApplication>;
export function readApplicationData(
  source: readonly Bytes[] | CardChannelLike,
  afl: Bytes,
): ReadApplication | Promise<ReadApplication> {
  const session = sessionOf({}, isRecords(source) ? () => undefined : source);
  const steps = reading(session, toBytes(afl, "94"));
  if (!isRecords(source)) return runStep(steps, source);
  let position = 0;
  return runSteps(steps, () => {
    const record = source[position++];
    if (record === undefined) throw new EmvError("missing", `record ${position}`, "was not given");
    return { to: "apdu", value: concat(toBytes(record, `record ${position}`), STATUS_OK) };
  });
}

function* reading(session: Session, afl: Uint8Array): Step<ReadApplication> {
  const read: ApplicationData = { data: {}, staticData: new Uint8Array(0), records: [] };
  const done = yield* judged(readRecords(session, afl, read), read);
  return { ...done, missing: MANDATORY.filter((tag) => read.data[tag] === undefined) };
}

const FINE: Verdict = { ok: true, reason: "ok", words: "" };
const STATUS_OK = Uint8Array.of(0x90, 0x00);

/** What ends a step is its verdict; `otherwise` is the result then. */
function* judged<T extends object>(step: Step<T>, otherwise: T): Step<T & Verdict> {
  try {
    return { ...(yield* step), ...FINE };
  } catch (error) {
    if (error instanceof Ended) return { ...otherwise, ok: false, reason: error.reason, words: error.words };
    throw error;
  }
}

/** All answers at hand: no waiting. */
function runSteps<T>(step: Step<T>, answer: (request: Asked) => Answer): T {
  let result = step.next();
  while (!result.done) result = step.next(answer(result.value));
  return result.value;
}

/** The purse: select, and GET DATA. Fen; undefined where the card does not say. Throws EmvError "answer" when the card ends it. */
export function readPurse(
  channel: CardChannelLike,
  terminal: TerminalLike,
  people?: People,
): Promise<{ balanceFen: number | undefined; thresholdFen: number | undefined; secondBalanceFen: number | undefined }> {
  const session = sessionOf(terminal, channel);
  const steps = function* () {
    yield* select(session);
    return {
      balanceFen: decimal(yield* getData(session, 0x9f79)),
      thresholdFen: decimal(yield* getData(session, 0x9f6d)),
      secondBalanceFen: decimal(yield* getData(session, 0xdf79)),
    };
  };
  return runStep(steps(), channel, people);
}

/** The card's own log of payments or loads, newest first. Throws EmvError "answer" when the card ends it. */
export function readLog(channel: CardChannelLike, terminal: TerminalLike, kind: LogKind, people?: People): Promise<LogEntry[]> {
  const session = sessionOf(terminal, channel);
  const steps = function* () {
    yield* select(session);
    return (yield* readCardLog(session, kind)) ?? [];
  };
  return runStep(steps(), channel, people);
}

function* select(session: Session): Step<void> {
  const { candidates } = yield* candidateList(session);
  yield* selectOne(session, candidates, false);
}

function sessionOf(terminal: TerminalLike, channel: CardChannelLike): Session {
  const known = asTerminal(terminal);
  return new Session(known, asTransaction(0, known), optionsOf(channel).dropLe);
}

function decimal(value: Uint8Array | undefined): number | undefined {
  return value === undefined ? undefined : toDecimal(value);
}

function isRecords(source: readonly Bytes[] | CardChannelLike): source is readonly Bytes[] {
  return Array.isArray(source);
}
