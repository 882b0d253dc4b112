/**
 * The machine as a program of its own that speaks platform/native/frames.ts on its standard input and output: native `qjs`, or a whole
 * computer. Wires and time are the owner's, every other port is opened by the program itself. Same books on what is under way as a
 * WorkerMachine keeps.
 */
import { ENGINE_NAMES } from "./engine.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FrameReader, type FromTerminal, frameOf, type Now, type ToTerminal } from "../native/frames.ts";
import { PlaceMapper, RestartPolicy, writeCrash } from "./crash.ts";
import { Refused } from "./errors.ts";
import { Emitter } from "./listeners.ts";
import { checkBundle } from "./loader/bundle.ts";
import { LogFile } from "./logfile.ts";
import type { LogLine, Machine, MachineEvents, MachineOptions, MachineStatus } from "./machine.ts";
import { MEMORY_LIMIT_BYTES, STACK_LIMIT_WORKER_BYTES } from "./limits.ts";
import { portsOf } from "./board.ts";
import { hostClock } from "./time.ts";

const OFF: MachineStatus = { running: false, quiet: true, wake: undefined, ports: {} };
/** After one of these a status comes. */
const IMPLIES_STATUS: ReadonlySet<FromTerminal["kind"]> = new Set<FromTerminal["kind"]>([
  "log",
  "opened",
  "write",
  "control",
  "closed",
  "now",
]);
/** Of what the program says on its error output. */
const MAX_WORDS = 4000;

interface Life {
  child: ChildProcess;
  reader: FrameReader<FromTerminal>;
  sent: number;
  workedOff: number;
  statusDue: boolean;
  status: MachineStatus;
  over: boolean;
  asked: Map<number, { resolve(told: { usedBytes: number; cpuMs: number }): void; reject(error: Error): void }>;
  exited: Promise<void>;
  errors: string;
}

export interface Launch {
  program: string;
  args: readonly string[];
  /** What the program is told at its start, in its own paths and addresses. */
  inside?(start: StartMessage): StartMessage;
  /** A program that cannot ask for the time is told of every change this soon, ms. */
  tellTimeMs?: number;
  /** Ports of the program's own whose far end is the owner's all the same, and their wires. */
  wires?: Record<string, string>;
  /** It starts its firmware anew by itself and lives on: a restart is only told. */
  livesOn?: boolean;
}

export type StartMessage = Omit<Extract<ToTerminal, { kind: "start" }>, keyof Now>;

/** Native qjs with the module platform/native makes, dist/native.js. */
export function nativeLaunch(options: MachineOptions, program: string, module: string): Launch {
  const memory = String(options.memoryLimitBytes ?? MEMORY_LIMIT_BYTES);
  const stack = String(options.stackLimitBytes ?? STACK_LIMIT_WORKER_BYTES);
  return { program, args: ["--no-unhandled-rejection", "--memory-limit", memory, "--stack-size", stack, "-m", module, "--desk"] };
}

export class NativeMachine implements Machine {
  readonly #options: MachineOptions;
  readonly #makeLaunch: () => Launch | Promise<Launch>;
  #launch: Launch = { program: "", args: [] };
  readonly #emitter = new Emitter();
  readonly #restarts = new RestartPolicy();
  readonly #places: PlaceMapper;
  readonly #logFile: LogFile;
  #package: string | undefined;
  #life: Life | undefined;
  #exited: Promise<void> = Promise.resolve();
  #powerOns = 0;
  #starts = 0;
  #nextAsk = 1;
  #lastPorts: MachineStatus["ports"] = {};

  /** `launch` may take a while: it is asked for at each start. Throws Error where a recording is asked for: the door is in the program, and keeps none there. */
  constructor(options: MachineOptions, launch: () => Launch | Promise<Launch>) {
    if (options.recordTo !== undefined)
      throw new Error(
        `no recording is kept in a program of its own: ${options.recordTo} needs one of ${ENGINE_NAMES.join(", ")}`,
      );
    this.#options = options;
    this.#makeLaunch = launch;
    this.#powerOns = options.earlierPowerOns ?? 0;
    this.#places = new PlaceMapper(options.bundle.map);
    this.#logFile = new LogFile(join(options.dataDir, "log", "terminal.log"));
  }

  get status(): MachineStatus {
    const life = this.#life;
    if (life === undefined) return { ...OFF, ports: this.#lastPorts };
    return { ...life.status, quiet: life.status.quiet && !life.statusDue && life.workedOff === life.sent };
  }

  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void {
    return this.#emitter.on(event, listener);
  }

  async start(): Promise<void> {
    if (this.#life !== undefined) throw new Error("the machine is on already");
    checkBundle(this.#options.bundle.code);
    portsOf(this.#options.board);
    mkdirSync(this.#options.dataDir, { recursive: true });
    this.#restarts.clear();
    this.#launch = await this.#makeLaunch();
    this.#powerOns++;
    this.#starts = 0;
    await this.#powerOn();
  }

  async cut(): Promise<void> {
    const life = this.#life;
    if (life !== undefined) this.#end(life, "the machine was cut");
    // One that ended by itself a moment ago may not be gone yet.
    await this.#exited;
    this.#forgetPackage();
    if (life !== undefined) this.#emitter.emit("status", this.status);
  }

  toTerminal(wire: string, bytes: Uint8Array): void {
    if (this.#life !== undefined) this.#send(this.#life, { kind: "data", wire }, bytes);
  }

  closeWire(wire: string, why: string): void {
    if (this.#life !== undefined) this.#send(this.#life, { kind: "wire-closed", wire, why });
  }

  /** A device that was unplugged stands there again. */
  plug(wire: string): void {
    if (this.#life !== undefined) this.#send(this.#life, { kind: "plug", wire });
  }

  wake(): void {
    if (this.#life !== undefined) this.#send(this.#life, { kind: "wake" });
  }

  async memory(withImage = false): Promise<{ usedBytes: number }> {
    if (withImage) throw new Error("native QuickJS has no memory of its own to copy; use another engine");
    return { usedBytes: (await this.#ask()).usedBytes };
  }

  async cpuMs(): Promise<number> {
    return (await this.#ask()).cpuMs;
  }

  #powerOn(): Promise<void> {
    const options = this.#options;
    this.#starts++;
    const folder = this.#packageFolder();
    const child = spawn(this.#launch.program, this.#launch.args, { stdio: ["pipe", "pipe", "pipe"] });
    return new Promise((resolve, reject) => {
      const life: Life = {
        child,
        reader: new FrameReader(),
        sent: 0,
        workedOff: 0,
        statusDue: true,
        status: { running: true, quiet: false, wake: undefined, ports: {} },
        over: false,
        asked: new Map(),
        exited: new Promise((exited) => child.once("close", () => exited())),
        errors: "",
      };
      this.#life = life;
      this.#exited = life.exited;
      this.#keepTelling(life);
      const begun = { resolve, reject };
      child.on("error", (error) => {
        life.over = true;
        this.#life = undefined;
        reject(new Refused(`${this.#launch.program} does not start: ${error.message}`));
      });
      child.stdin?.on("error", () => {});
      child.stderr?.on("data", (chunk) => {
        life.errors = (life.errors + String(chunk)).slice(-MAX_WORDS);
      });
      child.stdout?.on("data", (chunk: Buffer) => {
        for (const { message, bytes } of life.reader.push(chunk)) if (!life.over) this.#receive(life, message, bytes, begun);
      });
      child.once("close", () => {
        reject(new Refused(`${this.#launch.program} ended while it started: ${life.errors}`));
        if (!life.over) this.#failed(life, `${this.#launch.program} ended by itself: ${life.errors}`, "");
      });
      const { seed, tcpOverride, facts = {}, dataDir, sealKey, slots, board } = options;
      const start: StartMessage = {
        kind: "start",
        bundlePath: join(folder, "firmware.js"),
        assetsDir: join(folder, "assets"),
        dataDir,
        board,
        facts,
        ...(sealKey === undefined ? {} : { sealKey }),
        ...(slots === undefined ? {} : { slots }),
        ...(tcpOverride === undefined ? {} : { tcpOverride }),
        ...(seed === undefined ? {} : { seed: { seed, stream: `${this.#powerOns}.${this.#starts}` } }),
      };
      this.#post(life, this.#launch.inside?.(start) ?? start);
    });
  }

  #receive(life: Life, message: FromTerminal, bytes: Uint8Array, begun: { resolve(): void; reject(error: Error): void }): void {
    if (IMPLIES_STATUS.has(message.kind)) life.statusDue = true;
    const { wires } = this.#options;
    switch (message.kind) {
      case "started":
        begun.resolve();
        break;
      case "refused":
        begun.reject(new Refused(this.#places.map(message.words)));
        this.#end(life, message.words);
        break;
      case "status":
        life.workedOff = message.workedOff;
        life.statusDue = false;
        this.#tellWires(life.status.ports, message.status.ports);
        life.status = message.status;
        this.#lastPorts = message.status.ports;
        this.#emitter.emit("status", this.status);
        break;
      case "log":
        this.#log({ ...message.line, words: this.#places.map(message.line.words) });
        break;
      case "crash":
        this.#failed(life, message.words, this.#places.map(message.stack));
        break;
      case "power":
        this.#power(life, message.action);
        break;
      case "now":
        this.#post(life, { kind: "answer", yes: true });
        break;
      case "told":
        life.asked.get(message.id)?.resolve(message);
        life.asked.delete(message.id);
        break;
      case "opened":
        this.#post(life, { kind: "answer", yes: wires?.opened(message.wire, message.options) ?? false });
        break;
      case "write":
        wires?.fromTerminal(message.wire, bytes);
        break;
      case "control":
        wires?.control(message.wire, message.request);
        break;
      case "closed":
        wires?.closed(message.wire);
        break;
    }
  }

  /** A message that may give the guest work. */
  #send(life: Life, message: ToMachine, bytes?: Uint8Array): void {
    if (life.over) return;
    life.sent++;
    this.#post(life, message, bytes);
  }

  #post(life: Life, message: ToMachine, bytes?: Uint8Array): void {
    const clock = hostClock(this.#options.clock);
    const driven = this.#options.clock.kind === "driven" ? new Float64Array(this.#options.clock.shared) : undefined;
    const now: Now = { nowMs: clock.now(), wallMs: clock.wallMs(), running: driven === undefined || driven[0] === 1 };
    life.child.stdin?.write(frameOf({ ...message, ...now }, bytes));
  }

  #keepTelling(life: Life): void {
    const { tellTimeMs } = this.#launch;
    if (tellTimeMs === undefined || this.#options.clock.kind !== "driven") return;
    const cells = new Float64Array(this.#options.clock.shared);
    let told = "";
    const timer = setInterval(() => {
      if (life.over) return clearInterval(timer);
      const now = cells.join();
      if (now !== told) this.#post(life, { kind: "time" });
      told = now;
    }, tellTimeMs);
  }

  #ask(): Promise<{ usedBytes: number; cpuMs: number }> {
    const life = this.#life;
    if (life === undefined) return Promise.reject(new Error("the machine is off"));
    const id = this.#nextAsk++;
    return new Promise((resolve, reject) => {
      life.asked.set(id, { resolve, reject });
      this.#post(life, { kind: "ask", id });
    });
  }

  #power(life: Life, action: "restart" | "halt"): void {
    if (action === "restart" && this.#launch.livesOn === true) {
      this.#begunAnew(life);
      return;
    }
    this.#end(life, action);
    void life.exited.then(async () => {
      const ours = action === "restart" && this.#options.ownerRestarts !== true;
      if (action === "halt") this.#forgetPackage();
      this.#emitter.emit("power", action);
      if (ours && this.#life === undefined) await this.#powerOn().catch((error: unknown) => this.#warn(String(error)));
      else this.#emitter.emit("status", this.status);
    });
  }

  /** Within its program: the ports' counts begin anew. */
  #begunAnew(life: Life): void {
    this.#tellWires(life.status.ports, {});
    life.status = { running: true, quiet: false, wake: undefined, ports: {} };
    life.statusDue = true;
    this.#emitter.emit("power", "restart");
  }

  #failed(life: Life, words: string, stack: string): void {
    if (life.over) return;
    this.#end(life, words);
    const path = writeCrash(this.#options.dataDir, hostClock(this.#options.clock).wallMs(), words, stack);
    this.#warn(`the firmware failed: ${words}${path === undefined ? "" : `; report in ${path}`}`);
    const owners = this.#options.ownerRestarts === true;
    const restarting = !owners && this.#restarts.failed(performance.now());
    this.#emitter.emit("crash", { words, stack, restarting });
    if (!restarting) {
      if (!owners) this.#warn(`the firmware failed ${RestartPolicy.LIMIT} times within a minute and stays off`);
      this.#emitter.emit("status", this.status);
      return;
    }
    void life.exited.then(async () => {
      if (this.#life === undefined) await this.#powerOn().catch((error: unknown) => this.#warn(String(error)));
    });
  }

  /** At once: the program is killed, its wires are dropped. */
  #end(life: Life, words: string): void {
    if (life.over) return;
    life.over = true;
    if (this.#life === life) this.#life = undefined;
    for (const [name, { open }] of Object.entries(life.status.ports)) if (open) this.#drop(name);
    this.#tellWires(life.status.ports, {});
    life.child.kill("SIGKILL");
    for (const asked of life.asked.values()) asked.reject(new Error(words));
  }

  /** The owner stands at the far end of these ports, and sees from there whether they are open. */
  #tellWires(before: MachineStatus["ports"], now: MachineStatus["ports"]): void {
    for (const [port, wire] of Object.entries(this.#launch.wires ?? {})) {
      const [was, is] = [before[port]?.open ?? false, now[port]?.open ?? false];
      if (is && !was) this.#options.wires?.opened(wire, {});
      if (was && !is) this.#options.wires?.closed(wire);
    }
  }

  #drop(port: string): void {
    const spec = portsOf(this.#options.board).get(port);
    if (spec?.kind === "sim") this.#options.wires?.closed(spec.wire);
  }

  #packageFolder(): string {
    if (this.#package !== undefined) return this.#package;
    const folder = mkdtempSync(join(tmpdir(), "tael-native-"));
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "firmware.js"), this.#options.bundle.code);
    for (const [name, bytes] of Object.entries(this.#options.assets)) writeFileSync(join(folder, "assets", name), bytes);
    this.#package = folder;
    return folder;
  }

  #forgetPackage(): void {
    if (this.#package !== undefined) rmSync(this.#package, { recursive: true, force: true });
    this.#package = undefined;
  }

  #log(line: LogLine): void {
    this.#logFile.write(line);
    this.#emitter.emit("log", line);
  }

  #warn(words: string): void {
    this.#log({ at: hostClock(this.#options.clock).wallMs(), level: "error", words });
  }
}

/** What is sent, but for the time, which is put in last. */
type ToMachine = ToTerminal extends infer Message ? (Message extends ToTerminal ? Omit<Message, keyof Now> : never) : never;
