/** A command APDU taken apart (ISO/IEC 7816-4 §5.1, short lengths only: the payment cards' world has no others). */
export interface Apdu {
  /** CLA INS P1 P2. */
  header: Uint8Array;
  /** Undefined in cases 1 and 2. */
  data: Uint8Array | undefined;
  /** 1–256; undefined in cases 1 and 3. */
  expected: number | undefined;
}

const HEADER_BYTES = 4;

/** Undefined when the bytes are none of the four cases. */
export function parseApdu(bytes: Uint8Array): Apdu | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const header = bytes.slice(0, HEADER_BYTES);
  const first = bytes[HEADER_BYTES];
  if (first === undefined) return { header, data: undefined, expected: undefined };
  if (bytes.length === HEADER_BYTES + 1) return { header, data: undefined, expected: lengthOf(first) };
  const end = HEADER_BYTES + 1 + first;
  const behind = bytes.length - end;
  if (first === 0 || behind < 0 || behind > 1) return undefined;
  const data = bytes.slice(HEADER_BYTES + 1, end);
  return { header, data, expected: behind === 1 ? lengthOf(bytes[end] as number) : undefined };
}

/** 00 is 256. */
const lengthOf = (le: number): number => (le === 0 ? 256 : le);
