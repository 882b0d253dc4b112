/** A panel that takes rectangles of pixels: x, y, w, h as u16 LE, then w·h RGB565 LE (platform/abi.ts, `write`). */
import { PortError, type System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import type { Display, DisplayErrorCode, Rect } from "./display.ts";
import { clipped, merged } from "./rects.ts";

/** What one write may hold (platform/abi.ts, `write`). */
const LARGEST_WRITE = 262_144;
const HEADER_BYTES = 8;
const LARGEST_SIDE = 2048;

/**
 * Opens the panel on `port`. `settings.width` and `settings.height` are its pixels. Throws DisplayError "unplugged" when the port cannot be
 * opened, RangeError when the settings name no size; `flush` throws DisplayError "unplugged" when the panel is gone.
 */
export function openFramebuffer(system: System, port: string, settings: Record<string, string | number | boolean>): Display {
  const width = side(settings, "width");
  const height = side(settings, "height");
  const pixels = new Uint16Array(width * height);
  const bytes = new Uint8Array(pixels.buffer);
  const panel = unpluggedIfRefused(() => system.openPort(port));
  const bounds = { x: 0, y: 0, w: width, h: height };

  const send = ({ x, y, w, h }: Rect): void => {
    const message = new Uint8Array(HEADER_BYTES + w * h * 2);
    const view = new DataView(message.buffer);
    [x, y, w, h].forEach((value, i) => {
      view.setUint16(i * 2, value, true);
    });
    // Every processor we run on is little-endian, as the wire is: pixels are copied as they lie.
    for (let row = 0; row < h; row++) {
      const from = ((y + row) * width + x) * 2;
      message.set(bytes.subarray(from, from + w * 2), HEADER_BYTES + row * w * 2);
    }
    unpluggedIfRefused(() => panel.write(message));
  };

  return {
    width,
    height,
    pixels,
    flush(damage) {
      const inside = damage.map((rect) => clipped(rect, bounds)).filter((rect) => rect !== undefined);
      for (const rect of merged(inside)) for (const strip of strips(rect)) send(strip);
    },
    close: () => panel.close(),
  };
}

/** A rectangle too large for one write goes out in strips of whole rows. */
function strips(rect: Rect): Rect[] {
  const rows = Math.floor((LARGEST_WRITE - HEADER_BYTES) / (rect.w * 2));
  const parts: Rect[] = [];
  for (let y = 0; y < rect.h; y += rows) parts.push({ x: rect.x, y: rect.y + y, w: rect.w, h: Math.min(rows, rect.h - y) });
  return parts;
}

function side(settings: Record<string, string | number | boolean>, name: "width" | "height"): number {
  const value = settings[name];
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= LARGEST_SIDE) return value;
  throw new RangeError(
    `display: settings.${name} must be a whole number of pixels from 1 to ${LARGEST_SIDE}, not ${String(value)}`,
  );
}

function unpluggedIfRefused<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof PortError) throw new DeviceError<DisplayErrorCode>("display", "unplugged", error.message);
    throw error;
  }
}
