/** One slot of a CCID reader: power, parameters, T=0 or T=1 or whole APDUs, and what becomes of all that when the card goes. */
import { Mutex, Signal } from "../../platform/guest/async.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import { toHex } from "../../platform/guest/bytes.ts";
import type { Cancel, System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import { type Apdu, parseApdu } from "./apdu.ts";
import { type Atr, emvProblem, parseAtr } from "./atr.ts";
import { ANSWER_MS, type CcidAnswer, type CcidRequest, type CcidWire } from "./ccid-wire.ts";
import type { CardSlot, IccErrorCode, PoweredCard } from "./icc.ts";
import { ProtocolBroken, transmitT0 } from "./t0.ts";
import { sealedTransfer, VERIFY } from "./sealed-pin.ts";
import { T1 } from "./t1.ts";

export interface SlotOptions {
  /** tpdu: the reader carries TPDUs and blocks, T=0 and T=1 are ours; apdu: it does all that itself (contactless). */
  level: "tpdu" | "apdu";
  /** Refuse answers to reset outside the EMV subset. */
  emv: boolean;
}

/** How commands reach the card that has power now. */
interface Session {
  send(command: Uint8Array, apdu: Apdu): Promise<Uint8Array>;
  /** Cancelled with the reason when the card goes. */
  gone: CancelSource;
}

const POWER_ON = 0x62;
const POWER_OFF = 0x63;
const SLOT_STATUS = 0x65;
const TRANSFER = 0x6f;
const SET_PARAMETERS = 0x61;
const SECURE = 0x69;
const CARD_ABSENT = 2;
const ERROR = { mute: 0xfe, parity: 0xfd, overrun: 0xfc, hardware: 0xfb, collision: 0x81, data: 0x0a } as const;
const FIVE_VOLTS = 1;
const AUTOMATIC = 0;
/** F and D when nothing else was agreed: 372 and 1. */
const DEFAULT_FI_DI = 0x11;
const CLOCK_KHZ = 4_000;
/** So often a reader that has a card to give back is asked whether it still does. */
const LOOK_AGAIN_MS = 3_000;
/** A reset with its answer takes a card up to 2 s (20 000 etu and more). */
const RESET_MS = 4_000;
/** A reader at APDU level waits for a phone as long as the phone asks for; it says so meanwhile. */
const TRANSFER_MS = 5_000;

type Code = IccErrorCode | "collision";

/** The card answered to a reset, and not as it should. */
interface Reset {
  problem: { code: Code; words: string } | undefined;
  bytes: Uint8Array;
  atr: Atr | undefined;
}

export class CcidSlot implements CardSlot {
  present: boolean | undefined;
  onPresence: ((present: boolean) => void) | undefined;
  readonly #system: System;
  readonly #wire: CcidWire;
  readonly #ready: () => Promise<void>;
  readonly #place: { readonly device: string; readonly number: number };
  readonly #options: SlotOptions;
  readonly #turns = new Mutex();
  readonly #moves = new Signal();
  #session: Session | undefined;
  /** The card had no answer to the last block of T=1 · the reader had none. */
  #silent = false;
  #missed = false;
  /** What the pad sealed, while VERIFY is under way. */
  #sealed: Uint8Array | undefined;
  /** Why there is no session. */
  #lost: Code = "not-powered";

  constructor(
    system: System,
    wire: CcidWire,
    ready: () => Promise<void>,
    place: { device: string; number: number },
    options: SlotOptions,
  ) {
    this.#system = system;
    this.#wire = wire;
    this.#ready = ready;
    this.#place = place;
    this.#options = options;
  }

  waitPresent(cancel?: Cancel): Promise<void> {
    return this.#until(true, cancel);
  }

  /** The reader tells it, once; one that was deaf just then is asked meanwhile. */
  async waitAbsent(cancel?: Cancel): Promise<void> {
    const waiting = { on: true };
    this.#lookWhile(waiting);
    try {
      await this.#until(false, cancel);
    } finally {
      waiting.on = false;
    }
  }

  #lookWhile(waiting: { readonly on: boolean }): void {
    this.#system.scheduler.after(LOOK_AGAIN_MS, "person", () => {
      if (!waiting.on) return;
      this.#system.scheduler.run(`${this.#place.device} look`, async () => {
        await this.#turns.run(() => this.look()).catch(() => {});
        this.#lookWhile(waiting);
      });
    });
  }

  powerOn(): Promise<PoweredCard> {
    return this.#turns.run(async () => {
      await this.#ready();
      if (this.#session !== undefined) await this.#off("not-powered");
      return this.#powerOn();
    });
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#turns.run(() => this.#transmit(command));
  }

  /** VERIFY with the PIN the paired pad sealed for the reader: SW1SW2. Rejects as `transmit`; rejected: the reader does not open it, and the card was asked nothing. */
  verify(sealed: Uint8Array): Promise<number> {
    return this.#turns.run(async () => {
      this.#sealed = sealed;
      try {
        const [sw1, sw2] = (await this.#transmit(VERIFY)) as unknown as [number, number];
        return (sw1 << 8) | sw2;
      } finally {
        this.#sealed = undefined;
      }
    });
  }

  async #transmit(command: Uint8Array): Promise<Uint8Array> {
    const apdu = parseApdu(command);
    if (apdu === undefined) throw this.#failure("rejected", `${command.length} bytes are no command of the four cases`);
    const session = this.#session;
    if (session === undefined) throw this.#failure(this.#lost, "switch the card on first");
    try {
      return await session.send(command, apdu);
    } catch (error) {
      const failure = this.#broken(error);
      // Once it is gone there is nothing to switch off; what never reached it has done it no harm.
      if (this.#session === session && failure.code !== "rejected") await this.#off(failure.code);
      throw failure;
    }
  }

  powerOff(): Promise<void> {
    return this.#turns.run(() => this.#off("not-powered"));
  }

  /** Asks the reader whether there is a card. Rejects DeviceError. */
  async look(): Promise<void> {
    await this.#command({ type: SLOT_STATUS, repeatable: true });
  }

  /**
   * The reader says that a card went in or out. That one went in may be told after it has got its power already; one that has taken another's place has none, which
   * the next command shows.
   */
  moved(present: boolean): void {
    if (!present) this.#leave("card-removed", "taken out");
    this.#note(present);
  }

  gone(why: string): void {
    this.#leave("unplugged", why);
    this.present = undefined;
  }

  async #powerOn(): Promise<PoweredCard> {
    this.#lost = "no-card";
    let reset = await this.#reset("cold");
    if (reset.problem?.code === "card-mute" || reset.problem?.code === "bad-atr") {
      this.#system.log.info(`${this.#place.device}: ${reset.problem.words}; once more`);
      reset = await this.#reset("warm");
    }
    const { problem, bytes, atr } = reset;
    if (problem !== undefined || atr === undefined) {
      await this.#off("not-powered");
      throw this.#failure(problem?.code ?? "bad-atr", problem?.words);
    }
    try {
      return { atr: bytes, protocol: await this.#begin(atr) };
    } catch (error) {
      const failure = this.#broken(error);
      await this.#off("not-powered");
      throw failure;
    }
  }

  async #reset(kind: "cold" | "warm"): Promise<Reset> {
    const volts = this.#options.level === "tpdu" ? FIVE_VOLTS : AUTOMATIC;
    // Asked of a card that has power, this is a warm reset.
    const answer = await this.#command({ type: POWER_ON, own: [volts, 0, 0], repeatable: true, answerMs: RESET_MS });
    const bytes = answer.data;
    if (answer.failed) {
      const problem = this.#problemOf(answer);
      return { problem, bytes, atr: undefined };
    }
    const atr = parseAtr(bytes);
    const wrong = typeof atr === "string" ? atr : this.#options.emv ? emvProblem(atr, kind) : undefined;
    if (typeof atr === "string" || wrong !== undefined) {
      const words = `${kind} reset answered with ${toHex(bytes)}: ${wrong}`;
      return { problem: { code: "bad-atr", words }, bytes, atr: undefined };
    }
    return { problem: undefined, bytes, atr };
  }

  /** Sets the reader to the card's parameters and makes the session. */
  async #begin(atr: Atr): Promise<PoweredCard["protocol"]> {
    const gone = new CancelSource();
    if (this.#options.level === "apdu") {
      this.#session = { gone, send: (command) => this.#transferApdu(command, gone.token) };
      return "contactless";
    }
    const protocol = atr.protocols[0] ?? 0;
    if (protocol > 1) throw this.#failure("bad-atr", `it speaks T=${protocol}`);
    if (protocol === 0) {
      this.#session = {
        gone,
        send: (_command, apdu) => transmitT0(apdu, (tpdu) => this.#transferTpdu(tpdu, atr, gone.token)),
      };
      await this.#setParameters(atr, protocol);
      return "T=0";
    }
    const t1 = new T1({
      ifsc: atr.ifsc,
      checksum: atr.checksum,
      exchange: (block, waits) => this.#transferBlock(block, atr, waits, gone.token),
    });
    this.#session = { gone, send: (command) => this.#overT1(t1.transmit(command)) };
    await this.#setParameters(atr, protocol);
    await this.#overT1(t1.start());
    return "T=1";
  }

  async #setParameters(atr: Atr, protocol: number): Promise<void> {
    const fiDi = atr.specificMode ? atr.fiDi : DEFAULT_FI_DI;
    const crc = atr.checksum === "crc" ? 1 : 0;
    const data =
      protocol === 0
        ? Uint8Array.of(fiDi, 0, atr.guardTime, atr.waitingInteger, 0)
        : Uint8Array.of(fiDi, 0x10 | crc, atr.guardTime, (atr.bwi << 4) | atr.cwi, 0, atr.ifsc, 0);
    const answer = await this.#command({ type: SET_PARAMETERS, own: [protocol, 0, 0], data, repeatable: true });
    if (answer.failed) throw this.#failureOf(answer);
  }

  async #transferTpdu(tpdu: Uint8Array, atr: Atr, giveUp: Cancel): Promise<Uint8Array> {
    const waitMs = (atr.waitingInteger * 960 * 372) / CLOCK_KHZ;
    const answer = await this.#transfer(tpdu, [0, 0, 0], ANSWER_MS + waitMs, giveUp);
    if (answer.failed) throw this.#failureOf(answer);
    return answer.data;
  }

  /** Undefined: the block that came was damaged, on either stretch of its way, or none came. */
  async #transferBlock(block: Uint8Array, atr: Atr, waits: number, giveUp: Cancel): Promise<Uint8Array | undefined> {
    const blockWaitMs = (2 ** atr.bwi * 960 * 372) / CLOCK_KHZ;
    this.#silent = false;
    try {
      const answer = await this.#transfer(block, [waits > 1 ? waits : 0, 0, 0], ANSWER_MS + waits * blockWaitMs, giveUp);
      this.#missed = false;
      if (!answer.failed) return answer.data;
      const mend = answer.card !== CARD_ABSENT && [ERROR.mute, ERROR.parity, ERROR.overrun].some((each) => each === answer.error);
      if (!mend) throw this.#failureOf(answer);
      this.#silent = answer.error === ERROR.mute;
      return undefined;
    } catch (error) {
      // Lost between reader and terminal; the card can be asked to say it again. A reader that is silent twice is silent.
      const lost = error instanceof DeviceError && (error.code === "bad-frame" || (error.code === "timeout" && !this.#missed));
      if (!lost) throw error;
      this.#missed = error.code === "timeout";
      return undefined;
    }
  }

  async #overT1<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof ProtocolBroken && this.#silent) throw this.#failure("card-mute", error.message);
      throw error;
    }
  }

  async #transferApdu(command: Uint8Array, giveUp: Cancel): Promise<Uint8Array> {
    const answer = await this.#transfer(command, [0, 0, 0], TRANSFER_MS, giveUp);
    if (answer.failed) throw this.#failureOf(answer);
    if (answer.data.length < 2) throw new ProtocolBroken(`${answer.data.length} bytes where at least a status was due`);
    return answer.data;
  }

  async #transfer(data: Uint8Array, own: CcidRequest["own"], answerMs: number, giveUp: Cancel): Promise<CcidAnswer> {
    const sealed = this.#sealed === undefined ? undefined : sealedTransfer(this.#sealed, data);
    const message = sealed === undefined ? { type: TRANSFER, data } : { type: SECURE, data: sealed };
    const answer = await this.#command({ ...message, own: own ?? [0, 0, 0], answerMs, repeatable: false, giveUp });
    if (sealed !== undefined && answer.failed && answer.error === ERROR.data)
      throw this.#failure("rejected", "the reader does not open what the pad sealed");
    return answer;
  }

  async #command(request: Omit<CcidRequest, "slot">): Promise<CcidAnswer> {
    const answer = await this.#wire.exchange({ ...request, slot: this.#place.number });
    if (answer.card === CARD_ABSENT) this.#leave("card-removed", "the reader finds no card");
    this.#note(answer.card !== CARD_ABSENT);
    return answer;
  }

  /** Best effort: what cannot be switched off now is switched off by the next reset. */
  async #off(why: Code): Promise<void> {
    this.#session?.gone.dispose();
    this.#session = undefined;
    this.#lost = why;
    try {
      await this.#command({ type: POWER_OFF, repeatable: true });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#system.log.debug(`${this.#place.device}: not switched off: ${error.message}`);
    }
  }

  #leave(code: Code, words: string): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#lost = code;
    session.gone.cancel(this.#failure(code, words));
  }

  #note(present: boolean): void {
    if (this.present === present) return;
    this.present = present;
    this.onPresence?.(present);
    this.#moves.fire();
  }

  async #until(present: boolean, cancel: Cancel | undefined): Promise<void> {
    cancel?.throwIfCancelled();
    while (this.present !== present) await this.#moves.wait(cancel);
  }

  #broken(error: unknown): DeviceError<Code> {
    if (error instanceof ProtocolBroken) return this.#failure("protocol", error.message);
    if (error instanceof DeviceError) return error as DeviceError<Code>;
    throw error;
  }

  #problemOf({ card, error }: CcidAnswer): { code: Code; words: string } {
    if (card === CARD_ABSENT)
      return { code: this.#lost === "card-removed" ? "card-removed" : "no-card", words: "the slot is empty" };
    if (error === ERROR.mute) return { code: "card-mute", words: "the card does not answer" };
    if (error === ERROR.parity || error === ERROR.overrun)
      return { code: "protocol", words: "what the card sends cannot be read" };
    if (error === ERROR.collision && this.#options.level === "apdu") {
      return { code: "collision", words: "more than one card in the field" };
    }
    const words = error === ERROR.hardware ? "the reader's electronics fail" : `the reader says ${toHex(Uint8Array.of(error))}`;
    return { code: "fault", words };
  }

  #failureOf(answer: CcidAnswer): DeviceError<Code> {
    const { code, words } = this.#problemOf(answer);
    return this.#failure(code, words);
  }

  #failure(code: Code, words?: string): DeviceError<Code> {
    return new DeviceError(this.#place.device, code, words);
  }
}
