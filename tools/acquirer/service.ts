/**
 * One request in, one answer out. The steps stand in the order in which they may refuse; then the file of its kind of message takes over
 * (./services). The ledger is written before an answer that depends on it exists.
 */
import { refusalOf } from "./answers.ts";
import type { Book, Forgotten, LedgerRecord } from "./book.ts";
import { readCard } from "./card.ts";
import type { ChipOrders } from "./chip/chip.ts";
import { faultsOf, pickRow, split60 } from "./check.ts";
import { type DecodedFrame, type Fields, fieldName } from "./codec.ts";
import { Context } from "./context.ts";
import type { AcquirerOptions } from "./contract.ts";
import type { LedgerStorage } from "./ledger.ts";
import { Refusal, type Reply, type Request } from "./requests.ts";
import { services } from "./services/index.ts";

const WRONG_MAC = "A0";

/** Requests have an even third digit, their answers the odd one after it (§1.5). */
const REQUEST_MTI = /^0\d[02468]\d$/;

export class Service {
  readonly #context: Context;

  constructor(options: AcquirerOptions, storage: LedgerStorage) {
    this.#context = new Context(options, storage);
  }

  get book(): Book {
    return this.#context.book;
  }

  /** What a parameter download hands out. */
  get parameters(): Record<string, string> {
    return this.#context.parameters;
  }

  /** What comes from the API, not from a line. */
  record(record: Forgotten | (LedgerRecord & { record: "account" | "parameters" | "blacklist" | "contactless" })): void {
    this.#context.write(record);
  }

  /** The card's number if it can be had without refusing anything: for rules and logs. */
  panOf(frame: DecodedFrame): string | undefined {
    const reading = readCard(frame.fields, this.#context.keysOf(frame.fields[41]));
    return "card" in reading ? reading.card.pan : undefined;
  }

  /** Undefined answer: what came is not a request that could be answered; `words` says why. */
  serve(frame: DecodedFrame, forced: Fields = {}, orders: ChipOrders = {}): Reply | { words: string } {
    if (!REQUEST_MTI.test(frame.mti)) return { words: frame.problem ?? `MTI ${frame.mti} is not a request's` };
    try {
      const request = this.#checked(frame, forced, orders);
      return services[request.row.service](this.#context, request);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : undefined;
      const words = refusal === undefined ? `the host failed: ${(error as Error).message}` : refusal.message;
      return refusalOf(this.#context, frame, refusal?.row, refusal?.code ?? "96", words);
    }
  }

  #checked(frame: DecodedFrame, forced: Fields, orders: ChipOrders): Request {
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
    const registration = this.#context.registration(fields[41]);
    if (registration === undefined) throw new Refusal("97", `DE41 terminal ${fields[41]} is not registered`, row);
    if (registration.merchant !== fields[42]) {
      throw new Refusal("03", `DE42 merchant ${fields[42]} is not the one terminal ${fields[41]} belongs to`, row);
    }
    // Whose MAC is wrong is not looked at any further: nothing of it is booked, whoever says so.
    if (forced[39] === WRONG_MAC) throw new Refusal(WRONG_MAC, "a rule says that DE64 is wrong", row);
    return { frame, row, fields, custom: split60(fields[60]), forced, orders };
  }
}

const faultWords = ({ de, words }: { de: number; words: string }): string => (de === 0 ? words : `${fieldName(de)} ${words}`);
