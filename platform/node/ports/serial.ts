/** Serial lines. The native binding is loaded when a board first opens one. */
import type { LinuxPortBinding } from "@serialport/bindings-cpp";
import { DoorError, wordsOf } from "../errors.ts";
import type { SpecOf } from "../board.ts";
import { loadBinding, openFault, readUntilGone } from "./descriptor.ts";
import { option } from "./options.ts";
import { ClosingPort } from "./closing-port.ts";
import type { OpenPort, PortRequest } from "./port.ts";

const READ_BYTES = 4096;
/** More than this waiting for the line, and a write is refused. */
const MAX_PENDING_BYTES = 1024 * 1024;

export const serialPort: OpenPort = (request) => {
  const port = new SerialPort(request);
  void port.run();
  return port;
};

class SerialPort extends ClosingPort {
  readonly #settings: { path: string; baudRate: number; dataBits: 7 | 8; parity: "none" | "even" | "odd"; stopBits: 1 | 2 };
  #line: LinuxPortBinding | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing = false;
  #afterDrain: (() => void)[] = [];

  constructor(request: PortRequest) {
    super(request);
    const spec = request.spec as SpecOf<"serial">;
    const baudRate = option(request, "baud", "number") ?? spec.baud;
    if (!Number.isInteger(baudRate) || baudRate < 50 || baudRate > 4_000_000) {
      throw new DoorError("bad-argument", `${request.name}: baud must be 50 to 4000000`);
    }
    this.#settings = {
      path: spec.path,
      baudRate,
      dataBits: oneOf(request, "dataBits", [7, 8]) ?? spec.dataBits ?? 8,
      parity: oneOf(request, "parity", ["none", "even", "odd"]) ?? spec.parity ?? "none",
      stopBits: oneOf(request, "stopBits", [1, 2]) ?? spec.stopBits ?? 1,
    };
  }

  async run(): Promise<void> {
    const { events, name } = this.request;
    try {
      const line = await this.#open();
      if (this.gone) return void (await line.close());
      this.#line = line;
      events.opened();
      void this.#flush();
      await readUntilGone(line, READ_BYTES, (bytes) => {
        if (!this.gone) events.data(bytes);
      });
      this.leave("unplugged");
    } catch (error) {
      if (this.gone) return;
      this.request.warn(`${name}: ${wordsOf(error)}`);
      this.leave(error instanceof DoorError ? error.code : openFault(error));
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#pendingBytes + bytes.length > MAX_PENDING_BYTES)
      throw new DoorError("busy", `${this.request.name}: the line takes nothing`);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    void this.#flush();
  }

  /** baud, dtr, rts, break, drain; the reply tells the bytes still waiting. After `drain`, signal "drained" comes with 1. */
  control(asked: Record<string, unknown>): unknown {
    const get = <T extends "number" | "boolean">(key: string, type: T) =>
      option({ name: this.request.name, options: asked }, key, type);
    const baudRate = get("baud", "number");
    if (baudRate !== undefined && (!Number.isInteger(baudRate) || baudRate < 50 || baudRate > 4_000_000)) {
      throw new DoorError("bad-argument", `${this.request.name}: baud must be 50 to 4000000`);
    }
    const lines = { dtr: get("dtr", "boolean"), rts: get("rts", "boolean"), brk: get("break", "boolean") };
    if (get("drain", "boolean")) this.#whenDrained(() => this.request.events.signal("drained", 1));
    // Settings change between writes, never in the middle of one.
    if (baudRate !== undefined) this.#whenDrained(() => this.#settle("baud", this.#line?.update({ baudRate })));
    const changed = Object.fromEntries(Object.entries(lines).filter(([, level]) => level !== undefined));
    if (Object.keys(changed).length > 0) this.#whenDrained(() => this.#settle("lines", this.#line?.set(changed)));
    return { pending: this.#pendingBytes };
  }

  override close(): void {
    this.gone = true;
    this.#whenDrained(() => this.shut(), true);
  }

  override cut(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    super.cut();
  }

  async #open(): Promise<LinuxPortBinding> {
    const { autoDetect } = await loadBinding();
    return (await autoDetect().open(this.#settings as Parameters<ReturnType<typeof autoDetect>["open"]>[0])) as LinuxPortBinding;
  }

  async #flush(): Promise<void> {
    const line = this.#line;
    if (line === undefined || this.#writing) return;
    this.#writing = true;
    try {
      while (this.#pending.length > 0) {
        const batch = Buffer.concat(this.#pending);
        this.#pending = [];
        await line.write(batch);
        this.#pendingBytes -= Math.min(batch.length, this.#pendingBytes);
      }
      if (this.#afterDrain.length > 0) await line.drain();
    } catch {
      this.#pending = [];
      this.#pendingBytes = 0;
      if (!this.gone) this.leave("unplugged");
    } finally {
      this.#writing = false;
    }
    if (this.#pending.length > 0) return this.#flush();
    for (const next of this.#afterDrain.splice(0)) next();
  }

  #whenDrained(next: () => void, evenUnopened = false): void {
    if (this.#line === undefined && evenUnopened) {
      next();
      return;
    }
    this.#afterDrain.push(next);
    void this.#flush();
  }

  #settle(what: string, change: Promise<void> | undefined): void {
    // Lines without modem signals (pty, some USB) refuse them; the driver goes on without.
    change?.catch((error: unknown) => this.request.warn(`${this.request.name}: ${what} not set: ${wordsOf(error)}`));
  }

  protected override shut(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.close().catch(() => {});
  }
}

function oneOf<T extends string | number>(request: PortRequest, key: string, allowed: readonly T[]): T | undefined {
  const value = request.options[key];
  if (value === undefined || value === null) return undefined;
  if (!allowed.includes(value as T))
    throw new DoorError("bad-argument", `${request.name}: ${key} must be one of ${allowed.join(", ")}`);
  return value as T;
}
