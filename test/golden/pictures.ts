/**
 * `npm run pictures`: a picture of every sample screen in both languages, and of every screen and slip of every transaction, in test-results/screens, with pages
 * to look at them.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { hintLines, screenLines } from "../../app/screens/lines.ts";
import type { Language } from "../../app/text/words.ts";
import { buildAll } from "../../build/build.ts";
import { builtFonts, drawn } from "./screens/desk.ts";
import { samples } from "./screens/samples.ts";
import { type Shot, walk } from "./walk.ts";

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
await buildAll();
const walks = [await pictured("zh-CN"), await pictured("en")] as const;
writeFileSync(join(folder, "transactions.html"), story(walks));
console.log(`${walks[0].length} transactions in both languages in ${folder}/transactions.html`);
// The desk's threads end with the process.
process.exit(0);

interface Scene {
  id: string;
  title: string;
  shots: { step: string; words: string; screen: string; slips: string[] }[];
}

/** The walk, with a picture file of each screen and slip. */
async function pictured(language: Language): Promise<Scene[]> {
  const files = new Map<Shot, { screen: string; slips: string[] }>();
  const save = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return name;
  };
  const chapters = await walk(language, (shot, { devices: { lcd, printer } }) => {
    const name = `walk-${String(files.size).padStart(3, "0")}.${language}`;
    const slips = shot.slips.map(({ n }) => save(`${name}-slip-${n}.png`, printer.slipPicture(n) ?? new Uint8Array()));
    files.set(shot, { screen: save(`${name}.png`, lcd.picture()), slips });
  });
  return chapters.map(({ id, title, shots }) => ({
    id,
    title,
    shots: shots.flatMap((shot) => {
      const { title: head, lines, hints } = shot.screen;
      const file = files.get(shot);
      return file === undefined ? [] : [{ step: shot.step, words: [head, ...lines, ...hints].join(" · "), ...file }];
    }),
  }));
}

function story([chinese, english]: readonly [Scene[], Scene[]]): string {
  const strip = ({ shots }: Scene): string =>
    shots
      .map(({ step, words, screen, slips }) => {
        const paper = slips.map((file) => `<img class="slip" src="${file}" alt="">`).join("");
        return `<figure><img src="${screen}" width="320" height="240" alt=""><figcaption><b>${escaped(step)}</b><br>${escaped(words)}</figcaption></figure>${paper}`;
      })
      .join("");
  const sections = chinese.map((scene, i) => {
    const other = english[i];
    const strips = [scene, ...(other === undefined ? [] : [other])].map((each) => `<div>${strip(each)}</div>`);
    return `<section id="${scene.id}"><h2>${escaped(`${scene.id} ${scene.title}`)}</h2>${strips.join("")}</section>`;
  });
  const links = chinese.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`).join(" · ");
  return `<!doctype html><meta charset="utf-8"><title>Tael: transactions</title>
<style>body{font:14px/1.4 sans-serif;margin:24px;background:#e6e8ec;color:#222}div{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;margin:0 0 24px}
figure{margin:0;width:320px}img{border-radius:4px;box-shadow:0 1px 6px #0003}
.slip{width:220px}figcaption{font-size:12px;color:#555}h2{font-size:17px;margin:24px 0 8px}</style>
<p>${links}</p>${sections.join("\n")}`;
}

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
