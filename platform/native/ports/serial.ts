/** Serial lines: the descriptor is ours, the settings are `stty`'s. */
import * as os from "os";
import type { SpecOf } from "../../node/board.ts";
import { DoorError, wordsOf } from "../../node/errors.ts";
import { option } from "../../node/ports/options.ts";
import { ClosingPort } from "../../node/ports/closing-port.ts";
import type { OpenPort, PortRequest } from "../../node/ports/port.ts";
import { done } from "../calls.ts";
import { O_NOCTTY, O_NONBLOCK, Writer, readFrom } from "../stream.ts";

/** More than this waiting for the line, and a write is refused. */
const MAX_PENDING_BYTES = 1024 * 1024;

export const serialPort: OpenPort = (request) => new SerialPort(request);

class SerialPort extends ClosingPort {
  readonly #path: string;
  #fd: number | undefined;
  #writer: Writer | undefined;
  #waiting: Uint8Array[] = [];

  constructor(request: PortRequest) {
    super(request);
    this.#path = (request.spec as SpecOf<"serial">).path;
    const settings = settingsOf(request);
    // As everywhere a port that connects tells of it afterwards.
    os.setTimeout(() => this.#open(settings), 0);
  }

  write(bytes: Uint8Array): void {
    if ((this.#writer?.pending ?? 0) + bytes.length > MAX_PENDING_BYTES)
      throw new DoorError("busy", `${this.request.name}: the line takes nothing`);
    if (this.#writer === undefined) this.#waiting.push(bytes.slice());
    else this.#writer.write(bytes.slice());
  }

  /** baud and drain, as on platform/node; dtr, rts and break need what these modules do not have. */
  control(asked: Record<string, unknown>): unknown {
    const { name } = this.request;
    const baud = option({ name, options: asked }, "baud", "number");
    if (baud !== undefined) {
      const speed = speedOf(name, baud);
      this.#writer?.whenWritten(() => this.#set(["drain", speed]));
    }
    if (option({ name, options: asked }, "drain", "boolean")) {
      this.#writer?.whenWritten(() => {
        this.#set(["drain"]);
        if (!this.gone) this.request.events.signal("drained", 1);
      });
    }
    if (["dtr", "rts", "break"].some((line) => asked[line] !== undefined))
      this.request.warn(`${name}: lines not set: this platform has no way to set dtr, rts or break`);
    return { pending: this.#writer?.pending ?? 0 };
  }

  override close(): void {
    this.gone = true;
    const writer = this.#writer;
    if (writer === undefined) this.shut();
    else writer.whenWritten(() => this.shut());
  }

  #open(settings: readonly string[]): void {
    if (this.gone) return;
    const { events, name, warn } = this.request;
    try {
      const fd = done(os.open(this.#path, os.O_RDWR | O_NOCTTY | O_NONBLOCK), `${name}: open ${this.#path}`);
      this.#fd = fd;
      this.#set(settings);
      this.#writer = new Writer(fd, () => this.leave("unplugged"));
      readFrom(fd, {
        data: (bytes) => {
          if (!this.gone) events.data(bytes);
        },
        ended: () => this.leave("unplugged"),
      });
      events.opened();
      for (const bytes of this.#waiting.splice(0)) this.#writer.write(bytes);
    } catch (error) {
      warn(error instanceof DoorError ? error.words : wordsOf(error));
      this.leave(error instanceof DoorError ? error.code : "io");
    }
  }

  /** `stty` on a descriptor of its own; it waits for what is under way on the line before it changes anything. */
  #set(settings: readonly string[]): void {
    if (this.#fd === undefined) return;
    const status = os.exec(["stty", "-F", this.#path, ...settings], { block: true });
    if (status !== 0) this.request.warn(`${this.request.name}: stty ${settings.join(" ")} ended with ${status}`);
  }

  protected override shut(): void {
    this.#writer?.stop();
    this.#writer = undefined;
    if (this.#fd === undefined) return;
    os.setReadHandler(this.#fd, null);
    os.close(this.#fd);
    this.#fd = undefined;
  }
}

function speedOf(name: string, baud: number): string {
  if (!Number.isInteger(baud) || baud < 50 || baud > 4_000_000)
    throw new DoorError("bad-argument", `${name}: baud must be 50 to 4000000`);
  return String(baud);
}

function oneOf<T>(request: PortRequest, key: string, allowed: readonly T[], board: T | undefined, otherwise: T): T {
  const value = (request.options[key] ?? board ?? otherwise) as T;
  if (!allowed.includes(value))
    throw new DoorError("bad-argument", `${request.name}: ${key} must be one of ${allowed.join(", ")}`);
  return value;
}

function settingsOf(request: PortRequest): string[] {
  const spec = request.spec as SpecOf<"serial">;
  const dataBits = oneOf(request, "dataBits", [7, 8], spec.dataBits, 8);
  const parity = oneOf(request, "parity", ["none", "even", "odd"], spec.parity, "none");
  const stopBits = oneOf(request, "stopBits", [1, 2], spec.stopBits, 1);
  return [
    speedOf(request.name, option(request, "baud", "number") ?? spec.baud),
    "raw",
    "-echo",
    "clocal",
    "cread",
    "-hupcl",
    "-crtscts",
    `cs${dataBits}`,
    stopBits === 2 ? "cstopb" : "-cstopb",
    ...(parity === "none" ? ["-parenb"] : ["parenb", parity === "odd" ? "parodd" : "-parodd"]),
  ];
}
