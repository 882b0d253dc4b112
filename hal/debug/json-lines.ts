/** The debug channel (README.md here): one JSON object a line, UTF-8, both ways. It never stops the terminal from working. */
import { concat, decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Port, System } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import type { Debug } from "../index.ts";

const LINE_LIMIT_BYTES = 4_096;
/** Below the door's limit for one write. */
const WRITE_BYTES = 65_536;
const NEW_LINE = 0x0a;

export function openJsonLines(system: System, portName: string): Debug {
  const { log } = system;
  const attachment = attach(
    system,
    portName,
    { messages: false },
    (port) => readLines(port),
    (why) => log.info(`debug: gone: ${why}`),
  );

  function readLines(port: Port): void {
    let partial: Uint8Array = new Uint8Array(0);
    let skipping = false;
    port.onReadable = () => {
      for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) {
        let from = 0;
        for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, from)) {
          const line = concat(partial, bytes.subarray(from, end));
          if (!skipping && line.length <= LINE_LIMIT_BYTES) request(line);
          else log.warn(`debug: line of more than ${LINE_LIMIT_BYTES} bytes ignored`);
          partial = new Uint8Array(0);
          skipping = false;
          from = end + 1;
        }
        partial = skipping ? partial : concat(partial, bytes.subarray(from));
        if (partial.length > LINE_LIMIT_BYTES) {
          partial = new Uint8Array(0);
          skipping = true;
        }
      }
    };
  }

  function request(line: Uint8Array): void {
    const asked = parse(line);
    if (asked === undefined) {
      if (line.length > 0) log.warn(`debug: ${line.length} bytes that are no JSON object ignored`);
      return;
    }
    debug.onRequest?.(asked);
  }

  const debug: Debug = {
    onRequest: undefined,
    send(line) {
      const bytes = encodeUtf8(`${JSON.stringify(line)}\n`);
      try {
        for (let at = 0; at < bytes.length; at += WRITE_BYTES) attachment.port?.write(bytes.subarray(at, at + WRITE_BYTES));
      } catch (error) {
        // Not the line itself: it may hold more than a log should.
        log.warn(`debug: line not sent: ${String(error)}`);
      }
    },
  };
  return debug;
}

function parse(line: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decodeUtf8(line));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
