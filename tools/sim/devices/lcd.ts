/** The panel behind the framebuffer wire: rectangles of RGB565 pixels in, a picture out (hal/HID.md). */
import { PNG } from "pngjs";
import type { DeviceContext, FaultSpec, SimLcdControls } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

export interface LcdSettings {
  width?: number;
  height?: number;
}

const HEADER_BYTES = 8;

export class SimLcd extends Device implements SimLcdControls {
  readonly wire = "lcd";
  readonly faultSpecs: readonly FaultSpec[] = [UNPLUG];
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint16Array;
  #rectangles = 0;
  #refused = 0;

  constructor(context: DeviceContext, settings: LcdSettings = {}) {
    super(context);
    this.width = settings.width ?? 320;
    this.height = settings.height ?? 240;
    this.pixels = new Uint16Array(this.width * this.height);
  }

  /** A rectangle that does not fit the panel, or whose pixels are missing, is refused whole. */
  receive(bytes: Uint8Array): void {
    if (!this.plugged) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER_BYTES) {
      this.#refuse();
      return;
    }
    const [x, y, w, h] = [0, 2, 4, 6].map((at) => view.getUint16(at, true)) as [number, number, number, number];
    const fits = x + w <= this.width && y + h <= this.height && bytes.length === HEADER_BYTES + w * h * 2;
    if (!fits) {
      this.#refuse();
      return;
    }
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        this.pixels[(y + row) * this.width + x + column] = view.getUint16(HEADER_BYTES + (row * w + column) * 2, true);
      }
    }
    this.#rectangles += 1;
    this.context.changed();
  }

  /** Without power the panel is dark. */
  attached(open: boolean): void {
    if (open) return;
    this.pixels.fill(0);
    this.context.changed();
  }

  picture(): Uint8Array {
    const png = new PNG({ width: this.width, height: this.height });
    for (let i = 0; i < this.pixels.length; i++) {
      const pixel = this.pixels[i]!;
      const [red, green, blue] = [pixel >> 11, (pixel >> 5) & 0x3f, pixel & 0x1f];
      png.data[i * 4] = (red << 3) | (red >> 2);
      png.data[i * 4 + 1] = (green << 2) | (green >> 4);
      png.data[i * 4 + 2] = (blue << 3) | (blue >> 2);
      png.data[i * 4 + 3] = 255;
    }
    return PNG.sync.write(png, { colorType: 2 });
  }

  describe(): Record<string, unknown> {
    const { width, height } = this;
    return { width, height, rectangles: this.#rectangles, refused: this.#refused, plugged: this.plugged };
  }

  #refuse(): void {
    this.#refused += 1;
  }
}
