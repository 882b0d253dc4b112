/** A reader of cards for tests: APDUs over the contacts by T=0 or T=1, or over the field. Written from ISO 7816-3, not from the cards. Not a test file. */
import { fromHex, toHex } from "../../../tools/acquirer/text.ts";
import type { CardReply, ChipCard, ContactFace } from "../../../tools/cards/contract.ts";

export type Transmit = (command: Uint8Array) => Uint8Array | undefined;

const bytesOf = (reply: CardReply): Uint8Array | undefined => (reply.kind === "mute" ? undefined : reply.bytes);

/** TPDUs: the kernel does 61xx and 6Cxx itself. */
function overT0(contact: ContactFace): Transmit {
  return (command) => bytesOf(contact.exchange(command.length === 4 ? Uint8Array.from([...command, 0]) : command));
}

const block = (pcb: number, inf: readonly number[]): Uint8Array => {
  const body = [0, pcb, inf.length, ...inf];
  return Uint8Array.from([...body, body.reduce((sum, value) => sum ^ value, 0)]);
};

/** One side of T=1: chains in pieces of `size`, grants waiting time, collects chained answers. */
export function overT1(contact: ContactFace, size = 254): Transmit {
  let sends = 0;
  contact.exchange(block(0xc1, [254]));
  const exchange = (sent: Uint8Array): Uint8Array | undefined => {
    let got = bytesOf(contact.exchange(sent));
    while (got !== undefined && got[1] === 0xc3) got = bytesOf(contact.exchange(block(0xe3, [got[3]!])));
    return got;
  };
  return (command) => {
    let got: Uint8Array | undefined;
    for (let at = 0; at < command.length; at += size) {
      const more = at + size < command.length ? 0x20 : 0;
      got = exchange(block((sends << 6) | more, [...command.subarray(at, at + size)]));
      if (got === undefined) return undefined;
      sends ^= 1;
    }
    const answer: number[] = [];
    for (;;) {
      if (got === undefined) return undefined;
      if ((got[1]! & 0x80) !== 0) throw new Error(`T=1: the card sent ${toHex(got)} where an answer was due`);
      answer.push(...got.subarray(3, -1));
      if ((got[1]! & 0x20) === 0) return Uint8Array.from(answer);
      got = exchange(block(0x80 | ((((got[1]! >> 6) & 1) ^ 1) << 4), []));
    }
  };
}

/** Powered, or in the field; undefined when the card has no such side or does not answer the reset. */
export function insert(
  card: ChipCard,
  face: "contact" | "contactless",
): { transmit: Transmit; protocol: "T=0" | "T=1" | "contactless" } | undefined {
  if (face === "contactless") {
    const [near] = card.field;
    near?.activate();
    return near && { transmit: (command) => bytesOf(near.transmit(command)), protocol: "contactless" };
  }
  const { contact } = card;
  if (contact === undefined || contact.reset("cold").kind === "mute") return undefined;
  const transmit = contact.protocol === "T=0" ? overT0(contact) : overT1(contact);
  return { transmit, protocol: contact.protocol };
}

/** Hex in, hex out; 61xx and 6Cxx are followed. */
export function talk(card: ChipCard, face: "contact" | "contactless" = "contact"): (command: string) => string {
  const slot = insert(card, face);
  if (slot === undefined) throw new Error(`${card.id} does not answer`);
  const send = (command: string): string => {
    const answer = slot.transmit(fromHex(command));
    return answer === undefined ? "mute" : toHex(answer);
  };
  if (slot.protocol !== "T=0") return send;
  return (command) => {
    const plain = command.length > 10 ? command.slice(0, 10 + Number.parseInt(command.slice(8, 10), 16) * 2) : command;
    let got = send(plain);
    if (got.startsWith("6C")) got = send(plain.slice(0, 8) + got.slice(2));
    while (/^61..$/.test(got)) got = send(`00C00000${got.slice(2)}`);
    return got;
  };
}
