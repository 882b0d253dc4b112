/** The pictures, drawn by code on a field of 24 by 24 units. */
import { arc, box, disc, frame, line, type Mask, maskOf, path, ring, type Shape, union, without } from "./shapes.ts";
import type { Hint, Icon } from "./tree.ts";

const FIELD = 24;
/** Strokes of pictures. */
const S = 1.8;
/** Strokes of signs that stand alone: check, cross, question mark. */
const B = 3.2;

const ICONS: Record<Icon, Shape> = {
  swipe: union(
    frame(3, 3, 18, 12, 2.2, S),
    box(3, 6, 18, 3),
    path([3, 20.3, 20.5, 20.3], S),
    path([17.5, 17.4, 20.5, 20.3, 17.5, 23.1], S),
  ),
  insert: union(
    frame(6, 1.2, 12, 15, 2.2, S),
    frame(9.6, 4.4, 4.8, 3.8, 0.8, 1.3),
    path([9.4, 11, 12, 13.6, 14.6, 11], S),
    box(2, 19.2, 20, 3.4, 1.7),
  ),
  tap: union(
    frame(1.2, 5.5, 8.6, 13, 2, S),
    box(1.2, 8.4, 8.6, 2),
    arc(7, 12, 7.2, 52, 128, S),
    arc(7, 12, 11, 52, 128, S),
    arc(7, 12, 14.8, 52, 128, S),
  ),
  good: path([4.5, 12.8, 9.8, 18, 19.5, 6.8], B),
  bad: union(line(6, 6, 18, 18, B), line(18, 6, 6, 18, B)),
  unknown: union(arc(12, 8, 4.9, 275, 510, B), path([14.4, 12.2, 12.2, 14, 12, 15.4], B), disc(12, 20.2, 1.9)),
  paper: union(
    path([5, 2.2, 19, 2.2, 19, 21.4, 16.7, 19.4, 14.3, 21.4, 12, 19.4, 9.7, 21.4, 7.3, 19.4, 5, 21.4, 5, 2.2], S),
    line(8.6, 7, 15.4, 7, S),
    line(8.6, 11, 15.4, 11, S),
    line(8.6, 15, 12.6, 15, S),
  ),
  lock: without(
    union(
      box(4.2, 10.6, 15.6, 11.6, 2.6),
      arc(12, 7.6, 4.8, 270, 450, 2.2),
      line(7.2, 7.6, 7.2, 11.5, 2.2),
      line(16.8, 7.6, 16.8, 11.5, 2.2),
    ),
    union(disc(12, 15.4, 1.7), line(12, 15.4, 12, 18.4, 1.7)),
  ),
  key: union(ring(6.6, 12, 4, 2.4), line(10.6, 12, 22, 12, 2.4), line(17.4, 12, 17.4, 15.8, 2.4), line(21.4, 12, 21.4, 15, 2.4)),
  network: union(
    ring(12, 12, 9.6, S),
    line(2.6, 12, 21.4, 12, S),
    line(12, 2.6, 12, 21.4, S),
    arc(3.2, 12, 13, 47, 133, S),
    arc(20.8, 12, 13, 227, 313, S),
  ),
  warn: union(path([12, 3.2, 22.2, 20.6, 1.8, 20.6, 12, 3.2], 2.2), line(12, 9.6, 12, 14.2, 2.2), disc(12, 17.4, 1.3)),
  reverse: union(arc(12.4, 12.6, 8.2, 300, 570, 2.4), path([4.6, 3.4, 5.2, 8.6, 10.4, 8.8], 2.4)),
};

/** Small signs of the status bar and the checks. */
export type Sign =
  | "up"
  | "down"
  | "operator"
  | "batch"
  | "roll"
  | "plug"
  | "dot"
  | "check"
  | "cross"
  | "bang"
  | "slash"
  | Hint["key"];

const SIGNS: Record<Sign, Shape> = {
  enter: ring(12, 12, 7, 3.4),
  cancel: union(line(6, 6, 18, 18, 3.4), line(18, 6, 6, 18, 3.4)),
  clear: union(line(4, 12, 20, 12, 3), path([11, 5, 4, 12, 11, 19], 3)),
  menu: union(line(5, 6, 19, 6, 3), line(5, 12, 19, 12, 3), line(5, 18, 19, 18, 3)),
  up: path([4, 16, 12, 8, 20, 16], 3.4),
  down: path([4, 8, 12, 16, 20, 8], 3.4),
  digits: disc(12, 12, 0),
  operator: union(disc(12, 7, 5), without(disc(12, 24, 10.5), box(0, 22.5, 24, 14))),
  batch: union(frame(3, 3, 18, 18, 3, 2.6), line(8, 9, 16, 9, 2.6), line(8, 15, 16, 15, 2.6)),
  roll: union(
    path([5, 2, 19, 2, 19, 22, 14.4, 18.6, 9.6, 22, 5, 18.6, 5, 2], 2.6),
    line(9, 8, 15, 8, 2.6),
    line(9, 13, 15, 13, 2.6),
  ),
  plug: union(box(3, 16, 4, 6, 1), box(10, 10, 4, 12, 1), box(17, 3, 4, 19, 1)),
  dot: disc(12, 12, 4.5),
  check: path([4.5, 12.8, 9.8, 18, 19.5, 6.8], 3.6),
  cross: union(line(6, 6, 18, 18, 3.6), line(18, 6, 6, 18, 3.6)),
  slash: line(3, 3, 21, 21, 3),
  bang: union(line(12, 5, 12, 13, 4), disc(12, 19, 2.3)),
};

const made = new Map<string, Mask>();

function remembered(name: string, size: number, shape: Shape): Mask {
  const key = `${name} ${size}`;
  const mask = made.get(key) ?? maskOf(shape, size, size, size / FIELD);
  made.set(key, mask);
  return mask;
}

/** `size`: pixels of its square. */
export function iconMask(icon: Icon, size: number): Mask {
  return remembered(icon, size, ICONS[icon]);
}

export function signMask(sign: Sign, size: number): Mask {
  return remembered(`sign ${sign}`, size, SIGNS[sign]);
}

/** A full disc, for a sign to stand on. */
export function discMask(size: number): Mask {
  return remembered("disc", size, disc(FIELD / 2, FIELD / 2, FIELD / 2));
}
