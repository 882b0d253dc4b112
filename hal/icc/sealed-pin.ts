/** VERIFY whose PIN only the reader can fill in (README.md, "PINs"): the pad sealed it, and here it is put beside a command with a hole. */
import { concat } from "../../platform/guest/bytes.ts";
import { ProtocolBroken } from "./t0.ts";

/** 00 20 00 80, eight bytes of a plain PIN block. */
export const VERIFY = Uint8Array.of(0x00, 0x20, 0x00, 0x80, 0x08, 0, 0, 0, 0, 0, 0, 0, 0);
const SEALED_PIN = 0x80;
/** NAD PCB LEN. */
const PROLOGUE_BYTES = 3;
const PCB = 1;
const NO_I_BLOCK = 0x80;

/**
 * Data of the reader's command for a TPDU or block: 80 ‖ what was sealed ‖ the command with its hole, which the reader fills, mending the block's check. Undefined: a
 * block of T=1 without the command, to be carried as any other. Throws ProtocolBroken: the card takes so little in a block that the command is in pieces.
 */
export function sealedTransfer(sealed: Uint8Array, data: Uint8Array): Uint8Array | undefined {
  const isBlock = data.length !== VERIFY.length;
  if (isBlock && ((data[PCB] ?? NO_I_BLOCK) & NO_I_BLOCK) !== 0) return undefined;
  const command = isBlock ? data.subarray(PROLOGUE_BYTES, PROLOGUE_BYTES + VERIFY.length) : data;
  if (command.length !== VERIFY.length || command.some((byte, at) => byte !== VERIFY[at]))
    throw new ProtocolBroken("VERIFY does not fit into one block, so that no PIN can be put into it");
  return concat(Uint8Array.of(SEALED_PIN), sealed, data);
}
