/**
 * Chip cards of a page: what they answer can be foretold, and they speak T=0 and T=1 themselves, written from ISO/IEC 7816-3 and sharing no line with the driver.
 * Commands: 0020 compares a plain PIN block with that of 1234 · 00B0 P1P2 gives P1·256+P2 bytes · 0088 gives back its data · 0062 does too, with warning 6282 · 00DA takes data · 0001 takes nothing.
 */
import type { CardReply, ContactFace, FieldFace } from "../../tools/cards/contract.ts";

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

export const ATR_T0 = "3B6500002063CB6800";
export const ATR_T1 = withTck("3BE50000813120452063CB6800");

/** The last byte that an answer to reset of more than T=0 ends with. */
export function withTck(text: string): string {
  const tck = unhex(text)
    .subarray(1)
    .reduce((sum, byte) => sum ^ byte, 0);
  return text + hex(Uint8Array.of(tck));
}

export const pattern = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, at) => (at * 7 + 1) & 0xff);

/** What a card does, whatever way it is asked. `done` counts commands carried out. */
export class Works {
  done = 0;
  /** Data of each VERIFY. */
  readonly pins: string[] = [];
  run(header: readonly number[], data: Uint8Array | undefined): { data: Uint8Array; status: number } {
    this.done++;
    const [cla, ins, p1 = 0, p2 = 0] = header;
    const none = new Uint8Array(0);
    if (cla !== 0) return { data: none, status: 0x6e00 };
    if (ins === 0x20) {
      this.pins.push(hex(data ?? none));
      return { data: none, status: this.pins.at(-1) === "241234FFFFFFFFFF" ? 0x9000 : 0x63c2 };
    }
    if (ins === 0xb0) return { data: pattern(p1 * 256 + p2), status: 0x9000 };
    if (ins === 0x88) return { data: data ?? none, status: 0x9000 };
    if (ins === 0x62) return { data: data ?? none, status: 0x6282 };
    if (ins === 0xda || ins === 0x01) return { data: none, status: 0x9000 };
    return { data: none, status: 0x6d00 };
  }
}

interface Timing {
  workMs?: number;
  extensions?: number;
}

const reply = (bytes: readonly number[], { workMs = 1, extensions = 0 }: Timing = {}): CardReply => ({
  kind: "answer",
  bytes: Uint8Array.from(bytes),
  workMs,
  extensions,
});

const slowly = (answer: CardReply, workMs: number): CardReply => (answer.kind === "mute" ? answer : { ...answer, workMs });

export interface CardOptions extends Timing {
  /** Cold, then warm; undefined: mute. */
  atrs?: readonly [cold: string | undefined, warm?: string | undefined];
  /** T=1: this many requests for more time before each answer, each for so many block waiting times. */
  wtx?: { times: number; multiplier: number };
  /** T=1: longest field of its own blocks; asks for this IFSC before its first answer; breaks off a chain at its nth block. */
  fieldBytes?: number;
  askIfs?: number;
  abortAt?: number;
  checksum?: "lrc" | "crc";
  /** T=1: says nothing to the nth block it gets, counted from the reset. */
  deafAt?: readonly number[];
}

abstract class TestCard implements ContactFace {
  abstract readonly protocol: "T=0" | "T=1";
  readonly resets: string[] = [];
  powered = false;
  constructor(
    readonly works: Works,
    protected readonly options: CardOptions,
    private readonly atr: string,
  ) {}
  reset(kind: "cold" | "warm"): CardReply {
    this.resets.push(kind);
    this.begin();
    const [cold, warm] = this.options.atrs ?? [this.atr, this.atr];
    const atr = kind === "cold" ? cold : warm;
    if (atr === undefined) return { kind: "mute" };
    this.powered = true;
    return reply([...unhex(atr)]);
  }
  powerOff(): void {
    this.powered = false;
  }
  exchange(bytes: Uint8Array): CardReply {
    return this.powered ? this.answer(bytes) : { kind: "mute" };
  }
  protected abstract begin(): void;
  protected abstract answer(bytes: Uint8Array): CardReply;
}

export class T0Card extends TestCard {
  readonly protocol = "T=0";
  /** TPDUs as they came, for what must be on the wire. */
  readonly tpdus: string[] = [];
  #held = new Uint8Array(0);

  constructor(works = new Works(), options: CardOptions = {}) {
    super(works, options, ATR_T0);
  }

  protected begin(): void {
    this.#held = new Uint8Array(0);
  }

  protected answer(bytes: Uint8Array): CardReply {
    this.tpdus.push(hex(bytes));
    const [, ins, , , p3 = 0] = bytes;
    if (ins === 0xc0) return this.#give(p3);
    const outgoing = bytes.length === 5 && ins === 0xb0;
    const { data, status } = this.works.run([...bytes.subarray(0, 4)], outgoing || p3 === 0 ? undefined : bytes.slice(5));
    const sw = [status >> 8, status & 0xff];
    if (outgoing) {
      // The length must be right; a card knows only then what it was asked for.
      if ((p3 === 0 ? 256 : p3) === data.length) return reply([...data, ...sw], this.options);
      this.works.done--;
      return reply([0x6c, data.length & 0xff], this.options);
    }
    // Case 4 with an Le on the wire: one byte more than P3 says, and a real card would wait for another command's header.
    if (bytes.length !== 5 + p3) return { kind: "mute" };
    if (data.length === 0) return reply(sw, this.options);
    this.#held = Uint8Array.from(data);
    return reply(status === 0x9000 ? [0x61, data.length & 0xff] : sw, this.options);
  }

  #give(p3: number): CardReply {
    const count = p3 === 0 ? 256 : p3;
    const held = this.#held;
    if (held.length === 0) return reply([0x69, 0x85]);
    if (count > held.length) return reply([0x6c, held.length & 0xff]);
    this.#held = held.slice(count);
    return reply([...held.subarray(0, count), ...(this.#held.length > 0 ? [0x61, this.#held.length & 0xff] : [0x90, 0x00])]);
  }
}

/** The card's side of T=1: repeats itself when asked to, and says what is wrong with what it gets. */
export class T1Card extends TestCard {
  readonly protocol = "T=1";
  readonly blocks: string[] = [];
  #ours = 0;
  #theirs = 0;
  #ifsd = 32;
  #got: number[] = [];
  #out: Uint8Array[] = [];
  #last: number[] = [];
  #waits = 0;
  #asked = false;
  #chained = 0;
  #answered: number[] | undefined;

  constructor(works = new Works(), options: CardOptions = {}) {
    super(works, options, ATR_T1);
  }

  protected begin(): void {
    this.#ours = this.#theirs = 0;
    this.#ifsd = 32;
    this.#got = [];
    this.#out = [];
    this.#last = [];
    this.#asked = false;
  }

  protected answer(bytes: Uint8Array): CardReply {
    this.blocks.push(hex(bytes));
    if (this.options.deafAt?.includes(this.blocks.length)) return { kind: "mute" };
    const check = this.#check([...bytes.subarray(0, bytes.length - this.#checkBytes)]);
    const whole = check.every((byte, at) => bytes[bytes.length - this.#checkBytes + at] === byte);
    const [, pcb = 0, length = 0] = bytes;
    if (!whole || length !== bytes.length - 3 - this.#checkBytes) return this.#say(0x80 | (this.#theirs << 4) | 1);
    const info = bytes.subarray(3, 3 + length);
    if ((pcb & 0x80) === 0) return this.#data(pcb, info);
    return (pcb & 0x40) === 0 ? this.#ready(pcb) : this.#special(pcb, info);
  }

  #data(pcb: number, info: Uint8Array): CardReply {
    if (((pcb >> 6) & 1) !== this.#theirs) return this.#say(0x80 | (this.#theirs << 4) | 2);
    this.#theirs ^= 1;
    this.#got.push(...info);
    this.#chained++;
    if (this.options.abortAt === this.#chained) return this.#say(0xc2);
    if ((pcb & 0x20) !== 0) return this.#say(0x80 | (this.#theirs << 4));
    this.#chained = 0;
    if (this.options.askIfs !== undefined && !this.#asked) {
      this.#asked = true;
      return this.#say(0xc1, [this.options.askIfs]);
    }
    return this.#carryOut();
  }

  #carryOut(): CardReply {
    const command = this.#got;
    this.#got = [];
    const hasData = command.length > 5;
    const data = hasData ? Uint8Array.from(command.slice(5, 5 + command[4]!)) : undefined;
    const result = this.works.run(command.slice(0, 4), data);
    this.#answered = [...result.data, result.status >> 8, result.status & 0xff];
    this.#waits = this.options.wtx?.times ?? 0;
    return this.#wait();
  }

  #wait(): CardReply {
    if (this.#waits > 0) {
      this.#waits--;
      return this.#say(0xc3, [this.options.wtx!.multiplier]);
    }
    const answer = Uint8Array.from(this.#answered ?? []);
    this.#answered = undefined;
    const field = Math.min(this.options.fieldBytes ?? 254, this.#ifsd);
    this.#out = [];
    for (let at = 0; at < answer.length; at += field) this.#out.push(answer.slice(at, at + field));
    return this.#next();
  }

  #next(): CardReply {
    const part = this.#out.shift();
    if (part === undefined) return this.#say(0x82 | (this.#theirs << 4));
    const pcb = (this.#ours << 6) | (this.#out.length > 0 ? 0x20 : 0);
    this.#ours ^= 1;
    return this.#say(pcb, [...part]);
  }

  #ready(pcb: number): CardReply {
    const wanted = (pcb >> 4) & 1;
    // Our number: all before it is there. Else the last block once more.
    if (wanted === this.#ours && this.#out.length > 0 && (pcb & 0x0f) === 0) return this.#next();
    return this.#last.length === 0 ? this.#say(0x80 | (this.#theirs << 4) | 2) : reply(this.#last);
  }

  #special(pcb: number, info: Uint8Array): CardReply {
    if (pcb === 0xc0) {
      this.begin();
      return this.#say(0xe0);
    }
    if (pcb === 0xc1) {
      this.#ifsd = info[0] ?? 32;
      return this.#say(0xe1, [...info]);
    }
    if (pcb === 0xe1) return this.#carryOut();
    // The time asked for is taken.
    if (pcb === 0xe3) return slowly(this.#wait(), this.options.workMs ?? 1);
    return { kind: "mute" };
  }

  #say(pcb: number, info: readonly number[] = []): CardReply {
    const block = [0, pcb, info.length, ...info];
    this.#last = [...block, ...this.#check(block)];
    return reply(this.#last);
  }

  get #checkBytes(): number {
    return this.options.checksum === "crc" ? 2 : 1;
  }

  #check(bytes: readonly number[]): number[] {
    if (this.options.checksum !== "crc") return [bytes.reduce((sum, byte) => sum ^ byte, 0)];
    // Bit by bit, each byte's lowest bit first.
    let crc = 0xffff;
    for (const byte of bytes) {
      for (let bit = 0; bit < 8; bit++) {
        const feed = ((crc ^ (byte >> bit)) & 1) === 1;
        crc = (crc >> 1) ^ (feed ? 0x8408 : 0);
      }
    }
    return [crc >> 8, crc & 0xff];
  }
}

/** A contactless card with historical bytes 31 80 71. */
export class TestField implements FieldFace {
  readonly uid = unhex("04112233");
  readonly atqa = unhex("0400");
  readonly sak = 0x20;
  readonly ats = unhex("0878807002318071");
  active = false;
  constructor(
    readonly works = new Works(),
    private readonly timing: Timing = {},
  ) {}
  activate(): void {
    this.active = true;
  }
  fieldOff(): void {
    this.active = false;
  }
  transmit(command: Uint8Array): CardReply {
    if (!this.active) return { kind: "mute" };
    const data = command.length > 5 ? command.slice(5, 5 + command[4]!) : undefined;
    const result = this.works.run([...command.subarray(0, 4)], data);
    return reply([...result.data, result.status >> 8, result.status & 0xff], this.timing);
  }
}
