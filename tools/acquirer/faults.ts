/** How an answer is spoiled on its way out. */
import { encodeBody, encodeFrame, type Fields, withLength } from "./codec.ts";
import type { Rule } from "./contract.ts";
import { macOf } from "./crypto.ts";
import type { Reply } from "./requests.ts";
import { fromHex, toHex } from "./text.ts";

export type Fault = Rule["fault"];

/** An answer on its way: a piece at a time, then perhaps the end of the line. */
export interface Delivery {
  pieces: Uint8Array[];
  /** Between pieces. */
  betweenMs: number;
  closes: boolean;
}

const DRIP_MS = 20;
const OVERSIZE_BYTES = 0xffff;

const lastDigitChanged = (value: string): string =>
  value.slice(0, -1) + (value.endsWith("9") ? "0" : String(Number(value.at(-1)) + 1));

/** Faults of content; the MAC is made over the changed message, so it is right. */
const changes: Partial<Record<NonNullable<Fault>, (fields: Fields) => Fields>> = {
  "wrong-trace": (fields) => ({ ...fields, 11: lastDigitChanged(fields[11] ?? "000000") }),
  "wrong-amount": (fields) => ({ ...fields, 4: lastDigitChanged(fields[4] ?? "000000000000") }),
  "wrong-terminal": (fields) => ({ ...fields, 41: lastDigitChanged(fields[41] ?? "00000000") }),
};

/** The answer's frame, MAC and all. */
export function sealedFrame(reply: Reply, tpdu: string, header: string, fault: Fault): Uint8Array {
  const mti = fault === "wrong-mti" ? String(Number(reply.mti) + 10).padStart(4, "0") : reply.mti;
  const { 64: _none, ...plain } = (fault === undefined ? undefined : changes[fault])?.(reply.fields) ?? reply.fields;
  const mac = reply.keys === undefined || fault === "no-mac" ? undefined : macOver(reply.keys, mti, plain, fault === "wrong-mac");
  return encodeFrame({ tpdu, header, mti, fields: mac === undefined ? plain : { ...plain, 64: toHex(mac) } });
}

function macOver(keys: NonNullable<Reply["keys"]>, mti: string, fields: Fields, wrong: boolean): Uint8Array {
  const mac = Uint8Array.from(macOf(keys.macMethod, keys.mac, encodeBody(mti, fields, true)));
  // Still hex characters where they must be: only the value is wrong.
  if (wrong) mac[0] = mac[0] === 0x30 ? 0x31 : 0x30;
  return mac;
}

export function deliveryOf(frame: Uint8Array, rule: Rule | undefined, random: () => number): Delivery {
  const whole = (bytes: Uint8Array): Delivery => ({ pieces: [bytes], betweenMs: 0, closes: false });
  switch (rule?.fault) {
    case "silence":
      return { pieces: [], betweenMs: 0, closes: false };
    case "garbage":
      return whole(withLength(Uint8Array.from({ length: frame.length - 2 }, () => Math.floor(random() * 256))));
    case "oversize": {
      const bytes = new Uint8Array(OVERSIZE_BYTES + 2);
      bytes.set(frame);
      bytes.set(fromHex("FFFF"));
      return whole(bytes);
    }
    case "short-length": {
      const bytes = Uint8Array.from(frame);
      const told = Math.max(0, frame.length - 2 - 10);
      bytes.set([told >> 8, told & 0xff]);
      return whole(bytes);
    }
    case "duplicate":
      return { pieces: [frame, frame], betweenMs: 0, closes: false };
    case "disconnect": {
      const sent = frame.slice(0, rule.atByte ?? 0);
      return { pieces: sent.length === 0 ? [] : [sent], betweenMs: 0, closes: true };
    }
    case "drip":
      return { pieces: [...frame].map((byte) => Uint8Array.of(byte)), betweenMs: rule.delayMs ?? DRIP_MS, closes: false };
    default:
      return whole(frame);
  }
}
