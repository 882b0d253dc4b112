/** Who comes to the counter and what they mean to do: a visit is what somebody answers, screen by screen. */
import type { Chance } from "./random-day-chance.ts";
import { CARDS } from "../world/people.ts";

export type Act =
  | { do: "keys"; keys: readonly string[] }
  | { do: "swipe"; card: string }
  /** Empty: Enter alone. */
  | { do: "pin"; pin: string }
  | { do: "leave-pin" }
  | { do: "mend-printer" };

export const keys = (...names: string[]): Act => ({ do: "keys", keys: names });
export const ENTER = keys("enter");
export const CANCEL = keys("cancel");

export const typed = (text: string): Act => keys(...[...text].flatMap(presses), "enter");
/** Over what stands in the field and was not good. */
const retyped = (text: string): Act => keys(...Array<string>(12).fill("clear"), ...[...text].flatMap(presses), "enter");
const LETTERS = ["", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];
function presses(character: string): string[] {
  const key = LETTERS.findIndex((letters) => letters.includes(character));
  if (/\d/.test(character) || key < 0) return [character];
  return [String(key), ...Array<string>(1 + (LETTERS[key] ?? "").indexOf(character)).fill("alpha")];
}

export interface Visit {
  what: string;
  begin: Act;
  /** By screen id: what to do the first time it is seen, the second …; then Cancel, since nobody knows what else to do. */
  at: Record<string, Act[]>;
  /** A message that moves money, of this amount, which no other visit of the day has: the ledger must bear out what the person was told. */
  money?: { kind: string; amountFen: number };
  /** Gives up at the n-th screen. */
  cancelAt?: number;
  /** The power goes at the n-th screen: while it stands there, or so many glances after the next act has begun. */
  cut?: { at: number; glances: number | undefined };
  /** Looks after the printer when it asks for help. */
  helpsPrinter: boolean;
}

export interface JournalRecord {
  kind: string;
  state: string;
  trace: string;
  pan: string;
  approvedFen: number;
  reference?: string;
  authCode?: string;
  /** YYYYMMDD. */
  date: string;
}

export interface TrayCard {
  id: string;
  pan: string;
  /** What can be done with it. */
  kind: readonly string[];
}

const SUPERVISOR = "123456";

export class People {
  readonly #chance: Chance;
  readonly #tray: readonly TrayCard[];
  readonly #amounts = new Set<number>();

  constructor(chance: Chance, tray: readonly TrayCard[]) {
    this.#chance = chance;
    // Whoever comes has cards to swipe; those with a chip are for other days.
    this.#tray = tray.filter(({ kind }) => kind.join() === "stripe");
  }

  /** The next visit, given what the journal has. */
  somebody(transactions: readonly JournalRecord[]): Visit {
    const of = (...kinds: string[]) =>
      transactions.filter(({ kind, state }) => kinds.includes(kind) && (state === "approved" || state === "pending"));
    const [sales, holds, charges, offline] = [of("sale"), of("preauth"), of("completion"), of("offline")];
    const visits: (readonly [number, () => Visit])[] = [
      [9, () => this.#sale()],
      [3, () => this.#preauth()],
      [2, () => this.#balance()],
      [3, () => this.#offline()],
      [2, () => this.#cash()],
      [1, () => this.#paperwork()],
      [1, () => this.#service()],
    ];
    if (sales.length > 0) {
      visits.push([3, () => this.#void(this.#chance.one([...sales, ...offline]))]);
      visits.push([3, () => this.#refund(this.#chance.one(sales))]);
      visits.push([2, () => this.#change("tip", "5", this.#chance.one([...sales, ...offline]))]);
    }
    if (offline.length > 0) visits.push([2, () => this.#change("adjustment", "3", this.#chance.one(offline))]);
    if (holds.length > 0) {
      visits.push([2, () => this.#held("preauth-void", "2", this.#chance.one(holds))]);
      visits.push([3, () => this.#held("completion", "3", this.#chance.one(holds))]);
      visits.push([2, () => this.#held("completion-advice", "4", this.#chance.one(holds))]);
      visits.push([1, () => this.#held("preauth-add", "6", this.#chance.one(holds))]);
    }
    if (charges.length > 0) visits.push([2, () => this.#chargeBack(this.#chance.one(charges))]);
    return this.#chance.weighted(visits)();
  }

  /** Fen that no other visit of the day has. */
  amount(most: number): number {
    for (;;) {
      const fen = this.#chance.from(1, most);
      if (this.#amounts.has(fen)) continue;
      this.#amounts.add(fen);
      return fen;
    }
  }

  #helps = (): boolean => this.#chance.happens(0.7);

  /** Sometimes a slip of the finger first, and sometimes no second try. */
  #pins(pin: string): Act[] {
    if (this.#chance.happens(0.1)) return [{ do: "pin", pin: "111111" }];
    return [{ do: "pin", pin }];
  }

  /** A password that is wrong first, now and then. */
  #password(): Act[] {
    const right = keys(...SUPERVISOR, "enter");
    return this.#chance.happens(0.15) ? [keys(..."000000", "enter"), right] : [right];
  }

  /** The card a slip is about; now and then somebody holds out another. */
  #cardOf({ pan }: Pick<JournalRecord, "pan">): { card: string; pan: string; pin: string } {
    const same = this.#tray.find((card) => card.pan.slice(0, 6) === pan.slice(0, 6) && card.pan.slice(-4) === pan.slice(-4));
    const wrong = same === undefined || this.#chance.happens(0.07);
    const card = wrong ? this.#chance.one(this.#tray) : same;
    return { card: card.id, pan: card.pan, pin: this.#pinOf(card.id) };
  }

  #pinOf(id: string): string {
    return CARDS.find(([, { card }]) => card === id)?.[1].pin ?? "123456";
  }

  /** At "present": the card through the slot, or its number by hand. */
  #present({ card, pan }: { card: string; pan: string }, mayType: boolean): Record<string, Act[]> {
    if (!mayType || this.#chance.happens(0.6))
      return {
        present: [
          { do: "swipe", card },
          { do: "swipe", card },
        ],
      };
    return { present: [ENTER], pan: [typed(pan)], expiry: [typed("1230")] };
  }

  #sale(): Visit {
    const { card, pin } = this.#chance.weighted(CARDS);
    const amountFen = this.amount(this.#chance.happens(0.1) ? 1_200_000 : 60_000);
    const swipe: Act = { do: "swipe", card };
    const amount = typed(String(amountFen));
    const begin = this.#chance.one([swipe, swipe, keys(...String(amountFen), "enter"), keys("menu", "1")]);
    return {
      what: "sale",
      begin,
      at: { present: [swipe, swipe], amount: [amount], pin: this.#pins(pin) },
      money: { kind: "sale", amountFen },
      helpsPrinter: this.#helps(),
    };
  }

  #preauth(): Visit {
    const { card, pin } = this.#chance.weighted(CARDS);
    const amountFen = this.amount(100_000);
    return {
      what: "preauth",
      begin: keys("menu", "4", "1"),
      at: { present: [{ do: "swipe", card }], amount: [typed(String(amountFen))], pin: this.#pins(pin) },
      money: { kind: "preauth", amountFen },
      helpsPrinter: this.#helps(),
    };
  }

  #balance(): Visit {
    const { card, pin } = this.#chance.weighted(CARDS);
    const at = { present: [{ do: "swipe" as const, card }], pin: this.#pins(pin) };
    return { what: "balance", begin: keys("menu", "7", "1"), at, helpsPrinter: true };
  }

  #offline(): Visit {
    const { card } = this.#chance.weighted(CARDS);
    const pan = this.#tray.find(({ id }) => id === card)?.pan ?? "";
    const amountFen = this.amount(50_000);
    return {
      what: "offline",
      begin: keys("menu", "7", "2"),
      at: {
        ...this.#present({ card, pan }, true),
        amount: [typed(String(amountFen))],
        menu: [keys(this.#chance.one(["1", "2", "3"]))],
        authcode: [typed(String(this.#chance.from(100_000, 999_999)))],
      },
      money: { kind: "offline", amountFen },
      helpsPrinter: this.#helps(),
    };
  }

  #cash(): Visit {
    const dueFen = this.amount(50_000);
    const short = this.#chance.happens(0.2) ? [typed(String(Math.max(1, dueFen - 1)))] : [];
    const at = { amount: [typed(String(dueFen)), ...short, retyped(String(Math.ceil(dueFen / 10_000) * 10_000))] };
    return { what: "cash", begin: keys("menu", "7", "4"), at, helpsPrinter: this.#helps() };
  }

  #paperwork(): Visit {
    const rows = [
      ["8", "1"],
      ["8", "3"],
      ["8", "4"],
      ["8", "6", "1", "2"],
      ["9", "1"],
      ["9", "4", "5"],
    ];
    return { what: "paperwork", begin: keys("menu", ...this.#chance.one(rows)), at: {}, helpsPrinter: this.#helps() };
  }

  /** What the host is asked besides money: sign-on, echo, parameters, status, the statement of the day. */
  #service(): Visit {
    const row = this.#chance.one([
      ["9", "1"],
      ["9", "9", "1"],
      ["9", "9", "6"],
      ["9", "9", "7"],
      ["8", "6", "7"],
    ]);
    const at = { supervisor: this.#password(), date: [ENTER] };
    return { what: `service ${row.join("")}`, begin: keys("menu", ...row), at, helpsPrinter: this.#helps() };
  }

  #void(original: JournalRecord): Visit {
    const holder = this.#cardOf(original);
    return {
      what: "void",
      begin: keys("menu", "2"),
      at: {
        supervisor: this.#password(),
        trace: [typed(original.trace)],
        ...this.#present(holder, true),
        pin: this.#pins(holder.pin),
      },
      helpsPrinter: this.#helps(),
    };
  }

  #refund(original: JournalRecord): Visit {
    const holder = this.#cardOf(original);
    const amountFen = this.#chance.happens(0.4) ? original.approvedFen : this.#chance.from(1, original.approvedFen);
    return {
      what: "refund",
      begin: keys("menu", "3"),
      at: {
        supervisor: this.#password(),
        ...this.#present(holder, true),
        reference: [typed(original.reference ?? "000000000000")],
        date: [typed(original.date.slice(4))],
        amount: [typed(String(amountFen))],
      },
      helpsPrinter: this.#helps(),
    };
  }

  /** A tip, or another amount. */
  #change(what: string, row: string, { trace, approvedFen }: JournalRecord): Visit {
    const few = Math.max(1, Math.floor((approvedFen * this.#chance.from(1, 16)) / 100));
    const amountFen = what === "tip" ? few : Math.max(1, approvedFen + (this.#chance.happens(0.5) ? few : -few));
    return {
      what,
      begin: keys("menu", "7", row),
      at: { trace: [typed(trace)], amount: [typed(String(amountFen))] },
      helpsPrinter: this.#helps(),
    };
  }

  /** What is done about money that is held back. */
  #held(what: string, row: string, hold: JournalRecord): Visit {
    const holder = this.#cardOf(hold);
    const percent = what === "preauth-void" ? 100 : what === "preauth-add" ? 20 : this.#chance.from(50, 116);
    const amountFen = Math.max(1, Math.floor((hold.approvedFen * percent) / 100));
    return {
      what,
      begin: keys("menu", "4", row),
      at: {
        supervisor: this.#password(),
        ...this.#present(holder, what !== "preauth-add"),
        date: [typed(hold.date.slice(4))],
        authcode: [typed(hold.authCode ?? "000000")],
        amount: [typed(String(amountFen))],
        pin: this.#pins(holder.pin),
      },
      helpsPrinter: this.#helps(),
    };
  }

  #chargeBack(charge: JournalRecord): Visit {
    const holder = this.#cardOf(charge);
    return {
      what: "completion-void",
      begin: keys("menu", "4", "5"),
      at: {
        supervisor: this.#password(),
        trace: [typed(charge.trace)],
        ...this.#present(holder, true),
        pin: this.#pins(holder.pin),
      },
      helpsPrinter: this.#helps(),
    };
  }
}
