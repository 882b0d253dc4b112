/** The colours of the display, RGB565. A light ground, one accent, and a colour for each outcome. */
import type { Tone } from "./tree.ts";

/** 0xRRGGBB → RGB565, rounded. */
export function rgb(hex: number): number {
  const red = Math.round((((hex >> 16) & 255) * 31) / 255);
  const green = Math.round((((hex >> 8) & 255) * 63) / 255);
  const blue = Math.round(((hex & 255) * 31) / 255);
  return (red << 11) | (green << 5) | blue;
}

export const PALETTE = {
  ground: rgb(0xf2f4f8),
  panel: rgb(0xffffff),
  line: rgb(0xd9dee7),
  ink: rgb(0x17202e),
  muted: rgb(0x5a6577),
  faint: rgb(0xa9b2c0),
  accent: rgb(0x1d5bd0),
  /** Secondary words on the accent. */
  onAccent: rgb(0xd3e1fb),
  accentSoft: rgb(0xdfe9fb),
  good: rgb(0x0f8a4b),
  bad: rgb(0xc62f2f),
  warn: rgb(0xffb000),
  warnText: rgb(0x9a5b00),
  onWarn: rgb(0x2e1f00),
  white: rgb(0xffffff),
  keyEnter: rgb(0x129455),
  keyCancel: rgb(0xd23a36),
  keyClear: rgb(0xf5c21a),
  keyOther: rgb(0x556072),
} as const;

/** Ink of each tone on the light ground. */
export const TONE_INK: Record<Tone, number> = {
  normal: PALETTE.ink,
  muted: PALETTE.muted,
  good: PALETTE.good,
  warn: PALETTE.warnText,
  bad: PALETTE.bad,
};

/** A filled header of each tone, and what stands on it. */
export const TONE_FILL: Record<"good" | "warn" | "bad", { fill: number; ink: number }> = {
  good: { fill: PALETTE.good, ink: PALETTE.white },
  warn: { fill: PALETTE.warn, ink: PALETTE.onWarn },
  bad: { fill: PALETTE.bad, ink: PALETTE.white },
};

/** The pale header of a message that is not an outcome. */
export const TONE_PALE: Record<"good" | "warn" | "bad", number> = {
  good: rgb(0xdcf1e4),
  warn: rgb(0xffedc2),
  bad: rgb(0xfbdedb),
};
