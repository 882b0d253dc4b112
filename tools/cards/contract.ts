/**
 * The tray's cards as whoever holds a reader or a desk sees them. A chip card answers bytes like a real one: a reader's slot drives `contact` with
 * whole TPDUs (T=0) or whole blocks (T=1), a reader's field drives each of `field` with command APDUs (it does ISO 14443-4 itself). Time is the
 * reader's: a card only says how long it worked. Nothing here throws for what a reader or host sends; a card answers a status or stays mute.
 */

export type CardKind = "stripe" | "contact" | "contactless";

/** One card of the tray, for people and for a stripe reader. */
export interface CardEntry {
  /** Stable: scenarios and outside programs name cards by it. */
  id: string;
  /** What can be done with it: swiped, inserted, held near. `openChip(id)` where contact or contactless is among them. */
  kind: CardKind[];
  label: { zh: string; en: string };
  pan: string;
  holder: string;
  /** Without sentinels, `=` as separator. Undefined: blank; null: damaged. */
  track1?: string | null;
  track2?: string | null;
  track3?: string | null;
}

/**
 * What a card did with bytes it was sent. `workMs`: how long it took before this answer. `extensions`: how often it asked for more time on the way, by NULL
 * bytes (60) on T=0 and by S(WTX) in the field, evenly spread over `workMs`; always 0 on T=1, where each S(WTX) request is an answer of its own and the
 * reader or its host sends the S(WTX) response as the next exchange.
 */
export type CardReply = { kind: "answer"; bytes: Uint8Array; workMs: number; extensions: number } | { kind: "mute" };

/** The contacts. Without power nothing is answered. */
export interface ContactFace {
  /** Of the ATR the card means to give. */
  readonly protocol: "T=0" | "T=1";
  /** Power on with reset (cold), or reset with power on (warm): the ATR as it comes, or mute. */
  reset(kind: "cold" | "warm"): CardReply;
  /**
   * T=0: CLA INS P1 P2 P3 with or without data (a case 4 command without Le) → data ‖ SW, or SW, with 61xx and 6Cxx as on the wire.
   * T=1: one block NAD PCB LEN INF LRC → one block. Both: a PPS request (first byte FF), straight after a reset, is echoed.
   */
  exchange(bytes: Uint8Array): CardReply;
  powerOff(): void;
}

/** A card, or something like one, near an antenna: ISO 14443 type A. */
export interface FieldFace {
  readonly uid: Uint8Array;
  /** Two bytes, as transmitted. */
  readonly atqa: Uint8Array;
  readonly sak: number;
  /** With its length byte. */
  readonly ats: Uint8Array;
  /** After anti-collision and RATS, and again after each loss of the field. */
  activate(): void;
  /** A command APDU in its ISO 7816-4 form → data ‖ SW; never 61xx or 6Cxx. Mute before `activate`. */
  transmit(command: Uint8Array): CardReply;
  fieldOff(): void;
}

/** What people at the desk may want to know of a chip. */
export interface ChipView {
  id: string;
  /** Of the card in whole; each application has its own too. */
  blocked: boolean;
  /** Its contacts; absent where it has none. `atr`: hex, after a cold reset; null: it says nothing. */
  contact?: { protocol: "T=0" | "T=1"; atr: string | null };
  /** Hex, of all that comes near when it is held to a reader. */
  uids: string[];
  applications: {
    /** Hex. */
    aid: string;
    label: string;
    blocked: boolean;
    /** Application transaction counter. */
    atc: number;
    pinTriesLeft: number;
    /** Electronic cash, where it has any. */
    balanceFen?: number;
    /** Newest first. */
    log: { date: string; time: string; amountFen: number; type: string; atc: number }[];
  }[];
}

/** What a card keeps without power. Plain JSON; only `openChip` looks inside. */
export interface ChipMemory {
  id: string;
  /** Raised when old memories can no longer be read. */
  version: 1;
  state: unknown;
}

export interface ChipCard {
  readonly id: string;
  /** Undefined: it has no contacts. */
  readonly contact: ContactFace | undefined;
  /** All that comes near when it is held to a reader: none, one, or two at once (a reader must refuse two). */
  readonly field: readonly FieldFace[];
  view(): ChipView;
  /** As it is now; changes with every transaction. */
  memory(): ChipMemory;
}

export interface OpenChipOptions {
  /** Goes on where `memory()` was taken; without it the card is new. */
  memory?: ChipMemory;
  /** For the card's random numbers: same seed and same commands, same answers. */
  seed?: number;
}

/** Throws Error when the tray has no such card, it has no chip, or the memory is of another card. */
export type OpenChip = (id: string, options?: OpenChipOptions) => ChipCard;
