import fc from "fast-check";
import { expect, test } from "vitest";
import { openHidMsr } from "../../../hal/msr/hid-msr.ts";
import type { Swipe } from "../../../hal/msr/msr.ts";
import { createFakeSystem } from "../../fakes/system.ts";

function report(
  tracks: readonly [string, string, string],
  statuses = [0, 0, 0],
  lengths = tracks.map((track) => track.length),
): Uint8Array {
  const bytes = new Uint8Array(337);
  bytes.set([...statuses, ...lengths, 0]);
  tracks.forEach((track, at) => {
    bytes.set(
      Uint8Array.from(track, (char) => char.charCodeAt(0)),
      7 + at * 110,
    );
  });
  return bytes;
}

function swipe(bytes: Uint8Array): { swipe: Swipe | undefined; error: string | undefined } {
  const system = createFakeSystem();
  const msr = openHidMsr(system, "msr");
  let got: Swipe | undefined;
  let error: string | undefined;
  msr.arm((swiped) => (got = swiped));
  msr.onError = (failed) => (error = failed.message);
  system.fakePort("msr").toTerminal(bytes);
  return { swipe: got, error };
}

const DAMAGED = { fault: "damaged" };

test("a track is damaged when its status, its sentinels, its characters or its length say so", () => {
  const track2 = (text: string, status = 0) => swipe(report(["", text, ""], [0, status, 0])).swipe?.track2;
  expect(track2(";6229990000000000019=3012?")).toBe("6229990000000000019=3012");
  expect(track2(";6229990000000000019D3012?")).toBe("6229990000000000019=3012");
  expect(track2(";6229990000000000019=3012?", 1)).toEqual(DAMAGED);
  expect(track2("", 1)).toEqual(DAMAGED);
  expect(track2("6229990000000000019=3012?")).toEqual(DAMAGED);
  expect(track2(";6229990000000000019=3012")).toEqual(DAMAGED);
  expect(track2("%6229990000000000019=3012?")).toEqual(DAMAGED);
  expect(track2(";62299900x0000000019=3012?")).toEqual(DAMAGED);
  expect(track2(`;${"1".repeat(38)}?`)).toEqual(DAMAGED);
  expect(track2(";?")).toEqual(DAMAGED);
  expect(swipe(report(["%b6229?", "", ""])).swipe?.track1).toEqual(DAMAGED);
  expect(swipe(report(["", "", "+1234=5?"])).swipe?.track3).toBe("1234=5");
});

test("a length that cannot be is a bad report", () => {
  expect(swipe(report(["", "", ""], [0, 0, 0], [0, 200, 0])).error).toMatch(/track 2 claims 200/);
  expect(swipe(new Uint8Array(64)).error).toMatch(/64 bytes, 337 expected/);
});

test("no report makes it fail, and what it gives is clean", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 330, maxLength: 340 }), (bytes) => {
      const { swipe: got } = swipe(bytes);
      if (typeof got?.track2 === "string") expect(got.track2).toMatch(/^[0-9=]{1,37}$/);
    }),
    { numRuns: 200 },
  );
});
