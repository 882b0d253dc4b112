/** The machine on the caller's thread: tests and replay, where the guest must run before the caller goes on. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { type PortSpec, portsOf } from "./board.ts";
import { maskOldTroubles, PlaceMapper, RestartPolicy, writeCrash } from "./crash.ts";
import { Door } from "./door.ts";
import { ENGINES } from "./engine.ts";
import { seededEntropy, systemEntropy } from "./entropy.ts";
import { GuestFailure, Refused } from "./errors.ts";
import { FirmwareCalls } from "./loader/calls.ts";
import { factsOf } from "./facts.ts";
import { DirectoryFiles, type FileLayer } from "./files.ts";
import { Emitter } from "./listeners.ts";
import { EVENT_LIMIT_MS, MEMORY_LIMIT_BYTES, STACK_LIMIT_MAIN_BYTES, STACK_LIMIT_WORKER_BYTES } from "./limits.ts";
import { checkBundle } from "./loader/bundle.ts";
import { LogFile } from "./logfile.ts";
import type { LogLine, Machine, MachineEvents, MachineOptions, MachineStatus } from "./machine.ts";
import { masked } from "./mask.ts";
import { type PortTable, portTable } from "./ports/index.ts";
import { SimHub } from "./ports/sim.ts";
import { Recorder } from "./recording.ts";
import { Run } from "./run.ts";
import { newSealKey, sealerIn, sealerOf } from "./seal.ts";
import { CpuMeter, type HostClock, hostClock } from "./time.ts";

/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a WorkerMachine needs to change in the machine it runs in its worker. */
export interface Surroundings {
  /** Which power-on of the owner this is; part of the seeded entropy's name, so that a restart does not repeat it. */
  powerOn?: number;
  ports?: Partial<PortTable>;
  /** Nothing is written to the real disk: no log file, no crash report, and the sealing key lives as long as this machine. */
  inMemory?: boolean;
}

export class LocalMachine implements Machine {
  readonly #options: MachineOptions;
  readonly #surroundings: Surroundings;
  readonly #emitter = new Emitter();
  readonly #clock: HostClock;
  readonly #hub: SimHub;
  readonly #logFile: LogFile | undefined;
  /** Of a machine that keeps nothing on the real disk. */
  #sealKey: Uint8Array | undefined;
  readonly #restarts = new RestartPolicy();
  readonly #places: PlaceMapper;
  #ports: ReadonlyMap<string, PortSpec> = new Map();
  #on = false;
  #powerOns = 0;
  #run: Run | undefined;
  /** The run being brought up; a cut in the meantime makes it stale. */
  #starting: Run | undefined;
  #meter = new CpuMeter();
  #recorder: Recorder | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #traffic: MachineStatus["ports"] = {};
  #lastStatus: MachineStatus | undefined;
  #afterEnd: (() => void)[] = [];

  constructor(options: MachineOptions, surroundings: Surroundings = {}) {
    this.#options = options;
    this.#powerOns = options.earlierPowerOns ?? 0;
    this.#surroundings = surroundings;
    this.#clock = hostClock(options.clock);
    this.#hub = new SimHub(options.wires);
    this.#places = new PlaceMapper(options.bundle.map);
    this.#logFile = surroundings.inMemory === true ? undefined : new LogFile(join(options.dataDir, "log", "terminal.log"));
  }

  get status(): MachineStatus {
    const door = this.#run?.door;
    return {
      running: this.#on,
      quiet: this.#on ? this.#starting === undefined && (this.#run?.quiet ?? false) : true,
      wake: door?.wake,
      ports: door?.traffic ?? this.#traffic,
    };
  }

  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void {
    return this.#emitter.on(event, listener);
  }

  async start(): Promise<void> {
    if (this.#on) throw new Error("the machine is on already");
    checkBundle(this.#options.bundle.code);
    this.#ports = portsOf(this.#options.board);
    if (this.#logFile !== undefined) {
      mkdirSync(this.#options.dataDir, { recursive: true });
      maskOldTroubles(this.#options.dataDir);
    }
    this.#on = true;
    this.#restarts.clear();
    this.#meter = new CpuMeter(this.#options.eventLimitMs !== Number.POSITIVE_INFINITY);
    try {
      await this.#powerOn();
    } catch (error) {
      this.#off();
      if (!(error instanceof GuestFailure)) throw error;
      const stack = this.#report(error);
      throw new Refused(`the firmware failed to start: ${masked(error.message)}\n${stack}`);
    }
  }

  cut(): Promise<void> {
    const run = this.#run;
    const leaving = run?.busy ?? false;
    this.#off();
    run?.cut("cut");
    if (!leaving) return Promise.resolve();
    return new Promise((resolve) => this.#afterEnd.push(resolve));
  }

  toTerminal(wire: string, bytes: Uint8Array): void {
    this.#hub.toTerminal(wire, bytes);
  }

  closeWire(wire: string, why: string): void {
    this.#hub.closeWire(wire, why);
  }

  wake(): void {
    if (this.#run?.door.takeWake()) this.#run.enqueue({ name: "wake", args: [] });
  }

  async memory(withImage = false): Promise<{ usedBytes: number; image?: Uint8Array }> {
    const engine = this.#run?.engine;
    if (engine === undefined) throw new Error("the machine is off");
    const usedBytes = engine.usedBytes();
    if (!withImage) return { usedBytes };
    const image = engine.image();
    if (image === undefined) throw new Error(`${engine.name} has no memory of its own; use the engine "quickjs"`);
    return { usedBytes, image };
  }

  async cpuMs(): Promise<number> {
    return this.#meter.totalMs;
  }

  async #powerOn(): Promise<void> {
    const options = this.#options;
    const { run, createEngine } = await this.#prepare();
    if (this.#starting !== run) return;
    const engine = await createEngine({
      memoryLimitBytes: options.memoryLimitBytes ?? MEMORY_LIMIT_BYTES,
      stackLimitBytes: options.stackLimitBytes ?? (isMainThread ? STACK_LIMIT_MAIN_BYTES : STACK_LIMIT_WORKER_BYTES),
      eventLimitMs: options.eventLimitMs ?? EVENT_LIMIT_MS,
      call: (name, args) => run.call(name, args),
      shouldStop: () => run.shouldStop(),
    });
    if (this.#starting !== run) return void engine.dispose();
    if (options.recordTo !== undefined) this.#recorder ??= new Recorder(options.recordTo, options.bundle.code, engine.name);
    run.engine = engine;
    run.door = this.#makeDoor(run, engine.name);
    this.#run = run;
    this.#starting = undefined;
    run.boot();
  }

  async #prepare() {
    const options = this.#options;
    const machine = this;
    const run: Run = new Run({
      code: options.bundle.code,
      eventLimitMs: options.eventLimitMs ?? EVENT_LIMIT_MS,
      meter: this.#meter,
      get recorder() {
        return machine.#recorder;
      },
      settled: () => this.#settled(),
      failed: (failure) => this.#failed(failure),
      ended: (left) => {
        if (left !== undefined) this.#log("error", left);
        this.#ended(run);
      },
    });
    this.#starting = run;
    this.#powerOns++;
    return { run, createEngine: await ENGINES[options.engine ?? "quickjs"]() };
  }

  #makeDoor(run: Run, engineName: string): Door {
    const options = this.#options;
    const stream = `${this.#surroundings.powerOn ?? 0}.${this.#powerOns}`;
    const entropy = options.seed === undefined ? systemEntropy : seededEntropy(options.seed, stream);
    return new Door({
      board: this.#ports,
      ports: { ...portTable(this.#hub, options.tcpOverride), ...this.#surroundings.ports },
      files: options.files ?? new DirectoryFiles(join(options.dataDir, "store")),
      sealer:
        this.#logFile === undefined
          ? sealerOf((this.#sealKey ??= newSealKey(entropy)), entropy)
          : sealerIn(options.dataDir, entropy, options.sealKey),
      entropy,
      clock: this.#clock,
      facts: factsOf(engineName, options.facts),
      assets: options.assets,
      firmware: this.#firmwareCalls(),
      emit: (event) => run.enqueue(event),
      log: (level, words) => this.#log(level, words),
      power: (action) => this.#power(run, action),
    });
  }

  #firmwareCalls(): FirmwareCalls | undefined {
    const { slots, slotFiles } = this.#options;
    if (slots === undefined) return undefined;
    const open = (): FileLayer => slotFiles ?? new DirectoryFiles(slots.dir);
    return new FirmwareCalls(slots, open, (words) => this.#log("info", `loader: ${words}`));
  }

  #log(level: LogLine["level"], words: string): void {
    const line: LogLine = { at: this.#clock.wallMs(), level, words: masked(this.#places.map(words)) };
    this.#logFile?.write(line);
    this.#emitter.emit("log", line);
  }

  /** In the middle of the guest's call: it is ended first, then the machine goes off or starts again. */
  #power(run: Run, action: "restart" | "halt"): void {
    this.#afterEnd.push(() => {
      this.#emitter.emit("power", action);
      if (action === "restart" && this.#on) void this.#restart();
    });
    if (action === "halt" || this.#options.ownerRestarts === true) this.#off();
    run.cut(action);
  }

  #failed(failure: GuestFailure): void {
    const stack = this.#report(failure);
    const owners = this.#options.ownerRestarts === true;
    const restarting = !owners && this.#restarts.failed(performance.now());
    this.#afterEnd.push(() => {
      if (owners) this.#off();
      else if (!restarting) {
        this.#log(
          "error",
          `the firmware failed ${RestartPolicy.LIMIT} times within a minute and stays off; see ${join(this.#options.dataDir, "crash")}`,
        );
        this.#off();
      }
      this.#emitter.emit("crash", { words: masked(failure.message), stack, restarting });
      if (restarting && this.#on) void this.#restart();
    });
  }

  async #restart(): Promise<void> {
    try {
      await this.#powerOn();
    } catch (error) {
      this.#run = undefined;
      this.#failed(
        error instanceof GuestFailure ? error : new GuestFailure("engine", `the engine does not start: ${String(error)}`, ""),
      );
      this.#runAfterEnd();
    }
  }

  /** Writes the crash report and the log; gives the mapped stack. */
  #report(failure: GuestFailure): string {
    const stack = masked(this.#places.map(failure.guestStack));
    const { dataDir } = this.#options;
    const path = this.#logFile && writeCrash(dataDir, this.#clock.wallMs(), failure.message, stack);
    this.#log("error", `the firmware failed: ${failure.message}${path === undefined ? "" : `; report in ${path}`}`);
    return stack;
  }

  #ended(run: Run): void {
    if (this.#run === run) {
      this.#traffic = run.door.traffic;
      this.#run = undefined;
    }
    this.#setTimer(undefined);
    if (!this.#on) this.#closeRecorder();
    this.#runAfterEnd();
    this.#tellStatus();
  }

  #runAfterEnd(): void {
    for (const next of this.#afterEnd.splice(0)) next();
  }

  #off(): void {
    this.#on = false;
    this.#starting = undefined;
    this.#setTimer(undefined);
    if (this.#run === undefined) this.#closeRecorder();
  }

  #closeRecorder(): void {
    this.#recorder?.close();
    this.#recorder = undefined;
  }

  #settled(): void {
    this.#setTimer(this.#run?.door.wake?.atMs);
    this.#tellStatus();
  }

  #setTimer(atMs: number | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (atMs === undefined || this.#options.clock.kind !== "system") return;
    const ms = Math.min(Math.max(0, Math.ceil(atMs - this.#clock.now())), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      // Too early by a hair, or a wait longer than a timer takes: set again.
      this.wake();
      if (this.#run?.door.wake?.atMs === atMs) this.#setTimer(atMs);
    }, ms);
  }

  #tellStatus(): void {
    const status = this.status;
    if (this.#lastStatus !== undefined && isSame(this.#lastStatus, status)) return;
    this.#lastStatus = status;
    this.#emitter.emit("status", status);
  }
}

/** The door tells the same ports while nothing has moved on them. */
const isSame = (a: MachineStatus, b: MachineStatus): boolean =>
  a.running === b.running &&
  a.quiet === b.quiet &&
  a.ports === b.ports &&
  a.wake?.atMs === b.wake?.atMs &&
  a.wake?.patience === b.wake?.patience;
