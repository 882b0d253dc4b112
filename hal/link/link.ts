import type { Cancel } from "../../platform/guest/system.ts";
import type { DeviceError } from "../errors.ts";

/**
 * unreachable: nothing answers at that address · refused: the far end turns the connection down · no-answer: connect
 * timed out · line-dropped: broke after it was up · tls: the certificate or handshake failed · unplugged: no cable, no modem.
 */
export type LinkErrorCode = "unreachable" | "refused" | "no-answer" | "line-dropped" | "tls" | "unplugged";
export type LinkError = DeviceError<LinkErrorCode> & { readonly nothingSent?: boolean };

/** One connection to the acquirer. Carries whole frames: the driver adds and takes off the 2-byte length (§1.1). */
export interface Connection {
  /** All or throws LinkError; when it throws before anything was handed to the line, `nothingSent` is true. */
  send(frame: Uint8Array): void;
  /** Next whole frame. Rejects LinkError, the cancel's reason, or DeviceError "oversize" framing as line-dropped. */
  receive(cancel?: Cancel): Promise<Uint8Array>;
  close(): void;
}

/** Dial, GPRS and Ethernet stand behind this one contract. */
export interface Link {
  readonly kind: "ethernet" | "dial" | "gprs";
  /** Resolves when a request can be sent. Primary address, then backup, as configured. */
  connect(cancel?: Cancel): Promise<Connection>;
  /** Last known state of the line, for the status bar. */
  readonly state: "unknown" | "up" | "down";
}

export interface LinkSettings {
  host: string;
  port: number;
  backup?: { host: string; port: number };
  tls?: boolean;
  connectTimeoutMs: number;
  /** So often a call that was turned down is made again, within the time-out. Default 3. */
  redials?: number;
  /** Minutes on the backup before the first is tried again; 0: the first is tried with every call. Default 10. */
  backAfterMinutes?: number;
}
