/** The working keys a sign-on answer brings (DE62, §4.2), and getting them into the pad. */
import type { Algorithm, EncipheredKey, PinPad, WorkingKey } from "../../hal/pinpad/pinpad.ts";
import type { Profile } from "../model/profile.ts";

/** A key block that is not what the sign-on asked for. Nothing was loaded. */
export class KeyBlockError extends Error {
  override readonly name = "KeyBlockError";
}

export interface HostKey {
  use: WorkingKey;
  key: EncipheredKey;
}

type SignOnCode = Profile["keys"]["signOnCode"];

const KCV_BYTES = 4;

/** Each key's place, in the order of the block: its use, its bytes, and the algorithm it works with. */
const LAYOUTS: Record<SignOnCode, readonly { use: WorkingKey; keyBytes: number; algorithm: Algorithm }[]> = {
  "001": [
    { use: "PIK", keyBytes: 8, algorithm: "des" },
    { use: "MAK", keyBytes: 8, algorithm: "des" },
  ],
  "003": [
    { use: "PIK", keyBytes: 16, algorithm: "3des" },
    { use: "MAK", keyBytes: 16, algorithm: "3des" },
  ],
  "004": [
    { use: "PIK", keyBytes: 16, algorithm: "3des" },
    { use: "MAK", keyBytes: 16, algorithm: "3des" },
    { use: "TDK", keyBytes: 16, algorithm: "3des" },
  ],
};

/** Throws KeyBlockError when the block is not exactly as long as this sign-on's keys. */
export function parseKeyBlock(block: Uint8Array | undefined, code: SignOnCode): HostKey[] {
  const layout = LAYOUTS[code];
  const wanted = layout.reduce((sum, { keyBytes }) => sum + keyBytes + KCV_BYTES, 0);
  if (block === undefined) throw new KeyBlockError("the sign-on answer brings no keys (DE62)");
  if (block.length !== wanted) throw new KeyBlockError(`DE62 of a ${code} sign-on has ${wanted} bytes, not ${block.length}`);
  let at = 0;
  return layout.map(({ use, keyBytes, algorithm }) => {
    const key = block.slice(at, at + keyBytes);
    const kcv = block.slice(at + keyBytes, at + keyBytes + KCV_BYTES);
    at += keyBytes + KCV_BYTES;
    // A single-length MAK comes in a double-length place, its right half literal zeros (§4.2).
    const single = use === "MAK" && keyBytes === 16 && key.subarray(8).every((byte) => byte === 0);
    return { use, key: single ? { algorithm: "des", key: key.slice(0, 8), kcv } : { algorithm, key, kcv } };
  });
}

/**
 * Loads the keys of a sign-on answer; the pad checks each check value. All or none: when one fails behind another that is in already, the
 * pad forgets its working keys, so that no old and new ones work together. Throws KeyBlockError or the pad's error; the caller
 * is not signed on then.
 */
export async function loadWorkingKeys(
  pinpad: PinPad,
  masterSlot: number,
  code: SignOnCode,
  block: Uint8Array | undefined,
): Promise<void> {
  let loaded = 0;
  try {
    for (const { use, key } of parseKeyBlock(block, code)) {
      await pinpad.loadWorkingKey(masterSlot, use, key);
      loaded++;
    }
  } catch (error) {
    // The first failure is the one to tell; a pad that cannot erase now is not signed on either.
    if (loaded > 0) await pinpad.eraseWorkingKeys().catch(() => {});
    throw error;
  }
}
