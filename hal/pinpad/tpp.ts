/** Driver for pads of PROTOCOL.md. Keys and PINs stay in the pad; here pass requests, blocks and MACs. */
import { Mutex } from "../../platform/guest/async.ts";
import { concat, decodeAscii, encodeAscii } from "../../platform/guest/bytes.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { Cancel, System, Timer } from "../../platform/guest/system.ts";
import {
  type Algorithm,
  type EncipheredKey,
  type MacMethod,
  type CardPinRequest,
  type PinEntry,
  type PinPad,
  type PinPadErrorCode,
  type PinPadInfo,
  type PinRequest,
  type PinResult,
  PROMPTS,
  type Prompt,
  type WorkingKey,
} from "./pinpad.ts";
import { amountBcd, cardPinArguments, OF_LOADED_KEY, pinArguments, pinSeconds, within } from "./pin-arguments.ts";
import { ANSWER_MS, type PadAnswer, PadFailure, type PadRequest, PadWire } from "./wire.ts";

const COMMAND = {
  info: 0x01,
  keyCheck: 0x02,
  loadKey: 0x03,
  pin: 0x04,
  cancel: 0x05,
  mac: 0x06,
  verifyMac: 0x07,
  track: 0x08,
  show: 0x09,
  eraseWorkingKeys: 0x0a,
  cardPin: 0x0b,
} as const;

const OK = 0x00;
const KEY_MISSING = 0x01;
const RATE_LIMITED = 0x03;
const CANCELLED = 0x08;
const TIMED_OUT = 0x09;
const EMPTY = 0x0a;
const MAC_MISMATCH = 0x0b;

/** Statuses that are failures whatever was asked. */
const FAILURE_OF_STATUS: Readonly<Record<number, PinPadErrorCode>> = {
  1: "key-missing",
  2: "kcv-mismatch",
  3: "rate-limited",
  4: "tampered",
  5: "not-permitted",
  6: "rejected",
  7: "busy",
  12: "rejected",
};

const ALGORITHM: Readonly<Record<Algorithm, number>> = { des: 1, "3des": 2, sm4: 3 };
const KEY_BYTES: Readonly<Record<Algorithm, number>> = { des: 8, "3des": 16, sm4: 16 };
const USE: Readonly<Record<WorkingKey, number>> = { PIK: 1, MAK: 2, TDK: 3 };
const METHOD: Readonly<Record<MacMethod, number>> = { ecb: 1, "x9.9": 2, "x9.19": 3, sm4: 4 };
const MASTER_KEY = 0;
const MASTER_SLOTS = 50;
const CHECK_BYTES = 4;
const MAC_BYTES = 8;
const CHUNK_BYTES = 512;
const FIRST = 1;
const LAST = 2;
const INFO_TAMPERED = 1;
const PIN_GRACE_MS = 5_000;

/** `cardPins`: the pad knows CARD PIN. */
export function openTpp(system: System, portName: string, { cardPins = false }: { cardPins?: boolean } = {}): PinPad {
  return new Tpp(system, portName, cardPins);
}

class GaveUp extends Error {
  override readonly name = "GaveUp";
}

class Tpp implements PinPad {
  readonly #system: System;
  readonly #wire: PadWire;
  readonly #turn = new Mutex();
  readonly cardPins: boolean;

  constructor(system: System, portName: string, cardPins: boolean) {
    this.cardPins = cardPins;
    this.#system = system;
    this.#wire = new PadWire(system, portName);
  }

  async info(): Promise<PinPadInfo> {
    const data = await this.#ask("INFO", COMMAND.info, new Uint8Array(0));
    const texts = new Reader("INFO", data);
    const flags = texts.byte();
    return { tampered: (flags & INFO_TAMPERED) !== 0, model: texts.text(), version: texts.text(), serial: texts.text() };
  }

  async masterKeyCheck(slot: number): Promise<Uint8Array | undefined> {
    within("master key slot", slot, 0, MASTER_SLOTS - 1);
    return this.#keyCheck(MASTER_KEY, slot);
  }

  async workingKeyCheck(use: WorkingKey): Promise<Uint8Array | undefined> {
    return this.#keyCheck(USE[use], 0);
  }

  async loadWorkingKey(masterSlot: number, use: WorkingKey, key: EncipheredKey): Promise<void> {
    within("master key slot", masterSlot, 0, MASTER_SLOTS - 1);
    const { algorithm, bytes } = singleLengthMak(use, key);
    within(`${use} bytes for ${algorithm}`, bytes.length, KEY_BYTES[algorithm], KEY_BYTES[algorithm]);
    within(`${use} check value bytes`, key.kcv.length, CHECK_BYTES, CHECK_BYTES);
    const head = Uint8Array.of(masterSlot, USE[use], ALGORITHM[algorithm], bytes.length);
    await this.#ask(`LOAD KEY ${use}`, COMMAND.loadKey, concat(head, bytes, key.kcv));
  }

  async enterPin(request: PinRequest, cancel?: Cancel): Promise<PinResult> {
    return this.#entry("PIN", COMMAND.pin, pinArguments(request), request, cancel);
  }

  async enterCardPin(request: CardPinRequest, cancel?: Cancel): Promise<PinResult> {
    if (!this.cardPins) throw new PadFailure("rejected", "CARD PIN: the board says that this pad does not know it");
    return this.#entry("CARD PIN", COMMAND.cardPin, cardPinArguments(request), request, cancel);
  }

  async mac(method: MacMethod, data: Uint8Array): Promise<Uint8Array> {
    const { data: mac } = await this.#macFrames("MAC", COMMAND.mac, method, data, new Uint8Array(0));
    if (mac.length !== MAC_BYTES) throw new PadFailure("bad-frame", `MAC: ${mac.length} bytes came, ${MAC_BYTES} expected`);
    return mac;
  }

  async verifyMac(method: MacMethod, data: Uint8Array, mac: Uint8Array): Promise<boolean> {
    within("MAC bytes", mac.length, MAC_BYTES, MAC_BYTES);
    const { status } = await this.#macFrames("VERIFY MAC", COMMAND.verifyMac, method, data, mac);
    return status === OK;
  }

  async encryptTrack(track: string): Promise<{ packed: Uint8Array; digits: number }> {
    const digits = track.replaceAll("=", "D");
    if (!/^[0-9D]{1,104}$/.test(digits)) throw new PadFailure("rejected", "TRACK: only digits and separators, 1 to 104 of them");
    const data = await this.#ask("TRACK", COMMAND.track, concat(Uint8Array.of(OF_LOADED_KEY), encodeAscii(digits)));
    const answer = new Reader("TRACK", data);
    return { digits: answer.byte(), packed: answer.rest() };
  }

  async show(prompt: Prompt, amountFen?: number): Promise<void> {
    await this.#ask("SHOW", COMMAND.show, concat(Uint8Array.of(PROMPTS.indexOf(prompt)), amountBcd(amountFen)));
  }

  async eraseWorkingKeys(): Promise<void> {
    await this.#ask("ERASE WORKING KEYS", COMMAND.eraseWorkingKeys, new Uint8Array(0));
  }

  close(): void {
    this.#wire.close();
  }

  async #keyCheck(kind: number, slot: number): Promise<Uint8Array | undefined> {
    return this.#turn.run(async () => {
      await this.#hello();
      const answer = await this.#wire.exchange(plain(COMMAND.keyCheck, Uint8Array.of(kind, slot)));
      if (answer.status === KEY_MISSING) return undefined;
      const check = new Reader("KEY CHECK", expectOk("KEY CHECK", answer));
      return check.bytes(CHECK_BYTES);
    });
  }

  /** One request in one frame; the data of an answer that says ok. */
  #ask(what: string, command: number, args: Uint8Array): Promise<Uint8Array> {
    return this.#turn.run(async () => {
      await this.#hello();
      return expectOk(what, await this.#wire.exchange(plain(command, args)));
    });
  }

  /** After a start or a lost line the pad may hold an old answer: this displaces it (PROTOCOL.md, Frame, 7). */
  async #hello(): Promise<void> {
    if (this.#wire.fresh) await this.#wire.exchange(plain(COMMAND.info, new Uint8Array(0)));
  }

  async #macFrames(what: string, command: number, method: MacMethod, data: Uint8Array, mac: Uint8Array): Promise<PadAnswer> {
    if (data.length === 0) throw new PadFailure("rejected", `${what}: there is nothing to protect`);
    return this.#turn.run(async () => {
      await this.#hello();
      const frames = Math.ceil(data.length / CHUNK_BYTES);
      for (let frame = 0; ; frame++) {
        const last = frame === frames - 1;
        const head = Uint8Array.of(METHOD[method], (frame === 0 ? FIRST : 0) | (last ? LAST : 0));
        const chunk = data.subarray(frame * CHUNK_BYTES, (frame + 1) * CHUNK_BYTES);
        const args = concat(head, last ? mac : new Uint8Array(0), chunk);
        const answer = await this.#wire.exchange({ command, args, survivesRestart: frames === 1 });
        if (last && answer.status === MAC_MISMATCH) return answer;
        expectOk(what, answer);
        if (last) return answer;
      }
    });
  }

  #entry(what: string, command: number, args: Uint8Array, entry: PinEntry, cancel: Cancel | undefined): Promise<PinResult> {
    return this.#turn.run(async () => {
      await this.#hello();
      if (cancel?.cancelled) return { outcome: "cancelled" };
      const answer = await this.#ended(command, args, entry, cancel);
      return answer === "cancelled" ? { outcome: "cancelled" } : pinResult(what, answer);
    });
  }

  /** The pad's answer to a command that asks for a PIN, however it ended; "cancelled": here, and nothing of it is left. */
  async #ended(command: number, args: Uint8Array, entry: PinEntry, cancel: Cancel | undefined): Promise<PadAnswer | "cancelled"> {
    const seconds = pinSeconds(entry);
    const giveUp = new CancelSource();
    let stopped: Promise<Timer> | undefined;
    let leave = () => {};
    const stop = () => {
      stopped ??= this.#stopPin(giveUp);
    };
    try {
      const answer = await this.#wire.exchange({
        command,
        args,
        answerMs: seconds * 1000 + PIN_GRACE_MS,
        patience: "person",
        survivesRestart: false,
        onDigits: entry.onDigits,
        // A CANCEL that overtakes its PIN would stop nothing.
        onTaken: () => {
          leave();
          leave = cancel?.onCancel(stop) ?? leave;
        },
        giveUp: giveUp.token,
      });
      // Entered in the moment of the cancel: the one who cancelled must get what was asked for.
      if (stopped !== undefined) answer.data.fill(0);
      return stopped === undefined ? answer : "cancelled";
    } catch (error) {
      if (error instanceof GaveUp) {
        // A pad that began to ask only after the CANCEL would ask on, and be busy for the next customer.
        await this.#cancel();
        return "cancelled";
      }
      // The pad may still be asking; nobody would take what is entered.
      if (error instanceof PadFailure && error.code !== "unplugged") stop();
      throw error;
    } finally {
      leave();
      // The next command must not find the CANCEL still on the line.
      (await stopped)?.stop();
      giveUp.dispose();
    }
  }

  /** Tells the pad to stop asking; its *cancelled* for the PIN follows within the time of any answer, or never. */
  async #stopPin(giveUp: CancelSource): Promise<Timer> {
    await this.#cancel();
    return this.#system.scheduler.after(ANSWER_MS, "work", () => giveUp.cancel(new GaveUp("the pad stopped asking")));
  }

  async #cancel(): Promise<void> {
    try {
      await this.#wire.exchange(plain(COMMAND.cancel, new Uint8Array(0)));
    } catch (error) {
      this.#system.log.warn(`pinpad: CANCEL failed: ${String(error)}`);
    }
  }
}

const plain = (command: number, args: Uint8Array): PadRequest => ({ command, args, survivesRestart: true });

function expectOk(what: string, { status, data }: PadAnswer): Uint8Array {
  if (status === OK) return data;
  const code = FAILURE_OF_STATUS[status];
  if (code === undefined) throw new PadFailure("bad-frame", `${what}: status ${status} has no meaning here`);
  if (status !== RATE_LIMITED) throw new PadFailure(code, what);
  const seconds = new Reader(what, data).number2();
  throw new PadFailure(code, `${what}: wait ${seconds} s`, seconds);
}

/** The sign-on's key block carries a single-length MAK in a 16-byte field with a right half of zeros (spec §4.2). */
function singleLengthMak(use: WorkingKey, { algorithm, key }: EncipheredKey): { algorithm: Algorithm; bytes: Uint8Array } {
  const single = use === "MAK" && algorithm !== "sm4" && key.length === 16 && key.subarray(8).every((byte) => byte === 0);
  return single ? { algorithm: "des", bytes: key.subarray(0, 8) } : { algorithm, bytes: key };
}

function pinResult(what: string, answer: PadAnswer): PinResult {
  if (answer.status === CANCELLED) return { outcome: "cancelled" };
  if (answer.status === TIMED_OUT) return { outcome: "timeout" };
  if (answer.status === EMPTY) return { outcome: "empty" };
  const data = expectOk(what, answer);
  const block = new Reader(what, data).block();
  data.fill(0);
  return { outcome: "entered", block };
}

/** Takes an answer's data apart; what is missing makes it a bad frame. */
class Reader {
  #at = 0;
  constructor(
    readonly what: string,
    readonly data: Uint8Array,
  ) {}

  bytes(count: number): Uint8Array {
    if (this.#at + count > this.data.length) throw new PadFailure("bad-frame", `${this.what}: the answer is too short`);
    this.#at += count;
    return this.data.slice(this.#at - count, this.#at);
  }

  byte(): number {
    return this.bytes(1)[0] as number;
  }

  number2(): number {
    return (this.byte() << 8) | this.byte();
  }

  /** One-byte length, then as many bytes. */
  block(): Uint8Array {
    return this.bytes(this.byte());
  }

  text(): string {
    return decodeAscii(this.block());
  }

  rest(): Uint8Array {
    return this.bytes(this.data.length - this.#at);
  }
}
