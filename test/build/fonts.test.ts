import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { PathCommand } from "fontkit";
import { expect, test } from "vitest";
import { everyday } from "../../build/fonts/characters.ts";
import { rasterise } from "../../build/fonts/raster.ts";

const unit = { scaleX: 1, scaleY: 1, originX: 0, originY: 0 };

function polygon(points: readonly [number, number][]): PathCommand[] {
  const [first, ...rest] = points;
  if (first === undefined) return [];
  return [
    { command: "moveTo", args: [...first] },
    ...rest.map((args): PathCommand => ({ command: "lineTo", args: [...args] })),
    { command: "closePath", args: [] },
  ];
}

test("a triangle's ink is its area", () => {
  const coordinate = fc.double({ min: -20, max: 20, noNaN: true });
  const point = fc.tuple(coordinate, coordinate);
  fc.assert(
    fc.property(point, point, point, (a, b, c) => {
      const ink = rasterise(polygon([a, b, c]), unit)?.coverage.reduce((total, one) => total + one, 0) ?? 0;
      const area = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
      expect(ink).toBeCloseTo(area, 2);
    }),
  );
});

test("an edge thinner than a number can divide still covers what it covers", () => {
  const sliver: [number, number][] = [
    [0, 0],
    [5e-324, 0],
    [0, -0.05],
  ];
  expect(rasterise(polygon(sliver), unit)?.coverage.reduce((total, one) => total + one, 0) ?? 0).toBe(0);
});

test("a square on whole pixels is full, and lies where it should", () => {
  const square = polygon([
    [1, 2],
    [4, 2],
    [4, 5],
    [1, 5],
  ]);
  expect(rasterise(square, { ...unit, originY: 10 })).toEqual({
    left: 1,
    top: 5,
    width: 3,
    height: 3,
    coverage: new Float32Array(9).fill(1),
  });
});

test("overlapping strokes count once", () => {
  const square = polygon([
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
  ]);
  expect(rasterise([...square, ...square], unit)?.coverage).toEqual(new Float32Array(4).fill(1));
});

test("GB2312 has 6,763 hanzi", () => {
  expect(everyday().filter((point) => point >= 0x4e00 && point <= 0x9fff).length).toBe(6763);
});

const print = join(process.env.TAEL_ROOT ?? process.cwd(), "dist", "assets", "font-print-24.bin");

test("the printer's face is laid out as build/README.md says", () => {
  expect(existsSync(print)).toBe(true);
  const bytes = readFileSync(print);
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("TPF1");
  const count = bytes.readUInt16LE(4);
  expect([bytes[6], bytes[7]]).toEqual([24, 24]);
  expect(bytes.length).toBe(8 + count * 2 + count * 72);
  const points = Array.from({ length: count }, (_, i) => bytes.readUInt16LE(8 + i * 2));
  expect(points).toEqual(points.toSorted((a, b) => a - b));
  expect(points).toEqual(everyday());
  const rowsOf = (character: string): Buffer =>
    bytes.subarray(8 + count * 2 + points.indexOf(character.charCodeAt(0)) * 72).subarray(0, 72);
  // 一 is one stroke across the middle; ASCII keeps to the left half.
  expect(rowsOf("一").some((byte, i) => byte !== 0 && i >= 24 && i < 48)).toBe(true);
  for (const letter of "WM@8")
    for (let row = 0; row < 24; row++) expect((rowsOf(letter).readUIntBE(row * 3, 3) & 0xfff) === 0, letter).toBe(true);
});
