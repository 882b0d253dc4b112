/**
 * Test cards as data. A card is what a person can swipe, insert or hold near; its account is what the host knows of it. Numbers come from
 * test ranges, never from live cards.
 */
import type { Account, ChipIssuers } from "../acquirer/contract.ts";
import { issuerMasters } from "./authority.ts";
import { publishedApplications, publishedKeys } from "./published.ts";
import { Issued } from "./chip/issue.ts";
import { openProfile } from "./chip/open.ts";
import type { ChipProfile } from "./chip/profile.ts";
import { tracksOf } from "./chip/track.ts";
import chips from "./chip/cards.json" with { type: "json" };
import type { CardEntry, CardKind, OpenChip } from "./contract.ts";
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

/** Cards with a chip, as they were issued. */
export const chipProfiles = chips as readonly ChipProfile[];

export function tray(): CardEntry[] {
  const striped = cards.map(({ id, label, pan, holder, tracks }): CardEntry => {
    return { id, kind: ["stripe"], label: { ...label }, pan, holder, ...tracks };
  });
  return [...striped, ...chipProfiles.map(chipEntry)];
}

function chipEntry(profile: ChipProfile): CardEntry {
  const { id, label, pan, holder, stripe: code, contact, field } = profile;
  const kind: CardKind[] = [];
  if (code !== null) kind.push("stripe");
  if (contact !== undefined) kind.push("contact");
  if (field !== undefined) kind.push("contactless");
  return { id, kind, label: { ...label }, pan, holder, ...tracksOf(profile) };
}

export const openChip: OpenChip = (id, options) => {
  const profile = chipProfiles.find((one) => one.id === id);
  if (profile !== undefined) return openProfile(profile, options);
  const known = cards.some((card) => card.id === id);
  throw new Error(known ? `cards: ${id} has no chip` : `cards: there is no card ${id}`);
};

/** Makes every key of authority, issuers and cards there is, for the build to keep. */
export function issueAll(): void {
  publishedKeys();
  for (const profile of chipProfiles) for (const one of profile.applications) new Issued(profile, one).path("account", "3des");
}

/** What the acquirer and the issuers behind it know of the tray's cards. */
export function accounts(): Account[] {
  return [...cards, ...chipProfiles].flatMap(({ account, pan, label, holder }) =>
    account === null ? [] : [{ ...account, pan, label: label.en, holder }],
  );
}

/** What the acquirer needs to talk to the chips of the tray: their issuers' keys, and what terminals download for them. */
export function chipIssuers(): ChipIssuers {
  const chipped = new Set(chipProfiles.map(({ pan }) => pan));
  return {
    masters: (pan, algorithm) => (chipped.has(pan) ? issuerMasters(pan, algorithm) : undefined),
    // Made when a terminal first asks.
    get keys() {
      return publishedKeys();
    },
    applications: publishedApplications(),
  };
}
