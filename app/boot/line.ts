/** The way to the host, as the parameters have it. */
import type { Devices } from "../../hal/index.ts";
import type { Link } from "../../hal/link/link.ts";
import type { System } from "../../platform/guest/system.ts";
import type { Host } from "../acquirer/host.ts";
import type { ReadCapability } from "../acquirer/messages.ts";
import { createHost } from "../acquirer/session.ts";
import type { Profile } from "../model/profile.ts";
import type { HostRequests } from "../steps/host-requests.ts";
import type { Parameters } from "../steps/parameters.ts";

export interface Line {
  readonly link: Link | undefined;
  /** Undefined while it lacks a line or a PIN pad. */
  readonly host: Host | undefined;
}

/**
 * The way to the host; a new one when its address has changed, the first when what it needs has come. `unkeyed`: the pad made no MAC, so it may have lost
 * its keys.
 */
export function openLine(
  system: System,
  devices: Devices,
  parameters: Parameters,
  requests: HostRequests,
  unkeyed: () => void,
): Line {
  let link: Link | undefined;
  let host: Host | undefined;
  parameters.onChange = () => {
    link = undefined;
  };
  const line = (): Link | undefined => (link ??= devices.link?.(linkSettings(parameters.profile)));
  const settings = {
    system,
    get pinpad() {
      return devices.pinpad;
    },
    get link() {
      return line() as Link;
    },
    get capability(): ReadCapability {
      if (devices.picc !== undefined && parameters.value("chip.contactless") === true) return "6";
      return devices.icc !== undefined && parameters.value("chip.contact") === true ? "5" : "2";
    },
    get profile() {
      return parameters.profile;
    },
  };
  return {
    get link() {
      return line();
    },
    get host() {
      if (host === undefined && line() !== undefined && devices.pinpad !== undefined)
        host = doubting(requests.heard(createHost(settings)), unkeyed);
      return host;
    },
  };
}

const doubting = (host: Host, unkeyed: () => void): Host => ({
  describe: (request) => host.describe(request),
  get lineState() {
    return host.lineState;
  },
  exchange: async (request, options) => {
    const fate = await host.exchange(request, options);
    if (fate.fate === "not-sent" && fate.why === "pinpad") unkeyed();
    return fate;
  },
});

const linkSettings = ({ host, connectTimeoutMs }: Profile) => ({ ...host, connectTimeoutMs });
