/** A row of a list that may be longer than the screen. */
import type { Prompt } from "../text/words.ts";
import { nextKey } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

const PAGE_ROWS = 5;

export interface LongRow {
  text: Prompt;
  /** Instead of `text`, where the row is a thing. */
  words?: string;
  note?: string;
}

/** Where the picked row stands. A digit picks on this page, up and down go through all. Leaves on Cancel and time-out. */
export async function pickLong(t: Terminal, title: Prompt, rows: readonly LongRow[], from = 0): Promise<number> {
  const pages = Math.ceil(rows.length / PAGE_ROWS);
  let selected = Math.min(from, rows.length - 1);
  for (;;) {
    const page = Math.floor(selected / PAGE_ROWS);
    const first = page * PAGE_ROWS;
    const shown = rows.slice(first, first + PAGE_ROWS);
    t.ui.show("menu", {
      title,
      rows: shown.map(({ text, words, note }, n) => ({ key: String(n + 1), text, words, note })),
      selected: selected - first,
      ...(pages > 1 ? { place: { at: page + 1, of: pages } } : {}),
    });
    const key = await nextKey(t);
    const digit = Number(key);
    if (digit >= 1 && digit <= shown.length) return first + digit - 1;
    if (key === "enter") return selected;
    if (key === "down") selected = (selected + 1) % rows.length;
    else if (key === "up") selected = (selected + rows.length - 1) % rows.length;
    else t.ui.bad();
  }
}
