import type { Cancel } from "../../platform/guest/system.ts";
import type { DeviceError } from "../errors.ts";

/**
 * key-missing: the slot is empty · kcv-mismatch: check value differs, nothing stored · rate-limited: too many PIN
 * entries (`waitSeconds`) · tampered: keys were wiped · not-permitted: a key used for another purpose · unplugged, timeout
 * (no answer on the wire), bad-frame (three damaged frames), rejected (an argument was wrong), busy.
 */
export type PinPadErrorCode =
  | "key-missing"
  | "kcv-mismatch"
  | "rate-limited"
  | "tampered"
  | "not-permitted"
  | "unplugged"
  | "timeout"
  | "bad-frame"
  | "rejected"
  | "busy";
export type PinPadError = DeviceError<PinPadErrorCode> & { readonly waitSeconds?: number };

export type Algorithm = "des" | "3des" | "sm4";
/** MAC methods of spec §4.5. `ecb` is UnionPay's (8 ASCII hex characters); x9.9 and x9.19 are 8 binary bytes. */
export type MacMethod = "ecb" | "x9.9" | "x9.19" | "sm4";
/** Words the pad may show: a fixed table in the pad, never free text. */
export const PROMPTS = [
  "welcome",
  "enter-pin",
  "processing",
  "approved",
  "declined",
  "remove-card",
  "locked",
  "wrong-pin",
  "last-try",
] as const;
/** What may stand there at any time; the others are for a PIN of the card's. */
export type Prompt = Exclude<(typeof PROMPTS)[number], "wrong-pin" | "last-try">;

export type WorkingKey = "PIK" | "MAK" | "TDK";

/** A key as the host hands it out: enciphered under the TMK, with its check value (4 bytes). */
export interface EncipheredKey {
  algorithm: Algorithm;
  key: Uint8Array;
  kcv: Uint8Array;
}

export type PinResult =
  /** For the host: as DE52 wants it, 8 bytes (3DES/DES) or 16 (SM4). For the card: what `wrap` asked for. */
  | { outcome: "entered"; block: Uint8Array }
  /** The cardholder just pressed Enter. */
  | { outcome: "empty" }
  | { outcome: "cancelled" }
  | { outcome: "timeout" };

export interface PinEntry {
  amountFen: number | undefined;
  minDigits: number;
  maxDigits: number;
  allowEmpty: boolean;
  timeoutMs: number;
  /** How many digits stand on the pad now; never which. */
  onDigits?: (count: number) => void;
}

export interface PinRequest extends PinEntry {
  /** Full PAN digits; undefined makes a block without PAN. */
  pan: string | undefined;
}

/**
 * How a PIN leaves the pad for the card (PROTOCOL.md, "PINs for the card"). enciphered: data of VERIFY under the card's RSA key; modulus 96–248 bytes, exponent 03 or
 * 010001, challenge the card's eight bytes · sealed: 16 bytes for the reader the pad is paired with alone, challenge the reader's eight bytes.
 */
export type PinWrap =
  | { kind: "enciphered"; modulus: Uint8Array; exponent: Uint8Array; challenge: Uint8Array }
  | { kind: "sealed"; challenge: Uint8Array };

export interface CardPinRequest extends PinEntry {
  wrap: PinWrap;
  prompt: "enter-pin" | "wrong-pin" | "last-try";
}

export interface PinPadInfo {
  model: string;
  version: string;
  serial: string;
  tampered: boolean;
}

/**
 * The pad keeps keys and PINs; the application gets blocks, MACs, enciphered tracks. It can never ask for a key or a PIN.
 * Every method rejects PinPadError.
 */
export interface PinPad {
  info(): Promise<PinPadInfo>;
  /** Check value (4 bytes) of a master key slot 0–49, or undefined when empty. */
  masterKeyCheck(slot: number): Promise<Uint8Array | undefined>;
  workingKeyCheck(use: WorkingKey): Promise<Uint8Array | undefined>;
  /** The pad deciphers under the TMK and compares the check value before it stores. */
  loadWorkingKey(masterSlot: number, use: WorkingKey, key: EncipheredKey): Promise<void>;
  enterPin(request: PinRequest, cancel?: Cancel): Promise<PinResult>;
  /** The board says that the pad knows PINs for cards; without it `enterCardPin` rejects. */
  readonly cardPins: boolean;
  /** A PIN the card itself checks. key-missing: sealed, and the pad is paired with no reader. */
  enterCardPin(request: CardPinRequest, cancel?: Cancel): Promise<PinResult>;
  /** Bytes of DE64. */
  mac(method: MacMethod, data: Uint8Array): Promise<Uint8Array>;
  /** The pad computes and compares; the right MAC never leaves it. */
  verifyMac(method: MacMethod, data: Uint8Array, mac: Uint8Array): Promise<boolean>;
  /**
   * Track 2 or 3 (`D` or `=` as separator) enciphered by §4.6 (8-byte block with 3DES, 16 with SM4); the result is
   * hex digits packed as DE35 carries them, `digits` the original count.
   */
  encryptTrack(track: string): Promise<{ packed: Uint8Array; digits: number }>;
  show(prompt: Prompt, amountFen?: number): Promise<void>;
  /** Forgets the working keys (sign-off). */
  eraseWorkingKeys(): Promise<void>;
  close(): void;
}
