/** Where the host line leads: the built-in acquirer in this process, or somebody else's host over TCP. */
import { connect, type Socket } from "node:net";
import type { AcquirerHost } from "../acquirer/contract.ts";

/** What the line is told about its connection upwards. `failed`: it never came about. */
export interface UpstreamEvents {
  ready(): void;
  data(bytes: Uint8Array): void;
  closed(): void;
  failed(words: string): void;
}

export interface UpstreamConnection {
  send(bytes: Uint8Array): void;
  end(): void;
}

export interface Upstream {
  /** An external host tells nobody whether it is still thinking, so a request without an answer counts as under way. */
  readonly external: boolean;
  open(events: UpstreamEvents): UpstreamConnection;
}

export function builtIn(acquirer: AcquirerHost): Upstream {
  return {
    external: false,
    open(events) {
      const connection = acquirer.connect({ send: (bytes) => events.data(bytes), close: () => events.closed() });
      events.ready();
      return { send: (bytes) => connection.receive(bytes), end: () => connection.ended() };
    },
  };
}

export function externalHost(host: string, port: number): Upstream {
  return {
    external: true,
    open(events) {
      const socket: Socket = connect({ host, port, noDelay: true });
      let up = false;
      let over = false;
      const finish = (tell: () => void): void => {
        if (over) return;
        over = true;
        tell();
      };
      socket.on("connect", () => {
        up = true;
        events.ready();
      });
      socket.on("data", (bytes) => events.data(bytes));
      socket.on("error", (error) => finish(() => (up ? events.closed() : events.failed(error.message))));
      socket.on("close", () => finish(() => events.closed()));
      return { send: (bytes) => void socket.write(bytes), end: () => void socket.end() };
    },
  };
}
