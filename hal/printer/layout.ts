/** Print items → ESC/POS blocks, each a whole command sequence with the paper it uses (spec peripherals §3). */
import { concat, encodeUtf8 } from "../../platform/guest/bytes.ts";
import { type Glyph, glyphLines, leftRight, wrap } from "./columns.ts";
import { BLANK_GLYPH, drawLine, type Picture, type PrintFont } from "./font.ts";
import type { Gb18030 } from "./gb18030.ts";
import type { PrinterModel } from "./models.ts";
import type { Align, PrintItem } from "./printer.ts";
import { fittingModuleDots, qrCode } from "./qr.ts";

const ESC = 0x1b;
const GS = 0x1d;
const FS = 0x1c;
const LF = 0x0a;

/** 24 dots of character and 6 of air. */
export const LINE_DOTS = 30;
const TALL_LINE_DOTS = 54;
const CUT_DOTS = 120;
const MOST_FEED = 255;
const DEFAULT_MODULE_DOTS = 6;
/** Data bytes of one raster command, so that a block stays below 1 KB. */
const BAND_BYTES = 1_000;
/** □, which every two-byte printer has. */
const UNKNOWN: Glyph = { cp: 0x25a1, columns: 2 };

export interface Block {
  bytes: Uint8Array;
  dots: number;
}

interface Style {
  align: Align;
  bold: boolean;
  wide: boolean;
  tall: boolean;
}

const ALIGN: Readonly<Record<Align, number>> = { left: 0, center: 1, right: 2 };
const PLAIN: Style = { align: "left", bold: false, wide: false, tall: false };

/** Modes as `layout` expects them at its start. */
export const RESET = Uint8Array.of(ESC, 0x40, FS, 0x26, ESC, 0x33, LINE_DOTS);

/** What a layout needs besides the items. Without a table only ASCII can be printed, without a font nothing outside the printer's zones. */
export interface LayoutTools {
  model: PrinterModel;
  table: Gb18030 | undefined;
  font: PrintFont | undefined;
}

export function layout(items: readonly PrintItem[], tools: LayoutTools): Block[] {
  const composer = new Composer(tools);
  for (const item of items) composer.add(item);
  return composer.blocks;
}

class Composer {
  readonly blocks: Block[] = [];
  readonly #tools: LayoutTools;
  #style = PLAIN;

  constructor(tools: LayoutTools) {
    this.#tools = tools;
  }

  add(item: PrintItem): void {
    const { model } = this.#tools;
    if ("text" in item) {
      const style = { ...PLAIN, ...given(item) };
      const columns = style.wide ? model.columns >> 1 : model.columns;
      for (const line of glyphLines(item.text).flatMap((whole) => wrap(whole, columns))) this.#line(line, style);
    } else if ("left" in item) {
      const style = { ...PLAIN, ...given(item) };
      for (const line of leftRight(item.left, item.right, model.columns)) this.#line(line, style);
    } else if ("rule" in item) {
      this.#line(glyphLines(item.rule.repeat(model.columns))[0] as Glyph[], PLAIN);
    } else if ("feed" in item) {
      this.#feed(item.feed);
    } else if ("qr" in item) {
      this.#qr(item.qr, item.moduleDots ?? DEFAULT_MODULE_DOTS);
    } else if ("raster" in item) {
      const rowBytes = Math.ceil(item.widthDots / 8);
      const rows = rowBytes === 0 ? 0 : Math.floor(item.raster.length / rowBytes);
      this.#picture({ rows, rowBytes, bits: item.raster }, { ...PLAIN, align: item.align ?? "left" });
    } else {
      this.#cut(item.cut);
    }
  }

  #line(glyphs: readonly Glyph[], style: Style): void {
    const drawn = this.#drawn(glyphs, style);
    if (drawn !== undefined) {
      this.#picture(drawn, style);
      return;
    }
    const bytes = glyphs.flatMap((glyph) => this.#codes(glyph) ?? this.#codes(UNKNOWN) ?? [0x3f, 0x3f]);
    this.#block([this.#modes(style), Uint8Array.from([...bytes, LF])], style.tall ? TALL_LINE_DOTS : LINE_DOTS);
  }

  /** A line with a character that the printer lacks, as dots; undefined when the printer can write the line, or we cannot draw it. */
  #drawn(glyphs: readonly Glyph[], style: Style): Picture | undefined {
    const { font } = this.#tools;
    const lacking = glyphs.filter((glyph) => this.#codes(glyph) === undefined);
    if (font === undefined || !lacking.some(({ cp }) => font.glyph(cp) !== undefined)) return undefined;
    // Characters that only the printer has must not become boxes for the sake of one that only we have.
    if (glyphs.some((glyph) => !lacking.includes(glyph) && font.glyph(glyph.cp) === undefined)) return undefined;
    const drawings = glyphs.map(({ cp, columns }) => ({
      glyph: font.glyph(cp) ?? font.glyph(UNKNOWN.cp) ?? BLANK_GLYPH,
      half: columns === 1,
    }));
    return drawLine(drawings, LINE_DOTS, style.bold);
  }

  /** Bytes of a character the printer has a glyph for. */
  #codes({ cp }: Glyph): number[] | undefined {
    if (cp < 0x80) return [cp];
    const code = this.#tools.table?.twoByte(cp);
    if (code === undefined || (cp >= 0xe000 && cp <= 0xf8ff)) return undefined;
    const [lead, trail] = [code >> 8, code & 0xff];
    const gb2312 = lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 && (lead <= 0xa9 || lead >= 0xb0);
    return gb2312 || this.#tools.model.zones === "gbk" ? [lead, trail] : undefined;
  }

  #modes(next: Style): Uint8Array {
    const was = this.#style;
    this.#style = next;
    const parts: number[] = [];
    if (next.align !== was.align) parts.push(ESC, 0x61, ALIGN[next.align]);
    if (next.bold !== was.bold) parts.push(ESC, 0x45, next.bold ? 1 : 0);
    if (next.wide !== was.wide || next.tall !== was.tall) parts.push(GS, 0x21, (next.wide ? 0x10 : 0) | (next.tall ? 0x01 : 0));
    return Uint8Array.from(parts);
  }

  #feed(lines: number): void {
    for (let left = Math.max(0, Math.floor(lines)); left > 0; left -= MOST_FEED) {
      const now = Math.min(left, MOST_FEED);
      this.#block([Uint8Array.of(ESC, 0x64, now)], now * LINE_DOTS);
    }
  }

  #cut(how: "full" | "partial"): void {
    const { cutter, tearLines } = this.#tools.model;
    if (cutter) this.#block([Uint8Array.of(GS, 0x56, how === "full" ? 0x41 : 0x42, 0)], CUT_DOTS);
    else this.#feed(tearLines);
  }

  #qr(text: string, wanted: number): void {
    const { model } = this.#tools;
    const data = encodeUtf8(text);
    const style: Style = { ...PLAIN, align: "center" };
    const { moduleDots, dots } = fittingModuleDots(data.length, wanted, model.widthDots);
    if (!model.qr) {
      this.#picture(qrCode(data, moduleDots), style);
      return;
    }
    const length = data.length + 3;
    this.#block(
      [
        this.#modes(style),
        Uint8Array.of(GS, 0x28, 0x6b, 4, 0, 0x31, 65, 0x32, 0),
        Uint8Array.of(GS, 0x28, 0x6b, 3, 0, 0x31, 67, moduleDots),
        Uint8Array.of(GS, 0x28, 0x6b, 3, 0, 0x31, 69, 49),
        Uint8Array.of(GS, 0x28, 0x6b, length & 0xff, length >> 8, 0x31, 80, 0x30),
        data,
        Uint8Array.of(GS, 0x28, 0x6b, 3, 0, 0x31, 81, 0x30),
      ],
      dots,
    );
  }

  /** In bands, so that no command is longer than the model takes. What is wider than the paper is cut off on the right. */
  #picture(picture: Picture, style: Style): void {
    const { model } = this.#tools;
    const scale = (style.wide ? 1 : 0) | (style.tall ? 2 : 0);
    const paperBytes = model.widthDots / (style.wide ? 16 : 8);
    const rowBytes = Math.min(picture.rowBytes, paperBytes);
    if (rowBytes === 0 || picture.rows === 0) return;
    // Character modes do not touch raster; align does.
    const modes = this.#modes({ ...this.#style, align: style.align });
    const bandRows = Math.max(1, Math.min(model.rasterRowCap, Math.floor(BAND_BYTES / rowBytes)));
    for (let from = 0; from < picture.rows; from += bandRows) {
      const rows = Math.min(bandRows, picture.rows - from);
      const body = new Uint8Array(rows * rowBytes);
      for (let row = 0; row < rows; row++) {
        const at = (from + row) * picture.rowBytes;
        body.set(picture.bits.subarray(at, at + rowBytes), row * rowBytes);
      }
      const head = Uint8Array.of(GS, 0x76, 0x30, scale, rowBytes, 0, rows & 0xff, rows >> 8);
      this.#block([from === 0 ? modes : new Uint8Array(0), head, defuse(body)], rows * (style.tall ? 2 : 1));
    }
  }

  #block(parts: readonly Uint8Array[], dots: number): void {
    this.blocks.push({ bytes: concat(...parts), dots });
  }
}

function given(item: { align?: Align; bold?: boolean; wide?: boolean; tall?: boolean }): Partial<Style> {
  const { align, bold, wide, tall } = item;
  return { align: align ?? "left", bold: bold ?? false, wide: wide ?? false, tall: tall ?? false };
}

const DLE = 0x10;
/** Second bytes of DLE EOT, DLE ENQ, DLE DC4. */
const REAL_TIME: readonly number[] = [0x04, 0x05, 0x14];
const EXTRA_DOT = 0x08;

/** Many printers act on real-time commands even inside raster data; one dot more makes such a pair harmless. */
function defuse(body: Uint8Array): Uint8Array {
  for (let at = 1; at < body.length; at++) {
    if (body[at - 1] === DLE && REAL_TIME.includes(body[at] as number)) body[at] = (body[at] as number) | EXTRA_DOT;
  }
  return body;
}
