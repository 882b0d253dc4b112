/** A Linux framebuffer as on platform/node, with seek and write. */
import * as os from "os";
import type { SpecOf } from "../../node/board.ts";
import { DoorError } from "../../node/errors.ts";
import type { OpenPort } from "../../node/ports/port.ts";
import { rectangleOf, widenRow } from "../../node/ports/rectangle.ts";
import { asciiOf, done, readBytes, writeAll } from "../calls.ts";

function geometryOf(path: string, width: number): { bitsPerPixel: number; strideBytes: number } {
  const device = path.slice(path.lastIndexOf("/") + 1);
  const read = (name: string): number | undefined => {
    const bytes = readBytes(`/sys/class/graphics/${device}/${name}`);
    return bytes === undefined ? undefined : Number.parseInt(asciiOf(bytes), 10);
  };
  const bitsPerPixel = read("bits_per_pixel") ?? 16;
  if (bitsPerPixel !== 16 && bitsPerPixel !== 32)
    throw new DoorError("unsupported", `${path} has ${bitsPerPixel} bits a pixel; 16 or 32 are supported`);
  return { bitsPerPixel, strideBytes: read("stride") ?? (width * bitsPerPixel) / 8 };
}

export const framebufferPort: OpenPort = ({ name, spec }) => {
  const { path, width, height } = spec as SpecOf<"framebuffer">;
  const { bitsPerPixel, strideBytes } = geometryOf(path, width);
  const fd = done(os.open(path, os.O_RDWR), `${name}: open ${path}`);
  const close = (): void => void os.close(fd);
  return {
    write(bytes) {
      const { x, y, w, h, pixels } = rectangleOf(name, bytes, width, height);
      for (let row = 0; row < h; row++) {
        const line = pixels.subarray(row * w * 2, (row + 1) * w * 2);
        done(os.seek(fd, (y + row) * strideBytes + (x * bitsPerPixel) / 8, 0), `${name}: seek`);
        writeAll(fd, bitsPerPixel === 32 ? widenRow(line) : line, `${name}: write`);
      }
    },
    control: () => {
      throw new DoorError("unsupported", `${name}: a framebuffer has nothing to control`);
    },
    close,
    cut: close,
  };
};
