import type { DeviceError } from "../errors.ts";

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}
export type DisplayErrorCode = "unplugged";
export type DisplayError = DeviceError<DisplayErrorCode>;

/** A framebuffer. Draw into `pixels` (RGB565, row after row), then `flush` what changed. */
export interface Display {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint16Array;
  /** Sends the damaged rectangles to the panel. Rectangles are clipped; overlapping ones are merged. */
  flush(damage: readonly Rect[]): void;
  close(): void;
}
