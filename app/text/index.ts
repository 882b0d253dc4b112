import { en } from "./en.ts";
import type { Catalogue, Language, Words } from "./words.ts";
import { zhCN } from "./zh-cn.ts";

export const catalogues: Record<Language, Catalogue> = { "zh-CN": zhCN, en };

/** The words of a language. A value that `say` was not given stays as `{name}`, where a test or a reader sees it. */
export function wordsIn(language: Language): Words {
  const catalogue = catalogues[language];
  return {
    language,
    say: (key, values = {}) => catalogue[key].replace(/\{([a-z-]+)\}/gi, (gap, name: string) => String(values[name] ?? gap)),
  };
}
