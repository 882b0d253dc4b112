import type { Cancel } from "../../platform/guest/system.ts";
import type { DeviceError } from "../errors.ts";

/**
 * no-card: none in the slot · card-removed: taken out since it was switched on · card-mute: no answer to reset, or none to a command ·
 * bad-atr: an answer to reset outside the EMV subset, twice · protocol: what the card sends breaks T=0 or T=1 beyond repair; it was switched off ·
 * not-powered: `powerOn` first · rejected: no command APDU, or a sealed PIN the reader does not open · timeout, bad-frame: the reader does not answer, or only damaged; whether the card did the command is
 * not known · fault: the reader's electronics · unplugged: its line is gone.
 */
export type IccErrorCode =
  | "no-card"
  | "card-removed"
  | "card-mute"
  | "bad-atr"
  | "protocol"
  | "not-powered"
  | "rejected"
  | "timeout"
  | "bad-frame"
  | "fault"
  | "unplugged";
export type IccError = DeviceError<IccErrorCode>;

/** A card that has power and has answered. */
export interface PoweredCard {
  /** As it came; ./atr.ts reads it. */
  atr: Uint8Array;
  protocol: "T=0" | "T=1" | "contactless";
}

/** One slot (UnifiedPOS SmartCardRW, interface mode APDU). Every method rejects IccError; calls made at once are done one after the other. */
export interface CardSlot {
  /** What the reader said last; undefined before it has said anything and while it is away. */
  readonly present: boolean | undefined;
  onPresence: ((present: boolean) => void) | undefined;
  /** Resolve at once when it is so already; reject only with the cancel's reason, so that they outlive a cable pulled and put back. */
  waitPresent(cancel?: Cancel): Promise<void>;
  waitAbsent(cancel?: Cancel): Promise<void>;
  /** Cold reset; a warm one when the answer is not as it should be (§6.1). Switches on anew when it was on. */
  powerOn(): Promise<PoweredCard>;
  /**
   * Command APDU (4 bytes and up, Lc and Le of one byte) → data ‖ SW1SW2. 61xx and 6Cxx of T=0 never reach the caller. After an error that leaves the card's
   * state unknown it is switched off, and further commands reject with the same code until `powerOn`.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Harmless without a card or power. */
  powerOff(): Promise<void>;
}

export interface ReaderInfo {
  /** What the reader says of itself. */
  firmware: string;
}

/**
 * The way of a PIN from the paired pad to the card, without passing through here in the clear (../pinpad/PROTOCOL.md, "PINs for the card"). The reader must be
 * paired with the pad; one that is not rejects with `rejected`, and the card keeps its power.
 */
export interface PinChannel {
  /** Eight bytes the pad has to seal the PIN with; good until the card loses its power or another is asked for. */
  challenge(): Promise<Uint8Array>;
  /** The reader opens what the pad sealed and sends VERIFY (00 20 00 80) itself; the card's SW1SW2. As `transmit` otherwise. */
  verify(sealed: Uint8Array): Promise<number>;
}

/** Contact chip reader: the cardholder's slot, and the slot inside the terminal where there is one. */
export interface Icc extends CardSlot {
  /** For a security module; its cards need not keep to the EMV subset. */
  readonly sam: CardSlot | undefined;
  /** The board says that reader and PIN pad are one secure device, or paired. */
  readonly pinChannel: PinChannel | undefined;
  /** Asks the reader now. */
  info(): Promise<ReaderInfo>;
  /** The reader went away; it is looked for again. */
  onError: ((error: IccError) => void) | undefined;
  close(): void;
}
