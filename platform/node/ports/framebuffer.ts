/** A Linux framebuffer: rectangles of RGB565 written into /dev/fbN, in the pixel format the device has. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { DoorError, errnoOf, wordsOf } from "../errors.ts";
import type { SpecOf } from "../board.ts";
import type { OpenPort } from "./port.ts";
import { rectangleOf, widenRow } from "./rectangle.ts";

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

export { widenRow };

export const framebufferPort: OpenPort = (request) => {
  const { path, width, height } = request.spec as SpecOf<"framebuffer">;
  const { name } = request;
  const geometry = geometryOf(path, width);
  const fd = openDevice(name, path);
  const close = (): void => closeSync(fd);
  return {
    write(bytes) {
      const { x, y, w, h, pixels } = rectangleOf(name, bytes, width, height);
      try {
        for (let row = 0; row < h; row++) {
          const line = pixels.subarray(row * w * 2, (row + 1) * w * 2);
          const at = (y + row) * geometry.strideBytes + (x * geometry.bitsPerPixel) / 8;
          writeSync(fd, geometry.bitsPerPixel === 32 ? widenRow(line) : line, 0, undefined, at);
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
