/** The tray's chip cards as things: each is one for as long as the desk stands, and keeps what terminals wrote on it from one run to the next. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChipCard, ChipMemory, OpenChip } from "../cards/contract.ts";

export class Wallet {
  readonly #openChip: OpenChip;
  readonly #folder: string | undefined;
  readonly #seed: number | undefined;
  readonly #cards = new Map<string, ChipCard>();
  /** As it is on the disk. */
  readonly #kept = new Map<string, string>();

  /** `folder` undefined: cards forget when the desk is closed. */
  constructor(openChip: OpenChip, folder: string | undefined, seed: number | undefined) {
    this.#openChip = openChip;
    this.#folder = folder;
    this.#seed = seed;
  }

  /** Throws Error with words when the tray has no such card or it has no chip. */
  card(id: string): ChipCard {
    const known = this.#cards.get(id);
    if (known !== undefined) return known;
    const card = this.#open(id);
    this.#cards.set(id, card);
    this.#kept.set(id, JSON.stringify(card.memory()));
    return card;
  }

  /** Writes down those that changed. */
  keep(which: (id: string) => boolean): void {
    if (this.#folder === undefined) return;
    for (const [id, card] of this.#cards) {
      if (!which(id)) continue;
      const text = JSON.stringify(card.memory());
      if (text === this.#kept.get(id)) continue;
      const file = this.#file(id);
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
      this.#kept.set(id, text);
    }
  }

  #open(id: string): ChipCard {
    const seed = this.#seed === undefined ? {} : { seed: this.#seed };
    const memory = this.#memory(id);
    try {
      return this.#openChip(id, { ...seed, ...(memory === undefined ? {} : { memory }) });
    } catch (error) {
      if (memory === undefined) throw error;
      // Of another card, or of a desk of another age: the card is as it was issued.
      return this.#openChip(id, seed);
    }
  }

  #memory(id: string): ChipMemory | undefined {
    const file = this.#file(id);
    if (this.#folder === undefined || !existsSync(file)) return undefined;
    try {
      return JSON.parse(readFileSync(file, "utf8")) as ChipMemory;
    } catch {
      return undefined;
    }
  }

  #file(id: string): string {
    return join(this.#folder ?? "", `${id}.json`);
  }
}
