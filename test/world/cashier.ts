/**
 * Somebody at the counter: looks at the screen and answers it. Knows screens by their ids and nothing of what should come next; whatever is done
 * is a line of the world's events, so that it can be played again without a cashier.
 */
import { keys, type Line, type Visit } from "./visit.ts";
import type { World } from "./world.ts";

/** Screens that only tell something. */
const TOLD: ReadonlySet<string> = new Set([
  "approved",
  "declined",
  "unknown",
  "notice",
  "settled",
  "tear",
  "selfcheck",
  "report",
]);
/** Where Enter means yes, for somebody who wants what was asked. */
const ASKED: ReadonlySet<string> = new Set(["card", "confirm", "original"]);
/** What somebody is told at the end. */
const OUTCOMES: ReadonlySet<string> = new Set(["approved", "declined", "unknown"]);
/** Where the terminal waits for whoever comes next. */
const WAITS: ReadonlySet<string> = new Set(["idle", "login", "locked"]);
const A_MOMENT = "clock advance 5s";
const MOST_SCREENS = 80;
/** After so many somebody has seen enough. */
const PATIENT_SCREENS = 30;
const OPERATOR = { number: "01", password: "0000" };
/** Where only a power cycle helps; a shop without a technician has nothing else. */
const HOPELESS: ReadonlySet<string> = new Set(["fault", ""]);

const MEND = "clear faults printer";

/** It never comes to idle, whatever is pressed. */
export class Stuck extends Error {}

export interface VisitTroubles {
  /** Gives up at the n-th screen. */
  cancelAt?: number;
  /** Done instead of the answer at the n-th screen: mashed keys, a long wait, a power cut. */
  at?: { screen: number; lines: readonly Line[] };
  helpsPrinter: boolean;
  /** Everybody walks away at the n-th screen, and nobody comes back to it. */
  leavesAt?: number;
}

export class Cashier {
  readonly #world: World;
  constructor(world: World) {
    this.#world = world;
  }

  /** A line; without power the terminal is switched on first. */
  async act(line: Line): Promise<void> {
    if (this.#world.isOff) await this.#world.do("power on");
    await this.#world.do(line);
  }

  /** One person's business, from idle to idle. What it came to, in a word. */
  async serve({ begin, at = {} }: Visit, { cancelAt, at: trouble, helpsPrinter, leavesAt }: VisitTroubles): Promise<string> {
    const world = this.#world;
    const left = new Map(Object.entries(at).map(([id, lines]) => [id, [...lines]]));
    let outcome = "nothing";
    await this.act(begin);
    for (let seen = 1; world.screen !== "idle" || world.isOff; seen++) {
      if (seen > MOST_SCREENS) throw new Stuck(`${begin} never ended: ${say(world)}`);
      if (seen === leavesAt) return "left alone";
      if (world.isOff) {
        await this.home();
        return `${outcome}, power cut`;
      }
      const { screen } = world;
      if (OUTCOMES.has(screen) && outcome === "nothing") outcome = screen;
      if (screen === "login" || screen === "locked" || HOPELESS.has(screen)) {
        await this.home();
        return outcome;
      }
      if (seen === trouble?.screen) {
        for (const line of trouble.lines) await this.act(line);
        continue;
      }
      await this.act(seen === cancelAt || seen > PATIENT_SCREENS ? leave(screen) : this.#answer(left, screen, helpsPrinter));
    }
    return outcome;
  }

  #answer(left: Map<string, Line[]>, screen: string, helpsPrinter: boolean): Line {
    const own = left.get(screen)?.shift();
    if (own !== undefined) return own;
    const usual = this.#usual(screen);
    if (usual !== undefined) return usual;
    // Mended, it is asked again: then Enter goes on.
    if (screen === "printer" && helpsPrinter) return this.#world.events.at(-1) === MEND ? "key enter" : MEND;
    if (screen === "application") return "keys 1";
    return TOLD.has(screen) || ASKED.has(screen) ? "key enter" : leave(screen);
  }

  /** What anybody does there: the card is handed back, a chip at work and a reader that has not noticed are waited for. */
  #usual(screen: string): Line | undefined {
    if (screen === "remove-card") return this.#hasCard() ? "remove" : A_MOMENT;
    return screen === "chip" ? A_MOMENT : undefined;
  }

  #homeward(screen: string): Line[] {
    if (screen === "login") return [keys(...OPERATOR.number, "enter")];
    if (screen === "password" || screen === "locked") return [keys(...OPERATOR.password, "enter")];
    if (screen === "printer") return [MEND, "key enter"];
    if (screen === "pin") return ["pinpad cancel"];
    return [this.#usual(screen) ?? (TOLD.has(screen) ? "key enter" : "key cancel")];
  }

  /**
   * From wherever the terminal stands to where it waits for the next person, with no key pressed: what people must see to is a card in the slot
   * and paper. Throws Stuck when it is not there within `withinMs`, simulated.
   */
  async waitHome(withinMs: number): Promise<void> {
    const world = this.#world;
    const until = world.desk.clock.now() + withinMs;
    if (world.isOff) await world.do("power on");
    while (!WAITS.has(world.screen)) {
      if (world.desk.clock.now() >= until) throw new Stuck(`not back by itself within ${withinMs / 1000} s: ${say(world)}`);
      if (world.screen === "printer") await world.do("key enter");
      else await world.do(world.screen === "remove-card" && this.#hasCard() ? "remove" : A_MOMENT);
    }
  }

  #hasCard(): boolean {
    return this.#world.desk.devices.icc.card !== undefined;
  }

  /** From wherever the terminal stands to idle, wanting nothing. Throws Stuck when that cannot be. */
  async home(): Promise<void> {
    const world = this.#world;
    for (let acts = 0; world.screen !== "idle" || world.isOff; acts++) {
      if (acts > MOST_SCREENS) throw new Stuck(`never came to idle: ${say(world)}`);
      if (world.isOff) await world.do("power on");
      else if (HOPELESS.has(world.screen) && acts % 3 === 2) await world.do("power cycle");
      else for (const line of this.#homeward(world.screen)) await world.do(line);
    }
    // Whoever left a card behind comes back for it.
    if (this.#hasCard()) {
      await world.do("remove");
      await this.home();
    }
  }
}

const leave = (screen: string): Line => (screen === "pin" ? "pinpad cancel" : "key cancel");

export function say({ desk, isOff }: World): string {
  const { id, title, lines } = desk.screen;
  return isOff ? "no power" : `${id} [${title}] ${lines.join(" | ")}`;
}
