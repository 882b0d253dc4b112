/** Ports over the door's handles, in ECMA-419's manners: exclusive, writes all or throws, read gives nothing when nothing came, silence after close. */
import type { Door, DoorErrorCode } from "../abi.ts";
import { assert } from "./assert.ts";
import { concat, toBuffer } from "./bytes.ts";
import { readDoorError } from "./door-error.ts";
import { type Port, PortError } from "./system.ts";

/** What may wait to be read on one port, bytes. A driver that lets more pile up has stopped reading. */
const BACKLOG_BYTES = 1_048_576;

type ClosedWhy = DoorErrorCode | "ended";

/** The far side's and the door's doings, by handle. */
export interface Ports {
  /** `options.messages: true` keeps report boundaries (HID); it is not passed outside. */
  open(name: string, options?: Record<string, unknown>): Port;
  onData(handle: number, bytes: ArrayBuffer, atMs: number): void;
  onOpened(handle: number): void;
  onClosed(handle: number, why: string): void;
  onSignal(handle: number, signal: string, level: number): void;
}

class DoorPort implements Port {
  #onReadable: (() => void) | undefined;
  onOpened: (() => void) | undefined;
  onClosed: ((why: ClosedWhy) => void) | undefined;
  onSignal: ((signal: string, level: boolean) => void) | undefined;

  /** What came and was not read yet. */
  readonly #chunks: { bytes: Uint8Array; atMs: number }[] = [];
  #arrivedAtMs = 0;
  #waitingBytes = 0;
  /** Why nothing can be written any more; undefined while the port is open. */
  #gone: ClosedWhy | "closed" | undefined;

  constructor(
    readonly name: string,
    readonly handle: number,
    readonly messages: boolean,
    private readonly door: Door,
    private readonly guard: (what: string, action: () => void) => void,
    private readonly forget: () => void,
  ) {}

  get onReadable(): (() => void) | undefined {
    return this.#onReadable;
  }

  /** Whoever starts to listen late still learns of what came before. */
  set onReadable(callback: (() => void) | undefined) {
    this.#onReadable = callback;
    if (callback === undefined || this.#chunks.length === 0) return;
    void Promise.resolve().then(() => {
      if (this.#onReadable === callback && this.#chunks.length > 0) this.guard("readable", callback);
    });
  }

  read(): Uint8Array | undefined {
    if (this.#chunks.length === 0) return undefined;
    if (this.messages) {
      const report = this.#chunks.shift() as { bytes: Uint8Array; atMs: number };
      this.#waitingBytes -= report.bytes.length;
      assert(this.#waitingBytes >= 0, "a port's backlog is not less than nothing");
      this.#arrivedAtMs = report.atMs;
      return report.bytes;
    }
    this.#waitingBytes = 0;
    const chunks = this.#chunks.splice(0);
    this.#arrivedAtMs = chunks.at(-1)?.atMs ?? this.#arrivedAtMs;
    return chunks.length === 1 ? chunks[0]?.bytes : concat(...chunks.map(({ bytes }) => bytes));
  }

  get arrivedAtMs(): number {
    return this.#arrivedAtMs;
  }

  write(bytes: Uint8Array): void {
    this.#call(() => this.door.write(this.handle, toBuffer(bytes)));
  }

  control(request: Record<string, unknown>): unknown {
    const reply = this.#call(() => this.door.control(this.handle, JSON.stringify(request)));
    return reply === "" ? undefined : JSON.parse(reply);
  }

  close(): void {
    if (this.#gone === "closed") return;
    const wasOpen = this.#gone === undefined;
    this.#gone = "closed";
    this.#chunks.length = 0;
    this.#waitingBytes = 0;
    this.#onReadable = undefined;
    this.onOpened = undefined;
    this.onClosed = undefined;
    this.onSignal = undefined;
    this.forget();
    if (wasOpen) this.guard("close", () => this.door.close(this.handle));
  }

  arrived(bytes: ArrayBuffer, atMs: number): void {
    if (this.#gone !== undefined || bytes.byteLength === 0) return;
    if (this.#waitingBytes + bytes.byteLength > BACKLOG_BYTES) {
      this.guard("close", () => this.door.close(this.handle));
      this.lost("too-large");
      return;
    }
    this.#chunks.push({ bytes: new Uint8Array(bytes), atMs });
    this.#waitingBytes += bytes.byteLength;
    const callback = this.#onReadable;
    if (callback !== undefined) this.guard("readable", callback);
  }

  connected(): void {
    if (this.#gone === undefined && this.onOpened !== undefined) this.guard("opened", this.onOpened);
  }

  /** The far side is gone. What it sent before can still be read. */
  lost(why: ClosedWhy): void {
    if (this.#gone !== undefined) return;
    this.#gone = why;
    this.forget();
    const callback = this.onClosed;
    if (callback !== undefined) this.guard("closed", () => callback(why));
  }

  changed(signal: string, level: boolean): void {
    const callback = this.onSignal;
    if (this.#gone === undefined && callback !== undefined) this.guard("signal", () => callback(signal, level));
  }

  #call<T>(action: () => T): T {
    if (this.#gone !== undefined) {
      const far = this.#gone !== "closed" && this.#gone !== "ended";
      throw new PortError(
        far ? (this.#gone as DoorErrorCode) : "bad-handle",
        this.name,
        `is closed (${this.#gone}); open it again`,
      );
    }
    return asPortError(this.name, action);
  }
}

function asPortError<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code, words } = readDoorError(error);
    throw new PortError(code, name, words);
  }
}

/** `report` gets the failures of drivers' callbacks: they must not reach the door, where they would look like the guest's end. */
export function createPorts(door: Door, report: (where: string, error: unknown) => void): Ports {
  const open = new Map<number, DoorPort>();

  return {
    open(name, options = {}) {
      const { messages = false, ...outside } = options;
      const handle = asPortError(name, () => door.open(name, JSON.stringify(outside)));
      assert(handle > 0 && !open.has(handle), "the door gives a new handle for each port");
      const guard = (what: string, action: () => void): void => {
        try {
          action();
        } catch (error) {
          report(`port ${name} ${what}`, error);
        }
      };
      const port = new DoorPort(name, handle, messages === true, door, guard, () => open.delete(handle));
      open.set(handle, port);
      return port;
    },
    onData: (handle, bytes, atMs) => open.get(handle)?.arrived(bytes, atMs),
    onOpened: (handle) => open.get(handle)?.connected(),
    onClosed: (handle, why) => open.get(handle)?.lost(readWhy(why)),
    onSignal: (handle, signal, level) => open.get(handle)?.changed(signal, level !== 0),
  };
}

function readWhy(why: string): ClosedWhy {
  return why === "ended" ? why : readDoorError(new Error(why)).code;
}
