/** What the terminal can do with a chip, as the board says it (9F33, §7 of the chip). A device that is away just now is still one of the terminal's. */
import type { Board } from "../../hal/boards/board.ts";

/** SDA, DDA, CDA. */
const AUTHENTICATION = 0xc8;

/** Which PINs a card can be given: they go from the pad to the card without being readable here. */
function offlinePinsOf({ devices: { pinpad, icc } }: Board): { enciphered: boolean; plain: boolean } {
  const enciphered = pinpad?.settings?.cardPins === true;
  return { enciphered, plain: enciphered && icc?.settings?.pairedPad === true };
}

/** 9F33, out of what the board has: keys, stripe and chip · PIN to the card plain, to the host, signature, PIN to the card enciphered, nothing · SDA, DDA, CDA. */
export function capabilitiesOf(board: Board): Uint8Array {
  const { keypad, msr, icc, pinpad, printer } = board.devices;
  const { plain, enciphered } = offlinePinsOf(board);
  const bits = (rows: readonly (readonly [unknown, number])[]) => rows.reduce((sum, [has, bit]) => sum | (has ? bit : 0), 0);
  return Uint8Array.of(
    bits([
      [keypad, 0x80],
      [msr, 0x40],
      [icc, 0x20],
    ]),
    bits([
      [plain, 0x80],
      [pinpad, 0x40],
      [printer, 0x20],
      [enciphered, 0x10],
      [true, 0x08],
    ]),
    AUTHENTICATION,
  );
}
