import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, frameOf } from "../../../hal/icc/ccid-frames.ts";
import { concat, fromHex, toHex } from "../../../platform/guest/bytes.ts";
import { createFakeSystem } from "../../fakes/system.ts";

function reader() {
  const system = createFakeSystem();
  const seen: string[] = [];
  const frames = new FrameReader(system.scheduler, {
    message: ({ type, slot, sequence, data }) => seen.push([type, slot, sequence, toHex(data)].join(" ")),
    nak: () => seen.push("nak"),
    slots: (bits) => seen.push(`slots ${bits}`),
    moreTime: () => seen.push("more time"),
    damaged: () => seen.push("damaged"),
  });
  return { system, seen, take: (bytes: Uint8Array) => frames.take(bytes.slice()) };
}

const message = (data: Uint8Array, sequence = 7) => ({ type: 0x80, slot: 0, sequence, own: [0, 0, 0] as const, data });

test("a frame as the page draws it: an escape that asks for the firmware", () => {
  const frame = frameOf({ type: 0x6b, slot: 0, sequence: 1, own: [0, 0, 0], data: Uint8Array.of(2) });
  expect(toHex(frame)).toBe("03066B0100000000010000000 26C".replaceAll(" ", ""));
});

test("frames come through in any pieces, with notices, NAK and requests for time between them", () => {
  const line = concat(
    fromHex("5003"),
    frameOf(message(fromHex("9000"))),
    fromHex("031516"),
    fromHex("80"),
    frameOf(message(new Uint8Array(261), 8)),
    fromHex("5002"),
  );
  const whole = ["slots 3", "128 0 7 9000", "nak", "more time", `128 0 8 ${"00".repeat(261)}`, "slots 2"];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (sizes) => {
      const { take, seen } = reader();
      let at = 0;
      for (const size of sizes) {
        take(line.subarray(at, at + size));
        at += size;
      }
      take(line.subarray(at));
      expect(seen).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

test("damage is told once the line is silent, and the next frame is heard", async () => {
  const damages = [
    frameOf(message(fromHex("9000"))).map((byte, at) => (at === 12 ? byte ^ 1 : byte)),
    frameOf(message(fromHex("9000"))).subarray(0, 9),
    fromHex("0307"),
    fromHex("031517"),
    fromHex("50AA"),
    fromHex("030680FFFFFFFF0000000000"),
  ];
  for (const damage of damages) {
    const { take, seen, system } = reader();
    take(damage);
    await system.advance(150);
    take(frameOf(message(fromHex("9000"))));
    expect(seen).toEqual(["damaged", "128 0 7 9000"]);
  }
});
