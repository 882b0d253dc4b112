/** A Linux framebuffer: rectangles of RGB565 written into /dev/fbN, in the pixel format the device has. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { DoorError, errnoOf, wordsOf } from "../errors.ts";
import type { SpecOf } from "../board.ts";
import type { OpenPort } from "./port.ts";

export interface Geometry {
  bitsPerPixel: 16 | 32;
  strideBytes: number;
}

/** The device's own words where sysfs has them; else 16 bits a pixel, rows without gaps. */
export function geometryOf(path: string, width: number, sysfs = "/sys/class/graphics"): Geometry {
  const read = (name: string): number | undefined => {
    try {
      return Number.parseInt(readFileSync(`${sysfs}/${basename(path)}/${name}`, "utf8"), 10);
    } catch {
      return undefined;
    }
  };
  const bitsPerPixel = read("bits_per_pixel") ?? 16;
  if (bitsPerPixel !== 16 && bitsPerPixel !== 32)
    throw new DoorError("unsupported", `${path} has ${bitsPerPixel} bits a pixel; 16 or 32 are supported`);
  return { bitsPerPixel, strideBytes: read("stride") ?? (width * bitsPerPixel) / 8 };
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

const HEADER_BYTES = 8;

export const framebufferPort: OpenPort = (request) => {
  const { path, width, height } = request.spec as SpecOf<"framebuffer">;
  const { name } = request;
  const geometry = geometryOf(path, width);
  const fd = openDevice(name, path);
  const close = (): void => closeSync(fd);
  return {
    write(bytes) {
      if (bytes.length < HEADER_BYTES)
        throw new DoorError("bad-argument", `${name}: a rectangle starts with x, y, width, height`);
      const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
      const [x, y, w, h] = [0, 2, 4, 6].map((at) => view.getUint16(at, true)) as [number, number, number, number];
      if (x + w > width || y + h > height)
        throw new DoorError("bad-argument", `${name}: rectangle ${x},${y} ${w}×${h} is outside ${width}×${height}`);
      if (bytes.length !== HEADER_BYTES + w * h * 2)
        throw new DoorError("bad-argument", `${name}: ${w}×${h} needs ${w * h * 2} bytes of pixels`);
      try {
        for (let row = 0; row < h; row++) {
          const pixels = bytes.subarray(HEADER_BYTES + row * w * 2, HEADER_BYTES + (row + 1) * w * 2);
          const at = (y + row) * geometry.strideBytes + (x * geometry.bitsPerPixel) / 8;
          writeSync(fd, geometry.bitsPerPixel === 32 ? widenRow(pixels) : pixels, 0, undefined, at);
        }
      } catch (error) {
        throw new DoorError("io", `${name}: ${wordsOf(error)}`);
      }
    },
    control: () => {
      throw new DoorError("unsupported", `${name}: a framebuffer has nothing to control`);
    },
    close,
    cut: close,
  };
};

function openDevice(name: string, path: string): number {
  try {
    return openSync(path, "r+");
  } catch (error) {
    const code = errnoOf(error);
    if (code === "EACCES" || code === "EPERM")
      throw new DoorError("refused", `${name}: no right to write ${path}; add the user to group video`);
    throw new DoorError("unplugged", `${name}: cannot open ${path}: ${wordsOf(error)}`);
  }
}
