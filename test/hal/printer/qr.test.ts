import QRCode from "qrcode";
import { expect, test } from "vitest";
import { qrModules, qrSize } from "../../../hal/printer/qr.ts";

const text = (length: number): string => Array.from({ length }, (_, at) => String.fromCharCode(0x20 + ((at * 37) % 95))).join("");

test("the same modules as another encoder, from version 1 to 40, with every mask", () => {
  for (const [index, length] of [1, 14, 15, 40, 62, 107, 180, 213, 214, 400, 700, 1000, 1500, 2000, 2331].entries()) {
    const words = text(length);
    const bytes = new TextEncoder().encode(words);
    const mask = index % 8;
    const ours = qrModules(bytes, mask);
    const theirs = QRCode.create([{ data: bytes, mode: "byte" }], { errorCorrectionLevel: "M", maskPattern: mask as 0 });
    expect(ours.size).toBe(theirs.modules.size);
    expect(qrSize(length)).toBe(theirs.modules.size);
    for (let y = 0; y < ours.size; y++) {
      for (let x = 0; x < ours.size; x++) {
        if (ours.dark(x, y) !== (theirs.modules.get(y, x) === 1)) throw new Error(`${length} bytes: module ${x},${y} differs`);
      }
    }
  }
});

test("chooses a mask by itself, and the same one each time; too much is refused", () => {
  const bytes = new TextEncoder().encode("https://example.com/pay?id=1");
  expect(qrModules(bytes).mask).toBe(qrModules(bytes).mask);
  expect(() => qrModules(new Uint8Array(2332))).toThrow(RangeError);
});
