/**
 * The paper that hangs from a printer: strips of dots as the head left them, divided into slips. A new slip starts with the first
 * print after a cut, after tearing, on a new roll, or when a job starts anew (ESC @) after a feed of three lines or a job given up.
 */
import { Bitmap, greyPng } from "./bitmap.ts";

export interface PaperSlip {
  n: number;
  /** Wall clock of its first print, ISO 8601. */
  at: string;
  /** Words of each printed line, columns as they stand, nothing on the right trimmed off but blanks. */
  text: string[];
  /** Off the printer, or ended where it will be torn. */
  torn: boolean;
}

interface Strip {
  height: number;
  /** Packed rows once somebody has looked, the print until then; undefined: blank paper. */
  rows: Uint8Array | Bitmap | undefined;
}

interface HeldSlip extends PaperSlip {
  strips: Strip[];
  height: number;
}

const TEAR_FEED_DOTS = 90;
const SLIPS_KEPT = 200;
const LINES_KEPT = 4000;
const SLIP_DOTS_KEPT = 24_000;
const PICTURE_DOTS = 12_000;
const GAP_DOTS = 16;
const WHITE = 255;
const BLACK = 24;
const TABLE = 176;

export class Paper {
  readonly #widthDots: number;
  readonly #wallMs: () => number;
  #slips: HeldSlip[] = [];
  #open: HeldSlip | undefined;
  #next = 1;
  #leadDots = 0;
  #feedDots = 0;
  #abandoned = false;
  #separate = false;

  constructor(widthDots: number, wallMs: () => number) {
    this.#widthDots = widthDots;
    this.#wallMs = wallMs;
  }

  get slips(): readonly PaperSlip[] {
    return this.#slips.map(({ n, at, text, torn }) => ({ n, at, text: [...text], torn }));
  }

  get count(): number {
    return this.#slips.length;
  }

  /** Paper moved `dots`, with print on it or blank; `text` may hold several lines. Text without print is not possible. */
  advance(dots: number, print?: Bitmap, text?: string): void {
    if (print === undefined) {
      this.#feedDots += dots;
      if (this.#open === undefined) this.#leadDots = Math.min(this.#leadDots + dots, TEAR_FEED_DOTS);
      else add(this.#open, { height: dots, rows: undefined });
      return;
    }
    const slip = this.#current();
    this.#feedDots = Math.max(0, dots - print.height);
    add(slip, { height: print.height, rows: print });
    if (dots > print.height) add(slip, { height: dots - print.height, rows: undefined });
    const lines = (text ?? "").split("\n").filter((line) => line !== "");
    if (slip.text.length + lines.length <= LINES_KEPT) slip.text.push(...lines);
  }

  /** ESC @. */
  jobStarted(): void {
    if (this.#feedDots >= TEAR_FEED_DOTS || this.#abandoned) this.#separate = true;
    this.#abandoned = false;
  }

  /** What was to be printed will never come. */
  jobAbandoned(): void {
    this.#abandoned = true;
  }

  /** Cut, or a new roll: what comes next hangs on nothing. */
  end(): void {
    if (this.#open !== undefined) this.#open.torn = true;
    this.#open = undefined;
    this.#leadDots = 0;
    this.#feedDots = 0;
    this.#separate = false;
    this.#abandoned = false;
  }

  tear(): void {
    this.end();
    this.#slips = [];
  }

  picture(): Uint8Array {
    const shown: HeldSlip[] = [];
    let height = 0;
    for (const slip of [...this.#slips].reverse()) {
      if (height > 0 && height + slip.height + GAP_DOTS > PICTURE_DOTS) break;
      shown.unshift(slip);
      height += slip.height + GAP_DOTS;
    }
    return this.#draw(shown);
  }

  slipPicture(n: number): Uint8Array | undefined {
    const slip = this.#slips.find((candidate) => candidate.n === n);
    return slip === undefined ? undefined : this.#draw([slip]);
  }

  #current(): HeldSlip {
    if (this.#separate) this.end();
    if (this.#open !== undefined) return this.#open;
    const at = new Date(this.#wallMs()).toISOString();
    const slip: HeldSlip = { n: this.#next, at, text: [], torn: false, strips: [], height: 0 };
    this.#next += 1;
    if (this.#leadDots > 0) add(slip, { height: this.#leadDots, rows: undefined });
    this.#leadDots = 0;
    this.#slips.push(slip);
    if (this.#slips.length > SLIPS_KEPT) this.#slips.shift();
    this.#open = slip;
    return slip;
  }

  #draw(slips: readonly HeldSlip[]): Uint8Array {
    const width = this.#widthDots;
    const gaps = Math.max(0, slips.length - 1) * GAP_DOTS;
    const height = Math.max(
      1,
      slips.reduce((sum, slip) => sum + slip.height, 0),
    );
    const levels = new Uint8Array(width * (height + gaps)).fill(WHITE);
    let y = 0;
    for (const [i, slip] of slips.entries()) {
      if (i > 0) {
        levels.fill(TABLE, y * width, (y + GAP_DOTS) * width);
        y += GAP_DOTS;
      }
      for (const strip of slip.strips) {
        if (strip.rows instanceof Bitmap) strip.rows = strip.rows.pack();
        if (strip.rows !== undefined) paint(levels, width, y, strip.rows, strip.height);
        y += strip.height;
      }
    }
    return greyPng(width, height + gaps, levels);
  }
}

function add(slip: HeldSlip, strip: Strip): void {
  slip.strips.push(strip);
  slip.height += strip.height;
  while (slip.height > SLIP_DOTS_KEPT) slip.height -= slip.strips.shift()!.height;
}

function paint(levels: Uint8Array, width: number, top: number, rows: Uint8Array, height: number): void {
  const stride = Math.ceil(width / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((rows[y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1) levels[(top + y) * width + x] = BLACK;
    }
  }
}
