/** TLS connections to the acquirer; certificates are files the board names, never the guest. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { DoorError, errnoOf, wordsOf } from "../errors.ts";
import type { SpecOf } from "../board.ts";
import type { ClosedWhy, OpenPort } from "./port.ts";
import { option } from "./options.ts";
import { type TcpOverride, address } from "./address.ts";
import { connectFault, socketPort } from "./tcp.ts";

export function tlsPort(override: TcpOverride | undefined): OpenPort {
  return (request) => {
    const spec = request.spec as SpecOf<"tls">;
    const asked = override === undefined ? address(request) : undefined;
    const { host, port } = override ?? (asked as TcpOverride);
    const named =
      option(request, "serverName", "string") ?? spec.serverName ?? option(request, "host", "string") ?? spec.host ?? host;
    const file = (path: string | undefined): Buffer | undefined => (path === undefined ? undefined : read(request.name, path));
    let connected = false;
    const socket = connect({
      host,
      port,
      ...(isIP(named) ? {} : { servername: named }),
      ca: file(spec.caFile),
      cert: file(spec.certFile),
      key: file(spec.keyFile),
      minVersion: "TLSv1.2",
    });
    socket.setNoDelay(true);
    socket.once("connect", () => {
      connected = true;
    });
    return socketPort(request, socket, "secureConnect", (error) => tlsFault(error, connected));
  };
}

/** Once the line is up, what fails before the session is the certificate or the handshake: `corrupt`. */
function tlsFault(error: unknown, connected: boolean): ClosedWhy {
  if (!connected) return connectFault(error);
  return errnoOf(error) === "ETIMEDOUT" ? "no-answer" : "corrupt";
}

function read(port: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DoorError("io", `${port}: cannot read ${path}, named by the board profile: ${wordsOf(error)}`);
  }
}
