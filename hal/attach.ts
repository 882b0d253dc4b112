/** A device that may be pulled out and put back: opens its port, tells when it went, and looks for it again. */
import type { Port, System, Timer } from "../platform/guest/system.ts";

const FIRST_LOOK_MS = 2_000;
const LAST_LOOK_MS = 60_000;

export interface Attachment {
  /** Undefined while the device is away. */
  readonly port: Port | undefined;
  close(): void;
}

/**
 * `messages`: the port carries whole reports (HID), not a stream. Throws PortError when the port cannot be opened now; afterwards `onGone` tells of a loss once and `onPort` is called again
 * with the new port when the device is back.
 */
export function attach(
  system: System,
  name: string,
  options: { messages: boolean },
  onPort: (port: Port) => void,
  onGone: (why: string) => void,
): Attachment {
  let port: Port | undefined;
  let look: Timer | undefined;
  let closed = false;

  const use = (opened: Port) => {
    port = opened;
    opened.onClosed = (why) => {
      port = undefined;
      onGone(why);
      lookAgain(FIRST_LOOK_MS);
    };
    onPort(opened);
  };
  const lookAgain = (ms: number) => {
    if (closed) return;
    look = system.scheduler.after(ms, "person", () => {
      try {
        use(system.openPort(name, options));
        system.log.info(`${name}: back`);
      } catch {
        lookAgain(Math.min(ms * 2, LAST_LOOK_MS));
      }
    });
  };

  use(system.openPort(name, options));
  return {
    get port() {
      return port;
    },
    close() {
      closed = true;
      look?.stop();
      port?.close();
      port = undefined;
    },
  };
}
