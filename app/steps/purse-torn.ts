/**
 * A purse that may have been charged without anybody knowing (§8, §9.6 of the chip): durable before the card is told to pay, or before its last record makes it pay; gone
 * when the payment has an end. What is left of it after a card that was pulled out or taken away, or a power cut, goes to the kernel with the next payment: the card then
 * says whether it has paid.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Torn } from "../emv/index.ts";
import type { Terminal } from "./terminal.ts";

/** By its contacts, or in the field. */
export type TornWay = "purse" | "tap";
const keyOf = (way: TornWay): string => `${way}/torn`;

/** told: somebody was told of it after a start. */
export type KeptTorn = Torn & { told?: true };

export function tornPurse(
  { system, training }: Pick<Terminal, "system" | "training">,
  way: TornWay = "purse",
): KeptTorn | undefined {
  if (training !== undefined) return undefined;
  try {
    const sealed = system.store.get(keyOf(way));
    return sealed === undefined ? undefined : (JSON.parse(decodeUtf8(system.unseal(sealed))) as KeptTorn);
  } catch (error) {
    system.log.error("what a torn payment left was altered; it is let go", error);
    return undefined;
  }
}

/** The power went after its record was posted and before this was let go: nothing is open. */
export function posted({ journal }: Pick<Terminal, "journal">, { pan, amountFen, balanceFen, data }: Torn): boolean {
  const left = balanceFen === undefined ? undefined : balanceFen - amountFen;
  return journal
    .list()
    .some(
      ({ kind, chip, purse, ...record }) =>
        kind === "ecash" &&
        record.pan === pan &&
        record.amountFen === amountFen &&
        (left === undefined ? chip?.data["9F26"] === data["9F26"] : purse?.balanceFen === left),
    );
}

/** Throws StoreError when the store refuses: then the card must not be told to pay. */
export function keepTorn({ system }: Terminal, torn: KeptTorn, way: TornWay = "purse"): void {
  system.store.commit([{ put: keyOf(way), value: system.seal(encodeUtf8(JSON.stringify(torn))) }]);
}

export function forgetTorn({ system }: Terminal, way: TornWay = "purse"): void {
  if (system.store.get(keyOf(way)) === undefined) return;
  try {
    system.store.commit([{ delete: keyOf(way) }]);
  } catch (error) {
    system.log.error("what a torn payment left could not be let go", error);
  }
}
