/**
 * One request and its answer on the pad's wire (PROTOCOL.md): sequence numbers, ACK and NAK, three tries, notices. Knows nothing of
 * keys and PINs; ./tpp.ts does.
 */
import { Queue } from "../../platform/guest/async.ts";
import { type Cancel, type Patience, type Port, PortError, type System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import { nextWithin } from "../wait.ts";
import { FrameReader, frameOf } from "./frames.ts";
import type { PinPadErrorCode } from "./pinpad.ts";

const ACK_MS = 500;
export const ANSWER_MS = 2_000;
const TRIES = 3;
const ANSWER_BIT = 0x80;
const NOTICE_DIGITS = 0xe0;
const NOTICE_TAMPER = 0xe1;
const NOTICE_RESTARTED = 0xe2;

export class PadFailure extends DeviceError<PinPadErrorCode> {
  constructor(
    code: PinPadErrorCode,
    words: string,
    readonly waitSeconds?: number,
  ) {
    super("pinpad", code, words);
  }
}

export interface PadRequest {
  command: number;
  /** Wiped when the answer is there or the tries are used up. */
  args: Uint8Array;
  /** From ACK to answer. Default 2 s. */
  answerMs?: number;
  patience?: Patience;
  /** False when its work depends on what the pad kept from an earlier frame, or must not be done twice. */
  survivesRestart: boolean;
  onDigits?: ((count: number) => void) | undefined;
  /** Called once the pad has taken the request. */
  onTaken?: () => void;
  /** Stops waiting for the answer; the exchange rejects with its reason. */
  giveUp?: Cancel;
}

export interface PadAnswer {
  status: number;
  data: Uint8Array;
}

type Event = { kind: "ack" | "nak" | "damaged" | "restarted" } | ({ kind: "answer" } & PadAnswer);

interface Exchange {
  command: number;
  events: Queue<Event>;
  onDigits: ((count: number) => void) | undefined;
  /** A good notice came since the last failed try. */
  alive: boolean;
}

export class PadWire {
  readonly #system: System;
  readonly #portName: string;
  #port: Port | undefined;
  #reader: FrameReader | undefined;
  #closed = false;
  #sequence: number;
  /** Under way, by sequence, oldest first: at most a PIN and its CANCEL. */
  readonly #exchanges = new Map<number, Exchange>();
  /** The one whose ACK is due. */
  #sending: Exchange | undefined;

  /** Throws PortError when the port cannot be opened. */
  constructor(system: System, portName: string) {
    this.#system = system;
    this.#portName = portName;
    // Not from 1: the pad may still hold the answer to what the terminal's last life sent under 1.
    this.#sequence = system.entropy(1)[0] as number;
    this.#open();
  }

  /** True after opening, until the first answer: the caller says hello first. */
  fresh = true;

  /** Rejects PadFailure, or the reason of `giveUp`. */
  async exchange(request: PadRequest): Promise<PadAnswer> {
    if (this.#port === undefined) this.#reopen();
    const sequence = this.#nextSequence();
    const body = new Uint8Array(request.args.length + 1);
    body[0] = request.command;
    body.set(request.args, 1);
    const frame = frameOf(sequence, body);
    const exchange: Exchange = {
      command: request.command,
      events: new Queue<Event>(64),
      onDigits: request.onDigits,
      alive: false,
    };
    this.#exchanges.set(sequence, exchange);
    try {
      return await this.#tries(request, frame, exchange);
    } finally {
      this.#exchanges.delete(sequence);
      if (this.#sending === exchange) this.#sending = undefined;
      for (const secret of [frame, body, request.args]) secret.fill(0);
    }
  }

  close(): void {
    this.#closed = true;
    this.#lose("closed here");
  }

  async #tries(request: PadRequest, frame: Uint8Array, exchange: Exchange): Promise<PadAnswer> {
    let failure = new PadFailure("timeout", "");
    for (let tries = 0; tries < TRIES; tries++) {
      const outcome = await this.#try(request, frame, exchange);
      if (typeof outcome !== "string") {
        this.fresh = false;
        return outcome;
      }
      // On a line that works now and then, a PIN must not end because its notices suffer.
      if (exchange.alive) tries = 0;
      exchange.alive = false;
      const what = `command ${request.command.toString(16).padStart(2, "0")}: ${outcome}`;
      failure = new PadFailure(outcome === DAMAGED ? "bad-frame" : "timeout", `${what}, ${TRIES} times`);
      if (outcome === RESTARTED && !request.survivesRestart) throw new PadFailure("unplugged", what);
      this.#system.log.debug(`pinpad: ${what}`);
    }
    throw failure;
  }

  /** Sends once and waits. The answer, or what went wrong. */
  async #try(request: PadRequest, frame: Uint8Array, exchange: Exchange): Promise<PadAnswer | string> {
    const { scheduler } = this.#system;
    this.#sending = exchange;
    this.#write(frame);
    let taken = false;
    let untilMs = scheduler.now() + ACK_MS;
    let patience: Patience = "work";
    for (;;) {
      const event = await nextWithin(
        scheduler,
        exchange.events,
        Math.max(0, untilMs - scheduler.now()),
        patience,
        request.giveUp,
      );
      if (event === undefined) return taken ? "taken, but no answer" : "nothing heard";
      if (event.kind === "answer") return event;
      if (event.kind === "nak" || event.kind === "damaged") return DAMAGED;
      if (event.kind === "restarted") return RESTARTED;
      if (event.kind === "ack" && !taken) {
        taken = true;
        this.#sending = undefined;
        untilMs = scheduler.now() + (request.answerMs ?? ANSWER_MS);
        patience = request.patience ?? "work";
        request.onTaken?.();
      }
    }
  }

  #write(frame: Uint8Array): void {
    try {
      if (this.#port === undefined) throw new PadFailure("unplugged", "the line is gone");
      this.#port.write(frame);
    } catch (error) {
      if (error instanceof PortError) throw new PadFailure("unplugged", error.message);
      throw error;
    }
  }

  #nextSequence(): number {
    do this.#sequence = (this.#sequence % 255) + 1;
    while (this.#exchanges.has(this.#sequence));
    return this.#sequence;
  }

  #open(): void {
    const port = this.#system.openPort(this.#portName);
    const reader = new FrameReader(this.#system.scheduler, {
      ack: () => this.#sending?.events.push({ kind: "ack" }),
      nak: () => this.#sending?.events.push({ kind: "nak" }),
      damaged: () => this.#newest()?.events.push({ kind: "damaged" }),
      frame: (sequence, body) => this.#frame(sequence, body),
    });
    port.onReadable = () => {
      for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) reader.take(bytes);
    };
    port.onClosed = (why) => this.#lose(why);
    this.#port = port;
    this.#reader = reader;
    this.fresh = true;
  }

  #reopen(): void {
    if (this.#closed) throw new PadFailure("unplugged", "closed here");
    try {
      this.#open();
    } catch (error) {
      if (error instanceof PortError) throw new PadFailure("unplugged", error.message);
      throw error;
    }
  }

  #lose(why: string): void {
    this.#reader?.stop();
    this.#port?.close();
    this.#port = undefined;
    for (const { events } of this.#exchanges.values()) events.close(new PadFailure("unplugged", `the line is gone (${why})`));
  }

  #newest(): Exchange | undefined {
    return [...this.#exchanges.values()].at(-1);
  }

  #frame(sequence: number, body: Uint8Array): void {
    const kind = body[0] as number;
    const second = body[1];
    if (sequence === 0) {
      this.#notice(kind, second);
      return;
    }
    const exchange = this.#exchanges.get(sequence);
    // Else an answer that came after we had given up.
    if (exchange === undefined || kind !== (exchange.command | ANSWER_BIT) || second === undefined) return;
    exchange.events.push({ kind: "answer", status: second, data: body.slice(2) });
  }

  #notice(kind: number, count: number | undefined): void {
    if (kind === NOTICE_TAMPER) this.#system.log.error("pinpad: it says that it was tampered with; its keys are gone");
    if (kind === NOTICE_RESTARTED) {
      this.#system.log.warn("pinpad: it restarted");
      for (const { events } of this.#exchanges.values()) events.push({ kind: "restarted" });
    }
    if (kind === NOTICE_DIGITS && count !== undefined) {
      for (const exchange of this.#exchanges.values()) {
        exchange.alive = true;
        exchange.onDigits?.(count);
      }
    }
  }
}

const DAMAGED = "damaged frames";
const RESTARTED = "the pad restarted meanwhile";
