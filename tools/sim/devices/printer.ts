/**
 * A thermal receipt printer that speaks ESC/POS (spec peripherals §3): it prints at its own speed, stops when something is wrong
 * with it, says so, and leaves on `paper` only what its head has burnt.
 */
import type { ActiveFault, DeviceContext, FaultSpec, SimPrinterControls } from "../contract.ts";
import { BAUD, Device, UNPLUG } from "./device.ts";
import { EscposDecoder, type RealTime, type Token } from "./escpos-decoder.ts";
import { Paper, type PaperSlip } from "./paper.ts";
import { ownFont, PrintFont } from "./print-font.ts";
import { type Action, PrinterPage } from "./printer-page.ts";

export interface PrinterSettings {
  /** 384 (58 mm, default) or 576 (80 mm). */
  widthDots?: number;
  /** Default: only 80 mm printers have a knife. */
  cutter?: boolean;
  speedMmPerSecond?: number;
  /** Length of a new roll. */
  rollMm?: number;
  nearEndMm?: number;
  bufferBytes?: number;
  /** Falls for status requests inside pictures, as many printers do. */
  realTimeInsideData?: boolean;
  /** GB18030 four-byte characters. */
  fourByte?: boolean;
  model?: string;
  fontFile?: string;
}

type Problem = "cover-open" | "paper-out" | "jam" | "overheat";

const DOTS_A_MM = 8;
const SLOW_FACTOR = 8;
const CUT_MS = 200;
const COOL_MS = 10_000;
const RESTART_MS = 1000;
const ASB_DRAWER = 1;
const ASB_ONLINE = 2;
const ASB_ERROR = 4;
const ASB_ROLL = 8;
const OF_THE_PAPER: readonly string[] = ["paper-out", "paper-out-after", "near-end"];

export class SimPrinter extends Device implements SimPrinterControls {
  readonly wire = "printer";
  readonly faultSpecs: readonly FaultSpec[] = [
    { fault: "paper-out", takes: "switch", words: { zh: "缺纸", en: "Out of paper" } },
    { fault: "paper-out-after", takes: "value", words: { zh: "再打若干毫米后缺纸", en: "Out of paper after so many mm" } },
    { fault: "near-end", takes: "switch", words: { zh: "纸将尽", en: "Paper near its end" } },
    { fault: "cover-open", takes: "switch", words: { zh: "上盖打开", en: "Cover open" } },
    { fault: "jam", takes: "switch", words: { zh: "切刀卡住", en: "Cutter jammed" } },
    { fault: "overheat", takes: "value", words: { zh: "打印头过热(毫秒后恢复)", en: "Head too hot (recovers after ms)" } },
    { fault: "slow", takes: "switch", words: { zh: "打印很慢", en: "Prints slowly" } },
    { fault: "stray-status", takes: "count", words: { zh: "多发状态字节", en: "Sends status bytes nobody asked for" } },
    { fault: "power-cycle", takes: "value", words: { zh: "掉电重启(毫秒)", en: "Loses power and restarts (ms)" } },
    BAUD,
    UNPLUG,
  ];
  readonly widthDots: number;
  readonly #settings: Required<Omit<PrinterSettings, "fontFile">>;
  readonly #page: PrinterPage;
  readonly #paper: Paper;
  readonly #decoder: EscposDecoder;
  #queue: Token[] = [];
  #queuedBytes = 0;
  #actions: Action[] = [];
  #motion:
    | { move: Extract<Action, { kind: "move" }> | undefined; startedAt: number; ms: number; timer: { stop(): void } }
    | undefined;
  #powered = true;
  #rollDots: number;
  #outAfterDots: number | undefined;
  #automatic = 0;
  #told = "";
  #pulses = 0;
  #cuts = 0;
  #printedDots = 0;
  #cooling: { stop(): void } | undefined;
  #powering: { stop(): void } | undefined;
  #replaying = false;

  constructor(context: DeviceContext, settings: PrinterSettings = {}) {
    super(context);
    const widthDots = settings.widthDots ?? 384;
    this.widthDots = widthDots;
    this.#settings = {
      widthDots,
      cutter: settings.cutter ?? widthDots >= 576,
      speedMmPerSecond: settings.speedMmPerSecond ?? 80,
      rollMm: settings.rollMm ?? 30_000,
      nearEndMm: settings.nearEndMm ?? 1500,
      bufferBytes: settings.bufferBytes ?? 4096,
      realTimeInsideData: settings.realTimeInsideData ?? true,
      fourByte: settings.fourByte ?? true,
      model: settings.model ?? (widthDots >= 576 ? "SIM-80" : "SIM-58"),
    };
    this.#rollDots = this.#settings.rollMm * DOTS_A_MM;
    this.#page = new PrinterPage(this.#settings, settings.fontFile === undefined ? ownFont() : new PrintFont(settings.fontFile));
    this.#paper = new Paper(widthDots, () => context.clock.wallMs());
    this.#decoder = new EscposDecoder(
      (token) => {
        this.#queue.push(token);
        this.#queuedBytes += token.raw.length;
      },
      (command, insideData) => this.#realTime(command, insideData),
    );
    this.#told = this.#automaticStatus().join(" ");
  }

  // --- the wire

  /**
   * All bytes are taken in; those beyond the buffer stand for bytes that flow control holds back on the line. They come in as the
   * buffer empties, and survive a loss of power here.
   */
  receive(bytes: Uint8Array): void {
    if (!this.#powered || !this.plugged) return;
    if (this.spend("stray-status")) this.#answer([0x12]);
    this.#decoder.push(this.heard(bytes));
    this.#work();
    this.context.changed();
  }

  /** An interface that was reset forgets half a command; what the buffer holds is printed all the same. */
  attached(_open: boolean): void {
    this.#decoder.reset();
    this.#automatic = 0;
    this.#paper.jobAbandoned();
  }

  #answer(bytes: Iterable<number>): void {
    if (this.#powered && this.plugged) this.toTerminal(new Uint8Array([...bytes]));
  }

  #realTime(command: RealTime, insideData: boolean): void {
    if (this.#replaying) return;
    const harmless = command.kind === "status" || this.#problem !== undefined;
    if (insideData && !(this.#settings.realTimeInsideData && harmless)) return;
    if (command.kind === "status") this.#answer([this.#status(command.n)]);
    else if (command.kind === "pulse") this.#pulse();
    else if (command.kind === "clear") this.#clear();
    else if (command.n === 2) this.#clear();
    if (command.kind === "recover") this.#work();
    if (command.kind === "clear") this.#answer([0x37, 0x25, 0x00]);
  }

  #pulse(): void {
    this.#pulses += 1;
    this.context.changed();
  }

  /** DLE ENQ 2: what has not been printed is given up. A line on its way through the head is finished. */
  #clear(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#actions = [];
    this.#page.dropLine();
    this.#paper.jobAbandoned();
  }

  // --- the mechanism

  get #problem(): Problem | undefined {
    if (this.has("cover-open")) return "cover-open";
    if (this.#out) return "paper-out";
    if (this.has("jam")) return "jam";
    return this.has("overheat") ? "overheat" : undefined;
  }

  get #out(): boolean {
    return this.has("paper-out") || this.#leftDots <= 0;
  }

  get #nearEnd(): boolean {
    return this.#out || this.has("near-end") || this.#leftDots <= this.#settings.nearEndMm * DOTS_A_MM;
  }

  get #leftDots(): number {
    return Math.max(0, Math.min(this.#rollDots, this.#outAfterDots ?? this.#rollDots));
  }

  /** Works off what waits until the paper has to move, or the printer has to stop. */
  #work(): void {
    while (this.#motion === undefined && this.#powered && this.#problem === undefined) {
      const action = this.#actions.shift();
      if (action !== undefined) this.#act(action);
      else {
        const token = this.#queue.shift();
        if (token === undefined) return;
        this.#queuedBytes -= token.raw.length;
        this.#actions = this.#page.run(token);
      }
    }
  }

  #act(action: Action): void {
    switch (action.kind) {
      case "move":
        this.#start(action, (action.dots / DOTS_A_MM / this.#speed) * 1000);
        return;
      case "cut":
        this.#cuts += 1;
        this.#paper.end();
        this.#start(undefined, CUT_MS);
        return;
      case "pulse":
        this.#pulse();
        return;
      case "job":
        this.#paper.jobStarted();
        return;
      case "automatic":
        this.#automatic = action.mask;
        if (action.mask !== 0) this.#answer(this.#automaticStatus());
        return;
      case "sensor":
        this.#answer([action.n === 1 ? this.#rollBits() : 0]);
        return;
      case "answer":
        this.#answer(action.bytes);
        return;
    }
  }

  get #speed(): number {
    return this.#settings.speedMmPerSecond / (this.has("slow") ? SLOW_FACTOR : 1);
  }

  #start(move: Extract<Action, { kind: "move" }> | undefined, ms: number): void {
    const { clock } = this.context;
    this.#motion = { move, startedAt: clock.now(), ms, timer: clock.after(ms, "busy", () => this.#arrived()) };
  }

  #arrived(): void {
    const move = this.#motion?.move;
    this.#motion = undefined;
    if (move !== undefined) {
      this.#paper.advance(move.dots, move.print, move.text);
      this.#used(move.dots);
    }
    this.#work();
    this.context.changed();
  }

  #used(dots: number): void {
    this.#printedDots += dots;
    this.#rollDots -= dots;
    if (this.#outAfterDots !== undefined) this.#outAfterDots -= dots;
    this.#tellChange();
  }

  // --- status

  /** DLE EOT n. */
  #status(n: number): number {
    const problem = this.#problem;
    const failed = problem === "jam" || problem === "overheat";
    switch (n) {
      case 1:
        return 0x12 | (problem === undefined ? 0 : 0x08);
      case 2:
        return 0x12 | (this.has("cover-open") ? 0x04 : 0) | (this.#out ? 0x20 : 0) | (failed ? 0x40 : 0);
      case 3:
        return 0x12 | (this.has("jam") ? 0x08 : 0) | (this.has("overheat") ? 0x40 : 0);
      default:
        return 0x12 | (this.#nearEnd ? 0x0c : 0) | (this.#out ? 0x60 : 0);
    }
  }

  #rollBits(): number {
    return (this.#nearEnd ? 0x03 : 0) | (this.#out ? 0x0c : 0);
  }

  /** The four bytes of GS a. */
  #automaticStatus(): [number, number, number, number] {
    const offline = this.#problem === undefined ? 0 : 0x08;
    const first = 0x10 | offline | (this.has("cover-open") ? 0x20 : 0);
    const second = (this.has("jam") ? 0x08 : 0) | (this.has("overheat") ? 0x40 : 0);
    return [first, second, this.#rollBits(), 0x00];
  }

  /** Automatic status goes out when something of a class asked for has changed. */
  #tellChange(): void {
    const now = this.#automaticStatus();
    const [first, second, roll] = now;
    const parts = [
      this.#automatic & ASB_DRAWER ? first & 0x04 : 0,
      this.#automatic & ASB_ONLINE ? first & 0x28 : 0,
      this.#automatic & ASB_ERROR ? second : 0,
      this.#automatic & ASB_ROLL ? roll : 0,
    ].join(" ");
    if (parts !== this.#told && this.#automatic !== 0) this.#answer(now);
    this.#told = parts;
    this.context.changed();
  }

  // --- hands on the printer

  get paper(): readonly PaperSlip[] {
    return this.#paper.slips;
  }

  tear(): void {
    this.#paper.tear();
    this.context.changed();
  }

  /** A full roll, cover shut; printing goes on where it stopped. */
  newRoll(): void {
    this.#paper.end();
    this.#rollDots = this.#settings.rollMm * DOTS_A_MM;
    this.#outAfterDots = undefined;
    for (const fault of OF_THE_PAPER) super.clearFault(fault);
    this.#tellChange();
    this.#work();
  }

  /** Whoever mends the paper of a printer that has really used up its roll, puts in a new one. */
  override clearFault(fault?: string): void {
    super.clearFault(fault);
    if (fault !== undefined && !OF_THE_PAPER.includes(fault)) return;
    if (this.#rollDots <= this.#settings.nearEndMm * DOTS_A_MM) this.newRoll();
  }

  picture(): Uint8Array {
    return this.#paper.picture();
  }

  slipPicture(n: number): Uint8Array | undefined {
    return this.#paper.slipPicture(n);
  }

  describe(): Record<string, unknown> {
    const { bufferBytes } = this.#settings;
    return {
      model: this.#settings.model,
      widthDots: this.widthDots,
      cutter: this.#settings.cutter,
      state: this.#state(),
      problem: this.#problem ?? null,
      nearEnd: this.#nearEnd,
      rollLeftMm: Math.floor(this.#leftDots / DOTS_A_MM),
      rollMm: this.#settings.rollMm,
      printedMm: Math.floor(this.#printedDots / DOTS_A_MM),
      bufferedBytes: Math.min(this.#queuedBytes, bufferBytes),
      waitingBytes: Math.max(0, this.#queuedBytes - bufferBytes),
      slips: this.#paper.count,
      cuts: this.#cuts,
      drawerPulses: this.#pulses,
      unknownCommands: [...this.#page.unknown],
      plugged: this.plugged,
    };
  }

  #state(): string {
    if (!this.#powered) return "off";
    return this.#problem ?? (this.#motion !== undefined || this.#queue.length > 0 ? "printing" : "ready");
  }

  // --- what goes wrong

  protected override faultSet(fault: ActiveFault): void {
    if (fault.fault === "paper-out-after") this.#outAfterDots = this.valueOf("paper-out-after", 0) * DOTS_A_MM;
    if (fault.fault === "overheat") {
      this.#cooling?.stop();
      const ms = this.valueOf("overheat", COOL_MS);
      this.#cooling = this.context.clock.after(ms, "background", () => this.clearFault("overheat"));
    }
    if (fault.fault === "power-cycle") this.#powerOff();
    if (fault.fault === "unplug") this.#decoder.reset();
    this.#tellChange();
  }

  protected override faultCleared(fault: string): void {
    if (fault === "paper-out-after") this.#outAfterDots = undefined;
    if (fault === "overheat") this.#cooling?.stop();
    if (fault === "power-cycle") this.#powerOn();
    this.#tellChange();
    this.#work();
  }

  /** The head stops in the middle of a line; the buffer is gone, what flow control held back is not. */
  #powerOff(): void {
    this.#stopMidLine();
    this.#powered = false;
    const kept = this.#heldOnTheLine();
    this.#clear();
    this.#decoder.reset();
    this.#page.reset();
    this.#automatic = 0;
    this.#replaying = true;
    this.#decoder.push(kept);
    this.#replaying = false;
    this.#powering?.stop();
    const ms = this.valueOf("power-cycle", RESTART_MS);
    this.#powering = this.context.clock.after(ms, "busy", () => this.clearFault("power-cycle"));
  }

  #powerOn(): void {
    this.#powering?.stop();
    this.#powered = true;
  }

  #stopMidLine(): void {
    const motion = this.#motion;
    this.#motion = undefined;
    motion?.timer.stop();
    if (motion?.move === undefined) return;
    const share = motion.ms === 0 ? 1 : Math.min(1, (this.context.clock.now() - motion.startedAt) / motion.ms);
    const dots = Math.floor(motion.move.dots * share);
    if (dots === 0) return;
    const { print } = motion.move;
    const height = print === undefined ? 0 : Math.min(dots, print.height);
    // Half a line is dots, not words: nobody can read it.
    this.#paper.advance(dots, height === 0 ? undefined : print?.map(print.width, height, (x, y) => [x, y]));
    this.#used(dots);
  }

  #heldOnTheLine(): Uint8Array {
    let within = 0;
    const held = this.#queue.filter((token) => {
      within += token.raw.length;
      return within > this.#settings.bufferBytes;
    });
    return new Uint8Array(Buffer.concat(held.map((token) => token.raw)));
  }
}
