/**
 * One command and its answer on a serial CCID reader's line (README.md): sequence numbers, echoes, NAK, time extensions, notices of cards. Knows nothing of cards;
 * ./ccid-slot.ts does.
 */
import { Mutex, Queue } from "../../platform/guest/async.ts";
import { type Cancel, type Port, PortError, type System } from "../../platform/guest/system.ts";
import { attach, type Attachment } from "../attach.ts";
import { DeviceError } from "../errors.ts";
import { nextWithin } from "../wait.ts";
import { type CcidMessage, FrameReader, frameOf } from "./ccid-frames.ts";

export type ReaderErrorCode = "timeout" | "bad-frame" | "unplugged";

/** From the command to the next sign of the reader. */
export const ANSWER_MS = 2_000;
const TRIES = 3;
/** A reader that has been asked for one answer and owes it may be given another question after so long. */
const OWED_MS = 1_000;
/** An answer has this bit in its type, a command and its echo have not. */
const ANSWER_BIT = 0x80;
const TIME_EXTENSION = 0x80;
const NOTHING = new Uint8Array(0);

export interface CcidRequest {
  type: number;
  slot: number;
  own?: readonly [number, number, number];
  data?: Uint8Array;
  /** Default 2 s, from the last sign of the reader. */
  answerMs?: number;
  /** False when the reader must not do it twice: it is sent again only when the reader says that it has not read it. */
  repeatable: boolean;
  /** Ends the waiting; the exchange rejects with its reason. */
  giveUp?: Cancel;
}

export interface CcidAnswer {
  type: number;
  /** 0 active, 1 present and off, 2 absent. */
  card: number;
  failed: boolean;
  /** bError. */
  error: number;
  data: Uint8Array;
}

type Event = { kind: "nak" | "damaged" | "moreTime" } | ({ kind: "answer" } & CcidAnswer);

export interface WireEvents {
  /** The line is open, for the first time or again. Called before the constructor has come back, the first time. */
  opened(): void;
  gone(why: string): void;
  slots(bits: number): void;
}

export class CcidWire {
  readonly #system: System;
  readonly #device: string;
  readonly #events: WireEvents;
  readonly #attachment: Attachment;
  readonly #turns = new Mutex();
  #line: { port: Port; reader: FrameReader } | undefined;
  #sequence: number;
  #answers: Queue<Event> | undefined;
  /** Sequence number of the answer that is waited for, or still owed after its asker gave up. */
  #awaited = -1;
  #owed: Queue<void> | undefined;

  /** Throws PortError when the port cannot be opened. `device` is the word in errors. */
  constructor(system: System, portName: string, device: string, events: WireEvents) {
    this.#system = system;
    this.#device = device;
    this.#events = events;
    this.#sequence = system.entropy(1)[0] as number;
    this.#attachment = attach(
      system,
      portName,
      { messages: false },
      (port) => this.#open(port),
      (why) => this.#lose(why),
    );
  }

  /** Rejects DeviceError with a ReaderErrorCode, or the reason of `giveUp`. */
  exchange(request: CcidRequest): Promise<CcidAnswer> {
    return this.#turns.run(() => this.#exchange(request), request.giveUp);
  }

  close(): void {
    this.#lose("closed here");
    this.#attachment.close();
  }

  async #exchange(request: CcidRequest): Promise<CcidAnswer> {
    await this.#leaveOwed();
    const sequence = (this.#sequence + 1) & 0xff;
    this.#sequence = sequence;
    const { type, slot, own = [0, 0, 0], data = NOTHING } = request;
    const frame = frameOf({ type, slot, sequence, own, data });
    const answers = new Queue<Event>(64);
    this.#answers = answers;
    this.#awaited = sequence;
    try {
      return await this.#tries(request, frame, answers);
    } finally {
      this.#answers = undefined;
      frame.fill(0);
    }
  }

  async #tries(request: CcidRequest, frame: Uint8Array, answers: Queue<Event>): Promise<CcidAnswer> {
    const what = `command ${request.type.toString(16).toUpperCase()}`;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(request, frame, answers);
      if (typeof outcome !== "string") return outcome;
      this.#system.log.debug(`${this.#device}: ${what}: ${outcome}`);
      const again = outcome === NAK || request.repeatable;
      if (again && tries < TRIES) continue;
      throw new DeviceError<ReaderErrorCode>(
        this.#device,
        outcome === SILENT ? "timeout" : "bad-frame",
        `${what}: ${outcome}${tries === 1 ? "" : `, ${tries} times`}`,
      );
    }
  }

  /** Sends once and waits. The answer, or what went wrong. */
  async #try(request: CcidRequest, frame: Uint8Array, answers: Queue<Event>): Promise<CcidAnswer | string> {
    const { scheduler } = this.#system;
    this.#write(frame);
    const waitMs = request.answerMs ?? ANSWER_MS;
    let damaged = false;
    let untilMs = scheduler.now() + waitMs;
    for (;;) {
      const event = await this.#next(answers, Math.max(0, untilMs - scheduler.now()), request.giveUp);
      if (event === undefined) return damaged ? DAMAGED : SILENT;
      if (event.kind === "answer") {
        this.#awaited = -1;
        return event;
      }
      if (event.kind === "nak") return NAK;
      if (event.kind === "moreTime") untilMs = scheduler.now() + waitMs;
      if (event.kind === "damaged") {
        // It may have been the echo; the answer is then still to come, and soon.
        if (damaged) return DAMAGED;
        damaged = true;
        if (request.repeatable) untilMs = Math.min(untilMs, scheduler.now() + ANSWER_MS);
      }
    }
  }

  async #next(answers: Queue<Event>, ms: number, giveUp: Cancel | undefined): Promise<Event | undefined> {
    try {
      return await nextWithin(this.#system.scheduler, answers, ms, "work", giveUp);
    } catch (error) {
      // Whoever gave up leaves an answer behind that the reader has yet to send.
      if (giveUp?.cancelled) this.#owed = new Queue<void>(1);
      throw error;
    }
  }

  /** A reader works off one command at a time: what was given up comes to its end first. */
  async #leaveOwed(): Promise<void> {
    const owed = this.#owed;
    if (owed === undefined) return;
    await nextWithin(this.#system.scheduler, owed, OWED_MS, "work").catch(() => {});
    this.#owed = undefined;
  }

  #write(frame: Uint8Array): void {
    try {
      if (this.#line === undefined) throw this.#unplugged("the line is gone");
      this.#line.port.write(frame);
    } catch (error) {
      throw error instanceof PortError ? this.#unplugged(error.message) : error;
    }
  }

  #open(port: Port): void {
    const reader = new FrameReader(this.#system.scheduler, {
      message: (message) => this.#message(message),
      nak: () => this.#answers?.push({ kind: "nak" }),
      slots: (bits) => this.#events.slots(bits),
      moreTime: () => this.#answers?.push({ kind: "moreTime" }),
      damaged: () => this.#answers?.push({ kind: "damaged" }),
    });
    port.onReadable = () => {
      for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) reader.take(bytes);
    };
    this.#line = { port, reader };
    this.#owed = undefined;
    this.#events.opened();
  }

  #lose(why: string): void {
    if (this.#line === undefined) return;
    this.#line.reader.stop();
    this.#line = undefined;
    this.#answers?.close(this.#unplugged(`the line is gone (${why})`));
    this.#owed = undefined;
    this.#events.gone(why);
  }

  #unplugged(words: string): DeviceError<ReaderErrorCode> {
    return new DeviceError(this.#device, "unplugged", words);
  }

  #message({ type, sequence, own, data }: CcidMessage): void {
    // An echo, or an answer that came after we had stopped waiting.
    if ((type & ANSWER_BIT) === 0 || sequence !== this.#awaited) return;
    const [status, error] = own;
    if ((status & 0xc0) === TIME_EXTENSION) {
      this.#answers?.push({ kind: "moreTime" });
      return;
    }
    const answer = { type, card: status & 0x03, failed: (status & 0xc0) !== 0, error, data: data.slice() };
    this.#owed?.push();
    this.#answers?.push({ kind: "answer", ...answer });
  }
}

const SILENT = "nothing heard";
const DAMAGED = "damaged frames";
const NAK = "the reader could not read it";
