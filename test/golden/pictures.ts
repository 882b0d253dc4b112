/** Writes a picture of every sample screen in both languages to test-results/screens, with a page to look at them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { hintLines, screenLines } from "../../app/screens/lines.ts";
import type { Language } from "../../app/text/words.ts";
import { builtFonts, drawn } from "./screens/desk.ts";
import { samples } from "./screens/samples.ts";

const LANGUAGES: Language[] = ["zh-CN", "en"];
const SIZE = { width: 320, height: 240 };
const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = join(root, "test-results", "screens");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const fonts = builtFonts();
const names = samples("zh-CN").map((sample) => sample.name);
for (const language of LANGUAGES) {
  for (const { name, screen, status } of samples(language)) {
    writeFileSync(join(folder, `${name}.${language}.png`), png(drawn(screen, status, fonts)));
  }
}
writeFileSync(join(folder, "index.html"), page());
console.log(`${names.length * LANGUAGES.length} pictures in ${folder}/index.html`);

function png(pixels: Uint16Array): Uint8Array {
  const image = new PNG(SIZE);
  pixels.forEach((pixel, i) => {
    const [red, green, blue] = [pixel >> 11, (pixel >> 5) & 63, pixel & 31];
    image.data.set([(red * 255) / 31, (green * 255) / 63, (blue * 255) / 31, 255].map(Math.round), i * 4);
  });
  return PNG.sync.write(image);
}

function page(): string {
  const words = Object.fromEntries(LANGUAGES.map((language) => [language, samples(language)])) as Record<
    Language,
    ReturnType<typeof samples>
  >;
  const figures = names.map((name, i) => {
    const cells = LANGUAGES.map((language) => {
      const screen = words[language][i]?.screen;
      const text = screen === undefined ? "" : [screen.title, ...screenLines(screen), ...hintLines(screen)].join(" · ");
      return `<figure><img src="${name}.${language}.png" width="640" height="480" alt=""><figcaption>${escaped(text)}</figcaption></figure>`;
    });
    return `<section id="${name}"><h2>${name}</h2>${cells.join("")}</section>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Tael: screens</title>
<style>body{font:15px/1.5 sans-serif;margin:24px;background:#e6e8ec;color:#222}section{margin:0 0 32px}figure{display:inline-block;margin:0 24px 0 0;width:640px;vertical-align:top}
img{image-rendering:pixelated;border-radius:6px;box-shadow:0 1px 6px #0003}figcaption{font-size:13px;color:#555}h2{font-size:16px;margin:8px 0}</style>
${figures.join("\n")}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
