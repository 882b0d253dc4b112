/**
 * What ESC/POS commands mean (spec peripherals §3): modes, characters and pictures become lines of dots with their words. Nothing
 * here knows of time, paper or faults; ./printer.ts carries out the actions one after another.
 */
import QRCode from "qrcode";
import { barcodeWords, bars, symbology } from "./barcodes.ts";
import { Bitmap } from "./bitmap.ts";
import { HT, LF, RASTER_ROW, type Token } from "./escpos-decoder.ts";
import { HALF, isHalf, type PrintFont } from "./print-font.ts";

export type Action =
  /** The head prints `print`, and the paper moves `dots` in all. */
  | { kind: "move"; dots: number; print?: Bitmap; text?: string }
  | { kind: "cut" }
  | { kind: "pulse" }
  /** ESC @. */
  | { kind: "job" }
  /** GS a. */
  | { kind: "automatic"; mask: number }
  /** GS r, ESC v: which sensor is asked for. */
  | { kind: "sensor"; n: number }
  | { kind: "answer"; bytes: Uint8Array };

export interface PageSettings {
  widthDots: number;
  cutter: boolean;
  /** Whether four-byte GB18030 characters are known; otherwise their bytes print as rubbish. */
  fourByte: boolean;
  model: string;
}

/** One thing on the line being put together. */
interface Item {
  x: number;
  width: number;
  picture: Bitmap;
  word: string;
}

interface Modes {
  fontB: boolean;
  bold: boolean;
  underline: number;
  wide: number;
  tall: number;
  align: number;
  reverse: boolean;
  upsideDown: boolean;
  rotated: boolean;
  spacing: number;
  lineDots: number;
  leftMargin: number;
  areaWidth: number;
  /** Columns of 12 dots. */
  tabs: number[];
  codePage: number;
  chinese: boolean;
  chineseWide: boolean;
  chineseTall: boolean;
  chineseUnderline: boolean;
  chineseSpacing: [left: number, right: number];
  barHeight: number;
  barModule: number;
  barWords: number;
  qrModule: number;
  qrLevel: "L" | "M" | "Q" | "H";
}

const LINE_DOTS = 30;
const CHAR_DOTS = 24;
const FONT_B = { width: 9, height: 17 };
const TABS = Array.from({ length: 12 }, (_, i) => (i + 1) * 8);
const QR_LEVELS = ["L", "M", "Q", "H"] as const;
const ROWS_A_MOVE = 24;
/** What stands for dots that are no character. */
const BLOT = "▨";

// biome-ignore format: sixteen a row, as in the code page's table
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅ" + "ÉæÆôöòûùÿÖÜ¢£¥₧ƒ" + "áíóúñÑªº¿⌐¬½¼¡«»" + "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧" + "╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" + "αßΓπΣσµτΦΘΩδ∞φε∩" + "≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";
const WINDOWS_1252_PAGE = 16;
/** 80–9F; from A0 on the page is Latin 1. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

const word16 = (args: Uint8Array, at: number): number => args[at]! + args[at + 1]! * 256;

export class PrinterPage {
  readonly #settings: PageSettings;
  readonly #font: PrintFont;
  readonly #gb18030 = new TextDecoder("gb18030");
  #modes: Modes;
  #line: Item[] = [];
  #x = 0;
  #lead: number[] = [];
  #actions: Action[] = [];
  #qrData = new Uint8Array(0);
  #stored: Bitmap | undefined;
  #raster: Raster | undefined;
  readonly #userGlyphs = new Map<number, Bitmap>();
  /** Commands nobody knows, newest last. */
  readonly unknown: string[] = [];
  readonly #commands: Readonly<Record<number, (args: Uint8Array) => void>>;

  constructor(settings: PageSettings, font: PrintFont) {
    this.#settings = settings;
    this.#font = font;
    this.#modes = this.#defaults();
    this.#commands = this.#table();
  }

  /** What is to be done for one token, in order. */
  run(token: Token): Action[] {
    this.#actions = [];
    const isText = token.code >= 0x20 && token.code <= 0xff;
    if (isText) this.#textByte(token.code);
    else {
      this.#lead = [];
      if (token.code === RASTER_ROW) this.#rasterRow(token.args);
      else {
        const command = this.#commands[token.code];
        if (command !== undefined) command(token.args);
        else if (token.code > 0xff) this.#remember(token.code);
      }
    }
    return this.#actions;
  }

  /** Power-on state. */
  reset(): void {
    this.#modes = this.#defaults();
    this.#userGlyphs.clear();
    this.#stored = undefined;
    this.dropLine();
  }

  /** What waits for its line feed is forgotten. */
  dropLine(): void {
    this.#line = [];
    this.#x = 0;
    this.#lead = [];
    this.#raster = undefined;
  }

  #defaults(): Modes {
    return {
      fontB: false,
      bold: false,
      underline: 0,
      wide: 1,
      tall: 1,
      align: 0,
      reverse: false,
      upsideDown: false,
      rotated: false,
      spacing: 0,
      lineDots: LINE_DOTS,
      leftMargin: 0,
      areaWidth: this.#settings.widthDots,
      tabs: TABS,
      codePage: 0,
      chinese: true,
      chineseWide: false,
      chineseTall: false,
      chineseUnderline: false,
      chineseSpacing: [0, 0],
      barHeight: 162,
      barModule: 3,
      barWords: 0,
      qrModule: 3,
      qrLevel: "L",
    };
  }

  // --- commands

  #table(): Record<number, (args: Uint8Array) => void> {
    const set = (change: (modes: Modes, n: number, args: Uint8Array) => void) => (args: Uint8Array) =>
      change(this.#modes, args[0]!, args);
    const atLineStart = (change: (modes: Modes, n: number, args: Uint8Array) => void) => (args: Uint8Array) => {
      if (this.#line.length === 0) change(this.#modes, args[0]!, args);
    };
    const on = (n: number): boolean => (n & 1) === 1;
    const ignored = (): void => {};
    return {
      [LF]: () => this.#feedLines(1),
      [HT]: () => this.#tab(),
      13: ignored,
      6976: () => {
        this.dropLine();
        this.#modes = this.#defaults();
        this.#actions.push({ kind: "job" });
      },
      7012: (args) => this.#feedLines(args[0]!),
      6986: (args) => this.#feedDots(args[0]!),
      6945: set((modes, n) => {
        modes.fontB = (n & 0x01) !== 0;
        modes.bold = (n & 0x08) !== 0;
        modes.tall = n & 0x10 ? 2 : 1;
        modes.wide = n & 0x20 ? 2 : 1;
        modes.underline = n & 0x80 ? 1 : 0;
      }),
      6981: set((modes, n) => {
        modes.bold = on(n);
      }),
      6983: set((modes, n) => {
        modes.bold = on(n);
      }),
      6957: set((modes, n) => {
        modes.underline = n % 48 <= 2 ? n % 48 : 0;
      }),
      7009: atLineStart((modes, n) => {
        if (n % 48 <= 2) modes.align = n % 48;
      }),
      6989: set((modes, n) => {
        modes.fontB = on(n);
      }),
      7457: set((modes, n) => {
        modes.wide = (n >> 4) + 1;
        modes.tall = (n & 0x0f) + 1;
      }),
      7490: set((modes, n) => {
        modes.reverse = on(n);
      }),
      7035: atLineStart((modes, n) => {
        modes.upsideDown = on(n);
      }),
      6998: set((modes, n) => {
        modes.rotated = n % 48 !== 0;
      }),
      6962: set((modes) => {
        modes.lineDots = LINE_DOTS;
      }),
      6963: set((modes, n) => {
        modes.lineDots = n;
      }),
      6944: set((modes, n) => {
        modes.spacing = n;
      }),
      6948: (args) => {
        this.#x = word16(args, 0);
      },
      7004: (args) => {
        const by = word16(args, 0);
        this.#x = Math.max(0, this.#x + (by > 0x7fff ? by - 0x10000 : by));
      },
      7500: atLineStart((modes, _n, args) => {
        modes.leftMargin = Math.min(word16(args, 0), this.#settings.widthDots - HALF);
      }),
      7511: atLineStart((modes, _n, args) => {
        modes.areaWidth = Math.max(word16(args, 0), HALF);
      }),
      6980: set((modes, _n, args) => {
        modes.tabs = [...args].filter((column) => column > 0);
      }),
      7028: set((modes, n) => {
        modes.codePage = n;
      }),
      6994: ignored,
      7011: ignored,
      6973: ignored,
      7024: () => this.#actions.push({ kind: "pulse" }),
      7017: () => this.#cut(0),
      7021: () => this.#cut(0),
      7510: (args) => this.#cut(args[1] ?? 0),
      7542: (args) => this.#startRaster(args),
      6954: (args) => this.#columns(args),
      7464: (args) => this.#bracket(args),
      7528: set((modes, n) => {
        modes.barHeight = Math.max(n, 1);
      }),
      7543: set((modes, n) => {
        modes.barModule = Math.min(Math.max(n, 1), 6);
      }),
      7496: set((modes, n) => {
        modes.barWords = n % 48;
      }),
      7526: ignored,
      7531: (args) => this.#barcode(args),
      7206: set((modes) => {
        modes.chinese = true;
      }),
      7214: set((modes) => {
        modes.chinese = false;
      }),
      7201: set((modes, n) => {
        modes.chineseWide = (n & 0x04) !== 0;
        modes.chineseTall = (n & 0x08) !== 0;
        modes.chineseUnderline = (n & 0x80) !== 0;
      }),
      7213: set((modes, n) => {
        modes.chineseUnderline = n % 48 !== 0;
      }),
      7251: set((modes, _n, args) => {
        modes.chineseSpacing = [args[0]!, args[1]!];
      }),
      7255: set((modes, n) => {
        modes.chineseWide = on(n);
        modes.chineseTall = on(n);
      }),
      7218: (args) => this.#userGlyphs.set(args[0]! * 256 + args[1]!, userGlyph(args.subarray(2))),
      7231: (args) => this.#userGlyphs.delete(args[0]! * 256 + args[1]!),
      7521: (args) => this.#actions.push({ kind: "automatic", mask: args[0]! }),
      7538: (args) => this.#actions.push({ kind: "sensor", n: args[0]! % 48 }),
      7030: () => this.#actions.push({ kind: "sensor", n: 1 }),
      7497: (args) => this.#identify(args[0]!),
    };
  }

  #identify(n: number): void {
    const texts: Record<number, string> = { 65: "1.00", 66: "TAEL", 67: this.#settings.model };
    const text = texts[n];
    const bytes = text === undefined ? [0x02] : [0x5f, ...Buffer.from(text, "latin1"), 0x00];
    this.#actions.push({ kind: "answer", bytes: new Uint8Array(bytes) });
  }

  #remember(code: number): void {
    this.unknown.push(code.toString(16).padStart(4, "0"));
    if (this.unknown.length > 8) this.unknown.shift();
  }

  // --- characters

  #textByte(byte: number): void {
    if (!this.#modes.chinese || (this.#lead.length === 0 && byte < 0x81)) {
      this.#character(this.#single(byte), true);
      return;
    }
    this.#lead.push(byte);
    const [first, second] = this.#lead as [number, number | undefined];
    if (second === undefined) return;
    const user = this.#userGlyphs.get(first * 256 + second);
    if (user !== undefined) {
      this.#lead = [];
      this.#place(user, this.#font.recognise(user) ?? BLOT, true);
      return;
    }
    const fourBytes = second >= 0x30 && second <= 0x39 && this.#settings.fourByte;
    if (fourBytes && this.#lead.length < 4) return;
    const text = this.#gb18030.decode(new Uint8Array(this.#lead));
    this.#lead = [];
    for (const character of text) this.#character(character, isHalf(character));
  }

  #single(byte: number): string {
    if (byte < 0x80) return String.fromCharCode(byte);
    if (this.#modes.codePage !== WINDOWS_1252_PAGE) return [...CP437][byte - 0x80] ?? "?";
    return byte < 0xa0 ? WINDOWS_1252[byte - 0x80]! : String.fromCharCode(byte);
  }

  #character(character: string, half: boolean): void {
    const glyph = this.#font.glyph(character);
    const size = !half ? undefined : this.#modes.fontB ? FONT_B : { width: HALF, height: CHAR_DOTS };
    const fits = size === undefined || (size.width === glyph.width && size.height === glyph.height);
    this.#place(fits ? glyph : glyph.resized(size.width, size.height), character, !half);
  }

  /** Puts one character on the line in the present style; a full line prints first. */
  #place(glyph: Bitmap, word: string, chinese: boolean): void {
    const modes = this.#modes;
    const wide = Math.max(modes.wide, chinese && modes.chineseWide ? 2 : 1);
    const tall = Math.max(modes.tall, chinese && modes.chineseTall ? 2 : 1);
    const [before, after] = chinese ? modes.chineseSpacing : [0, modes.spacing];
    let picture = modes.bold ? bolder(glyph) : glyph;
    const lines = chinese && modes.chineseUnderline ? Math.max(modes.underline, 1) : modes.underline;
    if (lines > 0) picture = underlined(picture, lines);
    if (modes.reverse) picture = picture.inverted();
    if (modes.rotated) picture = picture.rotated90();
    picture = picture.scaled(wide, tall);
    this.#putItem(picture, word, before * wide, after * wide);
  }

  #putItem(picture: Bitmap, word: string, before = 0, after = 0): void {
    const width = before + picture.width + after;
    if (this.#x + before + picture.width > this.#area && this.#line.length > 0) this.#printLine();
    this.#line.push({ x: this.#x + before, width: picture.width, picture, word });
    this.#x += width;
  }

  get #area(): number {
    return Math.min(this.#modes.areaWidth, this.#settings.widthDots - this.#modes.leftMargin);
  }

  #tab(): void {
    const next = this.#modes.tabs.find((column) => column * HALF > this.#x);
    if (next !== undefined && next * HALF < this.#area) this.#x = next * HALF;
  }

  // --- lines

  #feedLines(count: number): void {
    if (this.#line.length > 0) this.#feedAfter(count * this.#modes.lineDots);
    else this.#move(count * this.#modes.lineDots);
  }

  #feedDots(dots: number): void {
    if (this.#line.length > 0) this.#feedAfter(dots);
    else this.#move(dots);
  }

  #move(dots: number): void {
    this.#x = 0;
    if (dots > 0) this.#actions.push({ kind: "move", dots });
  }

  #printLine(): void {
    this.#feedAfter(this.#modes.lineDots);
  }

  /** Prints the line and moves the paper by its height or `dots`, whichever is more. */
  #feedAfter(dots: number): void {
    const { leftMargin, align, upsideDown } = this.#modes;
    const items = [...this.#line].sort((a, b) => a.x - b.x);
    this.#line = [];
    this.#x = 0;
    const end = Math.max(...items.map((item) => item.x + item.width));
    const shift = leftMargin + Math.max(0, aligned(this.#area - end, align));
    const height = Math.max(...items.map((item) => item.picture.height));
    let print = new Bitmap(this.#settings.widthDots, height, (line) => {
      for (const item of items) line.draw(item.picture, shift + item.x, height - item.picture.height);
    });
    if (upsideDown) print = print.rotated180();
    const blank = items.every((item) => item.word.trim() === "") && print.blank;
    const moved = Math.max(dots, height);
    if (blank) this.#actions.push({ kind: "move", dots: moved });
    else this.#actions.push({ kind: "move", dots: moved, print, text: words(items, shift) });
  }

  // --- pictures

  #startRaster(args: Uint8Array): void {
    if (this.#line.length > 0) this.#printLine();
    const bytes = word16(args, 2);
    const rows = word16(args, 4);
    if (args[0] !== 0x30 || bytes === 0 || rows === 0) return;
    const m = args[1]! % 48;
    this.#raster = { bytes, left: rows, total: rows, wide: m & 1 ? 2 : 1, tall: m & 2 ? 2 : 1, rows: [], words: [] };
  }

  /** Rows print as they come, a line's height at a time. */
  #rasterRow(row: Uint8Array): void {
    const raster = this.#raster;
    if (raster === undefined) return;
    raster.rows.push(row);
    raster.left -= 1;
    if (raster.left > 0 && raster.rows.length < ROWS_A_MOVE) return;
    const picture = Bitmap.unpack(new Uint8Array(Buffer.concat(raster.rows)), raster.bytes * 8, raster.rows.length);
    raster.rows = [];
    raster.words.push(this.#font.readLine(picture));
    const text = raster.left > 0 ? undefined : rasterWords(raster);
    if (raster.left === 0) this.#raster = undefined;
    this.#printPicture(picture.scaled(raster.wide, raster.tall), text);
  }

  #printPicture(picture: Bitmap, text: string | undefined): void {
    const at = this.#modes.leftMargin + Math.max(0, aligned(this.#area - picture.width, this.#modes.align));
    const print = new Bitmap(this.#settings.widthDots, picture.height, (paper) => paper.draw(picture, at, 0));
    this.#actions.push({ kind: "move", dots: picture.height, print, text });
  }

  /** ESC *: a picture one character high that stands in the line like a character. */
  #columns(args: Uint8Array): void {
    const m = args[0]!;
    const count = word16(args, 1);
    const high = m >= 32;
    const bytes = high ? 3 : 1;
    const drawn = new Bitmap(count, bytes * 8);
    for (let x = 0; x < count; x++) {
      for (let y = 0; y < bytes * 8; y++) {
        if ((args[3 + x * bytes + (y >> 3)]! >> (7 - (y & 7))) & 1) drawn.set(x, y);
      }
    }
    if (count === 0) return;
    const picture = drawn.scaled(m === 0 || m === 32 ? 2 : 1, high ? 1 : 3);
    const word = drawn.blank ? " ".repeat(Math.round(count / HALF)) : (this.#font.readLine(drawn) ?? BLOT);
    this.#putItem(picture, word);
  }

  /** GS ( k is QR, GS ( L is graphics; the rest is settings of the maker. */
  #bracket(args: Uint8Array): void {
    const letter = String.fromCharCode(args[0]!);
    const [family, fn] = [args[3], args[4]];
    if (letter === "k" && family === 0x31) this.#qr(fn ?? 0, args.subarray(5));
    else if (letter === "L") this.#graphics(fn ?? 0, args.subarray(5));
  }

  /** fn 112: a, x scale, y scale, colour, width, height, rows. fn 2 and 50 print what was stored. */
  #graphics(fn: number, data: Uint8Array): void {
    if (fn === 112 && data.length >= 8) {
      const [width, height] = [word16(data, 4), word16(data, 6)];
      this.#stored = Bitmap.unpack(data.subarray(8), width, height).scaled(data[1] === 2 ? 2 : 1, data[2] === 2 ? 2 : 1);
    }
    if ((fn !== 2 && fn !== 50) || this.#stored === undefined) return;
    if (this.#line.length > 0) this.#printLine();
    const picture = this.#stored;
    this.#stored = undefined;
    this.#printPicture(picture, imageWords(picture.width, picture.height));
  }

  #qr(fn: number, data: Uint8Array): void {
    const modes = this.#modes;
    if (fn === 67) modes.qrModule = Math.min(Math.max(data[0] ?? 3, 1), 16);
    if (fn === 69) modes.qrLevel = QR_LEVELS[(data[0] ?? 48) - 48] ?? "L";
    if (fn === 80) this.#qrData = data.slice(1);
    const code = fn === 81 || fn === 82 ? this.#qrCode() : undefined;
    if (code === undefined) return;
    const side = code.size * modes.qrModule;
    if (fn === 82) {
      const reply = [0x37, 0x36, ...Buffer.from(`${side}\u001f${side}\u001f1\u001f0`, "latin1"), 0x00];
      this.#actions.push({ kind: "answer", bytes: new Uint8Array(reply) });
      return;
    }
    if (this.#line.length > 0) this.#printLine();
    const picture = new Bitmap(code.size, code.size);
    picture.dots.set(code.dots);
    this.#printPicture(picture.scaled(modes.qrModule, modes.qrModule), `[QR] ${Buffer.from(this.#qrData).toString("utf8")}`);
  }

  /** Undefined when there is nothing to draw, or too much for any QR code. */
  #qrCode(): { size: number; dots: Uint8Array } | undefined {
    if (this.#qrData.length === 0) return undefined;
    const text = Buffer.from(this.#qrData).toString("latin1");
    const plain = /^[ -~]*$/.test(text);
    try {
      const content = plain ? text : [{ data: this.#qrData, mode: "byte" as const }];
      const { modules } = QRCode.create(content, { errorCorrectionLevel: this.#modes.qrLevel });
      return { size: modules.size, dots: new Uint8Array(modules.data) };
    } catch {
      return undefined;
    }
  }

  #barcode(args: Uint8Array): void {
    const m = args[0]!;
    const kind = symbology(m);
    const bytes = m >= 65 ? args.subarray(2) : args.subarray(1, -1);
    if (kind === undefined || bytes.length === 0) return;
    if (this.#line.length > 0) this.#printLine();
    const data = Buffer.from(bytes).toString("latin1");
    const label = barcodeWords(kind, data);
    const pattern = bars(kind, data) ?? "";
    const { barModule, barHeight, barWords } = this.#modes;
    const labels = [...label].map((character) => this.#font.glyph(character));
    const above = barWords & 1 ? CHAR_DOTS : 0;
    const below = barWords & 2 ? CHAR_DOTS : 0;
    const picture = new Bitmap(Math.max(pattern.length * barModule, labels.length * HALF), above + barHeight + below);
    const inset = Math.floor((picture.width - pattern.length * barModule) / 2);
    [...pattern].forEach((bit, i) => {
      if (bit === "1") picture.fill(inset + i * barModule, above, barModule, barHeight);
    });
    const labelAt = Math.floor((picture.width - labels.length * HALF) / 2);
    labels.forEach((glyph, i) => {
      if (above > 0) picture.draw(glyph, labelAt + i * HALF, 0);
      if (below > 0) picture.draw(glyph, labelAt + i * HALF, above + barHeight);
    });
    this.#printPicture(picture, `[${kind}] ${label}`);
  }

  /** `feed`: dots moved before the cut. A printer without a knife ignores it all. */
  #cut(feed: number): void {
    if (this.#line.length > 0) this.#printLine();
    if (!this.#settings.cutter) return;
    this.#move(feed);
    this.#actions.push({ kind: "cut" });
  }
}

interface Raster {
  bytes: number;
  left: number;
  total: number;
  wide: number;
  tall: number;
  rows: Uint8Array[];
  words: (string | undefined)[];
}

/** A picture made of characters of this very font reads as those characters. */
function rasterWords(raster: Raster): string {
  const whole = raster.wide === 1 && raster.tall === 1 && raster.total % ROWS_A_MOVE === 0;
  const lines = raster.words.filter((line) => line !== undefined);
  if (whole && lines.length === raster.words.length) return lines.filter((line) => line !== "").join("\n");
  return imageWords(raster.bytes * 8 * raster.wide, raster.total * raster.tall);
}

function imageWords(width: number, height: number): string {
  return `[image ${width}x${height}]`;
}

function aligned(room: number, align: number): number {
  return align === 1 ? Math.floor(room / 2) : align === 2 ? room : 0;
}

/** Words of a line with blanks where paper is blank, one for every half character. */
function words(items: readonly Item[], shift: number): string {
  let text = "";
  let end = -shift;
  for (const item of items) {
    text += " ".repeat(Math.max(0, Math.round((item.x - end) / HALF))) + item.word;
    end = item.x + item.width;
  }
  return text.trimEnd();
}

function bolder(glyph: Bitmap): Bitmap {
  return new Bitmap(glyph.width, glyph.height, (result) => {
    result.draw(glyph, 0, 0);
    result.draw(glyph, 1, 0);
  });
}

function underlined(glyph: Bitmap, lines: number): Bitmap {
  return new Bitmap(glyph.width, glyph.height, (result) => {
    result.draw(glyph, 0, 0);
    result.fill(0, glyph.height - lines, glyph.width, lines);
  });
}

/** FS 2: 24 columns of three bytes, top bit first. */
function userGlyph(bytes: Uint8Array): Bitmap {
  const glyph = new Bitmap(CHAR_DOTS, CHAR_DOTS);
  for (let x = 0; x < CHAR_DOTS; x++) {
    for (let y = 0; y < CHAR_DOTS; y++) if ((bytes[x * 3 + (y >> 3)]! >> (7 - (y & 7))) & 1) glyph.set(x, y);
  }
  return glyph;
}
