/** Single pieces of a transaction for whoever wants only those: the candidate list, the records, the purse, the log. */
import { parseAfl } from "./afl.ts";
import { type Bytes, EmvError, toBytes, toDecimal } from "./bytes.ts";
import { candidatesOf, inOrder } from "./candidates.ts";
import { type LogEntry, type LogKind, readCardLog } from "./card-log.ts";
import { getData } from "./get-data.ts";
import { Ended } from "./outcome.ts";
import { addRecord, type ApplicationData, readRecords } from "./records.ts";
import type { Step } from "./requests.ts";
import { type CardChannelLike, optionsOf, type People, runStep } from "./run.ts";
import { type CandidateList, candidateList, selectOne } from "./selection.ts";
import { Session } from "./session.ts";
import { asTerminal, asTransaction, type TerminalLike } from "./terminal.ts";

/**
 * With a channel: asks the card, by its directory or by the list of AIDs. With directory records (template 70): says what follows from them.
 * Throws EmvError "answer" when the card ends it: blocked, gone.
 *
 * @example (await buildCandidateList(channel, { applications: ["A000000333010101"] })).candidates[0]?.name
 * @example buildCandidateList(["70…"], { applications: ["A0000003330101"] }).candidates
 */
export function buildCandidateList(records: readonly Bytes[], terminal: TerminalLike): CandidateList;
export function buildCandidateList(channel: CardChannelLike, terminal: TerminalLike): Promise<CandidateList>;
export function buildCandidateList(
  source: readonly Bytes[] | CardChannelLike,
  terminal: TerminalLike,
): CandidateList | Promise<CandidateList> {
  const known = asTerminal(terminal);
  if (isRecords(source)) return { method: "directory", candidates: inOrder(candidatesOf(source, known)), refused: [] };
  return runStep(candidateList(sessionOf(terminal, source)), source);
}

/**
 * Reads what the AFL names, from a card, or from records at hand in the AFL's order. Throws EmvError "answer" on what would end a transaction: a
 * status other than 9000, a record that is no template, an object that comes twice, an AFL against the rules.
 *
 * @example const { data, staticData } = await readApplicationData(channel, "08010100 10010301");
 */
export function readApplicationData(records: readonly Bytes[], afl: Bytes): ApplicationData;
export function readApplicationData(channel: CardChannelLike, afl: Bytes): Promise<ApplicationData>;
export function readApplicationData(
  source: readonly Bytes[] | CardChannelLike,
  afl: Bytes,
): ApplicationData | Promise<ApplicationData> {
  if (!isRecords(source)) return runStep(readRecords(sessionOf({}, source), toBytes(afl, "94")), source);
  const read: ApplicationData = { data: {}, staticData: new Uint8Array(0), records: [] };
  let position = 0;
  for (const { sfi, first, last, signed } of parseAfl(afl)) {
    for (let record = first; record <= last; record++, position++) {
      const bytes = source[position];
      if (bytes === undefined) throw new EmvError("missing", `record ${record} of file ${sfi}`, "was not given");
      asError(() => addRecord(read, { sfi, record, bytes: toBytes(bytes) }, record < first + signed));
    }
  }
  return read;
}

/** The purse: select, and GET DATA. Fen; undefined where the card does not say. */
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

/** The card's own log of payments or loads, newest first. */
export function readLog(channel: CardChannelLike, terminal: TerminalLike, kind: LogKind, people?: People): Promise<LogEntry[]> {
  const session = sessionOf(terminal, channel);
  const steps = function* () {
    yield* select(session);
    return yield* readCardLog(session, kind);
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

function asError(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Ended) throw new EmvError("answer", error.reason, error.words);
    throw error;
  }
}

function isRecords(source: readonly Bytes[] | CardChannelLike): source is readonly Bytes[] {
  return Array.isArray(source);
}
