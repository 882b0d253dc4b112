/**
 * A machine whose firmware comes out of the slots: each power-on asks the loader anew, so that an installed package is tried, a failing one taken back, and
 * nothing starts that is not signed. It stands around a machine that runs what it is given.
 */
import { RestartPolicy } from "../crash.ts";
import { Refused, wordsOf } from "../errors.ts";
import type { FileLayer } from "../files.ts";
import { fileSystemOf } from "../facts.ts";
import { Emitter } from "../listeners.ts";
import type { Machine, MachineEvents, MachineOptions, MachineStatus } from "../machine.ts";
import { hostClock } from "../time.ts";
import { BOARD, BUNDLE } from "./manifest.ts";
import { bytesOf, filesIn, textOf } from "./needs.ts";
import { type Chosen, type Provision, Slots } from "./slots.ts";
import { CONFIRM_WITHIN_MS, LATE, LOADER, takenBack, WHY } from "./trial.ts";

export interface SlottedOptions extends Omit<MachineOptions, "bundle" | "assets" | "board" | "slots" | "ownerRestarts"> {
  slotsDir: string;
  provision?: Provision;
  /** Directory of a memory stick. */
  media?: string | undefined;
  /** Assets that go before the package's: the terminal's own profile. */
  overlay?: Record<string, Uint8Array>;
  /** The board to use, made of the package's. */
  board?: (fromPackage: unknown) => unknown;
  /** Real ms that a firmware on trial has to confirm itself. */
  confirmWithinMs?: number;
}

export class SlottedMachine implements Machine {
  readonly #options: SlottedOptions;
  readonly #make: (options: MachineOptions) => Machine;
  readonly #emitter = new Emitter();
  readonly #restarts = new RestartPolicy();
  #on = false;
  /** Counts the power switch: what began before it was last used, and comes to its end now, has no say any more. */
  #switched = 0;
  /** The one that is being started. */
  #starting: Machine | undefined;
  #powerOns = 0;
  /** What the firmware asked of the power before it had even started. */
  #askedEarly: "restart" | "halt" | undefined;
  #inner: Machine | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #lastPorts: MachineStatus["ports"] = {};

  /** `make`: the machine around which it stands, `WorkerMachine` or `LocalMachine`. */
  constructor(options: SlottedOptions, make: (options: MachineOptions) => Machine) {
    this.#options = options;
    this.#make = make;
  }

  get status(): MachineStatus {
    if (this.#inner !== undefined && this.#inner !== this.#starting) return this.#inner.status;
    return { running: this.#on, quiet: !this.#on, wake: undefined, ports: this.#lastPorts };
  }

  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void {
    return this.#emitter.on(event, listener);
  }

  /** Rejects with words when there is no firmware to start. */
  async start(): Promise<void> {
    if (this.#on) throw new Error("the machine is on already");
    this.#restarts.clear();
    this.#on = true;
    const turn = ++this.#switched;
    try {
      await this.#powerOn(turn);
    } catch (error) {
      if (turn === this.#switched) this.#on = false;
      throw error;
    }
  }

  async cut(): Promise<void> {
    this.#on = false;
    this.#switched++;
    await this.#drop();
    this.#emitter.emit("status", this.status);
  }

  toTerminal(wire: string, bytes: Uint8Array): void {
    this.#inner?.toTerminal(wire, bytes);
  }

  closeWire(wire: string, why: string): void {
    this.#inner?.closeWire(wire, why);
  }

  wake(): void {
    this.#inner?.wake();
  }

  memory(withImage?: boolean): Promise<{ usedBytes: number; image?: Uint8Array }> {
    return this.#inner?.memory(withImage) ?? Promise.reject(new Error("the machine is off"));
  }

  cpuMs(): Promise<number> {
    return this.#inner?.cpuMs() ?? Promise.reject(new Error("the machine is off"));
  }

  /** Starts what the loader chooses, until one stays. Attempts of one on trial are counted by the loader, those of others here. */
  async #powerOn(turn: number): Promise<void> {
    while (turn === this.#switched) {
      const chosen = this.#withSlots((slots) => slots.choose());
      if (chosen === undefined)
        throw new Refused(`there is no firmware in ${this.#options.slotsDir} that may be started; install a signed package`);
      const how = await this.#tryToRun(chosen, turn);
      if (how === "started" || turn !== this.#switched) return;
      await this.#drop();
      if (turn !== this.#switched) return;
      this.#emitter.emit("power", how);
      if (how === "halt") {
        this.#on = false;
        return;
      }
      if ((chosen.trial?.left ?? 0) === 0 && !this.#restarts.failed(performance.now()))
        throw new Refused("the firmware asks for a restart again and again before it has started");
    }
  }

  /** One that cannot even start is taken back at once, which is a restart; with nothing to go back to, that is thrown. */
  async #tryToRun(chosen: Chosen, turn: number): Promise<"started" | "restart" | "halt"> {
    this.#askedEarly = undefined;
    try {
      await this.#run(chosen);
    } catch (error) {
      if (turn !== this.#switched) throw error;
      if (this.#askedEarly !== undefined) return this.#askedEarly;
      await this.#drop();
      if (chosen.trial !== undefined && this.#takenBack(chosen, WHY.noStart(wordsOf(error)))) return "restart";
      throw error;
    }
    return this.#askedEarly ?? "started";
  }

  async #run(chosen: Chosen): Promise<void> {
    const inner = this.#make(this.#optionsFor(chosen));
    this.#inner = inner;
    this.#starting = inner;
    const ours = (): boolean => this.#inner === inner;
    const starting = (): boolean => this.#starting === inner;
    try {
      inner.on("log", (line) => this.#emitter.emit("log", line));
      inner.on("status", (status) => {
        if (ours() && !starting() && status.running) this.#emitter.emit("status", status);
      });
      inner.on("power", (action) => {
        if (!ours()) return;
        if (starting()) this.#askedEarly = action;
        else void this.#asked(action);
      });
      inner.on("crash", ({ words, stack }) => {
        // One that fails while it starts is told of by `start`.
        if (ours() && !starting()) void this.#failed(chosen, words, stack);
      });
      await inner.start();
      if (chosen.trial !== undefined && ours()) this.#watch(chosen);
    } finally {
      if (starting()) this.#starting = undefined;
    }
    if (ours()) this.#emitter.emit("status", this.status);
  }

  #optionsFor({ slot, trial, files, manifest }: Chosen): MachineOptions {
    const { slotsDir, provision, media, overlay, board, confirmWithinMs: _confirmWithinMs, ...common } = this.#options;
    const fromPackage: unknown = JSON.parse(text(files.get(BOARD)));
    const own = board === undefined ? fromPackage : board(fromPackage);
    return {
      ...common,
      bundle: { code: text(files.get(BUNDLE)) },
      assets: {
        ...Object.fromEntries([...files].filter(([name]) => name !== BUNDLE).map(([name, bytes]) => [name, bytes.slice()])),
        ...overlay,
        [BOARD]: bytesOf(JSON.stringify(own)),
      },
      board: own,
      facts: {
        app: `tael ${manifest.version}`,
        loader: `${LOADER} ${slot}`,
        fileSystem: fileSystemOf(slotsDir),
        ...common.facts,
      },
      slots: { dir: slotsDir, slot, trial, media, provision },
      ownerRestarts: true,
      earlierPowerOns: this.#powerOns++,
    };
  }

  async #asked(action: "restart" | "halt"): Promise<void> {
    const turn = this.#switched;
    await this.#drop();
    if (turn !== this.#switched) return;
    if (action === "halt") this.#on = false;
    this.#emitter.emit("power", action);
    if (action === "restart") await this.#again();
    else this.#emitter.emit("status", this.status);
  }

  async #failed(chosen: Chosen, words: string, stack: string): Promise<void> {
    const turn = this.#switched;
    await this.#drop();
    if (turn !== this.#switched) return;
    const { trial } = chosen;
    const back = trial !== undefined && trial.left === 0 && this.#takenBack(chosen, WHY.failed(words));
    const restarting = this.#restarts.failed(performance.now()) || back;
    this.#emitter.emit("crash", { words, stack, restarting });
    if (restarting) return this.#again();
    this.#on = false;
    this.#say(`the firmware failed ${RestartPolicy.LIMIT} times within a minute and stays off`);
    this.#emitter.emit("status", this.status);
  }

  async #again(): Promise<void> {
    const turn = this.#switched;
    if (!this.#on) return;
    try {
      await this.#powerOn(turn);
    } catch (error) {
      if (turn !== this.#switched) return;
      this.#on = false;
      this.#say(wordsOf(error));
      this.#emitter.emit("crash", { words: wordsOf(error), stack: "", restarting: false });
    }
  }

  #watch(chosen: Chosen): void {
    this.#deadline = setTimeout(() => {
      const confirmed = this.#withSlots(({ status }) => status.trial?.slot !== chosen.slot);
      if (!confirmed) void this.#failed({ ...chosen, trial: { left: 0 } }, LATE, "");
    }, this.#options.confirmWithinMs ?? CONFIRM_WITHIN_MS);
    this.#deadline.unref();
  }

  /** Whether there is something to go back to. */
  #takenBack({ slot }: Chosen, why: string): boolean {
    return this.#withSlots((slots) => takenBack(slots, slot, why));
  }

  async #drop(): Promise<void> {
    clearTimeout(this.#deadline);
    const inner = this.#inner;
    this.#inner = undefined;
    if (inner === undefined) return;
    this.#lastPorts = inner.status.ports;
    await inner.cut();
  }

  #withSlots<T>(work: (slots: Slots) => T): T {
    const { slotFiles, slotsDir, provision } = this.#options;
    const files: FileLayer = slotFiles ?? filesIn(slotsDir);
    try {
      return work(new Slots(files, provision, (words) => this.#say(words)));
    } finally {
      files.close?.();
    }
  }

  #say(words: string): void {
    this.#emitter.emit("log", { at: hostClock(this.#options.clock).wallMs(), level: "info", words: `loader: ${words}` });
  }
}

const text = (bytes: Uint8Array | undefined): string => textOf(bytes ?? new Uint8Array());
