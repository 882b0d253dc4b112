/**
 * The host over TCP or TLS: which of the two is the board's affair, the bytes are the same. Frames carry a 2-byte big-endian
 * length (spec unionpay-8583 §1.1).
 */
import { Queue } from "../../platform/guest/async.ts";
import { concat } from "../../platform/guest/bytes.ts";
import { type Cancel, type Port, PortError, type System } from "../../platform/guest/system.ts";
import type { PortSpec } from "../boards/board.ts";
import { DeviceError } from "../errors.ts";
import { nextWithin } from "../wait.ts";
import type { Connection, Link, LinkErrorCode, LinkSettings } from "./link.ts";

type DoorErrorCode = PortError["code"];

const LENGTH_BYTES = 2;
export const DEFAULT_MAX_FRAME_BYTES = 2_048;
/** A host that talks unasked must not fill the memory. */
const MAX_UNREAD_FRAMES = 16;

const REDIALS = 3;
const REDIAL_PAUSE_MS = 1_000;
const BACK_AFTER_MINUTES = 10;
/** A host that restarts turns calls down for a moment; a cable that is out or a wrong certificate stays so. */
const WORTH_REDIALLING: ReadonlySet<LinkErrorCode> = new Set(["refused", "unreachable"]);

class LinkFailure extends DeviceError<LinkErrorCode> {
  constructor(
    code: LinkErrorCode,
    words: string,
    readonly nothingSent: boolean,
  ) {
    super("link", code, words);
  }
}

interface Address {
  host: string;
  port: number;
}

/** Returns a maker, because the address comes from the parameters. */
export function openEthernet(
  system: System,
  portName: string,
  kind: PortSpec["kind"],
  maxFrameBytes = DEFAULT_MAX_FRAME_BYTES,
): (settings: LinkSettings) => Link {
  return (settings) => new EthernetLink(system, portName, kind, maxFrameBytes, settings);
}

class EthernetLink implements Link {
  readonly kind = "ethernet";
  state: Link["state"] = "unknown";
  /** Until then the backup is called first, monotonic ms. */
  #backupUntilMs = 0;

  constructor(
    readonly system: System,
    readonly portName: string,
    readonly portKind: PortSpec["kind"],
    readonly maxFrameBytes: number,
    readonly settings: LinkSettings,
  ) {}

  async connect(cancel?: Cancel): Promise<Connection> {
    const { host, port, backup, tls } = this.settings;
    if (tls === true && this.portKind === "tcp") {
      const failure = new LinkFailure(
        "tls",
        `the parameters ask for TLS, the board's port "${this.portName}" is plain tcp`,
        true,
      );
      this.system.log.warn(failure.message);
      this.state = "down";
      throw failure;
    }
    const primary: Address = { host, port };
    let failure: unknown;
    for (const address of backup === undefined ? [primary] : this.#inOrder(primary, backup)) {
      try {
        const connection = await this.#dial(address, cancel);
        this.state = "up";
        this.#stayOn(address === backup);
        return connection;
      } catch (error) {
        if (!(error instanceof LinkFailure)) throw error;
        failure = error;
      }
    }
    this.state = "down";
    throw failure;
  }

  /** The backup stays first for a while once it was needed: every customer would wait for the dead one again. */
  #inOrder(primary: Address, backup: Address): Address[] {
    return this.system.scheduler.now() < this.#backupUntilMs ? [backup, primary] : [primary, backup];
  }

  #stayOn(onBackup: boolean): void {
    const { backAfterMinutes = BACK_AFTER_MINUTES } = this.settings;
    if (!onBackup) this.#backupUntilMs = 0;
    else if (this.system.scheduler.now() >= this.#backupUntilMs) {
      this.system.log.warn("link: on the backup host");
      this.#backupUntilMs = this.system.scheduler.now() + backAfterMinutes * 60_000;
    }
  }

  /** Calls again when it is turned down, as often as configured, but no longer than one call may take. */
  async #dial(address: Address, cancel: Cancel | undefined): Promise<Connection> {
    const { scheduler, log } = this.system;
    const { connectTimeoutMs, redials = REDIALS } = this.settings;
    const untilMs = scheduler.now() + connectTimeoutMs;
    for (let left = redials; ; left--) {
      try {
        return await this.#connectTo(address, cancel, Math.max(1, untilMs - scheduler.now()));
      } catch (error) {
        if (!(error instanceof LinkFailure)) throw error;
        log.warn(error.message);
        if (left <= 0 || !WORTH_REDIALLING.has(error.code) || scheduler.now() + REDIAL_PAUSE_MS >= untilMs) throw error;
      }
      await scheduler.sleep(REDIAL_PAUSE_MS, "work", cancel);
    }
  }

  async #connectTo(address: Address, cancel: Cancel | undefined, timeoutMs: number): Promise<Connection> {
    cancel?.throwIfCancelled();
    const where = `${address.host}:${address.port}`;
    const port = this.#open(address, where);
    const opening = new Queue<"opened">(1);
    port.onOpened = () => opening.push("opened");
    port.onClosed = (why) =>
      opening.close(new LinkFailure(this.#codeBeforeUp(why), `${where}: ${WORDS_BEFORE_UP[why] ?? why}`, true));
    try {
      const opened = await nextWithin(this.system.scheduler, opening, timeoutMs, "work", cancel);
      if (opened === undefined) {
        throw new LinkFailure("no-answer", `${where}: no connection in ${this.settings.connectTimeoutMs} ms`, true);
      }
    } catch (error) {
      port.close();
      throw error;
    }
    return new FramedConnection(this.system, port, where, this.maxFrameBytes, () => {
      this.state = "down";
    });
  }

  #open(address: Address, where: string): Port {
    try {
      return this.system.openPort(this.portName, { host: address.host, port: address.port });
    } catch (error) {
      if (error instanceof PortError) throw new LinkFailure(this.#codeBeforeUp(error.code), `${where}: ${error.message}`, true);
      throw error;
    }
  }

  #codeBeforeUp(why: DoorErrorCode | "ended"): LinkErrorCode {
    if (why === "corrupt") return "tls";
    // Accepted and hung up: a TLS host that dislikes us does so in the handshake.
    if (why === "ended") return this.portKind === "tls" ? "tls" : "refused";
    // The door's no-answer is the network's own "nobody there"; ours is the time-out of the parameters.
    if (why === "refused" || why === "unplugged") return why;
    return "unreachable";
  }
}

const WORDS_BEFORE_UP: Partial<Record<DoorErrorCode | "ended", string>> = {
  corrupt: "the host's certificate or handshake is not accepted",
  ended: "the host hung up at once",
  refused: "the host turns the connection down",
  "no-answer": "nobody answers",
  unplugged: "no network cable",
};

class FramedConnection implements Connection {
  readonly #port: Port;
  readonly #where: string;
  readonly #maxFrameBytes: number;
  readonly #onDown: () => void;
  readonly #frames = new Queue<Uint8Array>(MAX_UNREAD_FRAMES);
  readonly #log: System["log"];
  #partial: Uint8Array = new Uint8Array(0);
  /** Why nothing more can be sent. */
  #gone: LinkFailure | undefined;

  constructor(system: System, port: Port, where: string, maxFrameBytes: number, onDown: () => void) {
    this.#port = port;
    this.#where = where;
    this.#maxFrameBytes = maxFrameBytes;
    this.#onDown = onDown;
    this.#log = system.log;
    port.onReadable = () => this.#read();
    port.onClosed = (why) => {
      this.#read();
      this.#closedBy(why);
    };
    // Bytes may have come between the opening and now.
    this.#read();
  }

  send(frame: Uint8Array): void {
    if (this.#gone !== undefined) throw new LinkFailure(this.#gone.code, `not sent: ${this.#gone.message}`, true);
    if (frame.length === 0 || frame.length > this.#maxFrameBytes) {
      throw new LinkFailure(
        "line-dropped",
        `not sent: a frame of ${frame.length} bytes, 1 to ${this.#maxFrameBytes} are allowed`,
        true,
      );
    }
    try {
      this.#port.write(concat(Uint8Array.of(frame.length >> 8, frame.length & 0xff), frame));
    } catch (error) {
      // The port writes all or throws, so not a byte is on the line.
      throw new LinkFailure("line-dropped", `not sent: ${String(error)}`, true);
    }
  }

  async receive(cancel?: Cancel): Promise<Uint8Array> {
    return this.#frames.next(cancel);
  }

  close(): void {
    this.#drop("closed here");
  }

  #read(): void {
    for (let bytes = this.#port.read(); bytes !== undefined; bytes = this.#port.read()) {
      if (this.#gone !== undefined) return;
      this.#partial = concat(this.#partial, bytes);
      this.#takeFrames();
    }
  }

  #takeFrames(): void {
    for (;;) {
      const [high, low] = this.#partial;
      if (high === undefined || low === undefined) return;
      const length = (high << 8) | low;
      if (length > this.#maxFrameBytes) {
        this.#onDown();
        this.#drop(`the host announces a frame of ${length} bytes, ${this.#maxFrameBytes} are the most`);
        return;
      }
      if (this.#partial.length < LENGTH_BYTES + length) return;
      const frame = this.#partial.slice(LENGTH_BYTES, LENGTH_BYTES + length);
      this.#partial = this.#partial.slice(LENGTH_BYTES + length);
      // Some hosts keep a line awake with empty frames.
      if (length === 0) continue;
      if (this.#frames.length >= MAX_UNREAD_FRAMES) {
        this.#onDown();
        this.#drop(`${MAX_UNREAD_FRAMES} frames came that nobody asked for`);
        return;
      }
      this.#frames.push(frame);
    }
  }

  #closedBy(why: DoorErrorCode | "ended"): void {
    if (why !== "ended") this.#onDown();
    const inside = this.#partial.length === 0 ? "" : `, ${this.#partial.length} bytes into a frame`;
    const how = why === "ended" ? "the host closed the line" : `the line broke (${why})`;
    this.#drop(`${how}${inside}`);
  }

  #drop(words: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = new LinkFailure("line-dropped", `${this.#where}: ${words}`, false);
    this.#log.debug(this.#gone.message);
    this.#frames.close(this.#gone);
    this.#partial = new Uint8Array(0);
    this.#port.close();
  }
}
