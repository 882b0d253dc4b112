/** The kernel with somebody to answer it: a card channel, people, a host (§5). */
import { type Bytes, concat, EmvError, fromText, NO_BYTES, toBytes, toText } from "./bytes.ts";
import type { Candidate } from "./candidates.ts";
import { Kernel, type KernelOptions } from "./kernel.ts";
import type { OnlineRequest } from "./online.ts";
import { Ended, type Outcome, type Torn } from "./outcome.ts";
import { encipheredPinBlock, plainPinBlock } from "./pin.ts";
import type {
  Answer,
  Answers,
  Asked,
  MessageId,
  OfflinePinAnswer,
  OfflinePinRequest,
  OnlineAnswer,
  Request,
  Requests,
  Step,
} from "./requests.ts";
import type { Terminal, TerminalInput, TransactionLike } from "./terminal.ts";
import { encodeTlv, parseTlv } from "./tlv.ts";
import type { Trace } from "./trace.ts";

type Maybe<T> = T | Promise<T>;

/**
 * Bytes to the card and back. `transmit` takes a command and gives data ‖ SW1SW2, or undefined when the card is gone; what it throws goes through.
 * A channel that speaks T=0 as it is on the wire says so; one that hides 61xx and 6Cxx needs not.
 */
export interface CardChannel {
  transmit(command: Uint8Array): Maybe<Bytes | undefined>;
  protocol?: "T=0" | "T=1" | "contactless";
}
export type CardChannelLike = CardChannel | CardChannel["transmit"];

/** 8A alone, or all that came: 91, and 71 and 72 with their tags; `tags` may hold all of them instead. */
export type HostAnswer =
  | string
  | {
      code?: string;
      authorisationCode?: string;
      authenticationData?: Bytes;
      scripts?: Bytes;
      /** Field 55 as it came. */
      field55?: Bytes;
      tags?: Readonly<Record<string, Bytes>>;
    };

/** Undefined: no line, or no answer. */
export interface CardHost {
  authorise(request: OnlineRequest): Maybe<HostAnswer | undefined>;
}
export type CardHostLike = CardHost | CardHost["authorise"];

/** Who is asked. What is left out answers for itself: first choice, no PIN pad, no document. */
export interface People {
  chooseApplication?(candidates: readonly Candidate[], why: Requests["application"]["why"]): Maybe<number | undefined>;
  /** Digits of a PIN do for a desk. */
  offlinePin?(request: OfflinePinRequest): Maybe<OfflinePinAnswer | string>;
  /** The card is the right one and what it pays is agreed to; asked when there is somebody to. */
  card?(request: Requests["card"]): Maybe<boolean>;
  /** A purse is about to be charged: keep this, durable, until the transaction is over, and give it with the next one if it never was. */
  charging?(torn: Torn): void;
  onlinePin?(request: Requests["online-pin"]): Maybe<Answers["online-pin"]>;
  identity?(request: Requests["identity"]): Maybe<boolean>;
  referral?(code: string): Maybe<boolean>;
  message?(id: MessageId): void;
  /** Bytes nobody can foretell: the unpredictable number, the filling of an enciphered PIN. */
  random?(count: number): Bytes;
  /** 1–99, for random selection. */
  percent?(): number;
}

export interface RunTerminal extends TerminalInput {
  people?: People;
  /** Filled as it goes: what was asked and answered. */
  trace?: Trace;
}

/**
 * A whole transaction. The only thing it needs of the caller besides card and amount are the terminal's applications, a date, and an
 * unpredictable number (or `people.random`). Throws EmvError when one of those is missing; whatever a card or host does is an outcome.
 *
 * @example
 * const outcome = await runTransaction(
 *   { transmit: (command) => reader.exchange(command) },
 *   { applications: ["A000000333010101"], caKeys, date: "261122", unpredictableNumber: "11223344" },
 *   10000,
 *   { authorise: async () => ({ code: "00", authenticationData: "…" }) },
 * );
 */
export async function runTransaction(
  channel: CardChannelLike,
  terminal: RunTerminal | Terminal,
  amount: TransactionLike,
  host?: CardHostLike,
): Promise<Outcome> {
  const { people = {}, trace, ...input } = terminal as RunTerminal;
  const display = input.display ?? people.chooseApplication !== undefined;
  const showCard = input.showCard ?? people.card !== undefined;
  const keepTorn = input.keepTorn ?? people.charging !== undefined;
  const kernel = new Kernel({ ...input, display, showCard, keepTorn }, amount, optionsOf(channel));
  const answerer = new Answerer(channel, people, host);
  let request: Request = kernel.start();
  while (request.ask !== "outcome") {
    const answer = await answerer.answer(request);
    trace?.push(request, answer);
    request = kernel.next(answer);
  }
  return request.outcome;
}

export function optionsOf(channel: CardChannelLike): KernelOptions {
  return { dropLe: typeof channel !== "function" && channel.protocol === "T=0" };
}

/** One step of the kernel alone, against a card: the candidate list, the records. Throws what ends it as an EmvError "answer". */
export async function runStep<T>(step: Step<T>, channel: CardChannelLike, people: People = {}): Promise<T> {
  const answerer = new Answerer(channel, people, undefined);
  try {
    let result = step.next();
    while (!result.done) result = step.next(await answerer.answer(result.value));
    return result.value;
  } catch (error) {
    if (error instanceof Ended) throw new EmvError("answer", error.reason, error.words);
    throw error;
  }
}

class Answerer {
  constructor(
    private readonly channel: CardChannelLike,
    private readonly people: People,
    private readonly host: CardHostLike | undefined,
  ) {}

  async answer(request: Asked): Promise<Answer> {
    const { people } = this;
    switch (request.ask) {
      case "apdu":
        return { to: "apdu", value: await this.transmit(request.command) };
      case "application":
        // Leaving is undefined too, so nobody to ask is told apart by who is there.
        if (people.chooseApplication === undefined) return { to: "application", value: 0 };
        return { to: "application", value: await people.chooseApplication(request.candidates, request.why) };
      case "offline-pin":
        return { to: "offline-pin", value: await this.offlinePin(request) };
      case "card":
        return { to: "card", value: await (people.card?.(request) ?? true) };
      case "charging":
        people.charging?.(request.torn);
        return { to: "charging", value: undefined };
      case "online-pin":
        return { to: "online-pin", value: await (people.onlinePin?.(request) ?? "no-pad") };
      case "identity":
        return { to: "identity", value: await (people.identity?.(request) ?? false) };
      case "random":
        return { to: "random", value: this.random(request.count) };
      case "percent":
        return { to: "percent", value: this.percent() };
      case "online":
        return { to: "online", value: await this.online(request.request) };
      case "referral":
        return { to: "referral", value: await (people.referral?.(request.code) ?? false) };
      case "message":
        people.message?.(request.id);
        return { to: "message", value: undefined };
      default:
        return request satisfies never;
    }
  }

  private async transmit(command: Uint8Array): Promise<Uint8Array | undefined> {
    const { channel } = this;
    const answer = await (typeof channel === "function" ? channel(command) : channel.transmit(command));
    return answer === undefined ? undefined : toBytes(answer, "card's answer");
  }

  private random(count: number): Uint8Array {
    const { random } = this.people;
    if (random === undefined) throw new EmvError("missing", "9F37", "give unpredictableNumber, or people.random to make one");
    return toBytes(random.call(this.people, count), "random");
  }

  private percent(): number {
    const { percent } = this.people;
    if (percent === undefined)
      throw new EmvError("missing", "randomPercent", "give it with the transaction, or people.percent to make one");
    return percent.call(this.people);
  }

  private async offlinePin(request: OfflinePinRequest): Promise<OfflinePinAnswer> {
    const answer = await (this.people.offlinePin?.(request) ?? "no-pad");
    if (typeof answer !== "string" || !/^\d{4,12}$/.test(answer)) return answer as OfflinePinAnswer;
    if (request.encipher === undefined) return { block: plainPinBlock(answer) };
    const filling = this.random(request.encipher.modulus.length - 17);
    return { block: encipheredPinBlock(answer, request.encipher, filling) };
  }

  private async online(request: OnlineRequest): Promise<OnlineAnswer | undefined> {
    const { host } = this;
    if (host === undefined) return undefined;
    const answer = await (typeof host === "function" ? host(request) : host.authorise(request));
    return answer === undefined ? undefined : toOnlineAnswer(answer);
  }
}

/** Whatever way the host's answer was said. Throws EmvError when there is no answer code in it. */
export function toOnlineAnswer(answer: HostAnswer): OnlineAnswer {
  if (typeof answer === "string") return { code: answer };
  const fromTags = answer.tags === undefined ? NO_BYTES : encodeTlv(answer.tags);
  const objects = parseTlv(concat(toBytes(answer.field55 ?? NO_BYTES, "field55"), fromTags), { flat: true });
  const value = (tag: string): Uint8Array | undefined => objects.find((object) => object.tag === tag)?.value;
  const given = answer.scripts === undefined ? NO_BYTES : toBytes(answer.scripts, "scripts");
  const scripts = objects.filter(({ tag }) => tag === "71" || tag === "72").map(({ raw }) => raw ?? NO_BYTES);
  const code = answer.code ?? toText(value("8A") ?? fromText(""));
  if (code.length !== 2) throw new EmvError("missing", "8A", "the host's answer has no code of two characters");
  const authenticationData = answer.authenticationData ?? value("91");
  return {
    code,
    ...(answer.authorisationCode === undefined ? {} : { authorisationCode: answer.authorisationCode }),
    ...(authenticationData === undefined ? {} : { authenticationData: toBytes(authenticationData, "91") }),
    scripts: concat(given, ...scripts),
  };
}
