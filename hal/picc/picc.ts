import type { Cancel } from "../../platform/guest/system.ts";
import type { DeviceError } from "../errors.ts";
import type { IccErrorCode, PoweredCard, ReaderInfo } from "../icc/icc.ts";

/** As of ../icc/icc.ts, and collision: more than one card in the field. card-removed: it left the field. */
export type PiccErrorCode = IccErrorCode | "collision";
export type PiccError = DeviceError<PiccErrorCode>;

/** The four lights of a contactless reader, left to right (EMV contactless user interface). */
export const PICC_LIGHTS = ["blue", "yellow", "green", "red"] as const;
export type PiccLight = (typeof PICC_LIGHTS)[number];

/** Contactless reader (UnifiedPOS SmartCardRW). Does ISO 14443 itself; here pass APDUs. Every method rejects PiccError. */
export interface Picc {
  /** What the reader said last; undefined before it has said anything, while it is away and while the field is off. */
  readonly present: boolean | undefined;
  /**
   * Switches the field on and waits until something is in it. Cancelled it switches the field off and rejects with the reason. `afresh`: what is in it now
   * has been dealt with and has to leave first.
   */
  poll(cancel?: Cancel, afresh?: boolean): Promise<void>;
  /** Rejects "collision" when more than one card answers; take them away and `poll` again. */
  connect(): Promise<PoweredCard>;
  /** Command APDU → data ‖ SW1SW2. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Field off: the card has lost its power. Harmless when it is off. */
  remove(): Promise<void>;
  /** With the field on: resolves when nothing is in it any more. */
  waitAbsent(cancel?: Cancel): Promise<void>;
  /** Those named are lit, the others dark. A reader without lights says nothing of it. */
  lights(on: readonly PiccLight[]): Promise<void>;
  info(): Promise<ReaderInfo>;
  onError: ((error: PiccError) => void) | undefined;
  close(): void;
}
