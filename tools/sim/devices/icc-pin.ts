/** What a reader does with a PIN its paired pad has sealed (hal/icc/README.md, "PINs"): opens it and puts it into VERIFY. */
import { decipher } from "./pinpad-crypto.ts";

export interface Fill {
  pairing: Uint8Array;
  challenge: Uint8Array;
  protocol: number;
}

const SEALED_BYTES = 16;
const BLOCK_BYTES = 8;
const VERIFY = [0x00, 0x20, 0x00, 0x80, 0x08, 0, 0, 0, 0, 0, 0, 0, 0];
const HEADER_BYTES = 5;
const PROLOGUE_BYTES = 3;

/** `data`: what was sealed ‖ the TPDU or block with its hole. Undefined: sealed for another challenge or under another key, or no VERIFY with a hole. */
export function fillVerify({ pairing, challenge, protocol }: Fill, data: Uint8Array): Uint8Array | undefined {
  const command = data.slice(SEALED_BYTES);
  const at = protocol === 1 ? PROLOGUE_BYTES : 0;
  // A payment card's blocks end with one byte of check (EMV Book 1 §8.3).
  const check = protocol === 1 ? 1 : 0;
  if (command.length !== at + VERIFY.length + check || VERIFY.some((byte, i) => command[at + i] !== byte)) return undefined;
  const plain = decipher({ algorithm: "sm4", bytes: pairing }, data.subarray(0, SEALED_BYTES));
  const fresh = challenge.every((byte, i) => plain[BLOCK_BYTES + i] === byte);
  if (fresh) {
    command.set(plain.subarray(0, BLOCK_BYTES), at + HEADER_BYTES);
    const end = command.length - check;
    if (check === 1) command[end] = command.subarray(0, end).reduce((sum, byte) => sum ^ byte, 0);
  }
  plain.fill(0);
  return fresh ? command : undefined;
}
