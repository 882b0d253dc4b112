/**
 * A random trading day, from outside: people come to the counter, pay, change their minds, forget their PINs; the line, the paper and the
 * power fail; in the evening the books are closed. The driver knows screens by their ids and nothing of what should come next: like a cashier
 * it looks at the screen, then presses a key. A seed fixes who comes and what they do; where exactly a power cut in the middle of work falls
 * is up to the machine.
 */
import { Desk, type State } from "./desk-client.ts";
import { Chance } from "./random-day-chance.ts";
import { type DayHost, ownHost, REGIONS, STANDS, sayTotals, totalsOnPaper } from "./random-day-host.ts";
import {
  type Act,
  CANCEL,
  ENTER,
  type JournalRecord,
  keys,
  People,
  type TrayCard,
  typed,
  type Visit,
} from "./random-day-people.ts";

export interface Day {
  seed: number;
  /** How often what ended how: {"sale approved": 7, …}. */
  counts: Record<string, number>;
  /** What is wrong, in words; a good day has none. */
  problems: string[];
  /** What happened, a line an act. */
  story: string[];
  /** Of a day that went wrong: what there is to know about it. */
  telling: string[];
}

/** Screens that only tell something. */
const TOLD = new Set(["approved", "declined", "unknown", "notice", "settled", "tear", "selfcheck"]);
/** Where Enter means yes, for somebody who wants what was asked. */
const ASKED = new Set(["card", "confirm", "original"]);
/** What somebody is told at the end. */
const OUTCOMES = new Set(["approved", "declined", "unknown"]);

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

const OPERATOR = { number: "01", password: "0000" };

class TradingDay {
  readonly counts: Record<string, number> = {};
  readonly problems: string[] = [];
  readonly story: string[] = [];
  readonly #chance: Chance;
  readonly #desk: Desk;
  readonly #host: DayHost;
  readonly #plan: Plan;
  readonly #people: People;
  /** What each person was told of the money, to be held against the ledger in the evening. */
  readonly #told: { what: string; kind: string; amountFen: number; stands: boolean | undefined }[] = [];
  /** Complaints of the host that have been heard. */
  #complaints = 0;
  /** Settled batches, as the terminal called them. */
  readonly #batches: string[] = [];

  constructor(desk: Desk, host: DayHost, plan: Plan, chance: Chance, people: People) {
    this.#desk = desk;
    this.#host = host;
    this.#plan = plan;
    this.#chance = chance;
    this.#people = people;
  }

  async run(): Promise<void> {
    const { customers, checkEvery } = this.#plan;
    await this.#home();
    const lunch = this.#chance.happens(0.4) ? this.#chance.from(5, customers - 5) : undefined;
    for (let n = 1; n <= customers && this.problems.length === 0; n++) {
      await this.#between();
      if (n === lunch) await this.#settle("at noon", true);
      await this.#serve(n);
      this.#listen();
      if (n % checkEvery === 0) await this.#agree(`after customer ${n}`);
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
    this.#say(`  = ${outcome}, next trace ${state.trace}`);
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
    if (this.#chance.happens(0.75)) await desk.call("DELETE", "/faults");
    // The PIN pad asks for no more than a PIN every 30 s in the long run.
    const state = await this.#home(await desk.post("/clock", { advanceMs: this.#chance.from(1, 9) * 60_000 }));
    await this.#host.mend(desk, state);
  }

  async #serve(n: number): Promise<void> {
    const chance = this.#chance;
    const { transactions } = await this.#desk.get<{ transactions: JournalRecord[] }>("/journal");
    const visit = this.#people.somebody(transactions);
    const { cuts, line, paper } = this.#plan;
    if (chance.happens(0.15)) visit.cancelAt = chance.from(1, 9);
    if (chance.happens(cuts))
      visit.cut = { at: chance.from(1, 10), glances: chance.happens(0.3) ? undefined : chance.from(0, 14) };
    const troubles = [`${n}: ${visit.what}`];
    if (visit.money !== undefined) troubles.push(`${visit.money.amountFen} fen`);
    if (visit.cancelAt !== undefined) troubles.push(`gives up at screen ${visit.cancelAt}`);
    if (chance.happens(line)) {
      const fault = chance.weighted(LINE_FAULTS);
      const count = fault.fault === "refuse" ? {} : { count: chance.from(1, 3) };
      troubles.push(`line: ${fault.fault} ${fault.value ?? ""} × ${count.count ?? "on"}`);
      await this.#desk.fault("host", fault.fault, { value: fault.value, ...count });
    }
    if (chance.happens(paper)) {
      const value = chance.from(5, 150);
      troubles.push(`paper for ${value} mm`);
      await this.#desk.fault("printer", "paper-out-after", { value });
    }
    troubles.push(...(await this.#host.trouble(this.#desk, chance)));
    this.#say(troubles.join(", "));
    await this.#visit(visit);
  }

  // ── the books ──

  async #agree(when: string): Promise<void> {
    const differences = await this.#host.check(this.#desk);
    if (differences.length > 0) this.problems.push(`${when}: the money check says ${JSON.stringify(differences)}`);
    this.#listen();
  }

  #listen(): void {
    const complaints = this.#host.complaints();
    if (complaints.length > this.#complaints)
      this.problems.push(...complaints.slice(this.#complaints).map((words) => `the host: ${words}`));
    this.#complaints = complaints.length;
  }

  async #mendAll(): Promise<void> {
    await this.#desk.call("DELETE", "/faults");
    await this.#host.mend(this.#desk, undefined);
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
    this.story.push(...(await this.#host.trouble(this.#desk, chance)));
    const cut = chance.happens(0.5) ? { at: chance.from(1, 2), glances: chance.from(0, 40) } : undefined;
    const state = await this.#askSettlement(cut);
    this.#say(`  rough settlement of ${batch}: now batch ${state.batch}`);
    this.#count(`rough settlement ${state.batch === batch ? "unfinished" : "finished"}`);
  }

  /** A settled batch: host, slip and single entries say the same to the fen. */
  async #closed(batch: string): Promise<void> {
    const ledger = await this.#host.ledger(this.#desk);
    const view = ledger.settlements.findLast((each) => each.batch === batch);
    if (view === undefined || !view.closed) {
      this.problems.push(`batch ${batch} is not closed at the host`);
      return;
    }
    if (view.problems.length > 0) this.problems.push(`batch ${batch}, says the host: ${JSON.stringify(view.problems)}`);
    const slip = (await this.#desk.paper()).findLast(({ text }) => text.join("").includes("结算总计单"));
    for (const region of REGIONS) {
      const entries = this.#host.totals(ledger, batch, region);
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
    const { transactions } = await this.#host.ledger(this.#desk);
    this.counts["in the host's books"] = transactions.length;
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
    for (const [what, row] of [
      ["sign-off", "2"],
      ["sign-on", "1"],
    ] as const)
      await this.#visit({ what, begin: keys("menu", "9", row), at: {}, helpsPrinter: true });
    const { batch } = await this.#home();
    if (this.#batches.includes(batch)) this.problems.push(`batch ${batch} again`);
    const amountFen = this.#people.amount(40_000);
    const at = { amount: [typed(String(amountFen))], pin: [{ do: "pin" as const, pin: "" }] };
    this.#say("the next batch's first sale");
    await this.#visit({ what: "next sale", begin: { do: "swipe", card: "mastercard-like-1" }, at, helpsPrinter: true });
    const { transactions } = await this.#host.ledger(this.#desk);
    const sold = transactions.find((entry) => entry.amountFen === amountFen && entry.state === "approved");
    if (sold?.batch !== batch) this.problems.push(`the first sale of batch ${batch} is at the host: ${JSON.stringify(sold)}`);
    await this.#agree("in the next batch");
  }
}

const say = ({ screen: { id, title, lines } }: State): string => `${id} [${title}] ${lines.join(" | ")}`;

export interface Plan {
  customers: number;
  /** The books are compared after every so many. */
  checkEvery: number;
  /** Probabilities, a person: the power fails, the line does, the paper runs out. */
  cuts: number;
  line: number;
  paper: number;
}

/** Short and rough. */
export const SHORT: Plan = { customers: 25, checkEvery: 1, cuts: 0.12, line: 0.3, paper: 0.1 };
/** A real one: hundreds of people, most of whom just pay. */
export const LONG: Plan = { customers: 200, checkEvery: 20, cuts: 0.03, line: 0.08, paper: 0.04 };

/** A day on a desk of its own; ends at the first thing that is wrong. */
export async function tradingDay(seed: number, plan: Plan = SHORT, host: DayHost = ownHost(seed)): Promise<Day> {
  const desk = await Desk.start([...host.args]);
  const chance = new Chance(seed);
  const people = new People(chance, await desk.get<TrayCard[]>("/cards"));
  const day = new TradingDay(desk, host, plan, chance, people);
  const { counts, problems, story } = day;
  try {
    await day.run();
  } catch (error) {
    problems.push(`stopped: ${error instanceof Error ? error.message : String(error)}`, ...host.complaints());
  } finally {
    await desk.stop();
    await host.close();
  }
  return { seed, counts, problems, story, telling: tellingOf(problems, story, host) };
}

/** The shortest telling: who had to do with the traces that are named, what the host heard about them, and the last of the story. */
function tellingOf(problems: readonly string[], story: readonly string[], host: DayHost): string[] {
  const traces = new Set(problems.flatMap((words) => words.match(/(?<!\d)\d{6}(?!\d)/g) ?? []));
  const visits: string[][] = [];
  for (const line of story) {
    if (!line.startsWith("  ")) visits.push([]);
    visits.at(-1)?.push(line);
  }
  const concerned = visits.filter(
    (lines, n) => n === visits.length - 1 || lines.some((line) => [...traces].some((trace) => line.includes(trace))),
  );
  return [...concerned.flat(), "the host:", ...host.heard(traces)];
}
