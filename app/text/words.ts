/**
 * Message catalogues. Keys are words; zh-CN (./zh-cn.ts) is the master, en (./en.ts) must have the same keys, both checked by
 * the compiler. `words.say("amount.over-limit", {limit: "5.00"})` fills `{limit}`.
 */
import type { zhCN } from "./zh-cn.ts";

export type Language = "zh-CN" | "en";
export type Prompt = keyof typeof zhCN;
export type Catalogue = Record<Prompt, string>;

export interface Words {
  readonly language: Language;
  say(key: Prompt, values?: Record<string, string | number>): string;
}
