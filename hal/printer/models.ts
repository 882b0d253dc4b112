/** What printers of one kind have in common. A new model is a row here. */

/** Bits of the status bytes; makers differ in a few. */
export interface StatusBits {
  /** Answers to DLE EOT 1–4. */
  offline: number;
  coverOpen: number;
  stoppedByPaper: number;
  recoverable: number;
  cutter: number;
  unrecoverable: number;
  recoversItself: number;
  nearEnd: number;
  paperEnd: number;
  /** Bytes 1–3 of automatic status (GS a) and the answer to GS r 1. */
  auto: {
    offline: number;
    coverOpen: number;
    recoverable: number;
    cutter: number;
    unrecoverable: number;
    recoversItself: number;
    nearEnd: number;
    paperEnd: number;
  };
}

export interface PrinterModel {
  /** Columns of font A, 12 dots each. */
  columns: number;
  widthDots: number;
  /** Without one, a cut becomes a feed to the tear bar. */
  cutter: boolean;
  /** Lines from the print head to the tear bar. */
  tearLines: number;
  /** Draws QR codes itself (GS ( k); else they are sent as raster. */
  qr: boolean;
  /** Most rows of one GS v 0. */
  rasterRowCap: number;
  /** Two-byte characters it has glyphs for; others are sent as raster. */
  zones: "gbk" | "gb2312";
  /** What it takes in before it has printed anything. */
  bufferBytes: number;
  /** Even a cold head on a low battery is faster. */
  slowestDotsPerS: number;
  bits: StatusBits;
}

const EPSON_BITS: StatusBits = {
  offline: 0x08,
  coverOpen: 0x04,
  stoppedByPaper: 0x20,
  recoverable: 0x04,
  cutter: 0x08,
  unrecoverable: 0x20,
  recoversItself: 0x40,
  nearEnd: 0x0c,
  paperEnd: 0x60,
  auto: {
    offline: 0x08,
    coverOpen: 0x20,
    recoverable: 0x04,
    cutter: 0x08,
    unrecoverable: 0x20,
    recoversItself: 0x40,
    nearEnd: 0x03,
    paperEnd: 0x0c,
  },
};

export const MODELS: Readonly<Record<string, PrinterModel>> = {
  /** Built-in and hand-held printers. */
  "58mm": {
    columns: 32,
    widthDots: 384,
    cutter: false,
    tearLines: 4,
    qr: true,
    rasterRowCap: 2_303,
    zones: "gbk",
    bufferBytes: 4_096,
    slowestDotsPerS: 50,
    bits: EPSON_BITS,
  },
  /** Counter printers with a cutter. */
  "80mm": {
    columns: 48,
    widthDots: 576,
    cutter: true,
    tearLines: 6,
    qr: true,
    rasterRowCap: 2_303,
    zones: "gbk",
    bufferBytes: 4_096,
    slowestDotsPerS: 50,
    bits: EPSON_BITS,
  },
  /** Old 58 mm mechanisms: GB2312 only, no QR, small buffer, short raster. */
  "58mm-basic": {
    columns: 32,
    widthDots: 384,
    cutter: false,
    tearLines: 4,
    qr: false,
    rasterRowCap: 255,
    zones: "gb2312",
    bufferBytes: 2_048,
    slowestDotsPerS: 50,
    bits: EPSON_BITS,
  },
};
