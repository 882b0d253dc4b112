import fc from "fast-check";
import { expect, test } from "vitest";
import { createRenderer } from "../../../app/screens/render.ts";
import { builtFonts, drawn, memoryDisplay } from "../../golden/screens/desk.ts";
import { type Sample, samples } from "../../golden/screens/samples.ts";

const fonts = builtFonts();
const all = [...samples("zh-CN"), ...samples("en")];

function sample(name: string): Sample {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
}

test("drawing what changed gives the same picture as drawing it all", () => {
  const one = fc.constantFrom(...all);
  fc.assert(
    fc.property(fc.array(one, { minLength: 2, maxLength: 4 }), (steps) => {
      const display = memoryDisplay();
      const renderer = createRenderer(display, fonts);
      for (const { screen, status } of steps) renderer.draw(screen, status);
      const last = steps.at(-1) as Sample;
      expect(Buffer.compare(Buffer.from(display.pixels.buffer), Buffer.from(drawn(last.screen, last.status, fonts).buffer))).toBe(
        0,
      );
    }),
    { numRuns: 60 },
  );
});

test("the same screen again sends nothing", () => {
  const display = memoryDisplay();
  const renderer = createRenderer(display, fonts);
  const { screen, status } = sample("menu-main");
  renderer.draw(screen, status);
  display.flushed.length = 0;
  renderer.draw(screen, status);
  expect(display.flushed).toEqual([]);
});

test("a second gone by redraws the ring, not the screen; a new minute only the clock", () => {
  const display = memoryDisplay();
  const renderer = createRenderer(display, fonts);
  const { screen, status } = sample("online-waiting");
  renderer.draw(screen, status);
  display.flushed.length = 0;
  const rows = screen.rows.map((row) => (row.row === "countdown" ? { ...row, seconds: row.seconds - 1 } : row));
  renderer.draw({ ...screen, rows }, status);
  expect(area(display.flushed)).toBeLessThan(80 * 80);
  display.flushed.length = 0;
  renderer.draw({ ...screen, rows }, { ...status, time: "09:42" });
  expect(area(display.flushed)).toBeLessThan(50 * 24);
});

test("moving the bar of a menu redraws two rows", () => {
  const display = memoryDisplay();
  const renderer = createRenderer(display, fonts);
  const { screen, status } = sample("menu-preauth");
  renderer.draw(screen, status);
  display.flushed.length = 0;
  const rows = screen.rows.map((row, i) => (row.row === "choice" ? { ...row, selected: i === 0 } : row));
  renderer.draw({ ...screen, rows }, status);
  expect(area(display.flushed)).toBeLessThanOrEqual(2 * 300 * 34);
});

test("a panel that failed gets everything the next time", () => {
  const display = memoryDisplay();
  const { screen, status } = sample("login");
  const renderer = createRenderer(display, fonts);
  renderer.draw(screen, status);
  const flush = display.flush;
  display.flush = () => {
    throw new Error("unplugged");
  };
  expect(() => renderer.draw({ ...screen, title: "…" }, status)).toThrow("unplugged");
  display.flush = flush;
  display.flushed.length = 0;
  renderer.draw(screen, status);
  expect(display.flushed).toEqual([{ x: 0, y: 0, w: 320, h: 240 }]);
});

function area(rects: readonly { w: number; h: number }[]): number {
  return rects.reduce((total, { w, h }) => total + w * h, 0);
}
