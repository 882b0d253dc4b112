/** Questions to a person: digits, an amount, a yes, a row of a menu. Each leaves (Left) on Cancel and on time-out. */
import type { Key } from "../../hal/keypad/keypad.ts";

export type { Key };
import { MAX_AMOUNT_FEN } from "../model/money.ts";
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

/** A password as ASCII bytes; the caller wipes them. `show` gets only how many there are. */
export async function askPassword(t: Terminal, show: (count: number) => void): Promise<Uint8Array> {
  const typed = new Uint8Array(12);
  let count = 0;
  try {
    for (;;) {
      show(count);
      const key = await nextKey(t);
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

/** Amount from the fen up: `1` is 0.01, `10000` is 100.00 (M5). Returns fen, more than zero. */
export async function askAmount(
  t: Terminal,
  state: Omit<ScreenStates["amount"], "amountFen" | "problem">,
  firstKey?: Key,
): Promise<number> {
  let amountFen = firstKey !== undefined && isDigits(firstKey) ? Number(firstKey) : 0;
  let problem: string | undefined;
  for (;;) {
    t.ui.show("amount", { ...state, amountFen, problem });
    const key = await nextKey(t);
    problem = undefined;
    if (isDigits(key)) {
      const next = amountFen * 10 ** key.length + Number(key);
      if (next <= MAX_AMOUNT_FEN) amountFen = next;
      else problem = t.ui.say("problem.amount-over", { limit: "9,999,999,999.99" });
    } else if (key === "clear") amountFen = Math.floor(amountFen / 10);
    else if (key === "enter") {
      if (amountFen > 0) return amountFen;
      problem = t.ui.say("problem.amount-zero");
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
