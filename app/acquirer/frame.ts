/**
 * What stands around a message on the line: TPDU and header (§1.1–§1.3). The two length bytes before them are the link's.
 */
import { CodecError } from "./codec.ts";

const TPDU_BYTES = 5;
const HEADER_BYTES = 6;
const AROUND_BYTES = TPDU_BYTES + HEADER_BYTES;
const TPDU_ID = 0x60;
/** Header digit 6 is the low nibble of its third byte. */
const PROCESSING_BYTE = TPDU_BYTES + 2;

export interface Envelope {
  /** 10 digits. */
  tpdu: string;
  /** 12 digits. */
  header: string;
}

export function wrap(envelope: Envelope, message: Uint8Array): Uint8Array {
  const digits = envelope.tpdu + envelope.header;
  if (!/^60\d{20}$/.test(digits) || envelope.tpdu.length !== TPDU_BYTES * 2) {
    throw new CodecError("bad-frame", 0, "the profile's TPDU needs 10 digits beginning with 60, its header 12");
  }
  const frame = new Uint8Array(AROUND_BYTES + message.length);
  for (let i = 0; i < AROUND_BYTES; i++) frame[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  frame.set(message, AROUND_BYTES);
  return frame;
}

/**
 * The message inside, and what the host asks for after this transaction (header digit 6, §1.3: 0 nothing … 15). Networks swap or
 * echo the TPDU's addresses, so only its first byte is looked at. Throws CodecError "bad-frame".
 */
export function unwrap(frame: Uint8Array): { message: Uint8Array; headerRequest: number } {
  if (frame.length < AROUND_BYTES) throw new CodecError("bad-frame", 0, `${frame.length} bytes are less than TPDU and header`);
  if (frame[0] !== TPDU_ID) throw new CodecError("bad-frame", 0, "the TPDU does not begin with 60");
  return { message: frame.subarray(AROUND_BYTES), headerRequest: (frame[PROCESSING_BYTE] as number) & 15 };
}
