/**
 * Every sample screen as a tree, its words and the hash of its pixels. After a wanted change: `npx vitest run test/golden/screens.test.ts -u`, read the
 * difference, and look at the pictures (`npm run pictures`).
 */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hintLines, screenLines } from "../../app/screens/lines.ts";
import type { Language } from "../../app/text/words.ts";
import { builtFonts, drawn } from "./screens/desk.ts";
import { samples } from "./screens/samples.ts";

const fonts = builtFonts();

describe.each<Language>(["zh-CN", "en"])("%s", (language) => {
  test.each(samples(language))("$name", async ({ name, screen, status }) => {
    const bytes = new Uint8Array(drawn(screen, status, fonts).buffer);
    const golden = {
      lines: screenLines(screen),
      hints: hintLines(screen),
      screen,
      status,
      pixels: createHash("sha256").update(bytes).digest("hex"),
    };
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(`screens/${language}/${name}.json`);
  });
});
