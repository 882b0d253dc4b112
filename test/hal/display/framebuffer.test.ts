import fc from "fast-check";
import { expect, test } from "vitest";
import { openFramebuffer } from "../../../hal/display/framebuffer.ts";
import { clipped, merged, overlap } from "../../../hal/display/rects.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { createFakeSystem } from "../../fakes/system.ts";

function panel(width = 320, height = 240) {
  const system = createFakeSystem();
  const display = openFramebuffer(system, "lcd", { width, height });
  return { display, wire: system.fakePort("lcd") };
}

/** x, y, w, h of a write. */
function headerOf(write: Uint8Array): number[] {
  const view = new DataView(write.buffer, write.byteOffset);
  return [0, 2, 4, 6].map((at) => view.getUint16(at, true));
}

/** What a panel shows after these writes. */
function shown(writes: readonly Uint8Array[], width: number, height: number): Uint16Array {
  const pixels = new Uint16Array(width * height);
  for (const write of writes) {
    const [x = 0, y = 0, w = 0, h = 0] = headerOf(write);
    expect(write.length).toBe(8 + w * h * 2);
    const view = new DataView(write.buffer, write.byteOffset);
    for (let i = 0; i < w * h; i++) pixels[(y + Math.floor(i / w)) * width + x + (i % w)] = view.getUint16(8 + i * 2, true);
  }
  return pixels;
}

test("a rectangle goes out as x, y, w, h and its pixels, little-endian", () => {
  const { display, wire } = panel(4, 3);
  display.pixels.set([0, 0, 0, 0, 0, 0xf800, 0x07e0, 0, 0, 0x001f, 0x1234, 0]);
  display.flush([{ x: 1, y: 1, w: 2, h: 2 }]);
  expect([...(wire.writes[0] ?? [])]).toEqual([1, 0, 1, 0, 2, 0, 2, 0, 0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00, 0x34, 0x12]);
});

test("a rectangle too large for one write goes out in strips of whole rows", () => {
  const { display, wire } = panel(480, 320);
  display.flush([{ x: 0, y: 0, w: 480, h: 320 }]);
  expect(wire.writes.length).toBe(2);
  expect(wire.writes.every((write) => write.length <= 262_144)).toBe(true);
  expect(wire.writes.map((write) => headerOf(write)[1])).toEqual([0, 273]);
});

test("nothing damaged, or only outside the panel: nothing is written", () => {
  const { display, wire } = panel();
  display.flush([]);
  display.flush([
    { x: 320, y: 0, w: 10, h: 10 },
    { x: 5, y: -9, w: 3, h: 9 },
  ]);
  expect(wire.writes.length).toBe(0);
});

const rects = fc.array(
  fc.record({
    x: fc.integer({ min: -6, max: 24 }),
    y: fc.integer({ min: -6, max: 18 }),
    w: fc.integer({ min: 1, max: 20 }),
    h: fc.integer({ min: 1, max: 20 }),
  }),
  { maxLength: 8 },
);

test("whatever is damaged reaches the panel, each pixel once", () => {
  fc.assert(
    fc.property(rects, (damage) => {
      const { display, wire } = panel(20, 14);
      for (let i = 0; i < display.pixels.length; i++) display.pixels[i] = i + 1;
      display.flush(damage);
      const pixels = shown(wire.writes, 20, 14);
      for (const rect of damage) {
        const part = clipped(rect, { x: 0, y: 0, w: 20, h: 14 });
        if (part === undefined) continue;
        for (let y = part.y; y < part.y + part.h; y++) {
          for (let x = part.x; x < part.x + part.w; x++) expect(pixels[y * 20 + x]).toBe(y * 20 + x + 1);
        }
      }
      const written = wire.writes.reduce((total, write) => total + (write.length - 8) / 2, 0);
      expect(written).toBe(pixels.filter((pixel) => pixel !== 0).length);
    }),
  );
});

test("merged rectangles do not overlap", () => {
  fc.assert(
    fc.property(rects, (damage) => {
      const apart = merged(damage);
      for (const [i, a] of apart.entries()) for (const b of apart.slice(i + 1)) expect(overlap(a, b)).toBe(false);
    }),
  );
});

test("a panel that is gone, or was never there, is an unplugged display", () => {
  const { display, wire } = panel();
  wire.writeError = "unplugged";
  expect(() => display.flush([{ x: 0, y: 0, w: 1, h: 1 }])).toThrow(DeviceError);
  wire.writeError = undefined;
  expect(() => display.flush([{ x: 0, y: 0, w: 1, h: 1 }])).not.toThrow();
});

test("a size that is none is refused with its name", () => {
  const system = createFakeSystem();
  expect(() => openFramebuffer(system, "lcd", { width: 320 })).toThrow(/settings\.height/);
  expect(() => openFramebuffer(system, "lcd", { width: 0, height: 240 })).toThrow(/settings\.width/);
});
