/**
 * The line as the terminal's `tcp` port, for a desk whose machine runs in the caller's thread: no socket, no thread, no real time. What comes
 * from the line is handed over at the clock's next look, never inside the call that caused it, as with a socket.
 */
import { DoorError } from "../../platform/node/errors.ts";
import type { ClosedWhy, OpenPort } from "../../platform/node/ports/port.ts";
import type { DeskClock } from "./contract.ts";
import type { HostLine, LineCall } from "./line.ts";

/** `line` is asked when the terminal calls: the machine is made before the desk that holds it. */
export function directCable(line: () => HostLine, clock: () => DeskClock): OpenPort {
  return ({ name, events }) => {
    let ready = false;
    /** The terminal hears nothing more. */
    let gone = false;
    /** The line's end is closed. */
    let over = false;
    let call: LineCall | undefined;
    const soon = (act: () => void): void => void clock().after(0, "busy", act);
    const hear = (act: () => void): void =>
      soon(() => {
        if (!gone) act();
      });
    const leave = (): void => {
      over = true;
      call?.gone();
      call = undefined;
    };
    const closed = (why: ClosedWhy): void => {
      over = true;
      soon(() => {
        if (!gone) {
          gone = true;
          events.closed(why);
        }
        leave();
      });
    };
    const { door } = line();
    if (door === "refusing") closed("refused");
    else if (door === "open") {
      call = line().accept({
        pendingBytes: 0,
        get over() {
          return over;
        },
        taken: () =>
          hear(() => {
            ready = true;
            events.opened();
          }),
        send: (bytes) => hear(() => events.data(bytes)),
        end: () => closed(ready ? "ended" : "refused"),
        reset: (why) => closed(why === "refused" ? "refused" : "ended"),
      });
    }
    return {
      write(bytes) {
        if (!ready) throw new DoorError("no-answer", `${name}: not connected yet`);
        call?.receive(bytes);
      },
      control: () => {
        throw new DoorError("unsupported", `${name}: a connection has nothing to control`);
      },
      close() {
        gone = true;
        over = true;
        soon(leave);
      },
      cut() {
        gone = true;
        leave();
      },
    };
  };
}
