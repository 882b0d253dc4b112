/** Where a connection goes. */
import type { SpecOf } from "../board.ts";
import { DoorError } from "../errors.ts";
import { option } from "./options.ts";
import type { PortRequest } from "./port.ts";

export interface TcpOverride {
  host: string;
  port: number;
  /**
   * A relay stands there. It says with one byte that the host beyond it has taken the call, so that a host that is not there is told from
   * one that breaks off.
   */
  callProgress?: boolean;
}

/** Where to: the guest's options, else the board's. */
export function address(request: PortRequest): { host: string; port: number } {
  const spec = request.spec as SpecOf<"tcp"> | SpecOf<"tls">;
  const host = option(request, "host", "string") ?? spec.host;
  const port = option(request, "port", "number") ?? spec.port;
  if (host === undefined || host === "")
    throw new DoorError("bad-argument", `${request.name}: no host, neither in the options nor on the board`);
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new DoorError("bad-argument", `${request.name}: port must be 1 to 65535`);
  }
  return { host, port };
}
