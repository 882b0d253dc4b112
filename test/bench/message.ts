/** One 0200 of a swiped sale with PIN, made and read with the terminal's own code; runs in Node and, through ./guest.ts, in QuickJS. */
import { fieldTable } from "../../app/acquirer/fields.ts";
import { macBlock, packMessage, unpackMessage } from "../../app/acquirer/codec.ts";
import { unwrap, wrap } from "../../app/acquirer/frame.ts";
import type { Message } from "../../app/acquirer/host.ts";
import { type Facts, MESSAGES, draftMessage, securityOf } from "../../app/acquirer/messages.ts";
import type { Profile } from "../../app/model/profile.ts";

const TABLE = fieldTable();

export function saleFacts(profile: Profile): Facts {
  const facts: Facts = {
    profile,
    capability: "2",
    row: MESSAGES.sale,
    batch: 1,
    trace: 2,
    amountFen: 10_000,
    operator: "01",
    card: { entry: "swipe", pan: "6222021234567890128", expiry: "3012" },
    entryMode: "021",
    track2: "6222021234567890128D30122010000012300",
    pinBlock: Uint8Array.of(0x74, 0x34, 0xf6, 0x78, 0x13, 0xba, 0xe5, 0x45),
  };
  securityOf(facts);
  return facts;
}

export const draft = (facts: Facts): Message => draftMessage(facts);

/** From the facts of the sale to the frame and the block its MAC is made over; the MAC itself is the PIN pad's work. */
export function pack(facts: Facts): { frame: Uint8Array; mab: Uint8Array } {
  const message = draftMessage(facts);
  return { mab: macBlock(message, TABLE), frame: wrap(facts.profile, packMessage(message, TABLE)) };
}

/** From the frame to the fields, and the block its MAC is checked over. */
export function parse(frame: Uint8Array): { message: Message; mab: Uint8Array } {
  const message = unpackMessage(unwrap(frame).message, TABLE);
  return { message, mab: macBlock(message, TABLE) };
}
