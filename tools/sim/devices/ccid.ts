/**
 * What a contact and a contactless reader share: the serial CCID line with its echo, commands worked off one after the other, notices of cards, and all that can go
 * wrong between reader and terminal. Follows hal/icc/README.md and §13; what a slot does is its own.
 */
import type { DeviceContext, FaultSpec } from "../contract.ts";
import { type Answer, answerFrame, type Command, CommandReader, NAK_FRAME } from "./ccid-frame.ts";
import { BAUD, Device, UNPLUG } from "./device.ts";

export const COMMAND = {
  powerOn: 0x62,
  powerOff: 0x63,
  slotStatus: 0x65,
  transfer: 0x6f,
  getParameters: 0x6c,
  resetParameters: 0x6d,
  setParameters: 0x61,
  escape: 0x6b,
  clock: 0x6e,
  secure: 0x69,
  abort: 0x72,
  dataRate: 0x73,
} as const;
/** Types of answers: data, slot status, parameters, escape, data rate. */
export const ANSWER = { data: 0x80, status: 0x81, parameters: 0x82, escape: 0x83, rate: 0x84 } as const;
export const ERROR = {
  mute: 0xfe,
  parity: 0xfd,
  hardware: 0xfb,
  collision: 0x81,
  unsupported: 0x00,
  slot: 5,
  protocol: 7,
  data: 10,
} as const;

const FAILED = 0x40;
const EXTENDED = 0x80;
const WORK_MS = 2;
const REQUEST_TIME = 0x80;
const NOTHING = new Uint8Array(0);

export const LINE_FAULTS: readonly FaultSpec[] = [
  { fault: "silent", takes: "switch", words: { zh: "读卡器无应答", en: "Reader does not answer at all" } },
  { fault: "no-echo", takes: "switch", words: { zh: "不回显命令", en: "A model that echoes no commands" } },
  { fault: "no-notices", takes: "switch", words: { zh: "不主动报告卡片进出", en: "A model that tells no card movements" } },
  { fault: "nak", takes: "count", words: { zh: "拒收命令(NAK)", en: "Refuses commands with NAK" } },
  { fault: "wrong-lrc", takes: "count", words: { zh: "应答校验错", en: "Answers with a wrong LRC" } },
  { fault: "half-frame", takes: "count", words: { zh: "应答只有一半", en: "Sends half an answer" } },
  { fault: "lost-answer", takes: "count", words: { zh: "应答丢失", en: "Its answer is lost" } },
  { fault: "noise", takes: "count", words: { zh: "线路噪声", en: "Noise on the line before an answer" } },
  { fault: "split", takes: "switch", words: { zh: "逐字节发送", en: "Sends byte by byte" } },
  { fault: "hardware", takes: "count", words: { zh: "读卡器硬件故障", en: "Its electronics fail" } },
  { fault: "mute", takes: "switch", words: { zh: "卡片无应答", en: "The card does not answer" } },
  { fault: "parity", takes: "count", words: { zh: "卡片数据奇偶错", en: "The card's answer has parity errors" } },
  BAUD,
  UNPLUG,
];

/** What a slot makes of a command. `card`: 0 active, 1 present and off, 2 absent. */
export interface Outcome {
  type: number;
  card: number;
  error?: number;
  data?: Uint8Array;
  last?: number;
  /** How long it takes, and how often more time is asked for meanwhile. */
  workMs?: number;
  extensions?: number;
  /** How time is asked for: a lone byte (T=0) or an answer that says so. */
  ask?: "byte" | "answer";
}

export abstract class CcidDevice extends Device {
  protected notices = false;
  readonly #reader: CommandReader;
  readonly #queue: Command[] = [];
  #current: Command | undefined;
  readonly #timers = new Set<{ stop(): void }>();

  constructor(context: DeviceContext) {
    super(context);
    this.#reader = new CommandReader(
      context.clock,
      (command) => this.#command(command),
      () => this.#send(NAK_FRAME),
    );
  }

  receive(bytes: Uint8Array): void {
    if (this.plugged && !this.has("silent")) this.#reader.push(this.heard(bytes));
  }

  attached(open: boolean): void {
    this.#reader.reset();
    this.#queue.length = 0;
    this.#stopWork();
    this.notices = false;
    if (!open) this.powerLost();
  }

  /** The terminal is off, and with it the reader. */
  protected abstract powerLost(): void;
  protected abstract readonly slots: number;
  protected abstract readonly firmware: string;
  /** Every command but those about the reader itself. */
  protected abstract obey(command: Command): Outcome;
  protected abstract cardIn(slot: number): number;
  /** An escape command of this reader's own; undefined: unknown. */
  protected escape(_data: Uint8Array): Uint8Array | undefined {
    return undefined;
  }

  /** Tells that the card of slot 0 came or went. */
  protected moved(present: boolean): void {
    if (this.notices) this.#send(Uint8Array.of(0x50, present ? 0x03 : 0x02));
    this.context.changed();
  }

  /** The card under the command at work is gone: the reader answers at once. */
  protected cutShort(slot: number, error: number): void {
    const command = this.#current;
    if (command === undefined || command.slot !== slot) return;
    this.#stopWork();
    this.#answer(command, { type: ANSWER.data, card: this.cardIn(slot), error });
    this.#next();
  }

  protected get working(): boolean {
    return this.#current !== undefined;
  }

  #command(command: Command): void {
    if (this.spend("nak")) {
      this.#send(NAK_FRAME);
      return;
    }
    this.#queue.push(command);
    if (this.#current === undefined) this.#next();
  }

  #next(): void {
    const command = this.#queue.shift();
    this.#current = command;
    if (command === undefined) return;
    if (!this.has("no-echo")) this.#send(command.frame);
    const outcome = this.#outcome(command);
    const { workMs = 0, extensions = 0 } = outcome;
    for (let n = 1; n <= extensions; n++) {
      this.#after(WORK_MS + (workMs * n) / (extensions + 1), () => this.#askForTime(command, outcome));
    }
    this.#after(WORK_MS + workMs, () => {
      this.#current = undefined;
      this.#answer(command, outcome);
      this.#next();
    });
  }

  #after(ms: number, callback: () => void): void {
    const timer = this.context.clock.after(ms, "busy", () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }

  #stopWork(): void {
    for (const timer of this.#timers) timer.stop();
    this.#timers.clear();
    this.#current = undefined;
  }

  #outcome(command: Command): Outcome {
    const { type, slot, data } = command;
    if (slot >= this.slots) return { type: ANSWER.status, card: 2, error: ERROR.slot };
    const card = this.cardIn(slot);
    if (this.spend("hardware")) return { type: ANSWER.status, card, error: ERROR.hardware };
    if (type === COMMAND.escape) return this.#escape(card, data);
    return this.obey(command);
  }

  #escape(card: number, data: Uint8Array): Outcome {
    const said = this.#escapeAnswer(data);
    return said === undefined ? { type: ANSWER.escape, card, error: ERROR.data } : { type: ANSWER.escape, card, data: said };
  }

  #escapeAnswer(data: Uint8Array): Uint8Array | undefined {
    const [first, second, third] = data;
    if (data.length === 1 && first === 0x02) return new Uint8Array([...this.firmware].map((letter) => letter.charCodeAt(0)));
    if (data.length === 3 && first === 1 && second === 1 && (third === 0 || third === 1)) {
      if (this.has("no-notices")) return undefined;
      this.notices = third === 1;
      return NOTHING;
    }
    return this.escape(data);
  }

  #askForTime({ slot, sequence }: Command, { ask, card }: Outcome): void {
    if (ask === "byte") this.#send(Uint8Array.of(REQUEST_TIME));
    else {
      const own = [EXTENDED | card, 1, 0] as const;
      this.#send(answerFrame({ type: ANSWER.data, slot, sequence, own, data: NOTHING }));
    }
  }

  #answer({ slot, sequence }: Command, { type, card, error, data = NOTHING, last = 0 }: Outcome): void {
    const status = error === undefined ? card : FAILED | card;
    const answer: Answer = { type, slot, sequence, own: [status, error ?? 0, last], data };
    const frame = answerFrame(answer);
    if (this.spend("lost-answer")) return;
    if (this.spend("noise")) this.#send(Uint8Array.from({ length: 9 }, () => Math.floor(this.context.random() * 256)));
    if (this.spend("wrong-lrc")) frame[frame.length - 1]! ^= 0x55;
    this.#send(this.spend("half-frame") ? frame.slice(0, frame.length >> 1) : frame);
  }

  #send(bytes: Uint8Array): void {
    if (!this.plugged || this.has("silent")) return;
    if (!this.has("split")) this.toTerminal(bytes);
    else for (const byte of bytes) this.toTerminal(Uint8Array.of(byte));
  }
}
