/**
 * One request, one answer, one connection (§1.1): draft, encipher tracks, MAC, connect, send, wait, match, verify. Tells the fate of the
 * request and decides nothing about money.
 */
import type { Connection, Link } from "../../hal/link/link.ts";
import { DeviceError } from "../../hal/errors.ts";
import type { PinPad } from "../../hal/pinpad/pinpad.ts";
import { AssertionError, assert } from "../../platform/guest/assert.ts";
import { wipe } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import type { Profile } from "../model/profile.ts";
import { amountOf } from "./answers.ts";
import { CodecError, MAC_BYTES, macBlock, packMessage, unpackMessage } from "./codec.ts";
import { type FieldTable, fieldTable } from "./fields.ts";
import { unwrap, wrap } from "./frame.ts";
import type { ExchangeOptions, Fate, Host, Message, Request } from "./host.ts";
import { factsOf, requestSecurity } from "./requests.ts";
import { answerMti, draftMessage, type ReadCapability } from "./messages.ts";
import { ADVICE_TAKEN, isApproved, REVERSAL_TAKEN } from "./responses.ts";

export interface HostSettings {
  system: System;
  link: Link;
  /** Absent: only messages without card and MAC can be sent. */
  pinpad: PinPad | undefined;
  profile: Profile;
  /** What this terminal can read, for 60.4; "2" (the stripe) when not told. */
  capability?: ReadCapability;
}

export function createHost(settings: HostSettings): Host {
  return new AcquirerHost(settings);
}

/** Answers to other requests that one wait puts up with; more is no host. */
const MOST_STRAYS = 16;

type NotSent = Extract<Fate, { fate: "not-sent" }>;

class AcquirerHost implements Host {
  readonly #settings: HostSettings;
  readonly #table: FieldTable;
  #busy = false;

  constructor(settings: HostSettings) {
    this.#settings = settings;
    this.#table = fieldTable(settings.profile.dialect.encodings);
  }

  get lineState(): "unknown" | "up" | "down" {
    return this.#settings.link.state;
  }

  describe(request: Request): { entryMode: string; security: string | undefined } {
    return requestSecurity(request, this.#settings.profile);
  }

  async exchange(request: Request, options: ExchangeOptions = {}): Promise<Fate> {
    assert(!this.#busy, "one exchange at a time");
    this.#busy = true;
    let connection: Connection | undefined;
    try {
      const draft = await this.#draft(request);
      if ("fate" in draft) return draft;
      const line = await this.#connect(options);
      if ("fate" in line) return line;
      connection = line.connection;
      return await this.#talk(connection, draft.message, options);
    } finally {
      connection?.close();
      this.#busy = false;
    }
  }

  /** The message, complete but for nothing: tracks enciphered, MAC in place. */
  async #draft(request: Request): Promise<{ message: Message } | NotSent> {
    const { pinpad, profile, capability = "2", system } = this.#settings;
    try {
      const facts = await factsOf(request, { pinpad, profile, capability, serial: system.facts().serial, log: system.log });
      const message = draftMessage(facts);
      if (message.fields.has(64)) {
        if (pinpad === undefined) return notSent("pinpad", "there is no PIN pad, so no MAC");
        const block = macBlock(message, this.#table);
        const mac = await pinpad.mac(profile.keys.mac, block);
        wipe(block);
        assert(mac.length === MAC_BYTES, "a MAC has eight bytes");
        message.fields.set(64, mac);
      }
      return { message };
    } catch (error) {
      if (error instanceof DeviceError) return notSent("pinpad", error.message);
      throw error;
    }
  }

  async #connect({ cancel, onPhase }: ExchangeOptions): Promise<{ connection: Connection } | NotSent> {
    const { link, profile } = this.#settings;
    if (cancel?.cancelled) return notSent("cancelled", "cancelled before the line was up");
    onPhase?.("connecting", Math.ceil(profile.connectTimeoutMs / 1000));
    try {
      const connection = await link.connect(cancel);
      if (!cancel?.cancelled) return { connection };
      connection.close();
    } catch (error) {
      if (!cancel?.cancelled) {
        if (error instanceof DeviceError) return notSent("no-line", error.message);
        throw error;
      }
    }
    return notSent("cancelled", "cancelled while connecting");
  }

  /** From here on nothing can be cancelled: either nothing leaves, or the fate is the host's or unknown. */
  async #talk(connection: Connection, message: Message, options: ExchangeOptions): Promise<Fate> {
    const { profile } = this.#settings;
    const frame = wrap(profile, packMessage(message, this.#table));
    const seconds = Math.ceil(profile.responseTimeoutMs / 1000);
    options.onPhase?.("sending", seconds);
    try {
      options.beforeSend?.();
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      return notSent("journal", error instanceof Error ? error.message : "the journal refused");
    }
    try {
      connection.send(frame);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      const nothingSent = (error as { nothingSent?: boolean }).nothingSent === true;
      return nothingSent ? notSent("no-line", error.message) : { fate: "silent", words: error.message };
    } finally {
      wipe(frame);
    }
    return this.#await(connection, message, options);
  }

  async #await(connection: Connection, sent: Message, options: ExchangeOptions): Promise<Fate> {
    const wait = new Wait(this.#settings, options.onPhase);
    try {
      for (let strays = 0; strays <= MOST_STRAYS; strays++) {
        const heard = await wait.frame(connection);
        if (!("frame" in heard)) return { fate: "silent", words: heard.silence };
        options.onPhase?.("receiving", wait.secondsLeft);
        const fate = await this.#read(heard.frame, sent);
        if (fate !== "stray") return fate;
        this.#settings.system.log.warn(
          `host: an answer to another request was dropped while waiting for trace ${sent.fields.get(11) ?? "-"}`,
        );
      }
      return { fate: "wrong-packet", words: `${MOST_STRAYS} answers, none to this request` };
    } finally {
      wait.end();
    }
  }

  /**
   * §1.5. "stray": an answer to another request, by its MTI or trace; the right one may still come. Everything else ends the wait.
   */
  async #read(frame: Uint8Array, sent: Message): Promise<Fate | "stray"> {
    let headerRequest: number;
    let raw: Uint8Array;
    let answer: Message;
    try {
      ({ headerRequest, message: raw } = unwrap(frame));
      answer = unpackMessage(raw, this.#table);
    } catch (error) {
      if (error instanceof CodecError) return { fate: "wrong-packet", words: error.message };
      throw error;
    }
    if (isStray(sent, answer)) return "stray";
    const mismatch = mismatchOf(sent, answer);
    if (mismatch !== undefined) return { fate: "wrong-packet", words: mismatch };
    // The answer to a settlement has none (§2.8).
    const code = (answer.fields.get(39) as string | undefined) ?? "";
    const macGood = await this.#macGood(raw, sent, answer, code);
    if (macGood === "no-pad") return { fate: "silent", words: "the PIN pad could not check the answer's MAC" };
    return macGood ? { fate: "answered", code, answer, headerRequest } : { fate: "bad-mac", answer };
  }

  /** Checked whenever there is one; one must be there when the answer says that money moved, there or back. */
  async #macGood(raw: Uint8Array, sent: Message, answer: Message, code: string): Promise<boolean | "no-pad"> {
    const { pinpad, profile, system } = this.#settings;
    const mac = answer.fields.get(64);
    if (!(mac instanceof Uint8Array)) {
      return !(sent.fields.has(64) && settles(sent.mti, code));
    }
    assert(raw.length > MAC_BYTES, "a message with a MAC is longer than it");
    if (pinpad === undefined) return "no-pad";
    try {
      return await pinpad.verifyMac(profile.keys.mac, raw.slice(0, raw.length - MAC_BYTES), mac);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // Neither right nor wrong: as if nothing had come, so that what is owed goes out as a reversal.
      system.log.error("host: the PIN pad failed while it checked an answer", error);
      return "no-pad";
    }
  }
}

/** The time an answer may take: one deadline for all frames, told once a second. */
class Wait {
  readonly #settings: HostSettings;
  readonly #onPhase: ExchangeOptions["onPhase"];
  readonly #deadlineMs: number;
  #tick: { stop(): void } | undefined;
  #timedOut: (() => void) | undefined;
  #late = false;

  constructor(settings: HostSettings, onPhase: ExchangeOptions["onPhase"]) {
    this.#settings = settings;
    this.#onPhase = onPhase;
    this.#deadlineMs = settings.system.scheduler.now() + settings.profile.responseTimeoutMs;
    this.#onPhase?.("waiting", this.secondsLeft);
    this.#schedule();
  }

  get secondsLeft(): number {
    return Math.max(0, Math.ceil((this.#deadlineMs - this.#settings.system.scheduler.now()) / 1000));
  }

  /** The next frame, or why there is none. */
  frame(connection: Connection): Promise<{ frame: Uint8Array } | { silence: string }> {
    return new Promise((resolve, reject) => {
      const timeout = (): void => resolve({ silence: `no answer in ${this.#settings.profile.responseTimeoutMs / 1000} s` });
      if (this.#late) return timeout();
      this.#timedOut = timeout;
      connection.receive().then(
        (frame) => resolve({ frame }),
        (error: unknown) => (error instanceof DeviceError ? resolve({ silence: error.message }) : reject(error)),
      );
    });
  }

  end(): void {
    this.#tick?.stop();
    this.#timedOut = undefined;
  }

  #schedule(): void {
    const { scheduler } = this.#settings.system;
    const leftMs = this.#deadlineMs - scheduler.now();
    const stepMs = leftMs % 1000 || Math.min(leftMs, 1000);
    this.#tick = scheduler.after(stepMs, "work", () => {
      if (scheduler.now() >= this.#deadlineMs) {
        this.#late = true;
        this.#timedOut?.();
        return;
      }
      this.#onPhase?.("waiting", this.secondsLeft);
      this.#schedule();
    });
  }
}

function isStray(sent: Message, answer: Message): boolean {
  if (answer.mti !== answerMti(sent.mti)) return true;
  const trace = answer.fields.get(11);
  return sent.fields.has(11) && trace !== undefined && trace !== sent.fields.get(11);
}

/** Whether this answer to this request says that money moved, or that nothing is owed any more. */
function settles(mti: string, code: string): boolean {
  if (mti === "0400") return REVERSAL_TAKEN.has(code);
  return isApproved(code) || (mti === "0220" && ADVICE_TAKEN.has(code));
}

/** What must come back as it was sent (§1.5), and must be there at all. */
const ECHOED = [3, 4, 41, 42] as const;

/** Words for what makes an answer no answer to this request; undefined when it is one. */
function mismatchOf(sent: Message, answer: Message): string | undefined {
  const code = answer.fields.get(39);
  if (typeof code !== "string" && sent.mti !== "0500") return "DE39 is missing";
  if (sent.fields.has(11) && !answer.fields.has(11)) return "DE11 is missing";
  for (const field of ECHOED) {
    const back = answer.fields.get(field);
    const there = sent.fields.get(field);
    // A partial approval brings its own amount; of an uploaded record the host may say what it likes.
    if (field === 4 && (code === "10" || sent.mti === "0320")) continue;
    if (back !== undefined && there !== undefined && back !== there) return `DE${field} is not the request's`;
  }
  return code === "10" ? partialMismatch(sent, answer) : undefined;
}

/** Answer 10 tells in DE4 what was approved; without it, or with more than was asked, nobody knows what moved. */
function partialMismatch(sent: Message, answer: Message): string | undefined {
  const asked = amountOf(sent);
  if (asked === undefined) return undefined;
  const approved = amountOf(answer);
  return approved !== undefined && approved > 0 && approved <= asked
    ? undefined
    : "DE4 of a partial approval is missing or too large";
}

function notSent(why: NotSent["why"], words: string): NotSent {
  return { fate: "not-sent", why, words };
}
