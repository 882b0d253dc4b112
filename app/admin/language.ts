/** 语言: the whole terminal in Chinese or English, at once and after a restart. */
import { pick } from "../steps/ask.ts";
import type { Terminal } from "../steps/terminal.ts";

const LANGUAGES = [
  { key: "1", text: "language.zh", language: "zh-CN" },
  { key: "2", text: "language.en", language: "en" },
] as const;

export async function chooseLanguage(t: Terminal): Promise<void> {
  const { language } = await pick(t, LANGUAGES, (selected) =>
    t.ui.show("menu", { title: "language.title", rows: LANGUAGES.map(({ key, text }) => ({ key, text })), selected }),
  );
  t.settings.save({ language });
  t.ui.setLanguage(language);
}
