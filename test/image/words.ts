/** Reads a picture of the terminal's screen: whether words stand on it, in whichever of the firmware's faces and colours. */
import { createCanvas } from "../../app/screens/canvas.ts";
import { lineHeight, type Type, typeSet, widthOf } from "../../app/screens/type.ts";
import { catalogues } from "../../app/text/index.ts";
import { builtFonts } from "../golden/screens/desk.ts";
import type { Picture } from "../qemu/qmp.ts";

const PANEL = { width: 320, height: 240 };
const INK = 0xffff;

/** Places that are all ink, and places that are all ground, from the upper left corner; what lies between is neither. */
interface Shape {
  width: number;
  height: number;
  ink: readonly number[];
  ground: readonly number[];
}

const types: readonly Type[] = Object.values(typeSet(builtFonts()));
const shapes = new Map<string, Shape[]>();

function shapesOf(words: string): Shape[] {
  let known = shapes.get(words);
  if (known === undefined)
    shapes.set(words, (known = types.map((type) => shapeOf(type, words)).filter(({ ink }) => ink.length > 0)));
  return known;
}

function shapeOf(type: Type, words: string): Shape {
  const [width, height] = [Math.min(widthOf(type, words), PANEL.width), lineHeight(type) + 8];
  const pixels = new Uint16Array(width * height);
  createCanvas(pixels, width, height).text(type, words, 0, 0, INK);
  const rows = Array.from({ length: height }, (_, y) => pixels.subarray(y * width, (y + 1) * width));
  const inked = rows.map((row) => row.some((pixel) => pixel !== 0));
  const [first, last] = [inked.indexOf(true), inked.lastIndexOf(true)];
  const shape = { width, height: last - first + 1, ink: [] as number[], ground: [] as number[] };
  if (first < 0) return shape;
  for (let y = first; y <= last; y++)
    for (let x = 0; x < width; x++) {
      const level = rows[y]?.[x];
      const at = (y - first) * PANEL.width + x;
      if (level === INK) shape.ink.push(at);
      else if (level === 0) shape.ground.push(at);
    }
  return shape;
}

/** The panel's part of the picture, a number a pixel. */
export function panelOf({ width, rgb }: Picture): Uint32Array {
  const panel = new Uint32Array(PANEL.width * PANEL.height);
  for (let y = 0; y < PANEL.height; y++)
    for (let x = 0; x < PANEL.width; x++) {
      const at = (y * width + x) * 3;
      panel[y * PANEL.width + x] = ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
    }
  return panel;
}

function standsAt(panel: Uint32Array, { ink, ground }: Shape, at: number): boolean {
  const colour = panel[at + (ink[0] ?? 0)];
  const behind = panel[at + (ground[0] ?? 0)];
  if (colour === behind) return false;
  return ink.every((offset) => panel[at + offset] === colour) && ground.every((offset) => panel[at + offset] === behind);
}

function stands(panel: Uint32Array, shape: Shape): boolean {
  for (let y = 0; y + shape.height <= PANEL.height; y++)
    for (let x = 0; x + shape.width <= PANEL.width; x++) if (standsAt(panel, shape, y * PANEL.width + x)) return true;
  return false;
}

export const sees = (panel: Uint32Array, words: string): boolean => shapesOf(words).some((shape) => stands(panel, shape));

/** All of the firmware's own words that stand there; for people who want to know where a test has stopped. */
export const read = (panel: Uint32Array): string[] =>
  Object.values(catalogues["zh-CN"]).filter((words) => !words.includes("{") && sees(panel, words));
