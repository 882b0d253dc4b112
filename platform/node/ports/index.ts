/** Port kinds and who opens them. A new kind is a row here and a file beside it. */
import type { PortKind } from "../board.ts";
import type { TcpOverride } from "./address.ts";
import { evdevPort } from "./evdev.ts";
import { framebufferPort } from "./framebuffer.ts";
import { hidPort } from "./hid.ts";
import type { OpenPort } from "./port.ts";
import { serialPort } from "./serial.ts";
import type { SimHub } from "./sim.ts";
import { tcpPort } from "./tcp.ts";
import { tlsPort } from "./tls.ts";

export type PortTable = Record<PortKind, OpenPort>;

export function portTable(hub: SimHub, tcpOverride: TcpOverride | undefined): PortTable {
  return {
    serial: serialPort,
    hid: hidPort,
    evdev: evdevPort,
    tcp: tcpPort(tcpOverride),
    tls: tlsPort(tcpOverride),
    framebuffer: framebufferPort,
    sim: (request) => hub.open(request),
  };
}
