/** A terminal on native QuickJS at a desk: the desk's wires and the desk's time come over standard input and output. */
import * as os from "os";
import * as std from "std";
import { SimHub } from "../node/ports/sim.ts";
import { asciiOf, readBytes, writeAll } from "./calls.ts";
import { FrameReader, type FromTerminal, type ToTerminal, frameOf } from "./frames.ts";
import { readAssets } from "./package.ts";
import { Terminal } from "./terminal.ts";

const IN = 0;
const OUT = 1;

type Frame = { message: ToTerminal; bytes: Uint8Array };

class DeskLink {
  readonly #reader = new FrameReader<ToTerminal>();
  readonly #buffer = new ArrayBuffer(65_536);
  readonly #held: Frame[] = [];
  #nowMs = 0;
  #wallMs = 0;
  #running = false;
  #told = 0;
  /** What the desk's clock says may have changed since it was told. */
  #stale = false;
  onFrame: ((frame: Frame) => void) | undefined;

  listen(): void {
    os.setReadHandler(IN, () => {
      this.#read();
      this.#handOn();
    });
  }

  post(message: FromTerminal, bytes?: Uint8Array): void {
    writeAll(OUT, frameOf(message, bytes), "tell the desk");
  }

  /** Waits for the desk's answer; whatever else it says meanwhile is kept for later. */
  ask(message: FromTerminal): boolean {
    this.post(message);
    for (;;) {
      this.#read();
      const at = this.#held.findIndex((frame) => frame.message.kind === "answer");
      if (at < 0) continue;
      const [found] = this.#held.splice(at, 1);
      if (this.#held.length > 0) os.setTimeout(() => this.#handOn(), 0);
      return found?.message.kind === "answer" && found.message.yes;
    }
  }

  readonly clock = {
    now: (): number => {
      if (this.#stale) this.ask({ kind: "now" });
      return this.#running ? this.#nowMs + os.now() - this.#told : this.#nowMs;
    },
    wallMs: (): number => {
      const gone = this.clock.now() - this.#nowMs;
      return Math.floor(this.#wallMs + gone);
    },
  };

  /** The guest has come to rest: before it works again, time may have moved. */
  rested(): void {
    this.#stale = true;
  }

  #read(): void {
    const count = os.read(IN, this.#buffer, 0, this.#buffer.byteLength);
    // A desk that is gone has no use for a terminal.
    if (count <= 0) std.exit(0);
    for (const frame of this.#reader.push(new Uint8Array(this.#buffer, 0, count))) {
      this.#nowMs = frame.message.nowMs;
      this.#wallMs = frame.message.wallMs;
      this.#running = frame.message.running;
      this.#told = os.now();
      this.#stale = false;
      this.#held.push(frame);
    }
  }

  #handOn(): void {
    for (let frame = this.#held.shift(); frame !== undefined; frame = this.#held.shift()) this.onFrame?.(frame);
  }
}

/** Serves the desk until it goes away. */
export function serveDesk(): void {
  const link = new DeskLink();
  const hub = new SimHub({
    opened: (wire, options) => link.ask({ kind: "opened", wire, options }),
    fromTerminal: (wire, bytes) => link.post({ kind: "write", wire }, bytes),
    control: (wire, request) => link.post({ kind: "control", wire, request }),
    closed: (wire) => link.post({ kind: "closed", wire }),
  });
  let terminal: Terminal | undefined;
  let workedOff = 0;
  const tellStatus = (): void => {
    if (terminal !== undefined) link.post({ kind: "status", status: terminal.status, workedOff });
  };

  const start = (given: ToTerminal & { kind: "start" }): void => {
    try {
      terminal = new Terminal(
        {
          ...given,
          bundle: { path: given.bundlePath },
          assets: readAssets(given.assetsDir),
          clock: link.clock,
          sim: (request) => hub.open(request),
        },
        {
          log: (line) => link.post({ kind: "log", line }),
          settled: () => {
            tellStatus();
            link.rested();
          },
          crashed: (words, stack) => {
            link.post({ kind: "crash", words, stack });
            std.exit(1);
          },
          power: (action) => {
            link.post({ kind: "power", action });
            std.exit(0);
          },
        },
      );
      terminal.start();
      link.post({ kind: "started" });
    } catch (error) {
      link.post({ kind: "refused", words: error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error) });
      std.exit(1);
    }
  };

  link.onFrame = ({ message, bytes }) => {
    switch (message.kind) {
      case "start":
        return start(message);
      case "ask":
        return link.post({ kind: "told", id: message.id, ...usage() });
      case "answer":
      case "time":
        return;
      case "data":
        hub.toTerminal(message.wire, bytes);
        break;
      case "wire-closed":
        hub.closeWire(message.wire, message.why);
        break;
      case "plug":
        break;
      case "wake":
        terminal?.wake();
        break;
    }
    // Counted even when the guest had no use for it: the desk waits for all it sent.
    workedOff++;
    tellStatus();
  };
  link.listen();
}

const PAGE_BYTES = 4096;
const TICK_MS = 10;

/** Memory and CPU time of this whole program. */
function usage(): { usedBytes: number; cpuMs: number } {
  const [, resident] = asciiOf(readBytes("/proc/self/statm") ?? new Uint8Array(0)).split(" ");
  const stat = asciiOf(readBytes("/proc/self/stat") ?? new Uint8Array(0))
    .replace(/^.*\) /, "")
    .split(" ");
  return { usedBytes: Number(resident) * PAGE_BYTES, cpuMs: (Number(stat[11]) + Number(stat[12])) * TICK_MS };
}
