/**
 * T=0 above the TPDU (ISO/IEC 7816-3 §12, EMV Book 1 §9.3.1): what to send for each of the four cases, and what to make of 61xx, 6Cxx and warnings. Procedure bytes,
 * and with them the 60 by which a card asks to wait, are the reader's at this level; it tells us of the waiting (./ccid-wire.ts).
 */
import { concat } from "../../platform/guest/bytes.ts";
import type { Apdu } from "./apdu.ts";

/** One header, with data or without → data ‖ SW1SW2. What it throws goes through. */
export type ExchangeTpdu = (tpdu: Uint8Array) => Promise<Uint8Array>;

/** The card broke the protocol; `message` says how. */
export class ProtocolBroken extends Error {
  override readonly name = "ProtocolBroken";
}

/** A card that always has more is no card (§5). */
const MOST_GET_RESPONSES = 32;

interface Reply {
  data: Uint8Array;
  sw1: number;
  sw2: number;
}

/** data ‖ SW1SW2 of a whole command. Rejects ProtocolBroken, or what `exchange` rejects with. */
export async function transmitT0(command: Apdu, exchange: ExchangeTpdu): Promise<Uint8Array> {
  const { header, data, expected } = command;
  const send = async (tpdu: Uint8Array): Promise<Reply> => readReply(await exchange(tpdu));
  // Case 4 goes without its Le: P3 says how much follows, and a card would wait for no more.
  if (data !== undefined) {
    const reply = await send(concat(header, Uint8Array.of(data.length), data));
    return bytesOf(expected === undefined ? reply : await afterData(reply, send));
  }
  const reply = await send(concat(header, Uint8Array.of(expected === undefined ? 0 : expected & 0xff)));
  if (reply.sw1 !== 0x6c) return bytesOf(await collect(reply, send));
  return bytesOf(await collect(await send(concat(header, Uint8Array.of(reply.sw2))), send));
}

type Send = (tpdu: Uint8Array) => Promise<Reply>;

const getResponse = (length: number): Uint8Array => Uint8Array.of(0x00, 0xc0, 0x00, 0x00, length);

/** The answer of a case 4 command. A warning stays its status while the data behind it is fetched (§6.1). */
async function afterData(reply: Reply, send: Send): Promise<Reply> {
  const warning = reply.sw1 === 0x62 || reply.sw1 === 0x63;
  if (!warning || reply.data.length > 0) return collect(reply, send);
  const first = await fetch(0, send);
  const all = await collect(first, send);
  const refused = all.data.length === 0 && !(all.sw1 === 0x90 && all.sw2 === 0);
  return refused ? reply : { ...reply, data: all.data };
}

/** GET RESPONSE as long as the card has more. */
async function collect(first: Reply, send: Send): Promise<Reply> {
  let reply = first;
  let data = first.data;
  for (let times = 0; reply.sw1 === 0x61; times++) {
    if (times === MOST_GET_RESPONSES) throw new ProtocolBroken(`more than ${MOST_GET_RESPONSES} GET RESPONSE for one command`);
    reply = await fetch(reply.sw2, send);
    data = concat(data, reply.data);
  }
  return { ...reply, data };
}

/** The card may know better than it said how much there is. */
async function fetch(length: number, send: Send): Promise<Reply> {
  const reply = await send(getResponse(length));
  return reply.sw1 === 0x6c ? send(getResponse(reply.sw2)) : reply;
}

function readReply(bytes: Uint8Array): Reply {
  if (bytes.length < 2) throw new ProtocolBroken(`${bytes.length} bytes where at least a status was due`);
  const [sw1, sw2] = bytes.subarray(-2) as unknown as [number, number];
  const status = sw1 >> 4;
  if ((status !== 6 && status !== 9) || sw1 === 0x60) throw new ProtocolBroken(`status ${hex(sw1)}${hex(sw2)}`);
  return { data: bytes.slice(0, -2), sw1, sw2 };
}

const bytesOf = ({ data, sw1, sw2 }: Reply): Uint8Array => concat(data, Uint8Array.of(sw1, sw2));

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
