/**
 * Ports that stand on the owner's thread while the guest runs in a worker: the desk's wires, which belong to the owner, and those
 * with a native library, which would be torn down with the worker in the middle of a system call.
 */
import { DoorError, wordsOf } from "../errors.ts";
import type { PortKind } from "../board.ts";
import type { FromWorker, PortEventMessage, ToWorker } from "../protocol.ts";
import { answer, ask } from "../waiting.ts";
import type { OpenPort, OutPort, PortEvents } from "./port.ts";
import type { HostClock } from "../time.ts";
import type { PortTable } from "./index.ts";

export const REMOTE_KINDS = ["sim", "serial", "hid", "evdev"] as const satisfies readonly PortKind[];

/** The worker's end. */
export class RemotePorts {
  readonly #events = new Map<number, PortEvents>();
  readonly #warnings = new Map<number, (words: string) => void>();
  readonly #post: (message: FromWorker) => void;
  readonly #answers: SharedArrayBuffer;
  #nextId = 1;

  constructor(post: (message: FromWorker) => void, answers: SharedArrayBuffer) {
    this.#post = post;
    this.#answers = answers;
  }

  readonly open: OpenPort = ({ name, spec, options, events, warn }) => {
    const id = this.#nextId++;
    this.#events.set(id, events);
    this.#warnings.set(id, warn);
    try {
      ask(this.#answers, () => this.#post({ kind: "port-open", id, name, spec, options }));
    } catch (error) {
      this.#forget(id);
      throw error;
    }
    return this.#port(id);
  };

  /** A line for the log, which is kept on this side. */
  warned(id: number, words: string): void {
    this.#warnings.get(id)?.(words);
  }

  happened(id: number, { event, args }: PortEventMessage): void {
    const events = this.#events.get(id);
    if (events === undefined) return;
    if (event === "closed") this.#forget(id);
    (events[event] as (...given: unknown[]) => void)(...args);
  }

  #port(id: number): OutPort {
    const leave = (cut: boolean): void => {
      this.#forget(id);
      this.#post({ kind: "port-close", id, cut });
    };
    return {
      write: (bytes) => this.#post({ kind: "port-write", id, bytes }),
      control: (request) => ask(this.#answers, () => this.#post({ kind: "port-control", id, request })),
      close: () => leave(false),
      cut: () => leave(true),
    };
  }

  #forget(id: number): void {
    this.#events.delete(id);
    this.#warnings.delete(id);
  }
}

type PortMessage = Extract<FromWorker, { kind: `port-${string}` }>;

/** The owner's end. */
export class PortKeeper {
  readonly #ports = new Map<number, OutPort>();
  readonly #table: PortTable;
  readonly #answers: SharedArrayBuffer;
  readonly #post: (message: ToWorker) => void;
  readonly #clock: HostClock;

  constructor(table: PortTable, answers: SharedArrayBuffer, clock: HostClock, post: (message: ToWorker) => void) {
    this.#clock = clock;
    this.#table = table;
    this.#answers = answers;
    this.#post = post;
  }

  handle(message: PortMessage): void {
    switch (message.kind) {
      case "port-open":
        answer(this.#answers, () => this.#open(message));
        break;
      case "port-control":
        answer(this.#answers, () => this.#held(message.id).control(message.request));
        break;
      case "port-write":
        this.#write(message.id, message.bytes);
        break;
      case "port-close": {
        const port = this.#ports.get(message.id);
        this.#ports.delete(message.id);
        if (message.cut) port?.cut();
        else port?.close();
      }
    }
  }

  /** The worker is gone, and with it whoever held the ports. */
  cut(): void {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.cut();
  }

  #open({ id, name, spec, options }: Extract<PortMessage, { kind: "port-open" }>): undefined {
    const tell = (happened: PortEventMessage): void => this.#post({ kind: "port-event", id, happened });
    const port = this.#table[spec.kind]({
      name,
      spec,
      options,
      events: {
        data: (bytes) => tell({ event: "data", args: [bytes, this.#clock.now()] }),
        opened: () => tell({ event: "opened", args: [] }),
        closed: (why) => {
          this.#ports.delete(id);
          tell({ event: "closed", args: [why] });
        },
        signal: (signal, level) => tell({ event: "signal", args: [signal, level] }),
      },
      warn: (words) => this.#warn(id, words),
    });
    this.#ports.set(id, port);
    return undefined;
  }

  /** The guest was told that its write went out; when it did not, the port is as good as gone. */
  #write(id: number, bytes: Uint8Array): void {
    const port = this.#ports.get(id);
    if (port === undefined) return;
    try {
      port.write(bytes);
    } catch (error) {
      this.#warn(id, wordsOf(error));
      this.#ports.delete(id);
      port.cut();
      const why = error instanceof DoorError ? error.code : "io";
      this.#post({ kind: "port-event", id, happened: { event: "closed", args: [why] } });
    }
  }

  #warn(id: number, words: string): void {
    this.#post({ kind: "port-warning", id, words });
  }

  #held(id: number): OutPort {
    const port = this.#ports.get(id);
    if (port === undefined) throw new DoorError("unplugged", "the port is gone");
    return port;
  }
}
