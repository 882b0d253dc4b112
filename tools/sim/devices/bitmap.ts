/** Black and white dots, and how they become a PNG. */
import { PNG } from "pngjs";

export class Bitmap {
  #dots: Uint8Array | undefined;
  #draw: ((bitmap: Bitmap) => void) | undefined;

  /** `draw`: what is on it from the beginning, drawn when somebody looks: most paper is only read as words. */
  constructor(
    readonly width: number,
    readonly height: number,
    draw?: (bitmap: Bitmap) => void,
  ) {
    this.#draw = draw;
  }

  /** One byte a dot, 1 is black. */
  get dots(): Uint8Array {
    if (this.#dots !== undefined) return this.#dots;
    const dots = new Uint8Array(this.width * this.height);
    this.#dots = dots;
    const draw = this.#draw;
    this.#draw = undefined;
    draw?.(this);
    return dots;
  }

  /** Rows of whole bytes, most significant bit left. */
  static unpack(bytes: Uint8Array, width: number, height: number): Bitmap {
    const bitmap = new Bitmap(width, height);
    const stride = Math.ceil(width / 8);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) bitmap.dots[y * width + x] = ((bytes[y * stride + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
    }
    return bitmap;
  }

  pack(): Uint8Array {
    const { dots } = this;
    const stride = Math.ceil(this.width / 8);
    const bytes = new Uint8Array(stride * this.height);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) if (dots[y * this.width + x] === 1) bytes[y * stride + (x >> 3)]! |= 0x80 >> (x & 7);
    }
    return bytes;
  }

  get(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height && this.dots[y * this.width + x] === 1;
  }

  /** Dots outside are lost, as past the end of a print head. */
  set(x: number, y: number, black = true): void {
    if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.dots[y * this.width + x] = black ? 1 : 0;
  }

  fill(x: number, y: number, width: number, height: number): void {
    for (let row = 0; row < height; row++) for (let column = 0; column < width; column++) this.set(x + column, y + row);
  }

  /** Black dots of `other` are added at x, y. */
  draw(other: Bitmap, x: number, y: number): void {
    const { dots } = this;
    const { dots: others } = other;
    const [first, last] = [Math.max(0, -x), Math.min(other.width, this.width - x)];
    for (let row = Math.max(0, -y); row < Math.min(other.height, this.height - y); row++) {
      const [from, to] = [row * other.width, (y + row) * this.width + x];
      for (let column = first; column < last; column++) if (others[from + column] === 1) dots[to + column] = 1;
    }
  }

  /** A new bitmap whose dot x, y is that of `source(x, y)` here. */
  map(width: number, height: number, source: (x: number, y: number) => [x: number, y: number]): Bitmap {
    return new Bitmap(width, height, (result) => {
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (this.get(...source(x, y))) result.set(x, y);
    });
  }

  scaled(wide: number, high: number): Bitmap {
    if (wide === 1 && high === 1) return this;
    return this.map(this.width * wide, this.height * high, (x, y) => [Math.floor(x / wide), Math.floor(y / high)]);
  }

  resized(width: number, height: number): Bitmap {
    return this.map(width, height, (x, y) => [Math.floor((x * this.width) / width), Math.floor((y * this.height) / height)]);
  }

  rotated180(): Bitmap {
    return this.map(this.width, this.height, (x, y) => [this.width - 1 - x, this.height - 1 - y]);
  }

  rotated90(): Bitmap {
    return this.map(this.height, this.width, (x, y) => [y, this.height - 1 - x]);
  }

  inverted(): Bitmap {
    return new Bitmap(this.width, this.height, ({ dots }) => {
      this.dots.forEach((dot, i) => {
        dots[i] = 1 - dot;
      });
    });
  }

  get blank(): boolean {
    return !this.dots.includes(1);
  }
}

/** Grey levels, one byte a pixel, as a PNG. */
export function greyPng(width: number, height: number, levels: Uint8Array): Uint8Array {
  const png = new PNG({ width, height, colorType: 0, inputColorType: 0, inputHasAlpha: false, bitDepth: 8 });
  png.data = Buffer.from(levels.buffer, levels.byteOffset, levels.byteLength);
  return new Uint8Array(PNG.sync.write(png, { colorType: 0, inputColorType: 0, inputHasAlpha: false, bitDepth: 8 }));
}
