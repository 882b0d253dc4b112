/** Port kinds and who opens them, as platform/node/ports/index.ts. */
import type { TcpOverride } from "../../node/ports/address.ts";
import type { PortTable } from "../../node/ports/index.ts";
import type { OpenPort } from "../../node/ports/port.ts";
import { evdevPort } from "./evdev.ts";
import { framebufferPort } from "./framebuffer.ts";
import { hidrawPort } from "./hidraw.ts";
import { serialPort } from "./serial.ts";
import { tcpPort, tlsPort } from "./socat.ts";

export const portTable = (sim: OpenPort, tcpOverride: TcpOverride | undefined): PortTable => ({
  serial: serialPort,
  hid: hidrawPort,
  evdev: evdevPort,
  tcp: tcpPort(tcpOverride),
  tls: tlsPort(tcpOverride),
  framebuffer: framebufferPort,
  sim,
});
