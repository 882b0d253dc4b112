/** Somebody who does everything right, so that the only thing that goes wrong is what the sweep makes go wrong. */
import { Chance } from "../../flow/random-day-chance.ts";
import type { CardEntry } from "../../../tools/cards/index.ts";
import { type Holder, People } from "../people.ts";

/** Above every chance of a mistake in ../people.ts, below that of a card put through the slot. */
const USUAL = 0.65;
export const STRIPE = "debit-1";
/** Amounts that would be too much for the row, by this. */
const SMALLER = 100;
/** Asks for the PIN at the pad, its authenticity is proved with the public key in it. */
export const CHIP = "chip-debit-1";
const PIN = "123456";

class Steady extends Chance {
  override next(): number {
    return USUAL;
  }
}

export class SteadyPeople extends People {
  readonly #card: Holder;
  #fen: number;

  /** `fen`: amounts go up from it by 10.07, none comes twice. `id`: of the card they always come with. */
  constructor(tray: readonly CardEntry[], fen: number, id = STRIPE) {
    super(new Steady(1), tray);
    this.#fen = fen;
    const card = tray.find((each) => each.id === id);
    if (card === undefined) throw new Error(`there is no card ${id} in the tray`);
    this.#card = { card: id, pan: card.pan, pin: PIN };
  }

  override holder(): Holder {
    return this.#card;
  }

  override amount(most: number): number {
    this.#fen += 1_007;
    return this.#fen > most ? Math.floor(this.#fen / SMALLER) : this.#fen;
  }
}
