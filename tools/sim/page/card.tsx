/** A card as one sees it: in the tray, in the slot, at the field. */
import type { Card } from "./client.ts";
import type { Language } from "./words.ts";

/** Neighbours in the tray get colours far apart. */
export const hueAt = (index: number): number => (205 + index * 137.5) % 360;

export const hueOf = (cards: readonly Card[], id: string): number => hueAt(cards.findIndex((card) => card.id === id));

export const shownPan = (pan: string): string => `${pan.slice(0, 4)} ·· ${pan.slice(-4)}`;

export const hasChip = ({ kind }: Card): boolean => kind.includes("contact") || kind.includes("contactless");

export function Waves() {
  return (
    <svg class="waves" viewBox="0 0 12 14" aria-hidden="true">
      <path d="M2 5a3.5 3.5 0 0 1 0 4M5 3a7 7 0 0 1 0 8M8 1a11 11 0 0 1 0 12" />
    </svg>
  );
}

export function CardFace({ card, language }: { card: Card; language: Language }) {
  return (
    <>
      <span class="card-label">{card.labels[language]}</span>
      {hasChip(card) && (
        <span class="card-chip">
          {card.kind.includes("contact") && <i class="contacts" />}
          {card.kind.includes("contactless") && <Waves />}
        </span>
      )}
      <span class="card-pan">{shownPan(card.pan)}</span>
      <span class="card-holder">{card.holder}</span>
    </>
  );
}
