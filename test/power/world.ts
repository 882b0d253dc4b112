/**
 * A desk whose power can be cut at an exact, repeatable moment. Everything is as in `npm start` but three parts: the machine runs in this thread,
 * its files lie on the faulty disk (which loses what was not synced), and every byte group of every wire, every file operation and
 * every wake-up passes through one place that counts it and can cut the power there.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DoorErrorCode } from "../../platform/abi.ts";
import { ERRORS } from "../../platform/abi.ts";
import { DoorError, Stopped } from "../../platform/node/errors.ts";
import type { FileLayer } from "../../platform/node/files.ts";
import { LocalMachine } from "../../platform/node/local.ts";
import type { Machine, MachineEvents, MachineOptions, MachineStatus, SimWires } from "../../platform/node/machine.ts";
import type { OpenPort } from "../../platform/node/ports/port.ts";
import { tcpPort } from "../../platform/node/ports/tcp.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { Desk } from "../../tools/sim/desk.ts";
import { readProfile } from "../../tools/sim/profile.ts";
import { realParts } from "../../tools/sim/real-parts.ts";
import { firmware, root } from "../flow/in-process.ts";
import { FaultyDisk, type Survival } from "../platform/guest/faulty-disk.ts";

export type Direction = "out" | "in";

/** One thing that happened where the power could have gone. */
export interface Moment {
  /** disk, host, pinpad, printer …, or "time" for wake-ups. */
  source: string;
  /** Counted from 1 within its source. */
  n: number;
  /** In words: "append store 210 bytes", "out 182 bytes". */
  what: string;
  bytes: number;
  /** To the outside, from the outside, or a file operation's name. */
  does: Direction | "append" | "sync" | "replace" | "wake";
}

/** before: it never happens · after: it happens, and nothing more · torn: that many bytes of it happen. */
export type Phase = "before" | "after" | { torn: number };

export interface Cut {
  moment: Pick<Moment, "source" | "n">;
  phase: Phase;
  /** What becomes of bytes that were written and not synced. */
  survival: Survival;
}

export const words = ({ moment, phase, survival }: Cut & { moment: Partial<Moment> }): string =>
  `${typeof phase === "object" ? `torn at byte ${phase.torn} of` : phase} ${moment.source} ${moment.n} (${moment.what ?? ""}), unsynced: ${survival}`;

/** What a person does comes to nothing: there is no power any more. */
export class PowerIsGone extends Error {}

export const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30122010000012300", pin: "123456" };

export const OPENING_BALANCE_FEN = 100_000_000;

/** Real ms the terminal may take to come to rest after one key. Reached only when something hangs. */
const SETTLE_MS = 30_000;
/** Virtual ms without power. */
const DARK_MS = 70_000;
const MOST_PRESSES = 40;

export class World {
  readonly disk: FaultyDisk;
  readonly dataDir = mkdtempSync(join(tmpdir(), "tael-power-"));
  desk!: Desk;
  /** Every screen the terminal showed, oldest first, with the trace of the last sale that had left by then. */
  readonly screens: { id: string; lines: string[]; sale: string | undefined }[] = [];
  /** Batch and next trace as the terminal said them, oldest first. */
  readonly counters: { batch: string; trace: string }[] = [];
  /** Whatever the firmware or the machine called an error. */
  readonly errors: string[] = [];
  readonly #decoder = new TextDecoder();
  #said = "";
  #moments: Moment[] = [];
  #counts = new Map<string, number>();
  #cut: Cut | undefined;
  #inner: Machine | undefined;
  #fallen: Promise<void> | undefined;
  /** What the host line must have received before the cable counts as dead. */
  #dueAtHost = 0;

  private constructor(seed: number) {
    this.disk = new FaultyDisk(seed);
  }

  /** A new terminal after its first power-on; log-in and sign-on are up to the caller. `cut`: in that first power-on already. */
  static async create(seed = 1, cut?: Cut): Promise<World> {
    const world = new World(seed);
    world.desk = await Desk.create(
      {
        board: readBoard("desk", root),
        profile: readProfile("demo", root),
        ...firmware(),
        dataDir: world.dataDir,
        clock: "free",
        seed,
      },
      { ...realParts, machine: (options) => world.#machine(options) },
    );
    // Screens that go on by themselves wait for the cashier: no real time decides anything here.
    world.desk.requestBegins();
    world.desk.onEvent((event) => {
      if (event.type === "log" && event.level === "error") world.errors.push(event.words);
    });
    world.desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: OPENING_BALANCE_FEN, expiry: "3012" });
    if (cut !== undefined) world.arm(cut);
    await world.desk.start();
    await world.desk.settle(SETTLE_MS);
    world.disarm();
    return world;
  }

  async close(): Promise<void> {
    await this.#fallen;
    await this.desk.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  // ── moments ──

  /** Since the counts began. */
  get moments(): readonly Moment[] {
    return this.#moments;
  }

  /** Counts begin anew; the returned function gives what came since. */
  record(): () => Moment[] {
    this.#moments = [];
    this.#counts.clear();
    return () => [...this.#moments];
  }

  /** The power goes at that moment, counted from now on. */
  arm(cut: Cut): void {
    this.record();
    this.#cut = cut;
  }

  disarm(): void {
    this.#cut = undefined;
  }

  get isOff(): boolean {
    return this.#fallen !== undefined;
  }

  /** The power goes now, between two moments. */
  cutNow(survival: Survival = "none"): void {
    if (!this.isOff) this.#lose(survival);
  }

  async powerOn(): Promise<void> {
    await this.#fallen;
    this.#fallen = undefined;
    await this.desk.settle(SETTLE_MS);
    // The PIN pad gives out only so many PIN entries an hour.
    this.desk.clock.jumpTo(this.desk.clock.now() + DARK_MS);
    this.disk.powerOn();
    this.#said = "";
    await this.desk.start();
    await this.#rest();
  }

  /** Everything that can be cut comes through here. `act` does it, or the first `bytes` of it. */
  #meet(what: Omit<Moment, "n">, act: (bytes: number) => void): void {
    const n = (this.#counts.get(what.source) ?? 0) + 1;
    this.#counts.set(what.source, n);
    this.#moments.push({ ...what, n });
    const cut = this.#cut;
    if (cut === undefined || cut.moment.source !== what.source || cut.moment.n !== n) {
      act(what.bytes);
      return;
    }
    this.#cut = undefined;
    if (cut.phase !== "before") {
      const part = cut.phase === "after" ? what.bytes : cut.phase.torn;
      act(part);
      if (what.source === "host" && what.does === "out") this.#dueAtHost = this.desk.line.received + part;
    }
    this.#lose(cut.survival);
  }

  #lose(survival: Survival): void {
    this.disk.cut(survival);
    this.#fallen = this.desk.cut();
  }

  /** As #meet, for a call of the guest: it never learns how the call went. */
  #meetInside(what: Omit<Moment, "n">, act: (bytes: number) => void): void {
    // A cut frees the engine at once when the guest is not in it: the machine must know that it is.
    if (this.#inner?.status.quiet === true) this.errors.push("the machine says that it rests while the firmware calls");
    this.#meet(what, act);
    if (this.isOff) throw new Stopped("the power is gone");
  }

  // ── the three parts that are not as in `npm start` ──

  #machine(options: MachineOptions): Machine {
    const inner = new LocalMachine(
      { ...options, files: this.#files(), ...(options.wires === undefined ? {} : { wires: this.#wires(options.wires) }) },
      { ports: { tcp: this.#hostPort(tcpPort(options.tcpOverride)) } },
    );
    this.#inner = inner;
    const world = this;
    return {
      get status(): MachineStatus {
        return inner.status;
      },
      on: <E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]) => inner.on(event, listener),
      start: () => inner.start(),
      async cut() {
        await inner.cut();
        await world.#arrived();
      },
      toTerminal(wire, bytes) {
        world.#meet({ source: wire, what: `in ${bytes.length} bytes`, bytes: bytes.length, does: "in" }, () =>
          inner.toTerminal(wire, bytes),
        );
      },
      closeWire: (wire, why) => inner.closeWire(wire, why),
      wake() {
        if (inner.status.wake === undefined) return inner.wake();
        world.#meet({ source: "time", what: "wake-up", bytes: 0, does: "wake" }, () => inner.wake());
      },
      memory: (withImage) => inner.memory(withImage),
      cpuMs: () => inner.cpuMs(),
    };
  }

  /** What the terminal put on the line before the cut is the network's: the host gets it. */
  async #arrived(): Promise<void> {
    const due = this.#dueAtHost;
    this.#dueAtHost = 0;
    for (let turns = 0; this.desk.line.received < due; turns++) {
      if (turns > 10_000) throw new Error(`only ${this.desk.line.received} of ${due} bytes came through to the host`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #wires(desk: SimWires): SimWires {
    return {
      opened: (wire, options) => desk.opened(wire, options),
      control: (wire, request) => desk.control(wire, request),
      closed: (wire) => desk.closed(wire),
      fromTerminal: (wire, bytes) =>
        this.#meetInside({ source: wire, what: `out ${bytes.length} bytes`, bytes: bytes.length, does: "out" }, (part) => {
          if (wire === "debug") this.#hear(bytes.subarray(0, part));
          desk.fromTerminal(wire, bytes.subarray(0, part));
        }),
    };
  }

  /** The debug channel says what stands on the screen, and the counters. */
  #hear(bytes: Uint8Array): void {
    const lines = (this.#said + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#said = lines.pop() ?? "";
    for (const line of lines.filter((text) => text.trim() !== "")) {
      const { kind, screen, lines: shown, batch, trace } = JSON.parse(line) as Record<string, unknown>;
      if (kind === "screen") {
        const sale = this.desk.messages().findLast(({ dir, mti }) => dir === "out" && mti === "0200");
        this.screens.push({ id: (screen as { id: string }).id, lines: shown as string[], sale: sale?.fields["11"] });
      }
      if (kind === "state" && trace !== "") this.counters.push({ batch: String(batch), trace: String(trace) });
    }
  }

  #hostPort(open: OpenPort): OpenPort {
    const told = (what: string, bytes: number, act: () => void): void =>
      this.#meet({ source: "host", what, bytes, does: "in" }, act);
    return (request) => {
      const { events } = request;
      const port = open({
        ...request,
        events: {
          data: (bytes) => told(`in ${bytes.length} bytes`, bytes.length, () => events.data(bytes)),
          opened: () => told("opened", 0, () => events.opened()),
          closed: (why) => told(`closed: ${why}`, 0, () => events.closed(why)),
          signal: events.signal,
        },
      });
      return {
        write: (bytes) =>
          this.#meetInside({ source: "host", what: `out ${bytes.length} bytes`, bytes: bytes.length, does: "out" }, (part) =>
            port.write(bytes.subarray(0, part)),
          ),
        control: (asked) => port.control(asked),
        close: () => port.close(),
        cut: () => port.cut(),
      };
    };
  }

  #files(): FileLayer {
    const { disk } = this;
    const operation = (does: "append" | "sync" | "replace", name: string, bytes: number, act: (part: number) => void): void => {
      const what = `${does} ${name}${does === "append" ? ` ${bytes} bytes` : ""}`;
      named(() => this.#meetInside({ source: "disk", what, bytes, does }, act));
    };
    return {
      read: (name) => named(() => disk.fileRead(name)),
      append: (name, at, bytes) =>
        operation("append", name, bytes.length, (part) => disk.fileAppend(name, at, bytes.subarray(0, part))),
      sync: (name) => operation("sync", name, 0, () => disk.fileSync(name)),
      replace: (from, to) => operation("replace", `${from} → ${to}`, 0, () => disk.fileReplace(from, to)),
      list: () => named(() => disk.fileList()),
    };
  }

  // ── what a person does; each throws PowerIsGone when the terminal has gone off meanwhile ──

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#do(() => this.desk.keys([key], SETTLE_MS));
  }

  async swipe(): Promise<void> {
    await this.#do(() => this.desk.swipe({ track2: CARD.track2 }, SETTLE_MS));
  }

  async pin(digits = CARD.pin): Promise<void> {
    await this.#do(() => this.desk.pin(digits, SETTLE_MS));
  }

  async #do(act: () => Promise<boolean>): Promise<void> {
    if (this.isOff) throw new PowerIsGone();
    const settled = await act();
    if (this.isOff) throw new PowerIsGone();
    if (!settled) throw new Error(`the terminal did not come to rest: ${this.desk.unsettledBecause}`);
  }

  async #rest(): Promise<void> {
    await this.#do(() => this.desk.settle(SETTLE_MS));
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

const codeOf = (error: unknown): DoorErrorCode | undefined =>
  ERRORS.find((code) => error instanceof Error && error.message.startsWith(`${code}:`));

/** The faulty disk's errors as the door knows them. */
function named<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new DoorError(code, (error as Error).message);
  }
}
