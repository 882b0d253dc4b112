/** What the pad is asked for a PIN, as bytes (PROTOCOL.md, Commands). Everything that cannot be right is refused here. */
import { concat, encodeAscii } from "../../platform/guest/bytes.ts";
import { type CardPinRequest, type PinEntry, type PinRequest, type PinWrap, PROMPTS } from "./pinpad.ts";
import { PadFailure } from "./wire.ts";

export const OF_LOADED_KEY = 0;
const PIN_LONGEST_S = 60;
const LARGEST_AMOUNT_FEN = 999_999_999_999;
const CHALLENGE_BYTES = 8;
const MODULUS_BYTES = { least: 96, most: 248 } as const;
const ENCIPHERED = 1;
const SEALED = 2;

export const pinSeconds = (entry: PinEntry): number => Math.min(PIN_LONGEST_S, Math.max(1, Math.ceil(entry.timeoutMs / 1000)));

export function pinArguments(request: PinRequest): Uint8Array {
  const pan = request.pan ?? "";
  if (!/^([0-9]{8,19})?$/.test(pan)) throw new PadFailure("rejected", "PIN: the card number is not 8 to 19 digits");
  return concat(
    Uint8Array.of(OF_LOADED_KEY, request.pan === undefined ? 0 : 1, pan.length),
    encodeAscii(pan),
    entryArguments(request),
    Uint8Array.of(PROMPTS.indexOf("enter-pin")),
  );
}

export function cardPinArguments(request: CardPinRequest): Uint8Array {
  return concat(entryArguments(request), Uint8Array.of(PROMPTS.indexOf(request.prompt)), wrapArguments(request.wrap));
}

function entryArguments(entry: PinEntry): Uint8Array {
  const { minDigits, maxDigits, allowEmpty } = entry;
  within("shortest PIN", minDigits, 4, 12);
  within("longest PIN", maxDigits, minDigits, 12);
  const seconds = pinSeconds(entry);
  const rest = Uint8Array.of(minDigits, maxDigits, allowEmpty ? 1 : 0, seconds >> 8, seconds & 0xff);
  return concat(amountBcd(entry.amountFen), rest);
}

function wrapArguments(wrap: PinWrap): Uint8Array {
  within("challenge bytes", wrap.challenge.length, CHALLENGE_BYTES, CHALLENGE_BYTES);
  if (wrap.kind === "sealed") return concat(Uint8Array.of(SEALED), wrap.challenge);
  const { modulus, exponent, challenge } = wrap;
  within("modulus bytes", modulus.length, MODULUS_BYTES.least, MODULUS_BYTES.most);
  within("exponent bytes", exponent.length, 1, 3);
  return concat(
    Uint8Array.of(ENCIPHERED),
    challenge,
    Uint8Array.of(exponent.length),
    exponent,
    Uint8Array.of(modulus.length),
    modulus,
  );
}

export function amountBcd(amountFen: number | undefined): Uint8Array {
  if (amountFen === undefined) return new Uint8Array(6).fill(0xff);
  within("amount in fen", amountFen, 0, LARGEST_AMOUNT_FEN);
  const digits = String(amountFen).padStart(12, "0");
  return Uint8Array.from({ length: 6 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16));
}

export function within(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new PadFailure("rejected", `${what} is ${value}, ${least === most ? least : `${least} to ${most}`} expected`);
}
