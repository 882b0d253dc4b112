/** A card in the slot whose n-th answer is not what it said, or that is gone by then: at the wire of its contacts, with the block's check made good again. */
import type { CardReply, ChipCard, ContactFace } from "../../tools/cards/contract.ts";

/** pull: the card does the command and is gone · turned: a bit of the byte · cut: at the byte · doubled: the byte comes twice. */
export interface Spoil {
  at: number;
  kind: "pull" | "turned" | "cut" | "doubled";
  byte: number;
}

const PROLOGUE_BYTES = 3;
const NO_I_BLOCK = 0x80;
const MOST_BYTES = 254;

export class Spoiler {
  /** Undefined: nothing happens. */
  next: Spoil | undefined;
  /** Bytes of data and status of each answer since it was asked last; blocks of T=1 that carry none count for nothing. */
  readonly lengths: number[] = [];
  /** Called when the card is to be pulled out. */
  pull: () => void = () => {};

  /** For a new payment. */
  begin(next: Spoil | undefined): void {
    this.next = next;
    this.lengths.length = 0;
  }

  readonly hand = (card: ChipCard): ChipCard => {
    const { contact } = card;
    if (contact === undefined) return card;
    const face: ContactFace = {
      protocol: contact.protocol,
      reset: (kind) => contact.reset(kind),
      exchange: (bytes) => this.#heard(contact.protocol, contact.exchange(bytes)),
      powerOff: () => contact.powerOff(),
    };
    return { ...card, contact: face };
  };

  #heard(protocol: "T=0" | "T=1", reply: CardReply): CardReply {
    if (reply.kind === "mute") return reply;
    const block = protocol === "T=1";
    if (block && ((reply.bytes[1] ?? 0) & NO_I_BLOCK) !== 0) return reply;
    const data = block ? reply.bytes.slice(PROLOGUE_BYTES, -1) : reply.bytes;
    const at = this.lengths.push(data.length) - 1;
    if (this.next?.at !== at) return reply;
    if (this.next.kind === "pull") {
      this.pull();
      return { kind: "mute" };
    }
    const spoilt = spoil(data, this.next).slice(0, MOST_BYTES);
    return { ...reply, bytes: block ? blockOf(reply.bytes, spoilt) : spoilt };
  }
}

function spoil(data: Uint8Array, { kind, byte }: Spoil): Uint8Array {
  if (kind === "cut") return data.slice(0, byte);
  if (kind === "doubled") return Uint8Array.from([...data.subarray(0, byte + 1), ...data.subarray(byte)]);
  return data.map((value, at) => (at === byte ? value ^ (1 << (byte % 8)) : value));
}

function blockOf([nad = 0, pcb = 0]: Uint8Array, data: Uint8Array): Uint8Array {
  const body = [nad, pcb, data.length, ...data];
  return Uint8Array.from([...body, body.reduce((sum, value) => sum ^ value, 0)]);
}
