/**
 * Outlines to grey pixels by exact area coverage: every edge adds its signed area to an accumulation buffer, one sum along each row gives
 * the coverage. Plain arithmetic, so every machine makes the same bytes.
 */
import type { PathCommand } from "fontkit";

export interface Bitmap {
  /** Top left corner: pixels right of the pen, and below the line that `originY` names. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** 0…1 a pixel, row after row. */
  coverage: Float32Array;
}

export interface Placement {
  /** Pixels in a unit of the outline. */
  scaleX: number;
  scaleY: number;
  /** Where the outline's origin lies, in pixels, y down. */
  originX: number;
  originY: number;
}

/** Straight edges in pixels, four numbers each: x0, y0, x1, y1. */
type Edges = number[];

/** How far a chord may stray from its curve, in pixels: well below a grey step. */
const TOLERANCE = 0.04;

/** An edge that rises less than this covers nothing; its slope would be no number. */
const LEVEL = 1e-9;

/** The inked part of a glyph; undefined for a blank one. */
export function rasterise(commands: readonly PathCommand[], placement: Placement): Bitmap | undefined {
  const edges = flatten(commands, placement);
  if (edges.length === 0) return undefined;
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < edges.length; i += 2) {
    const [x, y] = [edges[i] as number, edges[i + 1] as number];
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  const left = Math.floor(minX);
  const top = Math.floor(minY);
  const width = Math.ceil(maxX) - left;
  const height = Math.ceil(maxY) - top;
  if (width === 0 || height === 0) return undefined;
  // Spare cells at the end of a row: an edge on the right border spills into them.
  const stride = width + 2;
  const area = new Float64Array(stride * height);
  for (let i = 0; i < edges.length; i += 4) {
    const [x0, y0, x1, y1] = [edges[i] as number, edges[i + 1] as number, edges[i + 2] as number, edges[i + 3] as number];
    addEdge(area, stride, x0 - left, y0 - top, x1 - left, y1 - top);
  }
  return { left, top, width, height, coverage: sum(area, stride, width, height) };
}

function flatten(commands: readonly PathCommand[], { scaleX, scaleY, originX, originY }: Placement): Edges {
  const edges: Edges = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const lineTo = (toX: number, toY: number): void => {
    if (Math.abs(toY - y) > LEVEL) edges.push(x, y, toX, toY);
    x = toX;
    y = toY;
  };
  for (const { command, args } of commands) {
    const [a = 0, b = 0, c = 0, d = 0] = args;
    const [ax, ay, bx, by] = [originX + a * scaleX, originY - b * scaleY, originX + c * scaleX, originY - d * scaleY];
    if (command === "moveTo") {
      x = startX = ax;
      y = startY = ay;
    } else if (command === "lineTo") lineTo(ax, ay);
    else if (command === "closePath") lineTo(startX, startY);
    else if (command === "quadraticCurveTo") quadratic(x, y, ax, ay, bx, by, lineTo);
    else throw new Error("a cubic curve: the fonts we draw are TrueType and have none");
  }
  return edges;
}

/** A quadratic curve as as few chords as the tolerance allows. */
function quadratic(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  lineTo: (x: number, y: number) => void,
): void {
  const bend = Math.abs(x0 - 2 * x1 + x2) + Math.abs(y0 - 2 * y1 + y2);
  const steps = Math.max(1, Math.ceil(Math.sqrt(bend / (4 * TOLERANCE))));
  for (let step = 1; step <= steps; step++) {
    const t = step / steps;
    const u = 1 - t;
    lineTo(u * u * x0 + 2 * u * t * x1 + t * t * x2, u * u * y0 + 2 * u * t * y1 + t * t * y2);
  }
}

/** Adds the signed area to the right of one edge. Cells hold differences: the row sum up to a cell is its coverage. */
function addEdge(area: Float64Array, stride: number, x0: number, y0: number, x1: number, y1: number): void {
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  let x = topX;
  for (let row = Math.floor(topY); row < bottomY; row++) {
    const from = Math.max(row, topY);
    const to = Math.min(row + 1, bottomY);
    const nextX = to === bottomY ? bottomX : x + slope * (to - from);
    const height = direction * (to - from);
    addSlice(area, row * stride, Math.min(x, nextX), Math.max(x, nextX), height);
    x = nextX;
  }
}

/** One edge within one pixel row, from leftX to rightX, covering `height` of the row: each crossed cell takes its share, all to the right the whole. */
function addSlice(area: Float64Array, base: number, leftX: number, rightX: number, height: number): void {
  const width = rightX - leftX;
  for (let cell = Math.floor(leftX); cell <= rightX; cell++) {
    const from = cell > leftX ? cell : leftX;
    const to = cell + 1 < rightX ? cell + 1 : rightX;
    const share = width === 0 ? height : height * ((to - from) / width);
    const middle = (from + to) / 2 - cell;
    const at = base + cell;
    area[at] = (area[at] as number) + share * (1 - middle);
    area[at + 1] = (area[at + 1] as number) + share * middle;
  }
}

/** Coverage of each cell; overlapping contours of one direction count once. */
function sum(area: Float64Array, stride: number, width: number, height: number): Float32Array {
  const coverage = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    let total = 0;
    for (let column = 0; column < width; column++) {
      total += area[row * stride + column] ?? 0;
      coverage[row * width + column] = Math.min(1, Math.abs(total));
    }
  }
  return coverage;
}
