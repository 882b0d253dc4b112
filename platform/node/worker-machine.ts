/**
 * The machine in a worker: the guest cannot block its owner, has a larger stack, and can be ended at any moment. The owner's side keeps
 * the wires, the native ports, the watchdog, and the books on messages under way.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { RestartPolicy, writeCrash } from "./crash.ts";
import { Refused, wordsOf } from "./errors.ts";
import { Emitter } from "./listeners.ts";
import { EVENT_LIMIT_MS, STACK_WORKER_MB } from "./limits.ts";
import type { Machine, MachineEvents, MachineOptions, MachineStatus } from "./machine.ts";
import { masked } from "./mask.ts";
import { portTable } from "./ports/index.ts";
import { PortKeeper } from "./ports/remote.ts";
import { SimHub } from "./ports/sim.ts";
import { type FromWorker, IMPLIES_STATUS, type ToWorker, type WorkerStart, isCounted } from "./protocol.ts";
import { hostClock } from "./time.ts";
import { newAnswers } from "./waiting.ts";

const PING_MS = 1000;
/** CPU time may take several times as long by the clock on a busy machine; only a stuck worker takes longer. */
const WATCHDOG_PER_LIMIT = 6;

const OFF: MachineStatus = { running: false, quiet: true, wake: undefined, ports: {} };

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One worker's life. */
interface Life {
  worker: Worker;
  keeper: PortKeeper;
  sent: number;
  workedOff: number;
  /** Heartbeats since the last message; counted, not timed, so that a sleeping owner does not take the worker for dead. */
  unanswered: number;
  status: MachineStatus;
  /** The guest has said something since the last status, so the next one is on its way. */
  statusDue: boolean;
  over: boolean;
  heartbeat: ReturnType<typeof setInterval>;
  asked: Map<number, Asked>;
}

export class WorkerMachine implements Machine {
  readonly #options: MachineOptions;
  readonly #emitter = new Emitter();
  readonly #hub: SimHub;
  readonly #restarts = new RestartPolicy();
  #life: Life | undefined;
  #powerOns = 0;
  #nextAsk = 1;
  #lastStatus = OFF;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#powerOns = options.earlierPowerOns ?? 0;
    this.#hub = new SimHub(options.wires);
  }

  get status(): MachineStatus {
    const life = this.#life;
    if (life === undefined) return { ...OFF, ports: this.#lastStatus.ports };
    return { ...life.status, quiet: life.status.quiet && !life.statusDue && life.workedOff === life.sent };
  }

  on<E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]): () => void {
    return this.#emitter.on(event, listener);
  }

  async start(): Promise<void> {
    if (this.#life !== undefined) throw new Error("the machine is on already");
    this.#restarts.clear();
    await this.#powerOn();
  }

  async cut(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    await this.#end(life, "the machine was cut");
    this.#emitter.emit("status", this.status);
  }

  toTerminal(wire: string, bytes: Uint8Array): void {
    this.#hub.toTerminal(wire, bytes);
  }

  closeWire(wire: string, why: string): void {
    this.#hub.closeWire(wire, why);
  }

  wake(): void {
    if (this.#life !== undefined) this.#send(this.#life, { kind: "wake" });
  }

  async memory(withImage = false): Promise<{ usedBytes: number; image?: Uint8Array }> {
    return (await this.#ask((id) => ({ kind: "memory", id, withImage }))) as { usedBytes: number; image?: Uint8Array };
  }

  async cpuMs(): Promise<number> {
    return (await this.#ask((id) => ({ kind: "cpu", id }))) as number;
  }

  #powerOn(): Promise<void> {
    const answers = newAnswers();
    const { wires: _wires, files: _files, slotFiles: _slotFiles, watchdogMs: _watchdogMs, ...options } = this.#options;
    const start: WorkerStart = { options, powerOn: ++this.#powerOns, answers };
    const worker = new Worker(workerFile(), { workerData: start, resourceLimits: { stackSizeMb: STACK_WORKER_MB } });
    const life: Life = {
      worker,
      keeper: new PortKeeper(portTable(this.#hub, options.tcpOverride), answers, hostClock(options.clock), (message) =>
        this.#send(life, message),
      ),
      sent: 0,
      workedOff: 0,
      unanswered: 0,
      status: { running: true, quiet: false, wake: undefined, ports: {} },
      statusDue: true,
      over: false,
      heartbeat: setInterval(() => this.#beat(life), PING_MS).unref(),
      asked: new Map(),
    };
    this.#life = life;
    return new Promise((resolve, reject) => {
      const begun = { resolve, reject };
      worker.on("message", (message: FromWorker) => {
        // What a cut worker had posted was never said.
        if (!life.over) this.#receive(life, message, begun);
      });
      worker.on("error", (error) => {
        if (life.over) return;
        reject(error);
        void this.#failed(life, `the engine's thread failed: ${wordsOf(error)}`, error.stack ?? "");
      });
      worker.on("exit", () => {
        reject(new Refused("the machine was cut while it started"));
        if (!life.over) void this.#failed(life, "the engine's thread ended by itself", "");
      });
    });
  }

  #receive(life: Life, message: FromWorker, begun: { resolve(): void; reject(error: Error): void }): void {
    life.unanswered = 0;
    if (IMPLIES_STATUS.has(message.kind)) life.statusDue = true;
    switch (message.kind) {
      case "started":
        begun.resolve();
        break;
      case "refused":
        begun.reject(new Refused(message.words));
        void this.#end(life, message.words);
        break;
      case "status":
        life.workedOff = message.workedOff;
        life.statusDue = false;
        life.status = message.status;
        this.#lastStatus = message.status;
        if (!message.status.running) void this.#end(life, "the machine is off");
        this.#emitter.emit("status", this.status);
        break;
      case "log":
        this.#emitter.emit("log", message.line);
        break;
      case "crash":
        this.#emitter.emit("crash", message.report);
        break;
      case "power":
        this.#emitter.emit("power", message.action);
        break;
      case "answer": {
        const asked = life.asked.get(message.id);
        life.asked.delete(message.id);
        if (message.error === undefined) asked?.resolve(message.value);
        else asked?.reject(new Error(message.error));
        break;
      }
      case "pong":
        break;
      default:
        life.keeper.handle(message);
    }
  }

  #send(life: Life, message: ToWorker): void {
    if (life.over) return;
    if (isCounted(message)) life.sent++;
    life.worker.postMessage(message);
  }

  #ask(make: (id: number) => ToWorker): Promise<unknown> {
    const life = this.#life;
    if (life === undefined) return Promise.reject(new Error("the machine is off"));
    const id = this.#nextAsk++;
    return new Promise((resolve, reject) => {
      life.asked.set(id, { resolve, reject });
      this.#send(life, make(id));
    });
  }

  /** Any message is a sign of life; a worker that gives none is stuck where the engine's own limit does not reach. */
  #beat(life: Life): void {
    const limit =
      this.#options.watchdogMs ?? Math.max(30_000, WATCHDOG_PER_LIMIT * (this.#options.eventLimitMs ?? EVENT_LIMIT_MS));
    if (life.unanswered++ * PING_MS > limit) {
      void this.#failed(life, `the engine's thread gave no sign of life for ${limit} ms`, "");
      return;
    }
    this.#send(life, { kind: "ping" });
  }

  async #failed(life: Life, words: string, stack: string): Promise<void> {
    if (life.over) return;
    await this.#end(life, words);
    writeCrash(this.#options.dataDir, hostClock(this.#options.clock).wallMs(), words, stack);
    const owners = this.#options.ownerRestarts === true;
    const restarting = !owners && this.#restarts.failed(performance.now());
    this.#emitter.emit("crash", { words: masked(words), stack: masked(stack), restarting });
    if (!restarting) {
      if (!owners) this.#warn(`the engine's thread failed ${RestartPolicy.LIMIT} times within a minute; the machine stays off`);
      this.#emitter.emit("status", this.status);
      return;
    }
    if (this.#life !== undefined) return;
    await this.#powerOn().catch((error: unknown) => this.#warn(wordsOf(error)));
  }

  /** Everything of this life at once: ports, then the thread. */
  async #end(life: Life, words: string): Promise<void> {
    if (life.over) return;
    life.over = true;
    clearInterval(life.heartbeat);
    if (this.#life === life) this.#life = undefined;
    const ended = life.worker.terminate();
    life.keeper.cut();
    for (const asked of life.asked.values()) asked.reject(new Error(words));
    life.asked.clear();
    await ended;
  }

  #warn(words: string): void {
    this.#emitter.emit("log", { at: hostClock(this.#options.clock).wallMs(), level: "warn", words: masked(words) });
  }
}

function workerFile(): string {
  return join(process.env.TAEL_ROOT ?? process.cwd(), "dist", "worker.mjs");
}
