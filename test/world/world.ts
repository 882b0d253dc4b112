/**
 * The seeded world: terminal, devices, cards, acquirer, people and clock in one process and one thread, on virtual time, without a socket, a
 * file or a timer. One seed is one day, byte for byte. Power can be taken away at an exact, repeatable moment.
 */
import type { Board } from "../../hal/boards/board.ts";
import { Stopped } from "../../platform/node/errors.ts";
import type { Machine } from "../../platform/node/machine.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { type ChipCard, chipIssuers, type OpenChip } from "../../tools/cards/index.ts";
import { directCable } from "../../tools/sim/cable.ts";
import { Desk, type DeskOptions, type DeskScreen } from "../../tools/sim/desk.ts";
import { type DeskProfile, readProfile } from "../../tools/sim/profile.ts";
import { realParts } from "../../tools/sim/real-parts.ts";
import { runStep } from "../../tools/sim/scenario/steps.ts";
import { FaultyDisk, type Survival } from "../platform/guest/faulty-disk.ts";
import { createAcquirer } from "../../tools/acquirer/index.ts";
import { apiOf } from "./api.ts";
import { Digest } from "./digest.ts";
import { firmware, root } from "./firmware.ts";
import { type WorldImage, keptLedger } from "./image.ts";
import { type Cut, type Moment, Moments, PowerIsGone } from "./moments.ts";
import { type Tap, tappedMachine } from "./tap.ts";
import { worldVerb } from "./verbs.ts";

export { type Cut, type Direction, type Moment, type Phase, PowerIsGone, words } from "./moments.ts";

export interface WorldOptions {
  /** Default 1. */
  seed?: number;
  /** Default node-vm, which is ten times as fast; the bytes are the same. */
  engine?: "node-vm" | "quickjs";
  /** By name in hal/boards, or whole; default "desk". */
  board?: string | Board;
  /** By name in tools/sim/profiles, or whole; default "demo". */
  profile?: string | DeskProfile;
  /** Scenario lines before the first power-on: faults of devices, line and host. */
  faults?: readonly string[];
  /** In the first power-on already. */
  cut?: Cut;
  /** Another firmware than the one in dist. */
  bundle?: DeskOptions["bundle"];
  /** Begins where another world was photographed; `seed` then decides only what becomes of what was not synced. */
  image?: WorldImage;
  /** The host knows the tray's chips, and at the first sign-on the terminal downloads what it needs to read them; without it the slot is not used. */
  chips?: boolean;
  /** What becomes of a chip that is taken in hand. */
  hand?: (card: ChipCard) => ChipCard;
  /** The panel is plugged in. It is not by default: the screens' words come over the debug channel, and most of a day would be drawing. */
  pixels?: boolean;
}

export const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "123456" };

export const OPENING_BALANCE_FEN = 100_000_000;

/** Real ms the terminal may take to come to rest after one key. Reached only when something hangs. */
const SETTLE_MS = 30_000;
/** Virtual ms without power. */
const DARK_MS = 70_000;
const MOST_PRESSES = 40;
/** Between two things that people do. A whole day has some 6,000; what has so many would go on for ever. */
const MOST_MOMENTS = 50_000;
/** The same on every machine and engine: they are on slips and in messages. */
const FACTS = { loader: "world", kernel: "world", engine: "world", fileSystem: "world" };

export interface ShownScreen {
  id: string;
  title: string;
  lines: string[];
  /** Trace of the last sale that had left by then. */
  sale: string | undefined;
  /** Batch and trace of the last request for money that has left since idle; undefined when an advice was the last: what is said then is said of it. */
  request: string | undefined;
}

/** "000001/000012" of a message of the terminal's (DE60.2, DE11). */
export const batchAndTrace = (fields: Record<string, string>): string =>
  `${(fields["60"] ?? "").slice(2, 8)}/${fields["11"] ?? ""}`;

/** Length, TPDU and header stand before the message type. */
const TYPE_AT = 13;

/** Lines after which something is wrong. */
const TROUBLE = /^(fault|rule|remove|disk f|disk p)/;

const NOTHING = new Uint8Array(0);
const LINE_END = 10;
/** How the lines of the debug channel begin (hal/debug/README.md). */
const JOURNAL_LINE = Buffer.from('{"kind":"journal"');
const STATE_LINE = Buffer.from('{"kind":"state"');

const begins = (line: Uint8Array, by: Uint8Array): boolean => by.every((byte, at) => line[at] === byte);

/** 0100 or 0200, in a whole frame. */
const asksForMoney = (frame: Uint8Array): boolean =>
  (frame[TYPE_AT] === 0x01 || frame[TYPE_AT] === 0x02) && frame[TYPE_AT + 1] === 0x00;

export class World {
  readonly disk: FaultyDisk;
  readonly seed: number;
  desk!: Desk;
  readonly bus = new Moments();
  /** Oldest first. */
  readonly screens: ShownScreen[] = [];
  /** Batch and next trace as the terminal said them, oldest first. */
  readonly counters: { batch: string; trace: string }[] = [];
  /** Whatever the firmware or the machine called an error. */
  readonly errors: string[] = [];
  /** What was said or sent before the disk could bear it out, in words. */
  readonly tooEarly: string[] = [];
  /** What people and faults did, as scenario lines: played again in a world of the same seed they give the same bytes. */
  readonly events: string[] = [];
  /** When something last went wrong, or came back: a fault's beginning, the power's return. Simulated. */
  troubledMs: number | undefined;
  readonly #options: WorldOptions;
  /** What the host has written into its ledger, from the beginning. */
  readonly #hostRecords: unknown[];
  /** Those that were in somebody's hand. */
  readonly #chips = new Map<string, ChipCard>();
  #requests = 0;
  #atRequest: { n: number; act: () => void } | undefined;
  readonly #digest = new Digest();
  /** Of the debug channel: a line that has not ended. */
  #said: Uint8Array = NOTHING;
  #machine: Machine | undefined;
  #sentAtIdle = 0;
  /** Something was written since the last request for money. */
  #recorded = true;
  #fallen: Promise<void> | undefined;
  /** Moments since somebody did something. */
  #stirred = 0;

  protected constructor(options: WorldOptions) {
    this.#options = options;
    // The seed is in the terminal's sealing key: a disk belongs to the terminal that wrote it.
    this.seed = options.image?.seed ?? options.seed ?? 1;
    this.disk = options.image?.disk.clone(options.seed) ?? new FaultyDisk(this.seed);
    this.#hostRecords = [...(options.image?.hostRecords ?? [])];
  }

  /** A new terminal after its first power-on; log-in and sign-on are up to the caller. */
  static async create(options: WorldOptions = {}): Promise<World> {
    return World.begin(new World(options));
  }

  protected static async begin<W extends World>(world: W): Promise<W> {
    await world.#begin();
    return world;
  }

  async #begin(): Promise<void> {
    const { board = "desk", profile = "demo", bundle, cut, faults = [], engine = "node-vm" } = this.#options;
    const { pixels = false, chips = false, image } = this.#options;
    const tap: Tap = {
      disk: this.disk,
      unplugged: new Set(pixels ? [] : ["lcd"]),
      meet: (inside, source, does, bytes, name, act) => this.#meet(inside, source, does, bytes, name, act),
      passed: (wire, does, bytes, name) => this.#passed(wire, does, bytes, name),
    };
    const cable = directCable(
      () => this.desk.line,
      () => this.desk.clock,
    );
    this.desk = await Desk.create(
      {
        board: typeof board === "string" ? readBoard(board, root) : board,
        profile: typeof profile === "string" ? readProfile(profile, root) : profile,
        ...firmware(),
        ...(bundle === undefined ? {} : { bundle }),
        dataDir: undefined,
        inThread: true,
        clock: "free",
        seed: this.seed,
        facts: FACTS,
      },
      {
        ...realParts,
        openChip: this.#openChip,
        acquirer: (options) =>
          createAcquirer({ ...(chips ? { chips: chipIssuers() } : {}), ...options }, keptLedger(this.#hostRecords)),
        machine: (options) => (this.#machine = tappedMachine({ ...options, engine, eventLimitMs: Infinity }, cable, tap)),
      },
    );
    // Screens that go on by themselves wait for the cashier: no real time decides anything here.
    this.desk.requestBegins();
    this.desk.onEvent(
      (event) => {
        if (event.type === "log" && event.level === "error") this.errors.push(event.words);
        if (event.type === "screen") this.#seen(event.screen);
      },
      ["log", "screen"],
    );
    if (image !== undefined) {
      this.disk.powerOn();
      this.desk.clock.setWall(image.wallMs);
    } else this.desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: OPENING_BALANCE_FEN, expiry: "3012" });
    for (const line of faults) await this.do(line);
    if (cut !== undefined) this.arm(cut);
    await this.desk.start();
    await this.desk.settle(SETTLE_MS);
    this.disarm();
  }

  #openChip: OpenChip = (id, options) => {
    const memory = this.#options.image?.chips.find((each) => each.id === id);
    const card = realParts.openChip(id, { ...options, ...(memory === undefined ? {} : { memory }) });
    this.#chips.set(id, card);
    return this.#options.hand?.(card) ?? card;
  };

  async close(): Promise<void> {
    await this.#fallen;
    await this.desk.close();
  }

  // ── moments ──

  /** Since the counts began. */
  get moments(): readonly Moment[] {
    return this.bus.list;
  }

  /** Counts begin anew; the returned function gives what came since. */
  record(): () => Moment[] {
    this.bus.clear();
    return () => [...this.bus.list];
  }

  /** The power goes at that moment, counted from now on; `then`: and again at these, each counted from the cut before it. */
  arm(cut: Cut, ...then: Cut[]): void {
    this.bus.arm(cut, ...then);
  }

  disarm(): void {
    this.bus.disarm();
  }

  get isOff(): boolean {
    return this.#fallen !== undefined;
  }

  /** The power goes now, between two moments. */
  cutNow(survival: Survival = "none"): void {
    if (!this.isOff) this.#lose(survival);
  }

  async powerOn(darkMs = DARK_MS): Promise<void> {
    await this.#fallen;
    this.#fallen = undefined;
    await this.desk.settle(SETTLE_MS);
    // The PIN pad gives out only so many PIN entries an hour.
    this.desk.clock.jumpTo(this.desk.clock.now() + darkMs);
    this.disk.powerOn();
    this.troubledMs = this.desk.clock.now();
    this.#said = NOTHING;
    await this.desk.start();
    await this.#rest();
  }

  /** Resolves when whatever cut the power has come to its end. */
  async fallen(): Promise<void> {
    await this.#fallen;
  }

  /** Everything that can be cut comes through here. `act` does it, or the first `bytes` of it. */
  #meet: Tap["meet"] = (inside, source, does, bytes, name, act) => {
    if (++this.#stirred === MOST_MOMENTS && !this.isOff) this.#lose("none");
    // A cut frees the engine at once when the guest is not in it: the machine must know that it is.
    if (inside && this.bus.keeps && this.#machine?.status.quiet === true)
      this.errors.push("the machine says that it rests while the firmware calls");
    const cut = this.bus.meet(source, does, bytes, name);
    if (cut === undefined) act(bytes);
    else {
      if (cut.phase !== "before") act(cut.phase === "after" ? bytes : cut.phase.torn);
      if (!this.isOff) this.#lose(cut.survival);
    }
    // The guest never learns how the call went.
    if (inside && this.isOff) throw new Stopped("the power is gone");
  };

  /** Throws Error when what somebody did had no end. */
  #begins(): void {
    if (this.#stirred >= MOST_MOMENTS) throw new Error(`it never came to rest after "${this.events.at(-2) ?? "power on"}"`);
    this.#stirred = 0;
  }

  #lose(survival: Survival): void {
    this.disk.cut(survival);
    this.#fallen = this.desk.cut();
  }

  /** What another world can begin with: the disk without power, the host's ledger, the calendar. */
  image(): WorldImage {
    if (!this.isOff) throw new Error("a world is photographed without power");
    const chips = [...this.#chips.values()].map((card) => card.memory());
    const wallMs = this.desk.clock.wallMs();
    return { seed: this.seed, disk: this.disk.clone(), hostRecords: [...this.#hostRecords], chips, wallMs };
  }

  /** `act` just before the n-th write to the host's line from now on is on it. */
  atRequest(n: number, act: () => void): void {
    this.#requests = 0;
    this.#atRequest = { n, act };
  }

  // ── what is seen and heard ──

  #passed(wire: string, does: Moment["does"], bytes: Uint8Array, name = ""): void {
    // What the terminal is asked over the debug channel is no part of its day; what it says by itself is hashed as it is heard.
    if (wire !== "debug") this.#digest.add(`${wire} ${does} ${name} ${bytes.length} `, bytes);
    if (does === "append") this.#recorded = true;
    if (does !== "out") return;
    if (wire === "debug") this.#hear(bytes);
    if (wire === "host" && ++this.#requests === this.#atRequest?.n) this.#atRequest.act();
    if (wire === "host" && asksForMoney(bytes)) {
      if (!this.#recorded) this.tooEarly.push("a request for money left, and nothing has been written since the one before it");
      this.#recorded = false;
      this.#mustBeDurable("a request for money left");
    }
  }

  #mustBeDurable(what: string): void {
    const lacking = this.disk.unsynced.filter((name) => !name.includes("mark"));
    if (lacking.length > 0) this.tooEarly.push(`${what} while ${lacking.join(", ")} could still be lost`);
  }

  /** The debug channel says the counters too; answers to what it was asked are no part of the day. */
  #hear(bytes: Uint8Array): void {
    const said = this.#said.length === 0 ? bytes : Buffer.concat([this.#said, bytes]);
    let from = 0;
    for (let end = said.indexOf(LINE_END); end >= 0; end = said.indexOf(LINE_END, from)) {
      const line = said.subarray(from, end);
      from = end + 1;
      if (begins(line, JOURNAL_LINE)) continue;
      this.#digest.add("", line);
      if (!begins(line, STATE_LINE)) continue;
      const { batch, trace } = JSON.parse(Buffer.from(line).toString()) as Record<string, unknown>;
      if (trace !== "") this.counters.push({ batch: String(batch), trace: String(trace) });
    }
    this.#said = said.slice(from);
  }

  #seen({ id, title, lines }: DeskScreen): void {
    if (id === "idle") this.#sentAtIdle = this.desk.messages().length;
    if (id === "approved") this.#mustBeDurable("an approval was shown");
    this.screens.push({ id, title, lines, sale: this.#saleSoFar(), request: this.#request() });
  }

  #saleSoFar(): string | undefined {
    return this.desk.messages().findLast(({ dir, mti }) => dir === "out" && mti === "0200")?.fields["11"];
  }

  #request(): string | undefined {
    const sent = this.desk.messages().slice(this.#sentAtIdle);
    const last = sent.findLast(({ dir, mti }) => dir === "out" && (mti === "0200" || mti === "0100" || mti === "0220"));
    return last === undefined || last.mti === "0220" ? undefined : batchAndTrace(last.fields);
  }

  /** Of all bytes on all wires, of each screen's words, of each file operation, of the disk as it is: two equal days have the same. */
  digest(): string {
    const digest = this.#digest.copy();
    for (const [name, bytes] of Object.entries(this.disk.image()).sort(([a], [b]) => (a < b ? -1 : 1))) digest.add(name, bytes);
    for (const { n, text } of this.desk.devices.printer.paper) digest.add(`${n} ${text.join("\n")}`);
    return digest.hex();
  }

  // ── what a person does; each throws PowerIsGone when the terminal has gone off meanwhile ──

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.events.push(`key ${key}`);
      await this.#do(() => this.desk.keys([key], SETTLE_MS));
    }
  }

  async swipe(track2 = CARD.track2): Promise<void> {
    this.events.push(`swipe track2 ${track2}`);
    await this.#do(() => this.desk.swipe({ track2 }, SETTLE_MS));
  }

  async swipeCard(id: string): Promise<void> {
    this.events.push(`swipe ${id}`);
    const { track1, track2, track3 } = this.desk.card(id);
    await this.#do(() => this.desk.swipe({ track1, track2, track3 }, SETTLE_MS));
  }

  async pin(digits = CARD.pin): Promise<void> {
    this.events.push(digits === "" ? "pinpad enter" : `pin ${digits}`);
    await this.#do(() => this.desk.pin(digits, SETTLE_MS));
  }

  /** Virtual time goes on, and nobody does anything. */
  async wait(ms: number): Promise<void> {
    this.events.push(`clock advance ${ms}ms`);
    await this.#do(() => this.desk.advance(ms, SETTLE_MS));
  }

  /** Paper, cover, cables: whatever is wrong with the printer is mended. */
  async clearPrinter(): Promise<void> {
    await this.do("clear faults printer");
  }

  /**
   * One scenario line (tools/sim/scenario, and the verbs of ./verbs.ts), recorded. Never throws for what nobody can do just now (a PIN with no pad
   * asking, a key without power): it comes to nothing. Throws Unreadable for a line nobody understands.
   */
  async do(line: string): Promise<void> {
    this.events.push(line);
    this.#begins();
    if (TROUBLE.test(line)) this.troubledMs = this.desk.clock.now();
    try {
      if (!(await worldVerb(this, line))) await runStep(apiOf(this.desk, SETTLE_MS), line);
    } catch (error) {
      if (!(error instanceof PowerIsGone)) throw error;
    }
    await this.#fallen;
  }

  async #do(act: () => Promise<boolean>): Promise<void> {
    if (this.isOff) throw new PowerIsGone();
    this.#begins();
    const settled = await act();
    if (this.isOff) {
      await this.#fallen;
      throw new PowerIsGone();
    }
    if (!settled) throw new Error(`the terminal did not come to rest: ${this.desk.unsettledBecause}`);
  }

  async #rest(): Promise<void> {
    await this.#do(() => this.desk.settle(SETTLE_MS));
  }

  /** Everything that can happen without a person or time passing has happened; rejects with PowerIsGone without power. */
  async settled(): Promise<void> {
    await this.#rest();
  }

  get screen(): string {
    return this.desk.screen.id;
  }

  async expect(id: string): Promise<void> {
    const { screen } = this.desk;
    if (screen.id !== id) throw new Error(`expected screen ${id}, got ${screen.id}: ${screen.lines.join(" | ")}`);
  }

  /** Enter through whatever stands there, until idle. */
  async finish(): Promise<void> {
    for (let presses = 0; this.screen !== "idle"; presses++) {
      if (presses > MOST_PRESSES)
        throw new Error(`never came back to idle: ${this.screen} ${this.desk.screen.lines.join(" | ")}`);
      await this.press("enter");
    }
  }

  /** Operator 01, from the log-in screen (or what a self-check left in front of it) to idle. */
  async logIn(): Promise<void> {
    for (let presses = 0; this.screen !== "login"; presses++) {
      if (presses > MOST_PRESSES) throw new Error(`no log-in: ${this.screen} ${this.desk.screen.lines.join(" | ")}`);
      await this.press("enter");
    }
    await this.press("0", "1", "enter", "0", "0", "0", "0", "enter");
    await this.finish();
  }

  /** From idle to what stands after the PIN. */
  async sale(fen: number): Promise<void> {
    await this.swipe();
    await this.press("enter", ...String(fen), "enter");
    await this.expect("confirm");
    await this.press("enter");
    await this.pin();
  }
}
