/** Who comes to the counter, with which card and how much money: seeded, and no two of a day with the same amount. */
import type { CardEntry } from "../../tools/cards/index.ts";
import type { Chance } from "../flow/random-day-chance.ts";
import { keys, type Line, pin, typed } from "./visit.ts";

/** What the terminal says of a transaction of the open batch (app/debug.ts). */
export interface JournalRecord {
  kind: string;
  state: string;
  batch: string;
  trace: string;
  pan: string;
  amountFen: number;
  approvedFen: number;
  reference?: string;
  authCode?: string;
  /** YYYYMMDD. */
  date: string;
}

export interface Holder {
  card: string;
  pan: string;
  pin: string;
}

/** Ids of the tray, by how often such a card comes; the PIN its holder knows, empty: none. */
export const CARDS: readonly (readonly [weight: number, { card: string; pin: string }])[] = [
  [6, { card: "debit-1", pin: "123456" }],
  [5, { card: "debit-2", pin: "123456" }],
  [5, { card: "credit-1", pin: "123456" }],
  [3, { card: "no-pin-1", pin: "" }],
  [4, { card: "visa-like-1", pin: "123456" }],
  [3, { card: "mastercard-like-1", pin: "" }],
  [2, { card: "three-tracks-1", pin: "123456" }],
  [1, { card: "low-balance-1", pin: "123456" }],
  [1, { card: "lost-1", pin: "123456" }],
  [1, { card: "expired-1", pin: "123456" }],
  [1, { card: "damaged-track2", pin: "123456" }],
  [1, { card: "unknown-1", pin: "123456" }],
];

/** The same of chips, which go into the slot or are held near. */
export const CHIPS: typeof CARDS = [
  [3, { card: "chip-debit-1", pin: "123456" }],
  [4, { card: "chip-credit-1", pin: "" }],
  [1, { card: "chip-ecash-1", pin: "123456" }],
  [2, { card: "chip-phone-1", pin: "123456" }],
  [1, { card: "chip-phone-locked", pin: "123456" }],
  [1, { card: "chip-two-in-field", pin: "123456" }],
];
const ALL = [...CARDS, ...CHIPS];

/** Of a shop that reads chips: what a chip can do besides, by how often it comes. */
const MORE_CHIPS: typeof CARDS = [
  ...CHIPS,
  [3, { card: "chip-debit-1", pin: "123456" }],
  [3, { card: "chip-credit-1", pin: "" }],
  [3, { card: "chip-pin-1", pin: "1234" }],
  [2, { card: "chip-plain-pin-1", pin: "1234" }],
  [1, { card: "chip-sda-1", pin: "123456" }],
  [1, { card: "chip-cdol2-1", pin: "123456" }],
  [1, { card: "chip-choice-1", pin: "123456" }],
  [1, { card: "chip-confirm-1", pin: "123456" }],
  [1, { card: "chip-slow", pin: "123456" }],
  [2, { card: "chip-refuses-second-ac", pin: "123456" }],
  [2, { card: "chip-dies-at-second-ac", pin: "123456" }],
  [1, { card: "chip-lenient", pin: "123456" }],
  [1, { card: "chip-mute", pin: "123456" }],
  [1, { card: "chip-warm-only", pin: "123456" }],
  [1, { card: "chip-blocked-app", pin: "123456" }],
  [1, { card: "chip-expired", pin: "123456" }],
];
const WITH_CHIPS = [...CARDS, ...MORE_CHIPS];

const SUPERVISOR = "123456";

export class People {
  readonly chance: Chance;
  readonly #tray: readonly CardEntry[];
  readonly #cards: typeof CARDS;
  readonly #amounts = new Set<number>();

  /** `chips`: the shop reads them, and more people come with one. */
  constructor(chance: Chance, tray: readonly CardEntry[], chips = false) {
    this.chance = chance;
    this.#tray = tray;
    this.#cards = chips ? WITH_CHIPS : ALL;
  }

  holder(): Holder {
    const { card, pin: secret } = this.chance.weighted(this.#cards);
    return { card, pan: this.#entry(card).pan, pin: secret };
  }

  /** The card a slip is about; now and then somebody holds out another. */
  holderOf({ pan }: Pick<JournalRecord, "pan">): Holder {
    const same = this.#tray.find((card) => card.pan.slice(0, 6) === pan.slice(0, 6) && card.pan.slice(-4) === pan.slice(-4));
    if (same === undefined || this.chance.happens(0.05)) return this.holder();
    return { card: same.id, pan: same.pan, pin: WITH_CHIPS.find(([, { card }]) => card === same.id)?.[1].pin ?? "123456" };
  }

  #entry(id: string): CardEntry {
    const found = this.#tray.find((card) => card.id === id);
    if (found === undefined) throw new Error(`there is no card ${id} in the tray`);
    return found;
  }

  /** Fen that no other visit of the day has. */
  amount(most: number): number {
    for (;;) {
      const fen = this.chance.from(1, most);
      if (this.#amounts.has(fen)) continue;
      this.#amounts.add(fen);
      return fen;
    }
  }

  /** Sometimes a slip of the finger first. */
  pins({ pin: secret }: Pick<Holder, "pin">): Line[] {
    return this.chance.happens(0.08) ? [pin("111111"), pin(secret)] : [pin(secret)];
  }

  /** A supervisor's password that is wrong first, now and then. */
  password(): Line[] {
    const right = keys(...SUPERVISOR, "enter");
    return this.chance.happens(0.1) ? [keys(..."000000", "enter"), right] : [right];
  }

  /** A chip goes into the slot, or near the reader where it can; a stripe through the reader. */
  shows({ card }: Pick<Holder, "card">): Line {
    const { kind } = this.#entry(card);
    if (kind.includes("contactless") && (!kind.includes("contact") || this.chance.happens(0.5))) return `tap ${card}`;
    return `${kind.includes("contact") ? "insert" : "swipe"} ${card}`;
  }

  /** At "present": the card, or its number by hand. */
  present(holder: Holder, mayType: boolean): Record<string, Line[]> {
    const { pan } = holder;
    if (!mayType || this.chance.happens(0.7)) return { present: [this.shows(holder), this.shows(holder)] };
    return { present: ["key enter"], pan: [typed(pan)], expiry: [typed("1230")] };
  }
}
