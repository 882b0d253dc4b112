/** The menus as data: terminal.md's numbers, rows that work. A new function is a row. */
import { chooseLanguage } from "./admin/language.ts";
import { echo } from "./admin/echo.ts";
import { lock } from "./admin/login.ts";
import { reprintAny, reprintLast } from "./admin/reprint.ts";
import { selfCheck } from "./admin/self-check.ts";
import { signOffNow, signOnNow } from "./admin/sign-on.ts";
import { versions } from "./admin/versions.ts";
import { pick } from "./steps/ask.ts";
import { Left, type Terminal } from "./steps/terminal.ts";
import type { Prompt } from "./text/words.ts";
import { sale } from "./transactions/sale.ts";

export interface Entry {
  /** The digit that picks it: the same in every release, so that fingers learn it once. */
  key: string;
  text: Prompt;
  run?: (t: Terminal) => Promise<void>;
  rows?: readonly Entry[];
}

export const MAIN_MENU: Entry = {
  key: "",
  text: "menu.main",
  rows: [
    { key: "1", text: "menu.sale", run: (t) => sale(t) },
    {
      key: "8",
      text: "menu.print",
      rows: [
        { key: "1", text: "menu.reprint-last", run: reprintLast },
        { key: "2", text: "menu.reprint-any", run: reprintAny },
      ],
    },
    {
      key: "9",
      text: "menu.manage",
      rows: [
        { key: "1", text: "menu.sign-on", run: signOnNow },
        { key: "2", text: "menu.sign-off", run: signOffNow },
        { key: "6", text: "menu.lock", run: lock },
        { key: "7", text: "menu.versions", run: versions },
        {
          key: "9",
          text: "menu.maintenance",
          rows: [
            { key: "1", text: "menu.echo", run: echo },
            { key: "2", text: "selfcheck.title", run: selfCheck },
          ],
        },
        { key: "0", text: "menu.language", run: chooseLanguage },
      ],
    },
  ],
};

/** Walks the menus until a row with work is picked, and does it. Cancel goes back one menu; false when it left the first. */
export async function openMenu(t: Terminal, menu: Entry = MAIN_MENU): Promise<boolean> {
  for (;;) {
    const entry = await pickEntry(t, menu);
    if (entry === undefined) return false;
    if (entry.run !== undefined) {
      await entry.run(t);
      return true;
    }
    if (await openMenu(t, entry)) return true;
  }
}

async function pickEntry(t: Terminal, { text, rows = [] }: Entry): Promise<Entry | undefined> {
  try {
    return await pick(t, rows, (selected) =>
      t.ui.show("menu", { title: text, rows: rows.map((row) => ({ key: row.key, text: row.text })), selected }),
    );
  } catch (error) {
    if (error instanceof Left && error.why === "cancelled") return undefined;
    throw error;
  }
}
