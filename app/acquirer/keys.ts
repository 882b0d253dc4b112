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

/** What each sign-on brings: keys of one length for one algorithm, in this order. */
const LAYOUTS: Record<SignOnCode, { algorithm: Algorithm; keyBytes: number; uses: readonly WorkingKey[] }> = {
  "001": { algorithm: "des", keyBytes: 8, uses: ["PIK", "MAK"] },
  "003": { algorithm: "3des", keyBytes: 16, uses: ["PIK", "MAK"] },
  "004": { algorithm: "3des", keyBytes: 16, uses: ["PIK", "MAK", "TDK"] },
  "005": { algorithm: "sm4", keyBytes: 16, uses: ["PIK", "MAK"] },
  "006": { algorithm: "sm4", keyBytes: 16, uses: ["PIK", "MAK", "TDK"] },
};

/** Throws KeyBlockError when the block is not exactly as long as this sign-on's keys. */
export function parseKeyBlock(block: Uint8Array | undefined, code: SignOnCode): HostKey[] {
  const { algorithm, keyBytes, uses } = LAYOUTS[code];
  const wanted = uses.length * (keyBytes + KCV_BYTES);
  if (block === undefined) throw new KeyBlockError("the sign-on answer brings no keys (DE62)");
  if (block.length !== wanted) throw new KeyBlockError(`DE62 of a ${code} sign-on has ${wanted} bytes, not ${block.length}`);
  return uses.map((use, i) => {
    const at = i * (keyBytes + KCV_BYTES);
    const key = block.slice(at, at + keyBytes);
    const kcv = block.slice(at + keyBytes, at + keyBytes + KCV_BYTES);
    // A single-length MAK comes in a double-length place, its right half literal zeros (§4.2).
    const single = use === "MAK" && algorithm === "3des" && key.subarray(8).every((byte) => byte === 0);
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
