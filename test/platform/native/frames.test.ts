/** Frames between a desk and the native terminal: whatever pieces they come in. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, frameOf, jsonOf } from "../../../platform/native/frames.ts";

const message = fc.record({ kind: fc.string({ unit: "grapheme" }), n: fc.integer() });

test("frames cut anywhere come out whole and in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(message, fc.uint8Array())),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (frames, cuts) => {
        const all = Buffer.concat(frames.map(([each, bytes]) => frameOf(each, bytes)));
        const reader = new FrameReader<unknown>();
        const got: unknown[] = [];
        for (let at = 0, n = 0; at < all.length; n++) {
          const size = cuts[n % cuts.length] as number;
          got.push(...reader.push(all.subarray(at, at + size)));
          at += size;
        }
        expect(got).toEqual(frames.map(([each, bytes]) => ({ message: each, bytes })));
      },
    ),
  );
});

test("a text of any signs crosses as ASCII", () => {
  const odd = { words: "卡\u0000\ud800é\u{1f600}" };
  expect(jsonOf(odd)).toMatch(/^[ -~]+$/);
  expect(JSON.parse(jsonOf(odd))).toEqual(odd);
});
