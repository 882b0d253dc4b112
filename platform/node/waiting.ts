/**
 * A call from the worker to its owner that the worker waits for: the guest's calls are synchronous, and some ports stand on the owner's
 * thread. One answer at a time in shared memory: state, length, then JSON.
 */
import { DoorError } from "./errors.ts";
import { type DoorErrorCode, ERRORS } from "../abi.ts";

const STATE = 0;
const LENGTH = 1;
const HEADER_BYTES = 8;
const WAITING = 0;
const ANSWERED = 1;
const LONGEST_MS = 10_000;
const ANSWER_BYTES = 65_536;

type Answer = { reply: unknown } | { code: DoorErrorCode; words: string };

export const newAnswers = (): SharedArrayBuffer => new SharedArrayBuffer(HEADER_BYTES + ANSWER_BYTES);

/** In the worker: asks, sleeps until the owner has answered, gives its reply or throws its DoorError. */
export function ask(answers: SharedArrayBuffer, post: () => void): unknown {
  const cells = new Int32Array(answers, 0, 2);
  Atomics.store(cells, STATE, WAITING);
  post();
  if (Atomics.wait(cells, STATE, WAITING, LONGEST_MS) === "timed-out")
    throw new DoorError("no-answer", "the machine's owner does not answer");
  const text = Buffer.from(new Uint8Array(answers, HEADER_BYTES, cells[LENGTH])).toString();
  const answer = JSON.parse(text) as Answer;
  if ("code" in answer) throw new DoorError(answer.code, answer.words);
  return answer.reply;
}

/** With the owner: works off what was asked and wakes the worker. */
export function answer(answers: SharedArrayBuffer, work: () => unknown): void {
  const cells = new Int32Array(answers, 0, 2);
  let bytes = encoded(outcome(work));
  if (bytes.length > ANSWER_BYTES) bytes = encoded({ code: "too-large", words: "the reply does not fit" });
  new Uint8Array(answers, HEADER_BYTES).set(bytes);
  Atomics.store(cells, LENGTH, bytes.length);
  Atomics.store(cells, STATE, ANSWERED);
  Atomics.notify(cells, STATE);
}

const encoded = (answer: Answer): Uint8Array => Buffer.from(JSON.stringify(answer));

function outcome(work: () => unknown): Answer {
  try {
    return { reply: work() ?? {} };
  } catch (error) {
    if (error instanceof DoorError && ERRORS.includes(error.code)) return { code: error.code, words: error.words };
    return { code: "io", words: `the outside failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
