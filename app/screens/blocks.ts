/** The rows of a screen as blocks of known height, ready to be stacked. */
import type { Rect } from "../../hal/display/display.ts";
import { groupedYuan } from "../model/money.ts";
import { discMask, iconMask, type Sign, signMask } from "./icons.ts";
import { filled, framed, type Item, lettered, rounded, stamped } from "./items.ts";
import { PALETTE, TONE_INK } from "./palette.ts";
import { arc, type Mask, maskOf, ring } from "./shapes.ts";
import type { Icon, Row, Tone } from "./tree.ts";
import { fitting, lineHeight, shortened, type Type, type TypeSet, widthOf, wrapped } from "./type.ts";

export interface Block {
  /** Pixels it would like, and the fewest it can do with. */
  height: number;
  least: number;
  /** Stands close to another such block: lines of one list. */
  tight?: boolean;
  /** Its items, between `y` and `y + height`. */
  items(y: number, height: number): Item[];
}

export interface Place {
  types: TypeSet;
  x: number;
  width: number;
  /** 0 roomy, 1 close, 2 dense: the first in which all rows fit is taken. */
  density: 0 | 1 | 2;
  /** Under the coloured header of an outcome. */
  outcome: boolean;
}

type RowOf<K extends Row["row"]> = Extract<Row, { row: K }>;

export function blocksOf(rows: readonly Row[], place: Place): Block[] {
  const blocks: Block[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row === undefined) break;
    if (row.row === "choice") {
      const choices = run(rows, i, "choice");
      blocks.push(choiceBlock(choices, place));
      i += choices.length - 1;
    } else if (row.row === "pair") {
      const pairs = run(rows, i, "pair");
      blocks.push(...pairs.map((pair, at) => pairBlock(pair, at === pairs.length - 1, place)));
      i += pairs.length - 1;
    } else if (row.row === "check") {
      const checks = run(rows, i, "check");
      blocks.push(checksBlock(checks, place));
      i += checks.length - 1;
    } else if (row.row === "countdown") {
      const texts = run(rows, i + 1, "text");
      blocks.push(
        countdownBlock(
          row,
          texts,
          rows.some((other) => other.row === "amount"),
          place,
        ),
      );
      i += texts.length;
    } else blocks.push(blockOf(row, place));
  }
  return blocks;
}

/** The rows of one kind that follow one another from `start`. */
function run<K extends Row["row"]>(rows: readonly Row[], start: number, kind: K): RowOf<K>[] {
  const found: RowOf<K>[] = [];
  for (let i = start; rows[i]?.row === kind; i++) found.push(rows[i] as RowOf<K>);
  return found;
}

function blockOf(row: Exclude<Row, RowOf<"choice" | "check" | "pair" | "countdown">>, place: Place): Block {
  switch (row.row) {
    case "text":
      return textBlock(row, place);
    case "amount":
      return amountBlock(row, place);
    case "field":
      return fieldBlock(row, place);
    case "progress":
      return progressBlock(row, place);
    case "icon":
      return iconBlock(row, place);
    case "icons":
      return iconsBlock(row, place);
    case "gap":
      return { height: [14, 8, 2][place.density] ?? 2, least: 0, items: () => [] };
  }
}

function solid(height: number, items: (y: number) => Item[]): Block {
  return { height, least: height, items };
}

// Text --------------------------------------------------------------------------------------------------------------

const TEXT_TYPES: Record<NonNullable<RowOf<"text">["size"]>, readonly (keyof TypeSet)[]> = {
  huge: ["huge", "large", "normal"],
  large: ["large", "normal", "small"],
  normal: ["normal", "normal", "small"],
  small: ["small", "small", "small"],
};

function textBlock(row: RowOf<"text">, { types, x, width, density }: Place): Block {
  const size = row.size ?? "normal";
  const text = dotted(row.text);
  const wanted = types[TEXT_TYPES[size][density] ?? "small"];
  const type = size === "large" ? fitting([wanted, types.normal], text, width) : wanted;
  const lines = wrapped(type, text, width);
  const step = size === "huge" ? type.faces[0].size + 2 : lineHeight(type);
  const color = TONE_INK[row.tone ?? "normal"];
  return solid(lines.length * step, (y) =>
    lines.map((line, i) => lettered(type, line, aligned(row.align, widthOf(type, line), x, width), y + i * step, color)),
  );
}

function aligned(align: "left" | "center" | "right" | undefined, textWidth: number, x: number, width: number): number {
  if (align === "center") return x + Math.round((width - textWidth) / 2);
  return align === "right" ? x + width - textWidth : x;
}

/** Stars of a masked number as dots in the middle of the line. */
function dotted(text: string): string {
  return text.includes("**") ? text.replaceAll("*", "•") : text;
}

// Label and value ---------------------------------------------------------------------------------------------------

function pairBlock(row: RowOf<"pair">, last: boolean, { types, x, width, density }: Place): Block {
  const value = dotted(row.value);
  const type = row.strong && density < 2 ? types.normal : types.small;
  const color = TONE_INK[row.tone ?? "normal"];
  const labelWidth = widthOf(types.small, row.label);
  const inLine = labelWidth + 12 + widthOf(type, value) <= width;
  const lines = inLine ? [value] : wrapped(type, value, width - 12);
  const step = lineHeight(type);
  const height = (inLine ? step : step * (lines.length + 1)) + (last ? 0 : 5);
  return {
    height,
    least: inLine ? types.small.faces[0].size + 1 : height,
    tight: true,
    items(y, room) {
      const items = [lettered(types.small, row.label, x, y + (inLine ? baselineGap(type, types.small) : 0), PALETTE.muted)];
      lines.forEach((line, i) => {
        const top = y + (inLine ? 0 : (i + 1) * step);
        items.push(lettered(type, line, x + width - widthOf(type, line), top, color));
      });
      if (!last && room >= step + 3) items.push(filled({ x, y: y + room - 2, w: width, h: 1 }, PALETTE.line));
      return items;
    },
  };
}

/** How much lower the small line starts so that both stand on one baseline. */
function baselineGap(large: Type, small: Type): number {
  return large.faces[0].baseline - small.faces[0].baseline;
}

// Money -------------------------------------------------------------------------------------------------------------

function amountBlock(row: RowOf<"amount">, place: Place): Block {
  return place.outcome && place.density === 0 ? bareAmount(row, place) : boxedAmount(row, place);
}

/** Under a coloured header: nothing but the sum. */
function bareAmount(row: RowOf<"amount">, { types, x, width }: Place): Block {
  const label = row.label ?? "";
  const labelHeight = label === "" ? 0 : lineHeight(types.small);
  const text = groupedYuan(row.amountFen);
  const type =
    [types.huge, types.large].find((one) => widthOf(types.large, "¥") + 6 + widthOf(one, text) <= width) ?? types.normal;
  const currency = type === types.huge ? types.large : type;
  const currencyWidth = widthOf(currency, "¥") + 5;
  const height = type.faces[0].size + 4;
  return solid(labelHeight + height, (y) => {
    const left = x + Math.round((width - currencyWidth - widthOf(type, text)) / 2);
    const baseline = y + labelHeight + Math.round(height / 2 + type.faces[0].size * 0.366);
    return [
      ...(label === ""
        ? []
        : [lettered(types.small, label, x + Math.round((width - widthOf(types.small, label)) / 2), y, PALETTE.muted)]),
      lettered(currency, "¥", left, baseline - currency.faces[0].baseline, PALETTE.muted),
      lettered(type, text, left + currencyWidth, baseline - type.faces[0].baseline, PALETTE.ink),
    ];
  });
}

function boxedAmount(row: RowOf<"amount">, { types, x, width, density }: Place): Block {
  const height = [58, 42, 36][density] ?? 36;
  const text = groupedYuan(row.amountFen);
  const label = row.label ?? "";
  const padding = 12;
  const room = width - 2 * padding - (label === "" ? 0 : widthOf(types.small, label) + 10);
  const sizes: [Type, ...Type[]] = density === 0 ? [types.huge, types.large, types.normal] : [types.large, types.normal];
  const sign = (type: Type): Type => (type === types.huge ? types.large : type);
  const type = sizes.find((one) => widthOf(sign(one), "¥") + 4 + widthOf(one, text) <= room) ?? types.small;
  const currency = sign(type);
  const empty = row.editing === true && row.amountFen === 0;
  const ink = empty ? PALETTE.faint : PALETTE.ink;
  return solid(height, (y) => {
    const box = { x, y, w: width, h: height };
    const right = x + width - padding;
    const left = right - widthOf(type, text);
    // Digits are about 0.73 em tall above the baseline.
    const baseline = y + Math.round(height / 2 + type.faces[0].size * 0.366);
    const top = (one: Type): number => baseline - one.faces[0].baseline;
    return [
      row.editing ? framed(box, 10, 2, PALETTE.accent, PALETTE.panel) : framed(box, 10, 1, PALETTE.line, PALETTE.panel),
      ...(label === "" ? [] : [lettered(types.small, label, x + padding, y + Math.round((height - 18) / 2), PALETTE.muted)]),
      lettered(currency, "¥", left - widthOf(currency, "¥") - 4, top(currency), empty ? PALETTE.faint : PALETTE.muted),
      lettered(type, text, left, top(type), ink),
    ];
  });
}

// Typing ------------------------------------------------------------------------------------------------------------

const DOT = 12;

function fieldBlock(row: RowOf<"field">, { types, x, width, density }: Place): Block {
  const boxHeight = [46, 42, 34][density] ?? 34;
  const inside = density > 0;
  const labelHeight = inside ? 0 : lineHeight(types.small) + 3;
  return solid(labelHeight + boxHeight, (y) => {
    const top = y + labelHeight;
    const items = [framed({ x, y: top, w: width, h: boxHeight }, 9, 2, PALETTE.accent, PALETTE.panel)];
    const labelWidth = inside ? widthOf(types.small, row.label) + 12 : 0;
    items.push(
      inside
        ? lettered(types.small, row.label, x + 12, top + Math.round((boxHeight - 16) / 2), PALETTE.muted)
        : lettered(types.small, row.label, x, y, PALETTE.muted),
    );
    let pen = x + 14 + labelWidth;
    if (/^\*+$/.test(row.value)) {
      for (const _ of row.value) {
        items.push(stamped(`disc ${DOT}`, discMask(DOT), pen, top + Math.round((boxHeight - DOT) / 2), PALETTE.ink));
        pen += DOT + 8;
      }
    } else {
      const shown = row.value === "" ? (row.placeholder ?? "") : row.value;
      const type = fitting([types.large, types.normal, types.small], shown, width - 34 - labelWidth);
      const text = shortened(type, shown, width - 34 - labelWidth);
      const color = row.value === "" ? PALETTE.faint : PALETTE.ink;
      const textTop = top + Math.round(boxHeight / 2 + type.faces[0].size * 0.366) - type.faces[0].baseline;
      items.push(lettered(type, text, pen, textTop, color));
      if (row.value !== "") pen += widthOf(type, text) + 4;
      else pen -= 5;
    }
    items.push(filled({ x: pen, y: top + 9, w: 2, h: boxHeight - 18 }, PALETTE.accent));
    return items;
  });
}

// Menus -------------------------------------------------------------------------------------------------------------

const CHOICE = { height: 34, least: 29, gap: 2, cap: 24 };

/** More than two columns of five do not stand on a screen. */
const MOST_IN_TWO_COLUMNS = 10;

/** Rows of a menu: in two columns when there are many short ones, else in one that scrolls with the bar. */
function choiceBlock(rows: readonly RowOf<"choice">[], { types, x, width, density }: Place): Block {
  const half = Math.floor((width - 8) / 2);
  const fits = (type: Type): boolean => rows.every((row) => choiceWidth(row, type, types) <= half);
  const two = rows.length > 5 && rows.length <= MOST_IN_TWO_COLUMNS && fits(types.small);
  const type = two && !fits(types.normal) ? types.small : types.normal;
  const columns = two ? 2 : 1;
  const perColumn = Math.ceil(rows.length / columns);
  const columnWidth = two ? half : width;
  const least = density === 2 ? 26 : CHOICE.least;
  return {
    height: perColumn * CHOICE.height,
    least: Math.min(perColumn, 3) * least,
    items(y, height) {
      const visible = Math.max(1, Math.min(perColumn, Math.floor(height / least)));
      const step = Math.min(CHOICE.height, Math.floor(height / visible));
      const scrolls = visible < perColumn;
      const selected = Math.max(
        0,
        rows.findIndex((row) => row.selected),
      );
      const first = scrolls ? Math.max(0, Math.min(selected - Math.floor(visible / 2), perColumn - visible)) : 0;
      const rowWidth = columnWidth - (scrolls ? 10 : 0);
      const shown = scrolls ? rows.slice(first, first + visible) : rows;
      const items = shown.flatMap((row, at) => {
        const left = x + Math.floor(at / perColumn) * (half + 8);
        return choice(row, type, { x: left, y: y + (at % perColumn) * step, w: rowWidth, h: step - CHOICE.gap }, types);
      });
      if (scrolls) items.push(...scrollBar(x + width - 4, y, step * visible - 2, first / perColumn, visible / perColumn));
      return items;
    },
  };
}

function choiceWidth(row: RowOf<"choice">, type: Type, types: TypeSet): number {
  return CHOICE.cap + 18 + widthOf(type, row.text) + (row.note === undefined ? 0 : widthOf(types.small, row.note) + 8);
}

function choice(row: RowOf<"choice">, wanted: Type, { x, y, w: width, h: height }: Rect, types: TypeSet): Item[] {
  const capTop = y + Math.round((height - CHOICE.cap) / 2);
  const capX = x + 4;
  const textX = capX + CHOICE.cap + 9;
  const noteWidth = row.note === undefined ? 0 : widthOf(types.small, row.note) + 8;
  const room = x + width - 5 - textX - noteWidth;
  const type = fitting([wanted, types.small], row.text, room);
  const [barColor, capColor, digit, ink, note] = row.selected
    ? [PALETTE.accent, PALETTE.white, PALETTE.accent, PALETTE.white, PALETTE.white]
    : [PALETTE.panel, PALETTE.accentSoft, PALETTE.accent, PALETTE.ink, PALETTE.muted];
  const items = [
    rounded({ x, y, w: width, h: height }, 8, barColor),
    rounded({ x: capX, y: capTop, w: CHOICE.cap, h: CHOICE.cap }, 6, capColor),
    lettered(
      types.normal,
      row.key,
      capX + Math.round((CHOICE.cap - widthOf(types.normal, row.key)) / 2),
      middle(types.normal, y, height),
      digit,
    ),
    lettered(type, shortened(type, row.text, room), textX, middle(type, y, height), ink),
  ];
  if (row.note !== undefined) {
    items.push(lettered(types.small, row.note, x + width - noteWidth, middle(types.small, y, height), note));
  }
  return items;
}

/** Top of a line so that its hanzi stand in the middle. */
function middle(type: Type, y: number, height: number): number {
  return y + Math.round((height - type.faces[0].size) / 2);
}

function scrollBar(x: number, y: number, height: number, from: number, part: number): Item[] {
  return [
    rounded({ x, y, w: 4, h: height }, 2, PALETTE.line),
    rounded({ x, y: y + Math.round(height * from), w: 4, h: Math.max(8, Math.round(height * part)) }, 2, PALETTE.accent),
  ];
}

// Checks ------------------------------------------------------------------------------------------------------------

const CHECK_SIGNS: Record<RowOf<"check">["state"], { sign: Sign; fill: number; ink: number; note: Tone }> = {
  waiting: { sign: "dot", fill: PALETTE.line, ink: PALETTE.line, note: "muted" },
  running: { sign: "dot", fill: PALETTE.accent, ink: PALETTE.white, note: "muted" },
  ok: { sign: "check", fill: PALETTE.good, ink: PALETTE.white, note: "muted" },
  warn: { sign: "bang", fill: PALETTE.warn, ink: PALETTE.onWarn, note: "warn" },
  bad: { sign: "cross", fill: PALETTE.bad, ink: PALETTE.white, note: "bad" },
};

/**
 * The parts as they are checked. Those with a problem come first, each on a line with its words; the others follow in two columns, so that
 * a fault is not one line among many.
 */
function checksBlock(rows: readonly RowOf<"check">[], place: Place): Block {
  const wrong = rows.filter((row) => row.state === "warn" || row.state === "bad").map((row) => faultLine(row, place));
  const others = rows.filter((row) => row.state !== "warn" && row.state !== "bad");
  const perColumn = Math.ceil(others.length / 2);
  const half = Math.floor((place.width - 12) / 2);
  const wrongLines = wrong.reduce((total, fault) => total + fault.lines, 0);
  const gap = wrong.length > 0 && others.length > 0 ? 6 : 0;
  const line = (height: number): number => Math.min(28, Math.floor((height - gap) / Math.max(1, wrongLines + perColumn)));
  return {
    height: (wrongLines + perColumn) * 28 + gap,
    least: (wrongLines + perColumn) * 17 + gap,
    items(y, height) {
      const step = line(height);
      let top = y;
      const items: Item[] = [];
      for (const fault of wrong) {
        items.push(...fault.items(top, step));
        top += fault.lines * step;
      }
      top += gap;
      others.forEach((row, i) => {
        const left = place.x + Math.floor(i / perColumn) * (half + 12);
        items.push(...checkLine(row, left, top + (i % perColumn) * step, half, step, place.types));
      });
      return items;
    },
  };
}

/** A part and what is wrong with it: the words beside its name, or under it when they are long. */
function faultLine(row: RowOf<"check">, { types, x, width }: Place): { lines: number; items(y: number, step: number): Item[] } {
  const note = row.note ?? "";
  const color = TONE_INK[CHECK_SIGNS[row.state].note];
  const beside = CHECK_TEXT + widthOf(types.small, row.label) + 12 + widthOf(types.small, note) <= width;
  const under = beside ? [] : wrapped(types.small, note, width - CHECK_TEXT);
  return {
    lines: 1 + under.length,
    items(y, step) {
      const items = checkLine({ ...row, note: undefined }, x, y, width, step, types);
      const words = beside ? [note] : under;
      words.forEach((text, i) => {
        const left = beside ? x + width - widthOf(types.small, text) : x + CHECK_TEXT;
        items.push(lettered(types.small, text, left, middle(types.small, y + (beside ? 0 : i + 1) * step, step), color));
      });
      return items;
    },
  };
}

const CHECK_TEXT = 24;

function checkLine(row: RowOf<"check">, x: number, y: number, width: number, height: number, types: TypeSet): Item[] {
  const look = CHECK_SIGNS[row.state];
  const size = height < 20 ? 14 : 16;
  const top = y + Math.round((height - size) / 2);
  const textTop = middle(types.small, y, height);
  const noteRoom = width - CHECK_TEXT - widthOf(types.small, row.label) - 8;
  const note = row.note !== undefined && widthOf(types.small, row.note) <= noteRoom ? row.note : "";
  return [
    stamped(`disc ${size}`, discMask(size), x, top, look.fill),
    stamped(`${look.sign} ${size - 4}`, signMask(look.sign, size - 4), x + 2, top + 2, look.ink),
    lettered(types.small, row.label, x + CHECK_TEXT, textTop, row.state === "waiting" ? PALETTE.faint : PALETTE.ink),
    ...(note === "" ? [] : [lettered(types.small, note, x + width - widthOf(types.small, note), textTop, PALETTE.muted)]),
  ];
}

// Time and progress -------------------------------------------------------------------------------------------------

function progressBlock(row: RowOf<"progress">, { types, x, width }: Place): Block {
  const textHeight = row.text === undefined ? 0 : lineHeight(types.small) + 4;
  const part = Math.max(0, Math.min(1, row.fraction));
  return solid(textHeight + 12, (y) => [
    ...(row.text === undefined ? [] : [lettered(types.small, shortened(types.small, row.text, width), x, y, PALETTE.ink)]),
    rounded({ x, y: y + textHeight, w: width, h: 10 }, 5, PALETTE.line),
    ...(part === 0
      ? []
      : [rounded({ x, y: y + textHeight, w: Math.max(10, Math.round(width * part)), h: 10 }, 5, PALETTE.accent)]),
  ]);
}

/** The ring with the seconds in it. Alone it stands over its words; under an amount it stands beside them. */
function countdownBlock(row: RowOf<"countdown">, texts: readonly RowOf<"text">[], beside: boolean, place: Place): Block {
  const { types, x, width, density } = place;
  const size = beside ? ([68, 60, 52][density] ?? 52) : ([92, 76, 60][density] ?? 60);
  const gap = beside ? 16 : 10;
  const lines = texts.flatMap((text) => {
    const type = text.size === "small" ? types.small : types.normal;
    const room = beside ? width - size - gap : width;
    return wrapped(type, text.text, room).map((line) => ({ type, line, color: TONE_INK[text.tone ?? "normal"] }));
  });
  const textHeight = lines.reduce((total, { type }) => total + lineHeight(type) + 2, 0);
  const widest = Math.max(0, ...lines.map(({ type, line }) => widthOf(type, line)));
  const height = beside ? Math.max(size, textHeight) : size + gap + textHeight;
  return solid(height, (y) => {
    const left = beside ? x + Math.round((width - size - gap - widest) / 2) : x + Math.round((width - size) / 2);
    const items = countdown(row, left, y, size, types);
    let textTop = beside ? y + Math.round((height - textHeight) / 2) + 2 : y + size + gap;
    for (const { type, line, color } of lines) {
      const textX = beside ? left + size + gap : x + Math.round((width - widthOf(type, line)) / 2);
      items.push(lettered(type, line, textX, textTop, color));
      textTop += lineHeight(type) + 2;
    }
    return items;
  });
}

function countdown({ seconds, of }: RowOf<"countdown">, x: number, y: number, size: number, types: TypeSet): Item[] {
  const left = Math.max(0, Math.min(1, of === 0 ? 0 : seconds / of));
  const stroke = Math.round(size / 11);
  const number = String(seconds);
  const type = size >= 90 && number.length < 4 ? types.huge : types.large;
  const textTop = y + Math.round(size / 2 + type.faces[0].size * 0.366) - type.faces[0].baseline;
  const items = [stamped(`ring ${size}`, ringMask(size, stroke), x, y, PALETTE.line)];
  if (left > 0) items.push(stamped(`arc ${size} ${left}`, arcMask(size, stroke, left), x, y, PALETTE.accent));
  items.push(lettered(type, number, x + Math.round((size - widthOf(type, number)) / 2), textTop, PALETTE.ink));
  return items;
}

const rings = new Map<number, Mask>();

function ringMask(size: number, stroke: number): Mask {
  const mask = rings.get(size) ?? maskOf(ring(size / 2, size / 2, (size - stroke) / 2 - 1, stroke), size, size, 1);
  rings.set(size, mask);
  return mask;
}

/** The part of the time that is left, running out clockwise. */
function arcMask(size: number, stroke: number, left: number): Mask {
  const radius = (size - stroke) / 2 - 1;
  const shape =
    left === 1 ? ring(size / 2, size / 2, radius, stroke) : arc(size / 2, size / 2, radius, 360 * (1 - left), 360, stroke);
  return maskOf(shape, size, size, 1);
}

// Pictures ----------------------------------------------------------------------------------------------------------

const ICON_LOOK: Record<Tone, { fill: number; ink: number }> = {
  normal: { fill: PALETTE.accentSoft, ink: PALETTE.accent },
  muted: { fill: PALETTE.line, ink: PALETTE.muted },
  good: { fill: PALETTE.good, ink: PALETTE.white },
  warn: { fill: PALETTE.warn, ink: PALETTE.onWarn },
  bad: { fill: PALETTE.bad, ink: PALETTE.white },
};

function iconBlock(row: RowOf<"icon">, { x, width, density }: Place): Block {
  const size = [64, 48, 36][density] ?? 36;
  const { fill, ink } = ICON_LOOK[row.tone ?? "normal"];
  const inner = Math.round((size * 0.56) / 2) * 2;
  return solid(size + 4, (y) => {
    const left = x + Math.round((width - size) / 2);
    return [
      stamped(`disc ${size}`, discMask(size), left, y, fill),
      stamped(`${row.icon} ${inner}`, iconMask(row.icon, inner), left + (size - inner) / 2, y + (size - inner) / 2, ink),
    ];
  });
}

function iconsBlock({ items: pictures }: RowOf<"icons">, place: Place): Block {
  const { types, x, width, density } = place;
  const gap = 8;
  const [only] = pictures;
  if (pictures.length === 1 && only !== undefined) return onlyIcon(only.icon, only.text, place);
  const height = [70, 62, 52][density] ?? 52;
  const icon = [32, 28, 24][density] ?? 24;
  const tile = Math.floor((width - gap * (pictures.length - 1)) / pictures.length);
  return solid(height, (y) =>
    pictures.flatMap((picture, i) => {
      const left = x + i * (tile + gap);
      const type = fitting([types.normal, types.small], picture.text, tile - 8);
      const free = height - icon - type.faces[0].size;
      return [
        framed({ x: left, y, w: tile, h: height }, 10, 1, PALETTE.line, PALETTE.panel),
        stamped(
          `${picture.icon} ${icon}`,
          iconMask(picture.icon, icon),
          left + Math.round((tile - icon) / 2),
          y + Math.round(free * 0.38),
          PALETTE.accent,
        ),
        lettered(
          type,
          picture.text,
          left + Math.round((tile - widthOf(type, picture.text)) / 2),
          y + icon + Math.round(free * 0.68),
          PALETTE.accent,
        ),
      ];
    }),
  );
}

/** One way only: the picture and its words side by side, large. */
function onlyIcon(icon: Icon, text: string, { types, x, width, density }: Place): Block {
  const height = [60, 52, 44][density] ?? 44;
  const size = [36, 32, 26][density] ?? 26;
  const type = fitting([types.large, types.normal], text, width - size - 40);
  return solid(height, (y) => {
    const left = x + Math.round((width - size - 14 - widthOf(type, text)) / 2);
    return [
      framed({ x, y, w: width, h: height }, 12, 1, PALETTE.line, PALETTE.panel),
      stamped(`${icon} ${size}`, iconMask(icon, size), left, y + Math.round((height - size) / 2), PALETTE.accent),
      lettered(type, text, left + size + 14, middle(type, y, height), PALETTE.accent),
    ];
  });
}
