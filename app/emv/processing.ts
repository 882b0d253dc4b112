/** GET PROCESSING OPTIONS: the terminal says what it is about, the card says how (§6.3). */
import { concat, toBytes } from "./bytes.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { buildDol, dolAsks } from "./dol.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { parsed, type Session, unpredictableNumber } from "./session.ts";
import { encodeLength, onlyTlv, primitives, type Tlv } from "./tlv.ts";

export const CONDITIONS_NOT_SATISFIED = 0x6985;

/** "refused": 6985, this application is not to be used here. Ends the transaction on anything else that is not an answer. */
export function* initiate(session: Session): Step<"initiated" | "refused"> {
  const status = yield* getProcessingOptions(session);
  if (status === CONDITIONS_NOT_SATISFIED) return "refused";
  if (status !== OK) throw new Ended("terminated", "command-failed", statusWords("GET PROCESSING OPTIONS", status));
  if (!session.store.card.has("82") || !session.store.card.has("94")) {
    throw new Ended("terminated", "bad-answer", "GET PROCESSING OPTIONS gave no 82 or no 94");
  }
  return "initiated";
}

/** The status; the answer's objects are in the card's store when it is 9000. */
export function* getProcessingOptions(session: Session): Step<number> {
  const pdol = session.store.get("9F38");
  if (pdol !== undefined && parsed("bad-pdol", () => dolAsks(pdol, "9F37"))) yield* unpredictableNumber(session);
  session.sent.pdol = pdol === undefined ? new Uint8Array(0) : parsed("bad-pdol", () => buildDol(pdol, session.store.get));
  const template = concat(toBytes("83"), encodeLength(session.sent.pdol.length), session.sent.pdol);
  const answer = yield* send(session, commands.getProcessingOptions(template));
  if (answer.status === OK) take(session, answer.data);
  return answer.status;
}

function take(session: Session, answer: Uint8Array): void {
  for (const { tag, value } of processingObjects(answer)) {
    if (session.store.addCard(tag, value) === "duplicate") session.store.setCard(tag, value);
  }
}

/** 80: AIP and AFL one after the other; 77: objects. Ends the transaction on anything else. */
function processingObjects(answer: Uint8Array): Tlv[] {
  const plain = onlyTlv(answer, "80");
  if (plain !== undefined) {
    if (plain.value.length < 6 || (plain.value.length - 2) % 4 !== 0) {
      throw new Ended("terminated", "bad-answer", `GET PROCESSING OPTIONS answered ${plain.value.length} bytes in template 80`);
    }
    return [
      { tag: "82", value: plain.value.slice(0, 2) },
      { tag: "94", value: plain.value.slice(2) },
    ];
  }
  const objects = onlyTlv(answer, "77");
  if (objects === undefined) throw new Ended("terminated", "bad-answer", "GET PROCESSING OPTIONS answered neither 80 nor 77");
  const found = primitives(objects.children ?? []);
  const tags = found.map(({ tag }) => tag);
  if (new Set(tags).size !== tags.length) throw new Ended("terminated", "duplicate-object", "GET PROCESSING OPTIONS");
  if (found.some(({ tag, value }) => tag === "82" && value.length !== 2)) {
    throw new Ended("terminated", "bad-answer", "82 is not two bytes");
  }
  return found;
}
