/** Reading from a descriptor that does not block, with the serial binding's poller; loaded when a board first opens such a port. */
import { read } from "node:fs";
import { promisify } from "node:util";
import type { LinuxPortBinding } from "@serialport/bindings-cpp";
import { DoorError, errnoOf, wordsOf } from "../errors.ts";
import type { ClosedWhy } from "./port.ts";

const readFd = promisify(read);
const NOTHING_YET = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);

/**
 * Count of the next bytes. Not the binding's own `read`: a line that has hung up reads as no bytes at all, and that one would ask it again
 * for ever, with all of a CPU. Rejects when the line is gone or closed.
 */
async function nextBytes(line: LinuxPortBinding, buffer: Buffer): Promise<number> {
  for (;;) {
    if (line.fd === null) throw new Error("the line is closed");
    try {
      const { bytesRead } = await readFd(line.fd, buffer, 0, buffer.length, null);
      if (bytesRead > 0) return bytesRead;
      throw new Error("the line has hung up");
    } catch (error) {
      if (!NOTHING_YET.has(errnoOf(error)) || !line.isOpen) throw error;
    }
    await new Promise<void>((resolve, reject) => line.poller.once("readable", (error) => (error ? reject(error) : resolve())));
  }
}

/** Hands over what comes, at most `most` bytes at a time, in memory of its own; resolves when the line is gone or closed, which the binding gives no reason for. */
export async function readUntilGone(line: LinuxPortBinding, most: number, data: (bytes: Uint8Array) => void): Promise<void> {
  const buffer = Buffer.alloc(most);
  for (;;) {
    let count: number;
    try {
      count = await nextBytes(line, buffer);
    } catch {
      return;
    }
    data(Uint8Array.from(buffer.subarray(0, count)));
  }
}

export async function loadBinding(): Promise<typeof import("@serialport/bindings-cpp")> {
  try {
    return await import("@serialport/bindings-cpp");
  } catch (error) {
    throw new DoorError(
      "missing-library",
      `serial lines and input devices need @serialport/bindings-cpp; run npm ci (${wordsOf(error)})`,
    );
  }
}

export function openFault(error: unknown): ClosedWhy {
  const words = `${errnoOf(error)} ${wordsOf(error)}`;
  if (/lock|busy/i.test(words)) return "busy";
  if (/EACCES|permission denied/i.test(words)) return "refused";
  if (/ENOENT|no such (file|device)|ENXIO|ENODEV/i.test(words)) return "unplugged";
  return "io";
}
