/** What stands behind a handle on the outside: one file a kind, one row each in ./index.ts. */
import type { DoorErrorCode } from "../../abi.ts";
import type { PortSpec } from "../board.ts";

export type ClosedWhy = DoorErrorCode | "ended";

/** What a port tells. After `closed` it is silent. */
export interface PortEvents {
  /** `atMs`: when it arrived, monotonic ms; now when it is not given. */
  data(bytes: Uint8Array, atMs?: number): void;
  /** Ready; ports that connect (tcp, tls, serial, hid) tell it, the others are ready at once. */
  opened(): void;
  closed(why: ClosedWhy): void;
  signal(name: string, level: 0 | 1): void;
}

export interface PortRequest {
  /** Name in the board profile. */
  name: string;
  spec: PortSpec;
  /** The guest's own options; they come over the board's where the kind allows it. */
  options: Record<string, unknown>;
  events: PortEvents;
  /** A line for the log. */
  warn(words: string): void;
}

/** All of it throws DoorError and nothing else. */
export interface OutPort {
  /** All or throws. */
  write(bytes: Uint8Array): void;
  /** The reply crosses as JSON. */
  control(request: Record<string, unknown>): unknown;
  /** In order: what was written still goes out. */
  close(): void;
  /** Power gone: at once. */
  cut(): void;
}

export type OpenPort = (request: PortRequest) => OutPort;
