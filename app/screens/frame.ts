/** What stands around the content of every screen: status bar, header, foot. */
import { discMask, iconMask, type Sign, signMask } from "./icons.ts";
import { filled, type Item, lettered, rounded, stamped } from "./items.ts";
import { PALETTE, TONE_FILL, TONE_PALE } from "./palette.ts";
import type { Hint, Icon, Row, Screen, ScreenId, StatusBar } from "./tree.ts";
import { fitting, lineHeight, shortened, type Type, type TypeSet, widthOf, wrapped } from "./type.ts";

export const MARGIN = 14;
const STATUS_HEIGHT = 22;
const TITLE_HEIGHT = 32;
const BAND_HEIGHT = 58;
const FOOT_HEIGHT = 30;

export type Outcome = "good" | "warn" | "bad";

/**
 * Screens whose colour fills the header. Only what became of the money does so, and what stops the terminal: a green header always means
 * paid, an amber one always that nobody knows. Other messages with a tone get a pale one.
 */
const FILLED: readonly ScreenId[] = ["approved", "declined", "unknown", "fault"];

export function outcomeOf(screen: Screen): Outcome | undefined {
  return screen.tone === "good" || screen.tone === "warn" || screen.tone === "bad" ? screen.tone : undefined;
}

export function headerHeight(screen: Screen): number {
  if (screen.id === "idle") return HERO_TOP + sum(heroRows(screen).map(heroRowHeight)) + 8;
  return STATUS_HEIGHT + (outcomeOf(screen) === undefined ? TITLE_HEIGHT : BAND_HEIGHT);
}

export function footHeight(screen: Screen): number {
  return screen.hints.length === 0 ? 0 : FOOT_HEIGHT;
}

// Status bar --------------------------------------------------------------------------------------------------------

const SIGN_SIZE = 12;
const SIGN_TOP = 5;
const STATUS_TEXT_TOP = 4;

export function statusBar(status: StatusBar, screen: Screen, types: TypeSet, width: number): Item[] {
  const { ground, ink, faint, alarm, good, low, moving } = statusColors(screen);
  const items: Item[] = [filled({ x: 0, y: 0, w: width, h: STATUS_HEIGHT }, ground)];
  if (ground === PALETTE.panel) items.push(filled({ x: 0, y: STATUS_HEIGHT - 1, w: width, h: 1 }, PALETTE.line));

  let left = MARGIN;
  const sign = (name: Sign, x: number, color: number): void => {
    items.push(stamped(`${name} ${SIGN_SIZE}`, signMask(name, SIGN_SIZE), x, SIGN_TOP, color));
  };
  // The idle screen tells the time in large.
  if (screen.id !== "idle") items.push(lettered(types.status, status.time, left, STATUS_TEXT_TOP, ink));
  left += screen.id === "idle" ? 0 : widthOf(types.status, "00:00") + 12;
  if (status.link !== "unknown") {
    sign("plug", left, { up: good, busy: moving, down: faint }[status.link]);
    if (status.link === "down") sign("slash", left, alarm);
  }
  left += SIGN_SIZE + 10;
  if (status.sending) sign("up", left, moving);
  left += SIGN_SIZE + 4;
  if (status.receiving) sign("down", left, moving);

  let right = width - MARGIN;
  if (status.paper !== "none") {
    right -= SIGN_SIZE;
    sign("roll", right, { ok: ink, "near-end": low, out: faint }[status.paper]);
    if (status.paper === "out") sign("slash", right, alarm);
    right -= 10;
  }
  const labelled = (name: Sign, text: string): void => {
    right -= widthOf(types.status, text);
    items.push(lettered(types.status, text, right, STATUS_TEXT_TOP, ink));
    right -= SIGN_SIZE + 4;
    sign(name, right, ink);
    right -= 10;
  };
  if (status.operator !== "") labelled("operator", status.operator);
  if (status.batch !== "") labelled("batch", status.batch);
  if (status.debt > 0) items.push(...debtMark(status.debt, right, types));
  return items;
}

interface StatusColors {
  ground: number;
  ink: number;
  faint: number;
  alarm: number;
  good: number;
  low: number;
  moving: number;
}

function statusColors(screen: Screen): StatusColors {
  const outcome = outcomeOf(screen);
  if (screen.id === "idle") {
    const { accent, white, onAccent, warn } = PALETTE;
    return { ground: accent, ink: onAccent, faint: onAccent, alarm: warn, good: onAccent, low: warn, moving: white };
  }
  if (outcome !== undefined && FILLED.includes(screen.id)) {
    const { fill, ink } = TONE_FILL[outcome];
    return { ground: fill, ink, faint: ink, alarm: ink, good: ink, low: ink, moving: ink };
  }
  const { panel, muted, faint, bad, good, warnText, accent } = PALETTE;
  return { ground: panel, ink: muted, faint, alarm: bad, good, low: warnText, moving: accent };
}

/** Something still has to reach the host: amber on every screen until it has. */
function debtMark(debt: number, right: number, types: TypeSet): Item[] {
  const text = String(debt);
  const w = widthOf(types.status, text) + SIGN_SIZE + 14;
  const x = right - w;
  return [
    rounded({ x, y: 3, w, h: 16 }, 8, PALETTE.warn),
    stamped("debt 12", iconMask("reverse", SIGN_SIZE), x + 5, SIGN_TOP, PALETTE.onWarn),
    lettered(types.status, text, x + SIGN_SIZE + 9, STATUS_TEXT_TOP, PALETTE.onWarn),
  ];
}

// Header ------------------------------------------------------------------------------------------------------------

export function header(screen: Screen, types: TypeSet, width: number): Item[] {
  if (screen.id === "idle") return hero(screen, types, width);
  const outcome = outcomeOf(screen);
  return outcome === undefined ? titleLine(screen, types, width) : band(screen, outcome, types, width);
}

function titleLine(screen: Screen, types: TypeSet, width: number): Item[] {
  const room = width - 2 * MARGIN;
  const type = fitting([types.normal, types.small], screen.title, room - 10);
  const text = shortened(type, screen.title, room - 10);
  const y = STATUS_HEIGHT + Math.round((TITLE_HEIGHT - type.faces[0].size) / 2) + 1;
  return [
    rounded({ x: MARGIN, y: STATUS_HEIGHT + 9, w: 4, h: 18 }, 2, PALETTE.accent),
    lettered(type, text, MARGIN + 11, y, PALETTE.ink),
  ];
}

const HERO_TOP = 50;

/** The lines that the idle screen shows in large on the accent's ground: its time, date and mode. */
export function heroRows(screen: Screen): TextRow[] {
  return screen.id === "idle" ? screen.rows.filter((row) => row.row === "text") : [];
}

type TextRow = Extract<Row, { row: "text" }>;

function heroRowHeight(row: TextRow): number {
  return row.size === "huge" ? 56 : 21;
}

/** Whose terminal and what time it is: readable from across the counter. */
function hero(screen: Screen, types: TypeSet, width: number): Item[] {
  const centred = (type: Type, text: string, y: number, color: number): Item =>
    lettered(type, text, Math.round((width - widthOf(type, text)) / 2), y, color);
  const name = fitting([types.normal, types.small], screen.title, width - 2 * MARGIN);
  const items = [
    filled({ x: 0, y: STATUS_HEIGHT, w: width, h: headerHeight(screen) - STATUS_HEIGHT }, PALETTE.accent),
    centred(name, shortened(name, screen.title, width - 2 * MARGIN), STATUS_HEIGHT + 5, PALETTE.white),
  ];
  let y = HERO_TOP;
  for (const row of heroRows(screen)) {
    if (row.size === "huge") {
      // Digits are 0.73 em tall: the room above and below them in their line is not needed.
      const type = fitting([types.clock, types.large], row.text, width);
      items.push(centred(type, row.text, y + 47 - type.faces[0].baseline, PALETTE.white));
    } else items.push(centred(types.small, row.text, y, row.tone === "warn" ? PALETTE.warn : PALETTE.onAccent));
    y += heroRowHeight(row);
  }
  return items;
}

const DISC = 44;

function band(screen: Screen, outcome: Outcome, types: TypeSet, width: number): Item[] {
  const { fill, ink } = TONE_FILL[outcome];
  const strong = FILLED.includes(screen.id);
  const [ground, words, badge, sign] = strong
    ? [fill, ink, outcome === "warn" ? PALETTE.onWarn : PALETTE.white, fill]
    : [TONE_PALE[outcome], PALETTE.ink, fill, ink];
  const icon = outcomeIcon(screen, outcome);
  const iconSize = 28;
  // A filled header runs on into the status bar: the badge stands in the middle of both.
  const top = STATUS_HEIGHT + Math.round((BAND_HEIGHT - DISC) / 2) - (strong ? 4 : 0);
  const items = [
    filled({ x: 0, y: STATUS_HEIGHT, w: width, h: BAND_HEIGHT }, ground),
    stamped(`disc ${DISC}`, discMask(DISC), MARGIN, top, badge),
    stamped(`${icon} ${iconSize}`, iconMask(icon, iconSize), MARGIN + (DISC - iconSize) / 2, top + (DISC - iconSize) / 2, sign),
  ];
  const x = MARGIN + DISC + 12;
  const room = width - 8 - x;
  const type = fitting([types.large, types.normal], screen.title, room);
  const lines = wrapped(type, screen.title, room).slice(0, 2);
  const step = lineHeight(type);
  const first = top + Math.round((DISC - (lines.length - 1) * step - type.faces[0].size) / 2);
  return [...items, ...lines.map((line, i) => lettered(type, line, x, first + i * step, words))];
}

function outcomeIcon(screen: Screen, outcome: Outcome): Icon {
  if (outcome !== "warn") return outcome;
  return screen.id === "unknown" ? "unknown" : "warn";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

// Foot --------------------------------------------------------------------------------------------------------------

const KEY_COLORS: Record<Hint["key"], { fill: number; ink: number }> = {
  enter: { fill: PALETTE.keyEnter, ink: PALETTE.white },
  cancel: { fill: PALETTE.keyCancel, ink: PALETTE.white },
  clear: { fill: PALETTE.keyClear, ink: PALETTE.onWarn },
  menu: { fill: PALETTE.keyOther, ink: PALETTE.white },
  up: { fill: PALETTE.keyOther, ink: PALETTE.white },
  down: { fill: PALETTE.keyOther, ink: PALETTE.white },
  digits: { fill: PALETTE.keyOther, ink: PALETTE.white },
};
const CAP_HEIGHT = 20;
const CAP_WIDTH = 26;
const CAP_GAP = 6;
const CLOSE_GAP = 4;

export function foot(screen: Screen, types: TypeSet, width: number, height: number): Item[] {
  if (screen.hints.length === 0) return [];
  const top = height - FOOT_HEIGHT;
  const items = [
    filled({ x: 0, y: top, w: width, h: FOOT_HEIGHT }, PALETTE.panel),
    filled({ x: 0, y: top, w: width, h: 1 }, PALETTE.line),
  ];
  const widths = screen.hints.map((hint) => hintWidth(hint, types));
  // The first key stands at the left border, the last at the right, as Cancel and Enter do on the keypad; one alone goes to its side.
  // A key without words belongs to the next one and stands close to it.
  const closeGaps = screen.hints.filter((hint) => hint.text === "").length;
  const wideGaps = screen.hints.length - 1 - closeGaps;
  const used = widths.reduce((total, one) => total + one, 0) + closeGaps * CLOSE_GAP;
  const gap = wideGaps > 0 ? (width - 2 * MARGIN - used) / wideGaps : 0;
  let x = screen.hints.length === 1 && screen.hints[0]?.key !== "cancel" ? width - MARGIN - (widths[0] ?? 0) : MARGIN;
  screen.hints.forEach((hint, i) => {
    items.push(...keycap(hint, Math.round(x), top + 6, types));
    x += (widths[i] ?? 0) + (hint.text === "" ? CLOSE_GAP : gap);
  });
  return items;
}

function capWidth(hint: Hint, types: TypeSet): number {
  return hint.key === "digits" ? widthOf(types.status, "0-9") + 12 : CAP_WIDTH;
}

function hintWidth(hint: Hint, types: TypeSet): number {
  return capWidth(hint, types) + (hint.text === "" ? 0 : CAP_GAP + widthOf(types.small, hint.text));
}

function keycap(hint: Hint, x: number, y: number, types: TypeSet): Item[] {
  const { fill, ink } = KEY_COLORS[hint.key];
  const w = capWidth(hint, types);
  const face =
    hint.key === "digits"
      ? lettered(types.status, "0-9", x + 6, y + 3, ink)
      : stamped(`${hint.key} 14`, signMask(hint.key, 14), x + (w - 14) / 2, y + 3, ink);
  const cap = [rounded({ x, y, w, h: CAP_HEIGHT }, 5, fill), face];
  return hint.text === "" ? cap : [...cap, lettered(types.small, hint.text, x + w + CAP_GAP, y + 2, PALETTE.ink)];
}
