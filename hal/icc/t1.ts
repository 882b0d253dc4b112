/**
 * T=1 (ISO/IEC 7816-3 §11, EMV Book 1 §9.2.4): commands cut into blocks and answers put together again, over anything that carries one block there and one back. A
 * lost or damaged block is asked for anew by an R-block, which makes a card repeat itself and never act twice; only what it cannot have had in whole is sent again
 * after a resynchronisation.
 */
import { concat } from "../../platform/guest/bytes.ts";
import { ProtocolBroken } from "./t0.ts";
import { blockOf, type Block, type Checksum, type SKind, readBlock } from "./t1-blocks.ts";

/**
 * Sends a block and gives the next; undefined: none came, or one that the reader knows to be damaged. `waits`: how many block waiting times the card has asked for.
 * What it throws goes through.
 */
export type ExchangeBlock = (block: Uint8Array, waits: number) => Promise<Uint8Array | undefined>;

export interface T1Options {
  /** Longest information field the card takes (TA3). */
  ifsc: number;
  checksum: Checksum;
  exchange: ExchangeBlock;
}

/** Longest information field we take. */
export const IFSD = 254;
/** Tries of one block, and of one resynchronisation. */
const TRIES = 3;
/** A card that keeps us going for more blocks in one command is no card. */
const MOST_BLOCKS = 600;
const MOST_ANSWER_BYTES = 65_538;

/** Nothing sensible came, so often as it was tried. */
class GivenUp extends Error {}

export class T1 {
  readonly #options: T1Options;
  #ifsc: number;
  /** Send sequence numbers: of our next I-block, and of the one we expect. */
  #ours = 0;
  #theirs = 0;
  #blocks = 0;

  constructor(options: T1Options) {
    this.#options = options;
    this.#ifsc = options.ifsc;
  }

  /** Straight after the reset: tells the card how long a field we take. Rejects ProtocolBroken. */
  async start(): Promise<void> {
    this.#blocks = 0;
    await this.#tellFieldSize();
  }

  /** data ‖ SW1SW2 of a whole command. Rejects ProtocolBroken: the card must be reset; or what `exchange` rejects with. */
  async transmit(command: Uint8Array): Promise<Uint8Array> {
    this.#blocks = 0;
    for (let resyncs = 0; ; resyncs++) {
      const sent = { whole: false };
      try {
        return await this.#command(command, sent);
      } catch (error) {
        if (!(error instanceof GivenUp)) throw error;
        if (resyncs === TRIES) throw new ProtocolBroken(`${error.message}, again after ${TRIES} resynchronisations`);
        await this.#resynchronise(error.message);
        if (sent.whole) throw new ProtocolBroken(`${error.message}; it may have done the command already`);
      }
    }
  }

  async #command(command: Uint8Array, sent: { whole: boolean }): Promise<Uint8Array> {
    let at = 0;
    let reply: Block;
    do {
      const part = command.subarray(at, at + this.#ifsc);
      at += part.length;
      const more = at < command.length;
      sent.whole = !more;
      reply = await this.#send({ kind: "I", sequence: this.#ours, more, info: part });
      this.#ours ^= 1;
    } while (at < command.length);
    return this.#collect(reply);
  }

  /** The card's chain, from its first I-block on. */
  async #collect(first: Block): Promise<Uint8Array> {
    let block = first;
    let answer = new Uint8Array(0);
    for (;;) {
      if (block.kind !== "I") throw new GivenUp("breaks off its answer");
      this.#theirs ^= 1;
      answer = concat(answer, block.info) as Uint8Array<ArrayBuffer>;
      if (answer.length > MOST_ANSWER_BYTES) throw new ProtocolBroken(`answers more than ${MOST_ANSWER_BYTES} bytes`);
      if (!block.more) return answer;
      block = await this.#send({ kind: "R", sequence: this.#theirs, error: "none" });
    }
  }

  /**
   * Sends an I- or R-block and gives the block that takes the conversation on: the card's next I-block, or an R-block that asks for our next. Anything else is
   * settled here: requests of the card, repetitions, damage.
   */
  async #send(block: Block): Promise<Block> {
    let next: Block = block;
    let waits = 1;
    /** In a row, of the block itself and of asking for the answer. */
    let failures = 0;
    for (;;) {
      const reply = await this.#exchange(next, waits);
      waits = 1;
      if (typeof reply !== "string" && reply.kind === "S") {
        next = this.#answerRequest(reply);
        if (reply.s === "wtx") waits = reply.info[0] as number;
        failures = 0;
        continue;
      }
      if (typeof reply !== "string" && this.#fits(block, reply)) return reply;
      if (++failures === TRIES) throw new GivenUp(typeof reply === "string" ? reply : "blocks out of order");
      const again = typeof reply !== "string" && reply.kind === "R" && reply.sequence === this.#ours && block.kind === "I";
      if (again) next = block;
      else if (block.kind === "R") next = block;
      else next = { kind: "R", sequence: this.#theirs, error: reply === DAMAGED ? "checksum" : "other" };
    }
  }

  #fits(sent: Block, reply: Block): boolean {
    if (reply.kind === "I") return reply.sequence === this.#theirs && !(sent.kind === "I" && sent.more);
    // R with the number of our next block: it has this one.
    return reply.kind === "R" && sent.kind === "I" && sent.more && reply.sequence !== this.#ours;
  }

  /** Our response to a request of the card. Throws ProtocolBroken on one it may not make. */
  #answerRequest({ s, request, info }: Block & { kind: "S" }): Block {
    if (!request) throw new GivenUp("answers what it was not asked");
    const [value] = info;
    if (s === "wtx" && value !== undefined && value > 0) return { kind: "S", s, request: false, info };
    if (s === "ifs" && value !== undefined && value > 0 && value < 0xff) {
      this.#ifsc = value;
      return { kind: "S", s, request: false, info };
    }
    if (s === "abort") throw new ProtocolBroken("breaks off the command");
    throw new ProtocolBroken(`asks for ${s} ${value ?? ""}`.trimEnd());
  }

  async #resynchronise(why: string): Promise<void> {
    await this.#request("resynch", new Uint8Array(0)).catch(brokenFor(`resynchronisation after: ${why}`));
    this.#ours = 0;
    this.#theirs = 0;
    this.#ifsc = this.#options.ifsc;
    await this.#tellFieldSize();
  }

  async #tellFieldSize(): Promise<void> {
    const reply = await this.#request("ifs", Uint8Array.of(IFSD)).catch(brokenFor("the size of our field"));
    if (reply.info[0] !== IFSD) throw new ProtocolBroken("answers another size of field than it was told");
  }

  /** An S-block of our own, sent again until its response comes (rule 7.3). Rejects GivenUp. */
  async #request(s: SKind, info: Uint8Array): Promise<Block & { kind: "S" }> {
    let last = "";
    for (let tries = 0; tries < TRIES; tries++) {
      const reply = await this.#exchange({ kind: "S", s, request: true, info }, 1);
      if (typeof reply !== "string" && reply.kind === "S" && reply.s === s && !reply.request) return reply;
      last = typeof reply === "string" ? reply : "answers something else";
    }
    throw new GivenUp(last);
  }

  /** The card's block, or in words why there is none. */
  async #exchange(block: Block, waits: number): Promise<Block | string> {
    if (++this.#blocks > MOST_BLOCKS) throw new ProtocolBroken(`needs more than ${MOST_BLOCKS} blocks for one command`);
    const { checksum, exchange } = this.#options;
    const bytes = await exchange(blockOf(block, checksum), waits);
    if (bytes === undefined) return SILENT;
    const reply = readBlock(bytes, checksum);
    if (reply === "checksum") return DAMAGED;
    return reply === "other" ? "no block of the protocol" : reply;
  }
}

const SILENT = "no block comes";
const DAMAGED = "damaged blocks";

const brokenFor =
  (what: string) =>
  (error: unknown): never => {
    throw error instanceof GivenUp ? new ProtocolBroken(`${what}: ${error.message}`) : error;
  };
