/** What a framebuffer is written with: a rectangle of RGB565 behind its place, as platform/abi.ts says. */
import { DoorError } from "../errors.ts";

export interface Rectangle {
  x: number;
  y: number;
  w: number;
  h: number;
  /** Row after row, little endian. */
  pixels: Uint8Array;
}

const HEADER_BYTES = 8;

/** Throws DoorError bad-argument, naming the port. */
export function rectangleOf(name: string, bytes: Uint8Array, width: number, height: number): Rectangle {
  if (bytes.length < HEADER_BYTES) throw new DoorError("bad-argument", `${name}: a rectangle starts with x, y, width, height`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const [x, y, w, h] = [0, 2, 4, 6].map((at) => view.getUint16(at, true)) as [number, number, number, number];
  if (x + w > width || y + h > height)
    throw new DoorError("bad-argument", `${name}: rectangle ${x},${y} ${w}×${h} is outside ${width}×${height}`);
  if (bytes.length !== HEADER_BYTES + w * h * 2)
    throw new DoorError("bad-argument", `${name}: ${w}×${h} needs ${w * h * 2} bytes of pixels`);
  return { x, y, w, h, pixels: bytes.subarray(HEADER_BYTES) };
}

/** One row RGB565 → XRGB8888, little endian; the low bits repeat the high ones, so that white stays white. */
export function widenRow(row: Uint8Array): Uint8Array {
  const wide = new Uint8Array(row.length * 2);
  for (let at = 0; at + 1 < row.length; at += 2) {
    const pixel = (row[at] as number) | ((row[at + 1] as number) << 8);
    const red = pixel >> 11;
    const green = (pixel >> 5) & 0x3f;
    const blue = pixel & 0x1f;
    wide[at * 2] = (blue << 3) | (blue >> 2);
    wide[at * 2 + 1] = (green << 2) | (green >> 4);
    wide[at * 2 + 2] = (red << 3) | (red >> 2);
  }
  return wide;
}
