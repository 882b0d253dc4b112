import fc from "fast-check";
import { expect, test } from "vitest";
import { heardAt } from "../../../../tools/sim/devices/uart.ts";

const someBytes = fc.uint8Array({ minLength: 1, maxLength: 300 });

test("at one speed, and within three percent of it, every byte arrives", () => {
  fc.assert(
    fc.property(someBytes, fc.double({ min: 0.97, max: 1.03, noNaN: true }), (bytes, ratio) => {
      expect(heardAt(bytes, 115_200, 115_200 * ratio)).toEqual(bytes);
    }),
  );
});

test("at another speed never what was sent arrives; from a slower end always something", () => {
  fc.assert(
    // A NUL sent slowly is a break, which Linux hands on as a NUL.
    fc.property(
      someBytes.filter((bytes) => bytes.some((byte) => byte !== 0)),
      fc.constantFrom(9_600, 19_200, 38_400, 57_600, 230_400),
      (bytes, baud) => {
        const heard = heardAt(bytes, baud, 115_200);
        expect(heard).not.toEqual(bytes);
        expect(heardAt(bytes, baud, 115_200)).toEqual(heard);
        if (baud < 115_200) expect(heard.length).toBeGreaterThanOrEqual(bytes.length);
      },
    ),
  );
});

test("as a logic analyser shows it", () => {
  // 0x55 at half the speed: every bit is seen twice, and where the stop bit should be there is a low one; then the rest is taken for another byte.
  expect([...heardAt(Uint8Array.of(0x55), 57_600, 115_200)]).toEqual([0, 0xe6]);
  // Twice as fast: the start bit is over before it is looked at.
  expect([...heardAt(Uint8Array.of(0xff), 230_400, 115_200)]).toEqual([]);
  // Four bits low in a row are start bit enough.
  expect([...heardAt(Uint8Array.of(0xf8), 230_400, 115_200)]).toEqual([0xfe]);
});
