/**
 * Every transaction on the bundle in both languages, each screen and slip of it in words. After a wanted change: `npx vitest run test/golden/transactions.test.ts
 * -u`, read the difference, and look at the pictures (`npm run pictures`).
 */
import { beforeAll, describe, expect, test } from "vitest";
import { DIRECTIONS } from "../../app/model/ledger.ts";
import type { Language } from "../../app/text/words.ts";
import { type Chapter, inWords, walk } from "./walk.ts";

describe.each<Language>(["zh-CN", "en"])("%s", (language) => {
  let chapters: Chapter[];
  beforeAll(async () => {
    chapters = await walk(language);
  }, 300_000);

  test("each screen and slip is as it was", async () => {
    for (const [n, chapter] of chapters.entries()) {
      const file = `transactions/${language}/${String(n + 1).padStart(2, "0")}-${chapter.id}.txt`;
      await expect.soft(inWords(chapter)).toMatchFileSnapshot(file);
    }
  });

  test("no transaction is left out, and each has paper", () => {
    const printed = new Set(chapters.filter(({ shots }) => shots.some(({ slips }) => slips.length > 0)).map(({ id }) => id));
    for (const kind of Object.keys(DIRECTIONS)) expect([...printed]).toContain(kind);
  });

  test("an English terminal says nothing in Chinese but the merchant's name", () => {
    if (language === "zh-CN") return;
    const said = chapters.flatMap(({ shots }) =>
      shots.flatMap(({ screen, slips }) => [
        screen.title,
        ...screen.lines,
        ...screen.hints,
        ...slips.flatMap(({ text }) => text),
      ]),
    );
    expect(said.filter((line) => /\p{Script=Han}/u.test(line.replaceAll("示例商户", "")))).toEqual([]);
  });
});
