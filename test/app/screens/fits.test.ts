/** The words of both catalogues fit a 320x240 screen where they stand: rows of menus whole, messages whole, hints whole. */
import { describe, expect, test } from "vitest";
import { PARAMETER_GROUPS, PARAMETERS } from "../../../app/admin/parameters.table.ts";
import { type Entry, MAIN_MENU } from "../../../app/menu.ts";
import { screens } from "../../../app/screens/index.ts";
import { layout } from "../../../app/screens/layout.ts";
import type { Screen, StatusBar } from "../../../app/screens/tree.ts";
import { typeSet } from "../../../app/screens/type.ts";
import { catalogues, wordsIn } from "../../../app/text/index.ts";
import type { Language, Prompt } from "../../../app/text/words.ts";
import { builtFonts } from "../../golden/screens/desk.ts";

const [WIDTH, HEIGHT] = [320, 240];
const types = typeSet(builtFonts());
const status: StatusBar = {
  time: "12:00",
  link: "up",
  paper: "ok",
  batch: "000001",
  operator: "01",
  debt: 0,
  sending: false,
  receiving: false,
};

const solid = (text: string): string => text.replace(/\s/g, "");

/** Everything that is drawn, in one string without spaces. */
function drawnWords(screen: Screen): string {
  const texts = layout(screen, status, types, WIDTH, HEIGHT).filter(({ key }) => key.startsWith("text "));
  for (const { rect } of texts) expect(rect.x + rect.w <= WIDTH + 2 && rect.y + rect.h <= HEIGHT + 2).toBe(true);
  // "text <place> <size> <face> <colour> <words>"
  return solid(texts.map(({ key }) => key.split(" ").slice(5).join(" ")).join(""));
}

const menus = (entry: Entry): { title: Prompt; rows: { key: string; text: Prompt }[] }[] => [
  ...(entry.rows === undefined ? [] : [{ title: entry.text, rows: entry.rows.map(({ key, text }) => ({ key, text })) }]),
  ...(entry.rows ?? []).flatMap(menus),
];
const PAGE = 5;
const parameterMenus = PARAMETER_GROUPS.flatMap((group) => {
  const rows = PARAMETERS.filter((row) => row.group === group);
  return Array.from({ length: Math.ceil(rows.length / PAGE) }, (_, page) => ({
    title: `param-group.${group}` as Prompt,
    rows: rows.slice(page * PAGE, (page + 1) * PAGE).map(({ id }, n) => ({ key: String(n + 1), text: `param.${id}` as Prompt })),
  }));
});

const MESSAGES = (Object.keys(catalogues.en) as Prompt[]).filter((key) =>
  /^(param-needs|param-refused|keeping|notice|problem|settlement|download|host-request|training|unknown|blacklist)\./.test(key),
);

describe.each<Language>(["zh-CN", "en"])("%s", (language) => {
  const words = wordsIn(language);

  test("every menu, and every page of parameters", () => {
    for (const { title, rows } of [...menus(MAIN_MENU), ...parameterMenus]) {
      for (let selected = 0; selected < rows.length; selected++) {
        const shown = drawnWords(screens.menu({ title, rows, selected }, words));
        const { text } = rows[selected] as { text: Prompt };
        expect([text, shown.includes(solid(words.say(text)))]).toEqual([text, true]);
      }
    }
  });

  test.each(MESSAGES)("%s as a message", (key) => {
    const value = words.say(key);
    expect(drawnWords(screens.notice({ title: "", rows: [{ value }], tone: "warn" }, words))).toContain(solid(value));
  });
});
