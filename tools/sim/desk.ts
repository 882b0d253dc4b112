/**
 * The desk: a whole terminal with everything at the far end of its wires. It knows nothing of HTTP; ./api speaks for it.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Board } from "../../hal/boards/board.ts";
import { KEYS } from "../../hal/keypad/keypad.ts";
import type { Arrived } from "../../platform/node/loader/receive.ts";
import { SlottedMachine } from "../../platform/node/loader/slotted-machine.ts";
import type { LogLine, Machine, MachineStatus, SimWires } from "../../platform/node/machine.ts";
import type { Account, AcquirerHost } from "../acquirer/contract.ts";
import type { CardEntry, CardKind, ChipCard } from "../cards/contract.ts";
import { portsByWire } from "./board.ts";
import { type CheckResult, moneyCheck } from "./check.ts";
import { type ClockMode, SimClock } from "./clock.ts";
import type { ActiveFault, DeviceContext, FaultSpec, SimDevice } from "./contract.ts";
import { DebugChannel, type JournalReport } from "./debug.ts";
import { DeskFirmware, type FirmwareOptions } from "./firmware.ts";
import { HostLine } from "./line.ts";
import { DEVICE_NAMES, type DeviceName, type Devices, type HostMessage, type HostReader, type Parts, type Pty } from "./parts.ts";
import { type DeskProfile, withoutKeys } from "./profile.ts";
import { seededRandom } from "./random.ts";
import { Settler } from "./settle.ts";
import { builtIn, externalHost } from "./upstream.ts";
import { Wallet } from "./wallet.ts";
import { type WireCount, type WireEntry, WireLog } from "./wires.ts";

export interface DeskOptions {
  board: Board;
  profile: DeskProfile;
  bundle: { code: string; map?: string };
  /** Files of the firmware package but board.json and profile.json, which the desk makes. */
  assets: Record<string, Uint8Array>;
  /** Undefined: acquirer and PIN pad keep what they know in memory, and the machine must do so too. */
  dataDir: string | undefined;
  fresh?: boolean;
  clock: ClockMode;
  seed?: number;
  /** Another host instead of the built-in one. */
  acquirer?: { host: string; port: number };
  /** PTYs for the serial devices. */
  serial?: boolean;
  /** Real ms after which bytes that do not arrive are taken for lost, where the terminal is an emulated one and may be slow (default 1500). */
  stallMs?: number;
  /** No socket for the host's line: the machine is in this thread and is plugged into `desk.line` with a cable (./cable.ts). */
  inThread?: boolean;
  /** Records what comes in through the door to this file; each power-on begins it anew. */
  recordTo?: string;
  facts?: Record<string, string>;
  /** Firmware slots; undefined: this desk runs `bundle` and nothing can be flashed. */
  slots?: FirmwareOptions;
}

export interface DeskScreen {
  id: string;
  title: string;
  lines: string[];
  hints: string[];
}

/** What GET /state answers. Without power everything only the terminal knows is null or empty. */
export interface DeskState {
  power: "on" | "off";
  level: string | null;
  settled: boolean;
  screen: DeskScreen;
  leds: { send: boolean; receive: boolean; error: boolean };
  indicators: Record<string, unknown>;
  time: string;
  batch: string;
  trace: string;
  debt: { reversals: number | null; offline: number | null };
  clock: ClockMode;
}

export type DeskEvent =
  | { type: "screen"; screen: DeskScreen }
  | { type: "state"; state: DeskState }
  | { type: "paper"; slips: number }
  | { type: "wire"; entry: WireEntry }
  | { type: "log"; at: string; level: string; words: string }
  | { type: "sound"; hz: number; ms: number; volume: number }
  | { type: "pinpad"; pinpad: Record<string, unknown> }
  | { type: "readers"; readers: ReadersView }
  | { type: "acquirer" }
  | { type: "faults" };

/** What each card reader says of itself and holds; null where the board has none. */
export interface ReadersView {
  icc: Record<string, unknown> | null;
  picc: Record<string, unknown> | null;
}

export interface Message extends HostMessage {
  n: number;
  at: string;
  dir: "out" | "in";
  hex: string;
}

/** What was asked cannot be done now; the API answers 409 with the words. */
export class NotNow extends Error {}
/** What was asked makes no sense; the API answers 400 with the words. */
export class BadRequest extends Error {}

/** Devices that stand on a serial line when they are real. */
const SERIAL_WIRES: readonly DeviceName[] = ["icc", "picc", "pinpad", "printer"];
const SERIAL_BAUD = 115_200;
/** With a seed the desk's calendar starts here, so that the same inputs give the same bytes. */
const SEEDED_START_MS = Date.parse("2026-01-05T09:00:00+08:00");
/** Real ms after which the next key of a fast typist goes in, whatever the terminal does. */
const LONGEST_PRESS_MS = 150;
const KEPT_MESSAGES = 2000;
const KEPT_LOG = 1000;
const TOLD_BY_TURNS = ["paper", "pinpad", "acquirer", "faults", "readers", "state"] as const;
const NOTHING_SAID: DeskScreen = { id: "", title: "", lines: [], hints: [] };

export class Desk {
  readonly clock: SimClock;
  readonly devices: Devices;
  readonly line: HostLine;
  /** Undefined when an external host is used. */
  readonly acquirer: AcquirerHost | undefined;
  readonly wires = new WireLog();
  readonly tray: readonly CardEntry[];
  /** The tray's chips, with what they remember. */
  readonly wallet: Wallet;
  /** Paths of the PTYs by wire. */
  readonly ptyPaths: Record<string, string> = {};
  readonly log: { at: string; level: string; words: string }[] = [];
  readonly #options: DeskOptions;
  readonly #board: Board;
  /** Undefined: it has no slots. */
  readonly #firmware: DeskFirmware | undefined;
  readonly #makeMachine: () => Machine;
  #machine: Machine;
  readonly #debug: DebugChannel;
  readonly #settler: Settler;
  readonly #reader: HostReader;
  readonly #ports: Map<string, string>;
  readonly #counts = new Map<string, WireCount>();
  readonly #ptys: Map<string, Pty>;
  readonly #messages: Message[] = [];
  /** With what they want to hear; undefined: everything. */
  readonly #listeners = new Map<(event: DeskEvent) => void, ReadonlySet<DeskEvent["type"]> | undefined>();
  readonly #pixelListeners = new Set<(rectangle: Uint8Array) => void>();
  #power: "on" | "off" = "off";
  /** Every entry of every wire asks for the time, and most of them within the same second. */
  #stamped = { second: Number.NaN, text: "" };
  /** Power is being switched. */
  #switching = 0;
  /** Delays of the built-in acquirer that wait for the virtual clock. */
  readonly #acquirerTimers: { count: number };
  /** Cards in the readers. */
  #held: readonly (string | undefined)[] = [];
  readonly #typed: string[] = [];
  #typing = false;
  #announced = "";
  #announcedReaders = "";
  #announce: NodeJS.Immediate | undefined;
  #dirty = new Set<"paper" | "pinpad" | "acquirer" | "faults">();

  /** Builds the desk without power. `start` switches it on. Throws Error with words when a part is refused. */
  static async create(options: DeskOptions, parts: Parts): Promise<Desk> {
    const { dataDir } = options;
    for (const folder of dataDir === undefined
      ? []
      : ["terminal", "pinpad", "acquirer", "cards", "slots"].map((name) => join(dataDir, name))) {
      // Only what is ours: the directory is the user's and may hold more.
      if (options.fresh) rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
    const ptys = new Map<string, Pty>();
    if (options.serial) {
      const ports = portsByWire(options.board);
      for (const wire of SERIAL_WIRES) if (ports.has(wire)) ptys.set(wire, await parts.pty());
    }
    const board = withPtys(options.board, ptys);
    const clock = new SimClock(options.clock, options.seed === undefined ? Date.now() : SEEDED_START_MS);
    return await Desk.#assemble(options, parts, board, ptys, clock);
  }

  static async #assemble(
    options: DeskOptions,
    parts: Parts,
    board: Board,
    ptys: Map<string, Pty>,
    clock: SimClock,
  ): Promise<Desk> {
    let desk: Desk | undefined;
    const timers = { count: 0 };
    const acquirer =
      options.acquirer === undefined
        ? parts.acquirer({
            profile: options.profile,
            dataDir: options.dataDir && join(options.dataDir, "acquirer"),
            clock: {
              wallMs: () => clock.wallMs(),
              after: (ms, callback) => {
                timers.count++;
                let over = false;
                const done = (): void => {
                  if (!over) timers.count--;
                  over = true;
                };
                const timer = clock.after(ms, "busy", () => {
                  done();
                  callback();
                });
                return {
                  stop: () => {
                    done();
                    timer.stop();
                  },
                };
              },
            },
            ...(options.seed === undefined ? {} : { seed: options.seed }),
            accounts: parts.accounts(),
          })
        : undefined;
    const reader = parts.reader(options.profile);
    const upstream = acquirer === undefined ? externalHost(options.acquirer!.host, options.acquirer!.port) : builtIn(acquirer);
    const line = new HostLine({
      clock,
      random: seededRandom((options.seed ?? Date.now()) ^ 0x11e),
      upstream,
      tamper: reader,
      record: (dir, frame) => {
        if (desk !== undefined) desk.#recordFrame(dir, frame);
      },
      changed: () => {
        if (desk !== undefined) desk.#changed();
      },
      log: (words) => desk?.logLine("warn", `host line: ${words}`),
    });
    const linePort = options.inThread === true ? undefined : await line.listen();
    if (linePort === undefined) line.listenInProcess();
    desk = new Desk(options, parts, { board, ptys, clock, acquirer, reader, line, linePort, timers });
    return desk;
  }

  private constructor(
    options: DeskOptions,
    parts: Parts,
    made: {
      board: Board;
      ptys: Map<string, Pty>;
      clock: SimClock;
      acquirer: AcquirerHost | undefined;
      reader: HostReader;
      line: HostLine;
      linePort: number | undefined;
      timers: { count: number };
    },
  ) {
    this.#options = options;
    this.#board = made.board;
    this.#ptys = made.ptys;
    this.clock = made.clock;
    this.acquirer = made.acquirer;
    this.#reader = made.reader;
    this.line = made.line;
    this.#acquirerTimers = made.timers;
    this.tray = parts.tray();
    this.wallet = new Wallet(parts.openChip, options.dataDir && join(options.dataDir, "cards"), options.seed);
    this.#ports = portsByWire(options.board);
    this.#debug = new DebugChannel((bytes) => this.#toTerminal("debug", bytes));
    this.#debug.onChange = (what) => {
      if (what === "screen") this.#emit({ type: "screen", screen: this.screen });
      this.#changed();
    };
    const random = seededRandom(options.seed ?? Date.now());
    this.devices = parts.devices(
      (name) => this.#deviceContext(name, random),
      (name) => ({
        board: this.#boardSettings(name),
        dataDir: options.dataDir && join(options.dataDir, name === "pinpad" ? "pinpad" : "terminal"),
      }),
    );
    const { masterKeys } = options.profile.testKeys;
    if (this.#boardSettings("icc").pairedPad === true) pair(this.devices, options.seed);
    for (const [slot, hex] of Object.entries(masterKeys)) {
      const algorithm = options.profile.keys.mac === "sm4" ? "sm4" : hex.length === 16 ? "des" : "3des";
      try {
        this.devices.pinpad.injectMasterKey(Number(slot), hex, algorithm);
      } catch (error) {
        // A pad that was tampered with stays so from one run to the next.
        this.logLine("warn", `the PIN pad took no master key: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    for (const [wire, pty] of made.ptys) {
      this.ptyPaths[wire] = pty.path;
      pty.onData = (bytes) => this.#fromTerminal(wire, bytes);
      // The far end of a serial line cannot see that it was opened.
      this.#device(wire)?.attached(true);
    }
    if (this.acquirer !== undefined) this.acquirer.onChange = () => this.#mark("acquirer");
    this.#firmware =
      options.slots &&
      new DeskFirmware(options.slots, made.board.name, {
        log: (words) => this.logLine("info", words),
        board: (fromPackage) => withPtys(fromPackage, made.ptys),
      });
    const profile = { "profile.json": json(withoutKeys(options.profile)) };
    const common = {
      dataDir: join(options.dataDir ?? "", "terminal"),
      clock: { kind: "driven" as const, shared: made.clock.shared },
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.recordTo === undefined ? {} : { recordTo: options.recordTo }),
      ...(made.linePort === undefined ? {} : { tcpOverride: { host: "127.0.0.1", port: made.linePort, callProgress: true } }),
      wires: this.#simWires(),
    };
    const { app: _app, ...serial } = options.facts ?? {};
    this.#makeMachine = () =>
      this.#firmware === undefined || this.#firmware.empty
        ? parts.machine({
            ...common,
            ...(options.facts === undefined ? {} : { facts: options.facts }),
            bundle: options.bundle,
            assets: { ...options.assets, "board.json": json(made.board), ...profile },
            board: made.board,
          })
        : this.#firmware.machine({ ...common, facts: serial }, profile, parts.machine);
    this.#machine = this.#makeMachine();
    this.#settler = new Settler({
      clock: this.clock,
      status: () => this.#status(),
      restless: () => this.#restless(),
      wake: () => this.#machine.wake(),
      inThread: options.inThread === true,
      stallMs: options.stallMs,
    });
    this.#settler.onSettled = () => this.#announceSoon();
    this.#settler.onStall = () => this.#bytesWereLost();
    this.clock.onChange = () => this.#settler.poke();
    this.#listen();
  }

  #listen(): void {
    this.#machine.on("status", () => {
      this.#settler.statusChanged();
    });
    this.#machine.on("log", (logged) => this.#machineLog(logged));
    this.#machine.on("crash", (report) => {
      this.logLine("error", `the firmware failed: ${report.words}\n${report.stack}`);
      if (report.restarting) this.#countAnew();
      else this.#powerIsGone();
    });
    this.#machine.on("power", (action) => {
      this.logLine("info", `the firmware asked for ${action}`);
      if (action === "halt") this.#powerIsGone();
      else this.#countAnew();
    });
  }

  // — firmware —

  /** Throws NotNow where there are no slots. */
  get firmware(): DeskFirmware {
    if (this.#firmware === undefined) throw new NotNow("this desk keeps nothing, so it has no firmware slots");
    return this.#firmware;
  }

  /** The package with this hash has come whole. The first one takes the place of what the build made, at the next power-on. */
  flashed(sum: string): Arrived {
    return this.firmware.finish(sum);
  }

  // — power —

  /** Switches the terminal on. Rejects with words when the bundle or the board is refused. */
  async start(): Promise<void> {
    if (this.#power === "on") return;
    this.#switching++;
    this.#countAnew();
    this.#power = "on";
    try {
      this.#takeFirstPackage();
      await this.#machine.start();
    } catch (error) {
      this.#power = "off";
      throw error;
    } finally {
      this.#switching--;
      this.#changed();
    }
  }

  /** What was flashed since the last power-on, where there was nothing but the build's firmware before. */
  #takeFirstPackage(): void {
    if (this.#firmware === undefined || this.#machine instanceof SlottedMachine || this.#firmware.empty) return;
    this.#machine = this.#makeMachine();
    this.#listen();
  }

  /** Takes the power away at once, in the middle of whatever the terminal does. */
  async cut(): Promise<void> {
    if (this.#power === "off") return;
    this.#switching++;
    try {
      await this.#machine.cut();
    } finally {
      this.#switching--;
      this.#powerIsGone();
    }
  }

  async close(): Promise<void> {
    this.#settler.close();
    clearImmediate(this.#announce);
    this.#announce = undefined;
    await this.#machine.cut();
    this.#power = "off";
    this.#debug.lost();
    await this.line.close();
    await this.acquirer?.close();
    for (const pty of this.#ptys.values()) pty.close();
    this.wallet.keep(() => true);
    this.clock.close();
    this.#listeners.clear();
    this.#pixelListeners.clear();
  }

  // — waiting —

  get settled(): boolean {
    return this.#settler.settled;
  }
  /** Resolves true when settled, false after `timeoutMs` of real time. */
  settle(timeoutMs: number): Promise<boolean> {
    return timeoutMs === 0 ? Promise.resolve(this.settled) : this.#settler.wait("settled", timeoutMs);
  }
  /** Why the desk is not settled, in words; undefined when it is. */
  get unsettledBecause(): string | undefined {
    return this.#restless() ?? (this.settled ? undefined : "time must go on");
  }
  /** While a request is under way, and for a moment after it, screens that go on by themselves stand (free clock). */
  requestBegins(): void {
    this.#settler.requestBegins();
  }
  requestEnds(): void {
    this.#settler.requestEnds();
  }

  // — what a person does; each resolves whether the terminal settled in time —

  /** Throws BadRequest before anything is pressed when a key has no such name. */
  async keys(keys: readonly string[], timeoutMs: number): Promise<boolean> {
    const known: readonly string[] = KEYS;
    keys.forEach((key, i) => {
      if (!known.includes(key)) throw new BadRequest(`keys.${i}: there is no key "${key}"; the keypad has ${known.join(" ")}`);
    });
    this.#needPower();
    if (timeoutMs > 0) return await this.#oneByOne(keys, timeoutMs, (key) => this.devices.keypad.press(key));
    this.#typed.push(...keys);
    void this.#typeAhead();
    return false;
  }

  async pin(digits: string, timeoutMs: number): Promise<boolean> {
    return await this.pinpadKeys([...digits, "enter"], timeoutMs);
  }
  /** Throws NotNow when the pad is not asking. */
  async pinpadKeys(keys: readonly string[], timeoutMs: number): Promise<boolean> {
    this.#needAsking();
    this.devices.pinpad.type(keys);
    return await this.settle(timeoutMs);
  }
  async pinpadCancel(timeoutMs: number): Promise<boolean> {
    this.#needAsking();
    this.devices.pinpad.cancel();
    return await this.settle(timeoutMs);
  }

  async swipe(
    tracks: { track1?: string | null; track2?: string | null; track3?: string | null },
    timeoutMs: number,
  ): Promise<boolean> {
    this.#needPower();
    try {
      this.devices.msr.swipe(tracks);
    } catch (error) {
      throw new BadRequest(error instanceof Error ? error.message : String(error));
    }
    return await this.settle(timeoutMs);
  }

  /** Each throws NotNow when the card or the reader is not free for it, or the card has no such side. */
  async insertCard(id: string, timeoutMs: number): Promise<boolean> {
    const { contact } = this.#chip("icc", id, "contact");
    this.#physically(() => this.devices.icc.insert(id, contact!));
    return await this.settle(timeoutMs);
  }
  async removeCard(timeoutMs: number): Promise<boolean> {
    this.#needReader("icc");
    this.#physically(() => this.devices.icc.remove());
    return await this.settle(timeoutMs);
  }
  async tapCard(id: string, timeoutMs: number): Promise<boolean> {
    this.#needPower();
    const { field } = this.#chip("picc", id, "contactless");
    this.#physically(() => this.devices.picc.tap(id, field));
    return await this.settle(timeoutMs);
  }

  card(id: string): CardEntry {
    const card = this.tray.find((each) => each.id === id);
    if (card !== undefined) return card;
    throw new BadRequest(`card: there is no card "${id}" in the tray; it has ${this.tray.map((each) => each.id).join(", ")}`);
  }

  tearPaper(): void {
    this.devices.printer.tear();
    this.#mark("paper");
  }

  /** Moves virtual time on, letting the terminal come to rest at every deadline. */
  async advance(ms: number, timeoutMs: number): Promise<boolean> {
    const began = performance.now();
    if (!(await this.#settler.advance(ms, timeoutMs))) return false;
    return await this.settle(Math.max(1, timeoutMs - (performance.now() - began)));
  }

  // — faults —

  get faults(): { device: string; faults: readonly FaultSpec[]; active: readonly ActiveFault[] }[] {
    return this.#faulty().map(({ wire, faultSpecs, faults }) => ({ device: wire, faults: faultSpecs, active: faults }));
  }
  /** Throws BadRequest with words when there is no such device or fault. */
  setFault(device: string, fault: ActiveFault): void {
    try {
      this.#faultyDevice(device).setFault(fault);
    } catch (error) {
      throw error instanceof BadRequest ? error : new BadRequest(error instanceof Error ? error.message : String(error));
    }
    this.#mark("faults");
  }
  clearFault(device?: string, fault?: string): void {
    const devices = device === undefined ? this.#faulty() : [this.#faultyDevice(device)];
    for (const each of devices) {
      if (fault === undefined || each.faultSpecs.some((spec) => spec.fault === fault)) each.clearFault(fault);
    }
    this.#mark("faults");
  }

  // — what there is to see —

  get screen(): DeskScreen {
    const said = this.#power === "on" ? this.#debug.screen : undefined;
    if (said === undefined) return NOTHING_SAID;
    return { id: said.screen.id, title: said.screen.title, lines: said.lines, hints: said.hints };
  }
  /** The screen tree as the terminal built it. */
  get screenTree(): Record<string, unknown> | null {
    return (this.#power === "on" ? this.#debug.screen?.screen : undefined) ?? null;
  }

  get state(): DeskState {
    const said = this.#power === "on" ? this.#debug.state : undefined;
    const off = { send: false, receive: false, error: false };
    return {
      power: this.#power,
      level: said?.level ?? null,
      settled: this.settled,
      screen: this.screen,
      leds: this.#power === "on" ? { ...this.devices.lights.on } : off,
      indicators: said?.indicators ?? { link: null, paper: null, batch: null, operator: null },
      time: this.isoTime(),
      batch: said?.batch ?? "",
      trace: said?.trace ?? "",
      debt: said?.debt ?? { reversals: null, offline: null },
      clock: this.clock.mode,
    };
  }

  messages(): readonly Message[] {
    return this.#messages;
  }

  /** Rejects NotNow when the terminal is off or has no debug channel. */
  async journal(): Promise<JournalReport> {
    this.#needPower();
    if (!this.#ports.has("debug")) throw new NotNow("this board has no debug channel");
    if (this.#counts.get("debug")?.open !== true) throw new NotNow("the terminal has not opened its debug channel");
    return await this.#debug.journal();
  }

  async check(): Promise<CheckResult> {
    return moneyCheck({
      slips: this.devices.printer.paper,
      journal: await this.journal(),
      ledger: this.acquirer?.ledger().transactions,
      terminal: this.#options.profile.terminal.id,
    });
  }

  addAccount(account: Account): void {
    this.acquirer?.setAccount(account);
    this.#mark("acquirer");
  }

  /** The desk's wall clock at the merchant's place. */
  isoTime(ms: number = this.clock.wallMs()): string {
    const second = Math.floor(ms / 1000);
    if (second !== this.#stamped.second) this.#stamped = { second, text: this.#stampOf(ms) };
    return this.#stamped.text;
  }

  #stampOf(ms: number): string {
    const offset = this.#options.profile.utcOffsetMinutes;
    const local = new Date(ms + offset * 60_000).toISOString().slice(0, -5);
    const size = Math.abs(offset);
    const two = (value: number): string => String(value).padStart(2, "0");
    return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  }

  /** `only`: of these kinds; what nobody wants to hear is not put together. */
  onEvent(listener: (event: DeskEvent) => void, only?: readonly DeskEvent["type"][]): () => void {
    this.#listeners.set(listener, only && new Set(only));
    return () => this.#listeners.delete(listener);
  }
  /** Rectangles as the terminal draws them: x, y, w, h (u16 LE), then RGB565 LE. */
  onPixels(listener: (rectangle: Uint8Array) => void): () => void {
    this.#pixelListeners.add(listener);
    return () => this.#pixelListeners.delete(listener);
  }
  /** The whole panel as one such rectangle. */
  get allPixels(): Uint8Array {
    const { width, height, pixels } = this.devices.lcd;
    const head = new Uint8Array(new Uint16Array([0, 0, width, height]).buffer);
    const all = new Uint8Array(head.length + pixels.byteLength);
    all.set(head);
    all.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), head.length);
    return all;
  }

  logLine(level: string, words: string, at = this.isoTime()): void {
    const entry = { at, level, words };
    this.log.push(entry);
    if (this.log.length > KEPT_LOG) this.log.shift();
    this.#emit({ type: "log", ...entry });
  }

  // — inside: wires —

  #simWires(): SimWires {
    return {
      opened: (wire) => {
        if (wire === "debug") {
          this.#count(wire).open = true;
          return true;
        }
        const device = this.#device(wire);
        if (device === undefined || device.plugged === false) return false;
        this.#count(wire).open = true;
        device.attached(true);
        this.#changed();
        return true;
      },
      fromTerminal: (wire, bytes) => this.#fromTerminal(wire, bytes),
      control: () => undefined,
      closed: (wire) => {
        this.#count(wire).open = false;
        this.#device(wire)?.attached(false);
        this.#changed();
      },
    };
  }

  #fromTerminal(wire: string, bytes: Uint8Array): void {
    this.#count(wire).fromTerminal += bytes.length;
    if (wire === "debug") this.#debug.receive(bytes);
    else {
      this.#recordWire(wire, "out", bytes);
      if (wire === "lcd") for (const listener of this.#pixelListeners) listener(bytes);
      if (wire === "beeper" && bytes.length === 5) this.#sound(bytes);
      const device = this.#device(wire);
      // A `sim` wire closes when its cable is pulled, a serial line falls silent.
      if (device?.plugged !== false) device?.receive(bytes);
    }
    this.#settler.poke();
  }

  #toTerminal(wire: string, bytes: Uint8Array): void {
    this.#recordWire(wire, "in", bytes);
    const count = this.#count(wire);
    const pty = this.#ptys.get(wire);
    if (pty !== undefined) {
      // A line nobody has opened keeps nothing; a PTY would.
      const told = this.#status().ports[this.#ports.get(wire) ?? ""];
      if (told !== undefined && (told.open || told.connecting)) {
        count.toTerminal += bytes.length;
        pty.write(bytes);
      }
    } else if (count.open && this.#power === "on") {
      count.toTerminal += bytes.length;
      this.#machine.toTerminal(wire, bytes);
    }
    this.#settler.poke();
  }

  #deviceContext(name: DeviceName, random: () => number): DeviceContext {
    return {
      clock: this.clock,
      send: (bytes) => this.#toTerminal(name, bytes),
      changed: () => {
        if (name === "icc" || name === "picc") this.#cardsMoved();
        if (name === "printer") this.#mark("paper");
        else if (name === "pinpad") this.#mark("pinpad");
        else this.#changed();
      },
      random,
      unplug: () => {
        if (this.#power === "on" && this.#counts.get(name)?.open) this.#machine.closeWire(name, "unplugged");
      },
    };
  }

  #recordWire(wire: string, dir: "out" | "in", bytes: Uint8Array): WireEntry | undefined {
    const entry = this.wires.add(wire, dir, bytes, this.isoTime());
    if (entry !== undefined) this.#emit({ type: "wire", entry });
    return entry;
  }

  #recordFrame(dir: "out" | "in", frame: Uint8Array): void {
    const entry = this.#recordWire("host", dir, frame);
    if (entry === undefined) return;
    if (dir === "in") this.#reader.learn(frame);
    let decoded: HostMessage;
    try {
      decoded = this.#reader.decode(frame);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      decoded = { mti: "", tpdu: "", header: "", fields: {}, mac: "none", problem };
    }
    this.#messages.push({ n: entry.n, at: entry.at, dir, ...decoded, hex: entry.hex });
    if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift();
  }

  #sound(note: Uint8Array): void {
    const view = new DataView(note.buffer, note.byteOffset, note.byteLength);
    this.#emit({ type: "sound", hz: view.getUint16(0, true), ms: view.getUint16(2, true), volume: note[4]! });
  }

  #count(wire: string): WireCount {
    let count = this.#counts.get(wire);
    if (count === undefined) this.#counts.set(wire, (count = { open: false, fromTerminal: 0, toTerminal: 0 }));
    return count;
  }

  // — inside: settled or not —

  #status(): MachineStatus {
    return this.#power === "on" ? this.#machine.status : { running: false, quiet: true, wake: undefined, ports: {} };
  }

  #restless(): string | undefined {
    if (this.#switching > 0) return "power is being switched";
    if (this.acquirer?.busy && this.#acquirerTimers.count === 0) return "the acquirer is at work";
    if (this.line.outstanding) return "the host line is at work";
    if (this.#power === "off") return undefined;
    const status = this.#machine.status;
    if (!status.running) return "the terminal is starting";
    if (!status.quiet) return "the terminal is at work";
    const host = this.#ports.get("host");
    for (const [port, { connecting }] of Object.entries(status.ports)) {
      if (connecting && port !== host) return `the port ${port} is being opened`;
    }
    for (const [wire, port] of this.#ports) {
      const told = status.ports[port];
      if (told === undefined) continue;
      if (wire === "host") {
        const words = this.#hostRestless(told);
        if (words !== undefined) return words;
      } else if (told.open) {
        const count = this.#count(wire);
        if (told.fromTerminal !== count.fromTerminal || told.toTerminal !== count.toTerminal)
          return `bytes are on the wire of ${wire}`;
      }
    }
    return undefined;
  }

  #hostRestless(told: MachineStatus["ports"][string]): string | undefined {
    const { line } = this;
    if (told.connecting) return line.answersCalls ? "the terminal is connecting" : undefined;
    if (told.open !== line.connected) return "the connection is being closed";
    if (!told.open) {
      // What was under way when the connection ended is gone.
      line.received = told.fromTerminal;
      line.sent = told.toTerminal;
      return undefined;
    }
    const agree = told.fromTerminal === line.received && told.toTerminal === line.sent;
    return agree ? undefined : "bytes are on the host line";
  }

  /** Nothing has moved for long, and still the counts differ: whoever closed first never got the rest. */
  #bytesWereLost(): void {
    const status = this.#machine.status;
    if (this.#power === "off" || !status.quiet || this.line.outstanding) return;
    for (const [wire, port] of this.#ports) {
      const told = status.ports[port];
      if (told === undefined) continue;
      if (wire === "host") {
        this.line.received = told.fromTerminal;
        this.line.sent = told.toTerminal;
      } else {
        const count = this.#count(wire);
        count.fromTerminal = told.fromTerminal;
        count.toTerminal = told.toTerminal;
      }
    }
  }

  #countAnew(): void {
    this.#counts.clear();
    this.line.restart();
    for (const wire of this.#ptys.keys()) this.#count(wire).open = true;
    this.#debug.lost();
    this.#settler?.statusChanged();
  }

  #powerIsGone(): void {
    this.#power = "off";
    this.#countAnew();
    for (const name of DEVICE_NAMES) this.devices[name].attached(false);
    this.#changed();
  }

  // — inside: the rest —

  async #oneByOne<T>(things: readonly T[], timeoutMs: number, act: (thing: T) => void): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    for (const thing of things) {
      act(thing);
      if (!(await this.settle(Math.max(0, giveUpAt - performance.now())))) return false;
    }
    return things.length > 0 || (await this.settle(timeoutMs));
  }

  /** Keys that nobody waits for: a finger's pace, so that a terminal still drawing does not take two presses for a bounce. */
  async #typeAhead(): Promise<void> {
    if (this.#typing) return;
    this.#typing = true;
    for (let key = this.#typed.shift(); key !== undefined; key = this.#typed.shift()) {
      if (this.#power === "off") continue;
      this.devices.keypad.press(key);
      await this.settle(LONGEST_PRESS_MS);
    }
    this.#typing = false;
  }

  #needPower(): void {
    if (this.#power === "off") throw new NotNow("the terminal has no power");
  }
  #needReader(wire: "icc" | "picc"): void {
    if (!this.#ports.has(wire))
      throw new NotNow(`this board has no ${wire === "icc" ? "chip card reader" : "contactless reader"}`);
  }
  #chip(wire: "icc" | "picc", id: string, side: CardKind): ChipCard {
    this.#needReader(wire);
    if (!this.card(id).kind.includes(side)) throw new NotNow(`card ${id} has no ${side} chip`);
    if (id === this.devices.icc?.card || id === this.devices.picc?.card) throw new NotNow(`card ${id} is in a reader already`);
    return this.wallet.card(id);
  }
  #physically(act: () => void): void {
    try {
      act();
    } catch (error) {
      throw new NotNow(error instanceof Error ? error.message : String(error));
    }
  }
  /** What is in no reader any more keeps what was written on it. */
  #cardsMoved(): void {
    const held = [this.devices?.icc.card, this.devices?.picc.card];
    const gone = this.#held.some((id) => id !== undefined && !held.includes(id));
    this.#held = held;
    if (gone) this.wallet.keep((id) => !held.includes(id));
    this.#changed();
  }
  #needAsking(): void {
    this.#needPower();
    if (!this.devices.pinpad.asking) throw new NotNow("the PIN pad is not asking for a PIN");
  }

  #device(wire: string): SimDevice | undefined {
    return DEVICE_NAMES.includes(wire as DeviceName) ? this.devices[wire as DeviceName] : undefined;
  }
  #faulty(): Pick<SimDevice, "wire" | "faultSpecs" | "faults" | "setFault" | "clearFault">[] {
    return [...DEVICE_NAMES.map((name) => this.devices[name]), this.line];
  }
  #faultyDevice(device: string): Pick<SimDevice, "wire" | "faultSpecs" | "faults" | "setFault" | "clearFault"> {
    const all = this.#faulty();
    const found = all.find((each) => each.wire === device);
    if (found === undefined) {
      throw new BadRequest(`device: there is no device "${device}"; there are ${all.map((each) => each.wire).join(", ")}`);
    }
    return found;
  }

  #boardSettings(name: DeviceName): Record<string, string | number | boolean> {
    const port = this.#ports.get(name);
    const device = Object.values(this.#board.devices).find((each) => each !== undefined && each.port === port);
    return device?.settings ?? {};
  }

  #machineLog(logged: LogLine): void {
    this.logLine(logged.level, logged.words, this.isoTime(logged.at));
  }

  #mark(what: "paper" | "pinpad" | "acquirer" | "faults"): void {
    this.#dirty.add(what);
    this.#changed();
  }

  #changed(): void {
    this.#settler?.poke();
    this.#announceSoon();
  }

  /** Tells listeners once a turn, however much has changed in it. */
  #announceSoon(): void {
    this.#announce ??= setImmediate(() => {
      this.#announce = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    if (!this.#isHeard) return;
    for (const what of this.#dirty) {
      if (what === "paper") this.#emit({ type: "paper", slips: this.devices.printer.paper.length });
      else if (what === "pinpad") this.#emit({ type: "pinpad", pinpad: this.pinpadView });
      else this.#emit({ type: what });
    }
    this.#dirty.clear();
    const { readers, state } = this;
    const held = JSON.stringify(readers);
    if (held !== this.#announcedReaders) {
      this.#announcedReaders = held;
      this.#emit({ type: "readers", readers });
    }
    const { time: _, ...lasting } = state;
    const text = JSON.stringify(lasting);
    if (text === this.#announced) return;
    this.#announced = text;
    this.#emit({ type: "state", state });
  }

  /** Somebody wants to hear what is told once a turn. */
  get #isHeard(): boolean {
    return [...this.#listeners.values()].some((only) => only === undefined || TOLD_BY_TURNS.some((type) => only.has(type)));
  }

  get pinpadView(): Record<string, unknown> {
    const { asking, screen } = this.devices.pinpad;
    return { asking, screen, ...this.devices.pinpad.describe() };
  }

  get readers(): ReadersView {
    const { icc, picc } = this.devices;
    return { icc: this.#ports.has("icc") ? icc.describe() : null, picc: this.#ports.has("picc") ? picc.describe() : null };
  }

  #emit(event: DeskEvent): void {
    for (const [listener, only] of this.#listeners) if (only === undefined || only.has(event.type)) listener(event);
  }
}

/** The serial devices' ports on the desk's PTYs. */
function withPtys(board: Board, ptys: Map<string, Pty>): Board {
  const own = structuredClone(board);
  const ports = portsByWire(board);
  for (const [wire, { path }] of ptys) {
    const port = ports.get(wire);
    if (port !== undefined) own.ports[port] = { kind: "serial", path, baud: SERIAL_BAUD };
  }
  return own;
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** As the maker does who builds reader and pad into one housing. With a seed the same key each time. */
function pair({ pinpad, icc }: Devices, seed: number | undefined): void {
  const source = seed === undefined ? randomBytes(16) : `pairing ${seed}`;
  const key = createHash("sha256").update(source).digest("hex").slice(0, 32);
  pinpad.pair(key);
  icc.pair(key);
}
