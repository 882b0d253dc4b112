/** Questions to a person: digits, an amount, a yes, a row of a menu. Each leaves (Left) on Cancel and on time-out. */
import type { Key } from "../../hal/keypad/keypad.ts";

export type { Key };
import { groupedYuan, MAX_AMOUNT_FEN } from "../model/money.ts";
import type { ScreenStates } from "../screens/states.ts";
import type { Prompt } from "../text/words.ts";
import { Left, type Terminal } from "./terminal.ts";

/** The next key. Leaves on Cancel and when nobody presses one in time. */
export async function nextKey(t: Terminal): Promise<Key> {
  const input = await t.ui.wait({ timeoutMs: t.profile.promptTimeoutMs });
  if (input.input !== "key") throw new Left("timeout", t.ui.say("problem.timeout"));
  if (input.key === "cancel") throw new Left("cancelled");
  return input.key;
}

const isDigits = (key: Key): boolean => /^\d+$/.test(key);

export interface DigitsOptions {
  min: number;
  max: number;
  initial?: string;
}

/** Digits until Enter. `show` draws what stands there so far. */
export async function askDigits(
  t: Terminal,
  { min, max, initial = "" }: DigitsOptions,
  show: (digits: string) => void,
): Promise<string> {
  let digits = initial;
  for (;;) {
    show(digits);
    const key = await nextKey(t);
    if (isDigits(key) && digits.length + key.length <= max) digits += key;
    else if (key === "clear") digits = digits.slice(0, -1);
    else if (key === "enter" && digits.length >= min) return digits;
    else t.ui.bad();
  }
}

/** Digits until they are what `read` takes: its words for what is wrong stand by the field and nothing typed is lost. */
export async function askUntil<T>(
  t: Terminal,
  options: DigitsOptions & { code?: boolean },
  show: (typed: string, problem: string | undefined) => void,
  read: (typed: string) => { value: T } | { problem: string },
): Promise<T> {
  let typed = options.initial ?? "";
  let problem: string | undefined;
  const ask = options.code ? askCode : askDigits;
  for (;;) {
    typed = await ask(t, { ...options, initial: typed }, (now) => {
      show(now, now === typed ? problem : undefined);
    });
    const result = read(typed);
    if ("value" in result) return result.value;
    problem = result.problem;
    t.ui.bad();
  }
}

/** As on a telephone: the alpha key turns the last digit into its letters, one after another, and back. */
const LETTERS = ["0", "1", "2ABC", "3DEF", "4GHI", "5JKL", "6MNO", "7PQRS", "8TUV", "9WXYZ"];

export function nextLetter(character: string): string {
  const ring = LETTERS.find((letters) => letters.includes(character)) ?? character;
  return ring[(ring.indexOf(character) + 1) % ring.length] ?? character;
}

/** Digits and letters until Enter. */
export async function askCode(
  t: Terminal,
  { min, max, initial = "" }: DigitsOptions,
  show: (code: string) => void,
): Promise<string> {
  let code = initial;
  for (;;) {
    show(code);
    const key = await nextKey(t);
    if (isDigits(key) && code.length + key.length <= max) code += key;
    else if (key === "alpha" && code !== "") code = code.slice(0, -1) + nextLetter(code.slice(-1));
    else if (key === "clear") code = code.slice(0, -1);
    else if (key === "enter" && code.length >= min) return code;
    else t.ui.bad();
  }
}

/** A password as ASCII bytes; the caller wipes them. `show` gets only how many there are. */
export const askPassword = async (t: Terminal, show: (count: number) => void): Promise<Uint8Array> =>
  (await askPasswordOr(t, undefined, show)) ?? new Uint8Array(0);

/** The same, or undefined when somebody presses `other` instead. */
export async function askPasswordOr(
  t: Terminal,
  other: Key | undefined,
  show: (count: number) => void,
): Promise<Uint8Array | undefined> {
  const typed = new Uint8Array(12);
  let count = 0;
  try {
    for (;;) {
      show(count);
      const key = await nextKey(t);
      if (key === other) return undefined;
      if (key.length === 1 && isDigits(key) && count < typed.length) typed[count++] = key.charCodeAt(0);
      else if (key === "clear") {
        typed.fill(0);
        count = 0;
      } else if (key === "enter" && count > 0) return typed.slice(0, count);
      else t.ui.bad();
    }
  } finally {
    typed.fill(0);
  }
}

export interface AmountOptions {
  /** A digit that was pressed already. */
  firstKey?: Key;
  /** Stands there at first: Enter takes it, a digit begins anew. */
  suggestFen?: number;
  /** Words for what is wrong with an amount. */
  check?: (amountFen: number) => string | undefined;
}

/** Amount from the fen up: `1` is 0.01, `10000` is 100.00 (M5). Returns fen, more than zero. */
export async function askAmount(
  t: Terminal,
  state: Omit<ScreenStates["amount"], "amountFen" | "problem">,
  { firstKey, suggestFen, check }: AmountOptions = {},
): Promise<number> {
  let amountFen = firstKey !== undefined && isDigits(firstKey) ? Number(firstKey) : (suggestFen ?? 0);
  let untouched = firstKey === undefined && suggestFen !== undefined;
  let problem: string | undefined;
  for (;;) {
    t.ui.show("amount", { ...state, amountFen, problem });
    const key = await nextKey(t);
    problem = undefined;
    if (isDigits(key)) {
      const next = (untouched ? 0 : amountFen) * 10 ** key.length + Number(key);
      untouched = false;
      if (next <= MAX_AMOUNT_FEN) amountFen = next;
      else problem = t.ui.say("problem.amount-over", { limit: groupedYuan(MAX_AMOUNT_FEN) });
    } else if (key === "clear") {
      amountFen = untouched ? 0 : Math.floor(amountFen / 10);
      untouched = false;
    } else if (key === "enter") {
      problem = amountFen > 0 ? check?.(amountFen) : t.ui.say("problem.amount-zero");
      if (problem === undefined) return amountFen;
    }
    if (problem !== undefined) t.ui.bad();
  }
}

/** Waits for Enter. Leaves on Cancel. */
export async function confirm(t: Terminal): Promise<void> {
  while ((await nextKey(t)) !== "enter") t.ui.bad();
}

export interface MenuRow {
  /** The digit that picks the row. */
  key: string;
  text: Prompt;
  note?: string;
}

/** A row of a list: its digit, or up/down and Enter. `show` draws it with the selected row. */
export async function pick<R extends { key: string }>(
  t: Terminal,
  rows: readonly R[],
  show: (selected: number) => void,
): Promise<R> {
  let selected = 0;
  for (;;) {
    show(selected);
    const key = await nextKey(t);
    const row = rows.find((candidate) => candidate.key === key);
    if (row !== undefined) return row;
    if (key === "down") selected = (selected + 1) % rows.length;
    else if (key === "up") selected = (selected + rows.length - 1) % rows.length;
    else if (key === "enter") return rows[selected] as R;
    else t.ui.bad();
  }
}
