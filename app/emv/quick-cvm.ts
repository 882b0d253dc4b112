/** Which way a quick card's holder is verified: TTQ against CTQ (§9.5). */
import { bit } from "./bits.ts";
import { type Bytes, toBytes } from "./bytes.ts";

/** none: nobody asks · none-shared: the reader asks, and there is no way both sides have. */
export type QuickCvm = "online-pin" | "device" | "signature" | "none" | "none-shared";

/**
 * Online PIN before the owner's device before signature. `waived`: the amount is small enough to ask nothing of a card that would want a PIN or a
 * signature; what the reader itself requires (TTQ B2b7) is not waived.
 *
 * @example quickCvm("36400000", "8000") === "online-pin"
 */
export function quickCvm(ttq: Bytes, qualifiers: Bytes | undefined, waived = false): QuickCvm {
  const reader = toBytes(ttq, "9F66");
  const card = qualifiers === undefined ? undefined : toBytes(qualifiers, "9F6C");
  const required = bit(reader, 2, 7);
  const [wantsPin, done, wantsSignature] = [bit(card, 1, 8), bit(card, 2, 8), bit(card, 1, 7)];
  if (!required && !wantsPin && !done && !wantsSignature) return "none";
  if (!required && waived) return done ? "device" : "none";
  if (wantsPin && bit(reader, 1, 3)) return "online-pin";
  if (done) return "device";
  // A card without qualifiers leaves it to the reader.
  if (bit(reader, 1, 2) && (wantsSignature || card === undefined)) return "signature";
  return required ? "none-shared" : "none";
}
