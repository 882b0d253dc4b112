/** Shapes as distances: negative inside, positive outside, so that edges come out smooth at any size. Angles in degrees clockwise from up. */
export type Shape = (x: number, y: number) => number;

/** Math.hypot is many times slower in small engines, and its last bit differs between engines. */
function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

export function disc(centerX: number, centerY: number, radius: number): Shape {
  return (x, y) => length(x - centerX, y - centerY) - radius;
}

export function ring(centerX: number, centerY: number, radius: number, stroke: number): Shape {
  return (x, y) => Math.abs(length(x - centerX, y - centerY) - radius) - stroke / 2;
}

/** A straight stroke with round ends. */
export function line(x0: number, y0: number, x1: number, y1: number, stroke: number): Shape {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length2 = dx * dx + dy * dy || 1;
  return (x, y) => {
    const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length2));
    return length(x - x0 - along * dx, y - y0 - along * dy) - stroke / 2;
  };
}

/** Strokes from point to point: x, y, x, y … */
export function path(points: readonly number[], stroke: number): Shape {
  const strokes: Shape[] = [];
  for (let i = 0; i + 3 < points.length; i += 2) {
    strokes.push(line(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0, points[i + 3] ?? 0, stroke));
  }
  return union(...strokes);
}

export function box(left: number, top: number, width: number, height: number, radius = 0): Shape {
  const [centerX, centerY] = [left + width / 2, top + height / 2];
  return (x, y) => {
    const dx = Math.abs(x - centerX) - width / 2 + radius;
    const dy = Math.abs(y - centerY) - height / 2 + radius;
    return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
  };
}

export function frame(left: number, top: number, width: number, height: number, radius: number, stroke: number): Shape {
  const outer = box(left, top, width, height, radius);
  return (x, y) => Math.abs(outer(x, y)) - stroke / 2;
}

/** Part of a ring, clockwise from one angle to the other, with round ends. */
export function arc(centerX: number, centerY: number, radius: number, from: number, to: number, stroke: number): Shape {
  const span = to - from;
  const end = (degrees: number): Shape => {
    const angle = (degrees * Math.PI) / 180;
    return disc(centerX + radius * Math.sin(angle), centerY - radius * Math.cos(angle), stroke / 2);
  };
  const [first, last] = [end(from), end(to)];
  return (x, y) => {
    const across = Math.abs(length(x - centerX, y - centerY) - radius) - stroke / 2;
    // Away from the whole ring there is nothing of a part of it, and the angle is what costs.
    if (across > 1) return across;
    const angle = (Math.atan2(x - centerX, centerY - y) * 180) / Math.PI;
    const past = (((angle - from) % 360) + 360) % 360;
    return past <= span ? across : Math.min(first(x, y), last(x, y));
  };
}

export function union(...shapes: Shape[]): Shape {
  return (x, y) => {
    let nearest = Infinity;
    for (const shape of shapes) nearest = Math.min(nearest, shape(x, y));
    return nearest;
  };
}

export function without(shape: Shape, hole: Shape): Shape {
  return (x, y) => Math.max(shape(x, y), -hole(x, y));
}

/** How much of each pixel a shape covers, 0 to 15. */
export interface Mask {
  width: number;
  height: number;
  levels: Uint8Array;
}

/** `scale`: pixels in a unit of the shape. */
export function maskOf(shape: Shape, width: number, height: number, scale: number): Mask {
  const levels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = shape((x + 0.5) / scale, (y + 0.5) / scale) * scale;
      levels[y * width + x] = Math.round(Math.max(0, Math.min(1, 0.5 - distance)) * 15);
    }
  }
  return { width, height, levels };
}
