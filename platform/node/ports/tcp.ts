/** TCP connections to the acquirer. */
import { type Socket, connect } from "node:net";
import { DoorError, errnoOf, wordsOf } from "../errors.ts";
import type { ClosedWhy, OpenPort, OutPort, PortRequest } from "./port.ts";
import { type TcpOverride, address } from "./address.ts";

export function tcpPort(override: TcpOverride | undefined): OpenPort {
  return (request) => {
    const { host, port } = override ?? address(request);
    const readyEvent = override?.callProgress === true ? "first byte" : "connect";
    return socketPort(request, connect({ host, port, noDelay: true }), readyEvent, connectFault);
  };
}

const UNREACHABLE = new Set([
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EADDRNOTAVAIL",
]);

/** Why a connection did not come about: turned down, or nobody there. */
export function connectFault(error: unknown): ClosedWhy {
  const code = errnoOf(error);
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "refused";
  return UNREACHABLE.has(code) ? "no-answer" : "io";
}

/** More than this not yet taken by the far end, and a write is refused. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;

/** A connecting socket as a port; shared by tcp and tls, which differ in when they are ready and what can go wrong before. */
export function socketPort(
  request: PortRequest,
  socket: Socket,
  readyEvent: "connect" | "secureConnect" | "first byte",
  faultBefore: (error: unknown) => ClosedWhy,
): OutPort {
  const { events, name } = request;
  let ready = false;
  let gone = false;
  const leave = (why: ClosedWhy): void => {
    if (gone) return;
    gone = true;
    socket.destroy();
    events.closed(why);
  };
  const isReady = (): void => {
    ready = true;
    if (!gone) events.opened();
  };
  if (readyEvent !== "first byte") socket.once(readyEvent, isReady);
  socket.on("data", (bytes: Buffer) => {
    const progress = !ready && readyEvent === "first byte" ? 1 : 0;
    if (progress > 0) isReady();
    if (!gone && bytes.length > progress) events.data(Uint8Array.from(bytes.subarray(progress)));
  });
  socket.once("end", () => leave(ready || readyEvent !== "first byte" ? "ended" : "refused"));
  socket.on("error", (error) => {
    if (gone) return;
    request.warn(`${name}: ${wordsOf(error) || errnoOf(error)}`);
    leave(ready ? "io" : faultBefore(error));
  });
  socket.once("close", () => leave(ready ? "ended" : "no-answer"));
  return {
    write(bytes) {
      if (!ready) throw new DoorError("no-answer", `${name}: not connected yet`);
      if (socket.writableLength + bytes.length > MAX_PENDING_BYTES)
        throw new DoorError("busy", `${name}: the far end takes nothing`);
      socket.write(bytes);
    },
    control: () => {
      throw new DoorError("unsupported", `${name}: a connection has nothing to control`);
    },
    close() {
      gone = true;
      if (ready) socket.end();
      else socket.destroy();
      // A far end that never closes its half must not hold the connection for ever.
      socket.setTimeout(5000, () => socket.destroy());
      socket.resume();
    },
    cut() {
      gone = true;
      socket.destroy();
    },
  };
}
