/** What stands behind the cards: numbers, PINs, money. */
import type { Chance } from "./chance.ts";

export interface CardAccount {
  pan: string;
  /** Undefined: none is asked for. */
  pin?: string;
  balanceFen: number;
  /** YYMM. */
  expiry?: string;
  /** Answer to everything this card does. */
  status?: string;
}

/** Answers of an issuer that has its own reasons. */
const REASONS = ["05", "51", "57", "61", "65", "75", "91", "96"];

export interface Asked {
  pan: string;
  pin: string | undefined;
  /** Fen that leave the account; 0: none, or they were promised before. */
  takesFen: number;
  /** Only whether there is such an account. */
  lenient: boolean;
  /** YYMM of today. */
  month: string;
}

export class Issuer {
  readonly #accounts: Map<string, CardAccount> | undefined;
  readonly #chance: Chance;
  /** Probability of a refusal without a reason. */
  mood: number;

  /** `accounts` undefined: every card is good for everything. */
  constructor(accounts: readonly CardAccount[] | undefined, chance: Chance, mood: number) {
    this.#accounts = accounts && new Map(accounts.map((account) => [account.pan, { ...account }]));
    this.#chance = chance;
    this.mood = mood;
  }

  /** An answer code; "00": yes. */
  judge({ pan, pin, takesFen, lenient, month }: Asked): string {
    if (this.#chance.happens(this.mood)) return this.#chance.one(REASONS);
    if (this.#accounts === undefined) return "00";
    const account = this.#accounts.get(pan);
    if (account === undefined) return "14";
    if (account.status !== undefined) return account.status;
    if (lenient) return "00";
    if (account.expiry !== undefined && account.expiry < month) return "54";
    if (account.pin !== undefined && pin !== account.pin) return "55";
    return takesFen > account.balanceFen ? "51" : "00";
  }

  balanceFen(pan: string): number {
    return this.#accounts?.get(pan)?.balanceFen ?? 0;
  }

  move(pan: string, fen: number): void {
    const account = this.#accounts?.get(pan);
    if (account !== undefined) account.balanceFen += fen;
  }
}

/** Card organisation (63.1) by the number's beginning. */
export function organisationOf(pan: string): string {
  if (pan.startsWith("4")) return "VIS";
  if (/^5[1-5]/.test(pan)) return "MCC";
  if (pan.startsWith("35")) return "JCB";
  return /^3[47]/.test(pan) ? "AMX" : "CUP";
}
