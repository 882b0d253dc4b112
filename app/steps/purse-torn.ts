/**
 * A purse that may have been charged without anybody knowing (§8): durable before the card is told to pay, gone when the payment has an end. What is left of it after
 * a card that was pulled out, or a power cut, goes to the kernel with the next payment: the purse then says whether it has paid.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Torn } from "../emv/index.ts";
import type { Terminal } from "./terminal.ts";

const KEY = "purse/torn";

export function tornPurse({ system, training }: Terminal): Torn | undefined {
  if (training !== undefined) return undefined;
  try {
    const sealed = system.store.get(KEY);
    return sealed === undefined ? undefined : (JSON.parse(decodeUtf8(system.unseal(sealed))) as Torn);
  } catch (error) {
    system.log.error("what a torn payment left was altered; it is let go", error);
    return undefined;
  }
}

/** Throws StoreError when the store refuses: then the card must not be told to pay. */
export function keepTorn({ system }: Terminal, torn: Torn): void {
  system.store.commit([{ put: KEY, value: system.seal(encodeUtf8(JSON.stringify(torn))) }]);
}

export function forgetTorn({ system }: Terminal): void {
  if (system.store.get(KEY) === undefined) return;
  try {
    system.store.commit([{ delete: KEY }]);
  } catch (error) {
    system.log.error("what a torn payment left could not be let go", error);
  }
}
