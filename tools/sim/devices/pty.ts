/**
 * A real pseudo-terminal for one device, so that the firmware's serial port code runs against it: the device sits at the master, the
 * terminal opens `path` like any serial line. Linux and macOS; the native part is loaded only when somebody asks for it.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import type { ReadStream } from "node:tty";
import type { SimDevice } from "../contract.ts";

export interface PtyLine {
  /** What the terminal opens, /dev/pts/N. */
  readonly path: string;
  /** Bytes to the terminal. Silent after `close`. */
  send(bytes: Uint8Array): void;
  /** Pulls the cable: the terminal's port fails. */
  close(): void;
}

/** Parts of @lydell/node-pty that its types leave out. */
interface PtyLibrary {
  open(options: object): OpenedPty;
}

interface OpenedPty {
  _pty: string;
  master: ReadStream;
  slave: ReadStream;
}

/** Opens a line and hands every chunk the terminal writes to `onBytes`. Rejects when this system has no pseudo-terminals. */
export async function openPty(onBytes: (bytes: Uint8Array) => void): Promise<PtyLine> {
  const library = (await import("@lydell/node-pty")) as unknown as PtyLibrary;
  const opened = library.open({});
  const { master } = opened;
  const path = opened._pty;
  // Held open for the line's life: a master whose last slave has gone reports an error, and a terminal may restart.
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  opened.slave.destroy();
  makeRaw(path);
  keepBytes(master);
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    closeSync(held);
    master.destroy();
  };
  master.on("data", (bytes: Buffer) => onBytes(new Uint8Array(bytes)));
  master.on("error", close);
  return {
    path,
    send: (bytes) => {
      if (!closed) (master as unknown as NodeJS.WritableStream).write(Buffer.from(bytes));
    },
    close,
  };
}

/**
 * Puts a device at the far end of a line. Its context's `send` and `unplug` must end in the returned line's `send` and `close`; the
 * device takes the line for opened at once.
 */
export async function attachPty(device: SimDevice): Promise<PtyLine> {
  const line = await openPty((bytes) => device.receive(bytes));
  device.attached(true);
  return line;
}

/** Until the terminal sets the line up, nothing may be echoed back to the device. */
function makeRaw(path: string): void {
  const option = process.platform === "linux" ? "-F" : "-f";
  execFileSync("stty", [option, path, "raw", "-echo"], { stdio: "ignore" });
}

/** The library reads text; a device's bytes are no text. */
function keepBytes(stream: ReadStream): void {
  const state = (stream as unknown as { _readableState: { decoder: unknown; encoding: unknown } })._readableState;
  state.decoder = null;
  state.encoding = null;
}
