/**
 * Test cards as data. A card is what a person can put through the slot; its account is what the host knows of it. Numbers come from
 * test ranges, never from live cards.
 */
import type { Account } from "../acquirer/contract.ts";
import type { CardEntry } from "./contract.ts";
import stripe from "./stripe/cards.json" with { type: "json" };

export type * from "./contract.ts";

interface StripeCard {
  id: string;
  label: { zh: string; en: string };
  pan: string;
  holder: string;
  tracks: { track1?: string | null; track2?: string | null; track3?: string | null };
  /** Null: no host knows this card. */
  account: Omit<Account, "pan" | "label" | "holder"> | null;
}

const cards = stripe as StripeCard[];

export function tray(): CardEntry[] {
  return cards.map(({ id, label, pan, holder, tracks }) => ({
    id,
    kind: ["stripe"],
    label: { ...label },
    pan,
    holder,
    ...tracks,
  }));
}

/** What the acquirer and the issuers behind it know of the tray's cards. */
export function accounts(): Account[] {
  return cards.flatMap(({ account, pan, label, holder }) =>
    account === null ? [] : [{ ...account, pan, label: label.en, holder }],
  );
}
