/**
 * What the host asks for in the header of its answers (§1.3): one flag a value, kept over a restart, acted on when nobody is at work. Those that
 * belong to a chip reader stay pending, are shown with every download and status, and are served by a row in SERVE when the reader is there.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import type { Host } from "../acquirer/host.ts";
import type { CardTable } from "./card-data.ts";
import { downloadTable } from "./card-downloads.ts";
import { downloadBlacklist, downloadParameters, sendStatus } from "./download.ts";
import { signOn } from "./sign-on.ts";
import type { Prompt } from "../text/words.ts";
import type { Terminal } from "./terminal.ts";

const KEY = "host-requests";
/** 9 to 15 are reserved. */
const HIGHEST = 8;

export interface HostRequests {
  /** Lowest first. */
  pending(): readonly number[];
  /** Exchanges since the start: begun, and answered (§7.3, code 51). */
  readonly traffic: { begun: number; answered: number };
  done(value: number): void;
  /** The same host, listened to. */
  heard(host: Host): Host;
}

export function openHostRequests(system: System): HostRequests {
  const stored = system.store.get(KEY);
  let flags: number[] = stored === undefined ? [] : readFlags(decodeUtf8(stored));
  const traffic = { begun: 0, answered: 0 };
  const save = (next: number[]): void => {
    try {
      system.store.commit([{ put: KEY, value: encodeUtf8(JSON.stringify(next)) }]);
    } catch (error) {
      // The host asks again with its next answer.
      system.log.error("what the host asks for could not be kept", error);
    }
    flags = next;
  };
  const ask = (value: number): void => {
    if (value < 1 || value > HIGHEST || flags.includes(value)) return;
    system.log.info(`the host asks for ${value} (processing requirement)`);
    save([...flags, value].sort((a, b) => a - b));
  };
  return {
    pending: () => flags,
    traffic,
    done: (value) => {
      if (flags.includes(value)) save(flags.filter((flag) => flag !== value));
    },
    heard: (host) => ({
      describe: (request) => host.describe(request),
      get lineState() {
        return host.lineState;
      },
      exchange: async (request, options) => {
        traffic.begun++;
        const fate = await host.exchange(request, options);
        if (fate.fate === "answered") {
          traffic.answered++;
          ask(fate.headerRequest);
        }
        return fate;
      },
    }),
  };
}

function readFlags(text: string): number[] {
  const flags: unknown = JSON.parse(text);
  return Array.isArray(flags) ? flags.filter((flag): flag is number => Number.isInteger(flag)) : [];
}

type Served = { served: boolean; restart?: boolean };

const parametersFirst = async (t: Terminal): Promise<Served> => {
  const result = await downloadParameters(t);
  return { served: result.ok, restart: result.ok && result.restart };
};

const table =
  (name: CardTable) =>
  async (t: Terminal): Promise<Served> => ({ served: t.devices.icc !== undefined && (await downloadTable(t, name)).ok });

/** 4, the public keys, and 5, the chip's parameters, wait for a chip reader where there is none. */
export const WAITING: Readonly<Record<number, Prompt>> = { 4: "host-request.4", 5: "host-request.5" };

const lacksReader = ({ devices }: Pick<Terminal, "devices">, value: number): boolean =>
  devices.icc === undefined && value in WAITING;

/** What is done for each value. */
const SERVE: Readonly<Record<number, (t: Terminal) => Promise<Served>>> = {
  1: parametersFirst,
  2: async (t) => ({ served: (await sendStatus(t)).ok }),
  3: async (t) => ({ served: (await signOn(t)).ok }),
  // The terminal's management speaks through the host: what it can change are the parameters.
  6: parametersFirst,
  4: table("keys"),
  5: table("applications"),
  7: async (t) => ({ served: (await downloadBlacklist(t)).ok }),
  8: (t) => {
    t.system.log.info("the host offers rates of exchange; this terminal has one currency");
    return Promise.resolve({ served: true });
  },
};

/**
 * Once each, in order, without a question to anybody. What fails stays pending. A host that asks for the same thing again in the very answer to it is
 * not heard: that would never end.
 */
export async function serveHost(t: Terminal): Promise<void> {
  const { hostRequests } = t;
  if (t.training !== undefined || t.signedOffByHand || !t.keyed || t.host === undefined) return;
  let restart = false;
  for (const value of [...hostRequests.pending()]) {
    const serve = SERVE[value];
    if (serve === undefined || lacksReader(t, value)) continue;
    const result = await serve(t);
    if (!result.served) return;
    hostRequests.done(value);
    restart ||= result.restart === true;
  }
  if (restart) t.system.power("restart");
}

/** What the host wants and a reader is missing for, in words. */
export function waitingWords({ hostRequests, ui }: Pick<Terminal, "hostRequests" | "ui">): string[] {
  return hostRequests.pending().flatMap((value) => (WAITING[value] === undefined ? [] : [ui.say(WAITING[value])]));
}

/** Whether something waits that this firmware can do. */
export const hostWaits = (t: Terminal): boolean =>
  t.hostRequests.pending().some((value) => value in SERVE && !lacksReader(t, value));
