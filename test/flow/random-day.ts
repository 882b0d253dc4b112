/**
 * A random trading day, from outside: people come to the counter, pay, change their minds, forget their PINs; the line, the paper and the
 * power fail; in the evening the books are closed. The driver knows screens by their ids and nothing of what should come next: like a cashier
 * it looks at the screen, then presses a key. A seed fixes who comes and what they do; where exactly a power cut in the middle of work falls
 * is up to the machine.
 */
import { Desk, type State } from "./desk-client.ts";

export interface Day {
  seed: number;
  /** How often what ended how: {"sale approved": 7, …}. */
  counts: Record<string, number>;
  /** What is wrong, in words; a good day has none. */
  problems: string[];
  /** What happened, a line an act. */
  story: string[];
}

// ── chance ──

class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  }
  from(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
  happens(probability: number): boolean {
    return this.next() < probability;
  }
  one<T>(of: readonly T[]): T {
    const found = of[Math.floor(this.next() * of.length)];
    if (found === undefined) throw new Error("nothing to choose from");
    return found;
  }
  weighted<T>(of: readonly (readonly [weight: number, T])[]): T {
    let left = this.next() * of.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, what] of of) {
      left -= weight;
      if (left < 0) return what;
    }
    return this.one(of)[1];
  }
}

// ── what people do ──

type Act =
  | { do: "keys"; keys: readonly string[] }
  | { do: "swipe"; card: string }
  /** Empty: Enter alone. */
  | { do: "pin"; pin: string }
  | { do: "leave-pin" }
  | { do: "mend-printer" };

const keys = (...names: string[]): Act => ({ do: "keys", keys: names });
const ENTER = keys("enter");
const CANCEL = keys("cancel");

const typed = (text: string): Act => keys(...[...text].flatMap(presses), "enter");
/** Over what stands in the field and was not good. */
const retyped = (text: string): Act => keys(...Array<string>(12).fill("clear"), ...[...text].flatMap(presses), "enter");
const LETTERS = ["", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];
function presses(character: string): string[] {
  const key = LETTERS.findIndex((letters) => letters.includes(character));
  if (/\d/.test(character) || key < 0) return [character];
  return [String(key), ...Array<string>(1 + (LETTERS[key] ?? "").indexOf(character)).fill("alpha")];
}

interface Visit {
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

/** Screens that only tell something. */
const TOLD = new Set(["approved", "declined", "unknown", "notice", "settled", "tear", "selfcheck"]);
/** Where Enter means yes, for somebody who wants what was asked. */
const ASKED = new Set(["card", "confirm", "original"]);
/** What somebody is told at the end. */
const OUTCOMES = new Set(["approved", "declined", "unknown"]);

// ── what the terminal, the host and the paper tell ──

interface JournalRecord {
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

interface Totals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}
type Region = "domestic" | "foreign";

interface Entry {
  kind: string;
  batch: string;
  trace: string;
  amountFen: number;
  approvedFen: number;
  totalFen?: number;
  state: string;
  code: string;
  foreign?: boolean;
}

interface Ledger {
  transactions: Entry[];
  settlements: {
    batch: string;
    balanced: Record<Region, boolean>;
    totals: { host: Record<Region, Totals>; terminal: Record<Region, Totals> };
    problems: unknown[];
    closed: boolean;
  }[];
}

/** At the host: it happened, whatever was done about it later. */
const STANDS = new Set(["approved", "voided", "refunded", "held", "completed"]);
const DEBIT = new Set(["sale", "completion", "completion-advice", "offline"]);
const CREDIT = new Set(["void", "refund", "completion-void"]);

const sayTotals = ({ debitCount, debitFen, creditCount, creditFen }: Totals): string =>
  `${debitCount} × debit ${debitFen}, ${creditCount} × credit ${creditFen}`;

/** What a batch adds up to, from the host's single entries. */
function totalsOf(ledger: Ledger, batch: string, region: Region): Totals {
  const sum = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
  for (const { kind, batch: of, state, foreign = false, totalFen, approvedFen } of ledger.transactions) {
    if (of !== batch || !STANDS.has(state) || foreign !== (region === "foreign")) continue;
    if (DEBIT.has(kind)) {
      sum.debitCount++;
      sum.debitFen += totalFen ?? approvedFen;
    } else if (CREDIT.has(kind)) {
      sum.creditCount++;
      sum.creditFen += approvedFen;
    }
  }
  return sum;
}

/** The totals that a settlement slip says, as a merchant reads them; undefined when it is not whole. */
function totalsOnPaper(text: readonly string[], region: Region): Totals | undefined {
  const all = text.join("\n");
  const part = region === "domestic" ? /内卡[\s\S]*?(?=外卡)/.exec(all) : /外卡[\s\S]*/.exec(all);
  const read = (label: string) => new RegExp(`${label}\\D*(\\d+)\\s+([\\d,]+)\\.(\\d\\d)`).exec(part?.[0] ?? "");
  const [debit, credit] = [read("借记合计"), read("贷记合计")];
  if (debit === null || credit === null) return undefined;
  const fen = (found: RegExpExecArray) => Number(`${found[2]?.replaceAll(",", "")}${found[3]}`);
  return { debitCount: Number(debit[1]), debitFen: fen(debit), creditCount: Number(credit[1]), creditFen: fen(credit) };
}

// ── who may come ──

interface Holder {
  card: string;
  pin: string;
}

/** Ids of the tray, by how often such a card comes; the PIN its holder knows, empty: none. */
const CARDS: readonly (readonly [weight: number, Holder])[] = [
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

/** What the line does; how often each. `value` where the fault takes one. */
const LINE_FAULTS: readonly (readonly [weight: number, { fault: string; value?: number }])[] = [
  [5, { fault: "drop-response" }],
  [4, { fault: "drop-request" }],
  [3, { fault: "wrong-mac" }],
  [3, { fault: "garbage" }],
  [3, { fault: "disconnect" }],
  [3, { fault: "delay-response", value: 59_000 }],
  [3, { fault: "delay-response", value: 75_000 }],
  [2, { fault: "late-response" }],
  [2, { fault: "duplicate-response" }],
  [2, { fault: "wrong-trace" }],
  [2, { fault: "cut-at-byte", value: 30 }],
  [2, { fault: "refuse" }],
];

/** Answers of an issuer that says no. */
const REFUSALS = ["05", "14", "51", "57", "61", "65", "75", "91", "96"];

const SUPERVISOR = "123456";
const OPERATOR = { number: "01", password: "0000" };

interface TrayCard {
  id: string;
  pan: string;
}

class TradingDay {
  readonly counts: Record<string, number> = {};
  readonly problems: string[] = [];
  readonly story: string[] = [];
  readonly #chance: Chance;
  readonly #desk: Desk;
  #tray: TrayCard[] = [];
  readonly #amounts = new Set<number>();
  /** What each person was told of the money, to be held against the ledger in the evening. */
  readonly #told: { what: string; kind: string; amountFen: number; stands: boolean | undefined }[] = [];
  /** Settled batches, as the terminal called them. */
  readonly #batches: string[] = [];

  constructor(desk: Desk, seed: number) {
    this.#desk = desk;
    this.#chance = new Chance(seed);
  }

  async run(customers: number): Promise<void> {
    this.#tray = await this.#desk.get<TrayCard[]>("/cards");
    await this.#home();
    const lunch = this.#chance.happens(0.4) ? this.#chance.from(5, customers - 5) : undefined;
    for (let n = 1; n <= customers && this.problems.length === 0; n++) {
      await this.#between();
      if (n === lunch) await this.#settle("at noon", true);
      await this.#serve(n);
      await this.#agree(`after customer ${n}`);
    }
    if (this.problems.length === 0) await this.#evening();
  }

  // ── acts ──

  #say(words: string): void {
    this.story.push(words);
  }

  async #act(act: Act, timeoutMs?: number): Promise<State> {
    const desk = this.#desk;
    const wait = timeoutMs === undefined ? {} : { timeoutMs };
    switch (act.do) {
      case "keys":
        return desk.post("/keys", { keys: act.keys, ...wait });
      case "swipe":
        return desk.post("/card", { action: "swipe", card: act.card, ...wait });
      case "pin":
        return desk.post("/pinpad", { ...(act.pin === "" ? { keys: ["enter"] } : { pin: act.pin }), ...wait });
      case "leave-pin":
        return desk.post("/pinpad", { action: "cancel", ...wait });
      case "mend-printer":
        await desk.call("DELETE", "/faults", { device: "printer" });
        return desk.post("/keys", { keys: ["enter"], ...wait });
    }
  }

  /** From wherever the terminal stands to idle, wanting nothing. */
  async #home(first?: State): Promise<State> {
    let state = first ?? (await this.#desk.state());
    for (let acts = 0; state.screen.id !== "idle"; acts++) {
      if (acts > 60) throw new Error(`never came to idle: ${say(state)}`);
      state = await this.#act(this.#homeward(state));
    }
    return state;
  }

  #homeward({ screen: { id } }: State): Act {
    if (id === "login") return typed(OPERATOR.number);
    if (id === "password" || id === "locked") return keys(...OPERATOR.password, "enter");
    if (id === "printer") return { do: "mend-printer" };
    return TOLD.has(id) ? ENTER : CANCEL;
  }

  /** One person's business, from idle to idle, or to the power cut in it. */
  async #visit(visit: Visit): Promise<void> {
    await this.#home();
    const { what } = visit;
    const left = Object.fromEntries(Object.entries(visit.at).map(([id, acts]) => [id, [...acts]]));
    let outcome = "nothing";
    let state = await this.#act(visit.begin);
    for (let seen = 1; state.screen.id !== "idle"; seen++) {
      const { id } = state.screen;
      this.#say(`  ${say(state)}`);
      if (seen > 80) throw new Error(`${what} never ended: ${say(state)}`);
      if (id === "login" || id === "fault") {
        this.problems.push(`${what}: the terminal came to ${id} by itself`);
        return;
      }
      if (OUTCOMES.has(id) && outcome === "nothing") outcome = id;
      // What is stored stands as soon as the terminal says so.
      if (id === "notice" && outcome === "nothing" && state.screen.title.includes("已保存")) outcome = "stored";
      const act = seen === visit.cancelAt ? this.#leave(id) : this.#answer(visit, left, id);
      if (seen === visit.cut?.at) {
        await this.#cutPower(act, visit.cut.glances);
        this.#count(`${what} cut`);
        this.#remember(visit, undefined);
        return;
      }
      state = await this.#act(act);
    }
    this.#say(`  = ${outcome}`);
    this.#count(`${what} ${outcome}`);
    this.#remember(visit, outcome === "stored" ? undefined : outcome === "approved");
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #remember({ what, money }: Visit, stands: boolean | undefined): void {
    if (money !== undefined) this.#told.push({ what, ...money, stands });
  }

  #leave(id: string): Act {
    return id === "pin" && this.#chance.happens(0.5) ? { do: "leave-pin" } : CANCEL;
  }

  #answer({ helpsPrinter }: Visit, left: Record<string, Act[]>, id: string): Act {
    const own = left[id]?.shift();
    if (own !== undefined) return own;
    if (id === "printer") return helpsPrinter ? { do: "mend-printer" } : CANCEL;
    return TOLD.has(id) || ASKED.has(id) ? ENTER : CANCEL;
  }

  /** `glances`: looks at the screen after the act has begun and before the power goes; undefined: it goes instead of the act. */
  async #cutPower(act: Act, glances: number | undefined): Promise<void> {
    this.#say(`  power cut ${glances === undefined ? "at rest" : `${glances} glances after ${JSON.stringify(act)}`}`);
    if (glances !== undefined) {
      await this.#act(act, 0);
      for (let n = 0; n < glances; n++) await this.#desk.state();
    }
    await this.#home(await this.#desk.power("cycle"));
  }

  // ── the day ──

  /** Minutes pass; what was wrong with the line may be mended. */
  async #between(): Promise<void> {
    const desk = this.#desk;
    await desk.call("DELETE", "/acquirer/rules");
    if (this.#chance.happens(0.75)) await desk.call("DELETE", "/faults");
    // The PIN pad asks for no more than a PIN every 30 s in the long run.
    await this.#home(await desk.post("/clock", { advanceMs: this.#chance.from(1, 9) * 60_000 }));
  }

  async #serve(n: number): Promise<void> {
    const chance = this.#chance;
    const visit = await this.#somebody();
    if (chance.happens(0.15)) visit.cancelAt = chance.from(1, 9);
    if (chance.happens(0.12))
      visit.cut = { at: chance.from(1, 10), glances: chance.happens(0.3) ? undefined : chance.from(0, 14) };
    const troubles = [`${n}: ${visit.what}`];
    if (visit.money !== undefined) troubles.push(`${visit.money.amountFen} fen`);
    if (visit.cancelAt !== undefined) troubles.push(`gives up at screen ${visit.cancelAt}`);
    if (chance.happens(0.3)) {
      const fault = chance.weighted(LINE_FAULTS);
      const count = fault.fault === "refuse" ? {} : { count: chance.from(1, 3) };
      troubles.push(`line: ${fault.fault} ${fault.value ?? ""} × ${count.count ?? "on"}`);
      await this.#desk.fault("host", fault.fault, { value: fault.value, ...count });
    }
    if (chance.happens(0.1)) {
      const value = chance.from(5, 150);
      troubles.push(`paper for ${value} mm`);
      await this.#desk.fault("printer", "paper-out-after", { value });
    }
    if (chance.happens(0.12)) {
      const rule = {
        match: { mti: chance.one(["0200", "0200", "0220", "0100"]) },
        answer: { "39": chance.one(REFUSALS) },
        count: 1,
      };
      troubles.push(`host: ${rule.match.mti} is answered ${rule.answer["39"]}`);
      await this.#desk.post("/acquirer", rule);
    }
    this.#say(troubles.join(", "));
    await this.#visit(visit);
  }

  async #somebody(): Promise<Visit> {
    const { transactions } = await this.#desk.get<{ transactions: JournalRecord[] }>("/journal");
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

  // ── visits ──

  #amount(most: number): number {
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
    const amountFen = this.#amount(this.#chance.happens(0.1) ? 1_200_000 : 60_000);
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
    const amountFen = this.#amount(100_000);
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
    const amountFen = this.#amount(50_000);
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
    const dueFen = this.#amount(50_000);
    const short = this.#chance.happens(0.2) ? [typed(String(Math.max(1, dueFen - 1)))] : [];
    const at = { amount: [typed(String(dueFen)), ...short, retyped(String(Math.ceil(dueFen / 10_000) * 10_000))] };
    return { what: "cash", begin: keys("menu", "7", "4"), at, helpsPrinter: this.#helps() };
  }

  #paperwork(): Visit {
    const rows = [
      ["8", "1"],
      ["8", "3"],
      ["8", "4"],
      ["8", "6", "1"],
      ["9", "1"],
      ["9", "4", "5"],
    ];
    return { what: "paperwork", begin: keys("menu", ...this.#chance.one(rows)), at: {}, helpsPrinter: this.#helps() };
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

  // ── the books ──

  async #agree(when: string): Promise<void> {
    const { ok, differences } = await this.#desk.check();
    if (!ok) this.problems.push(`${when}: the money check says ${JSON.stringify(differences)}`);
  }

  async #mendAll(): Promise<void> {
    await this.#desk.call("DELETE", "/faults");
    await this.#desk.call("DELETE", "/acquirer/rules");
  }

  /** Debts go by themselves while nobody sells. */
  async #payDebts(): Promise<void> {
    await this.#mendAll();
    let state = await this.#home();
    for (let n = 0; n < 6 && state.debt.reversals + state.debt.offline > 0; n++) {
      state = await this.#home(await this.#desk.post("/clock", { advanceMs: 6 * 60_000 }));
    }
    if (state.debt.reversals > 0) this.problems.push(`a reversal is still owed after half an hour of good line: ${say(state)}`);
  }

  /** `rough`: line and power may fail in it; with both mended it must go on to its end. */
  async #settle(when: string, rough = false): Promise<void> {
    await this.#payDebts();
    const before = await this.#home();
    this.#say(`settlement ${when}, batch ${before.batch}`);
    if (rough) await this.#roughSettlement(before.batch);
    await this.#mendAll();
    let state = await this.#home();
    // What was cut off may have gone on by itself by now.
    if (state.batch === before.batch) state = await this.#askSettlement();
    const { batch } = before;
    if (state.batch === batch)
      this.problems.push(`batch ${batch} is still open after its settlement; last: ${this.story.at(-1)}`);
    if (state.debt.reversals + state.debt.offline > 0)
      this.problems.push(`owed after the settlement: ${JSON.stringify(state.debt)}`);
    const { transactions } = await this.#desk.get<{ transactions: unknown[] }>("/journal");
    if (transactions.length > 0)
      this.problems.push(`the journal of the new batch has ${transactions.length} transactions already`);
    this.#batches.push(batch);
    await this.#closed(batch);
    await this.#agree(`after the settlement of ${batch}`);
  }

  async #askSettlement(cut?: { at: number; glances: number }): Promise<State> {
    let state = await this.#act(keys("menu", "9", "3"));
    for (let seen = 1; state.screen.id !== "idle"; seen++) {
      if (seen > 40) throw new Error(`the settlement never ended: ${say(state)}`);
      this.#say(`  ${say(state)}`);
      const act = this.#homeward(state);
      if (seen === cut?.at) {
        await this.#cutPower(act, cut.glances);
        return this.#home();
      }
      state = await this.#act(act);
    }
    return state;
  }

  async #roughSettlement(batch: string): Promise<void> {
    const chance = this.#chance;
    const { fault, value } = chance.weighted(LINE_FAULTS);
    const count = fault === "refuse" ? {} : { count: chance.from(1, 3) };
    this.#say(`  line: ${fault} ${value ?? ""} × ${count.count ?? "on"}`);
    await this.#desk.fault("host", fault, { value, ...count });
    const cut = chance.happens(0.5) ? { at: chance.from(1, 2), glances: chance.from(0, 40) } : undefined;
    const state = await this.#askSettlement(cut);
    this.#say(`  rough settlement of ${batch}: now batch ${state.batch}`);
    this.#count(`rough settlement ${state.batch === batch ? "unfinished" : "finished"}`);
  }

  /** A settled batch: host, slip and single entries say the same to the fen. */
  async #closed(batch: string): Promise<void> {
    const ledger = await this.#desk.get<Ledger>("/acquirer/ledger");
    const view = ledger.settlements.findLast((each) => each.batch === batch);
    if (view === undefined || !view.closed) {
      this.problems.push(`batch ${batch} is not closed at the host`);
      return;
    }
    if (view.problems.length > 0) this.problems.push(`batch ${batch}, says the host: ${JSON.stringify(view.problems)}`);
    const slip = (await this.#desk.paper()).findLast(({ text }) => text.join("").includes("结算总计单"));
    for (const region of ["domestic", "foreign"] as const) {
      const entries = totalsOf(ledger, batch, region);
      const paper = totalsOnPaper(slip?.text ?? [], region);
      for (const [who, totals] of [
        ["the host's settlement", view.totals.host[region]],
        ["the terminal's 0500", view.totals.terminal[region]],
        ["the slip", paper],
      ] as const) {
        const said = totals === undefined ? "nothing" : sayTotals(totals);
        if (said !== sayTotals(entries))
          this.problems.push(`batch ${batch} ${region}: ${who} says ${said}, the host's entries ${sayTotals(entries)}`);
      }
      if (!view.balanced[region]) this.problems.push(`batch ${batch} ${region} did not balance`);
    }
  }

  /** What people were told is what the host's books say. */
  async #promises(): Promise<void> {
    const { transactions } = await this.#desk.get<Ledger>("/acquirer/ledger");
    for (const { what, kind, amountFen, stands } of this.#told) {
      const standing = transactions.filter(
        (entry) => entry.kind === kind && entry.amountFen === amountFen && STANDS.has(entry.state),
      );
      if (standing.length > 1) this.problems.push(`${what} of ${amountFen} fen stands ${standing.length} times at the host`);
      if (stands !== undefined && stands !== standing.length > 0)
        this.problems.push(
          `${what} of ${amountFen} fen: told ${stands ? "approved" : "not paid"}, at the host ${standing.length}`,
        );
    }
  }

  async #evening(): Promise<void> {
    await this.#settle("in the evening");
    await this.#promises();
    const { batch } = await this.#home();
    if (this.#batches.includes(batch)) this.problems.push(`batch ${batch} again`);
    const amountFen = this.#amount(40_000);
    const at = { amount: [typed(String(amountFen))], pin: [{ do: "pin" as const, pin: "" }] };
    this.#say("the next batch's first sale");
    await this.#visit({ what: "next sale", begin: { do: "swipe", card: "mastercard-like-1" }, at, helpsPrinter: true });
    const { transactions } = await this.#desk.get<Ledger>("/acquirer/ledger");
    const sold = transactions.find((entry) => entry.amountFen === amountFen && entry.state === "approved");
    if (sold?.batch !== batch) this.problems.push(`the first sale of batch ${batch} is at the host: ${JSON.stringify(sold)}`);
    await this.#agree("in the next batch");
  }
}

const say = ({ screen: { id, title, lines } }: State): string => `${id} [${title}] ${lines.join(" | ")}`;

/** A day of so many people, on a desk of its own. */
export async function tradingDay(seed: number, customers = 25): Promise<Day> {
  const desk = await Desk.start(["--seed", String(seed)]);
  const day = new TradingDay(desk, seed);
  const { counts, problems, story } = day;
  try {
    await day.run(customers);
  } catch (error) {
    problems.push(`stopped: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await desk.stop();
  }
  return { seed, counts, problems, story };
}
