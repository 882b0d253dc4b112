/** A sale by clicks alone, on the real bundle, in real Chromium; screenshots in test-results/page. */
import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DeskPage, noBrowser } from "./page.ts";

if (noBrowser !== undefined) console.warn(`SKIPPED: the page in a browser: ${noBrowser}`);
const browserTest = test.skipIf(noBrowser !== undefined);
const shots = "test-results/page";

let at: DeskPage;
beforeAll(async () => {
  if (noBrowser !== undefined) return;
  mkdirSync(shots, { recursive: true });
  at = await DeskPage.open("zh-CN");
});
afterAll(() => at?.close());

browserTest("log in, swipe, amount, PIN, two slips, a green lamp", async () => {
  const { page, desk } = at;
  await at.logIn();
  await page.screenshot({ path: `${shots}/idle.png` });

  await at.sale("debit-1", 10_000, "123456");
  await page.waitForSelector('[data-screen="approved"]');
  await page.screenshot({ path: `${shots}/approved.png` });
  await at.until("tear");
  await page.click(".tear");
  await at.keys("enter");
  await at.until("idle");
  await page.screenshot({ path: `${shots}/after.png` });

  const messages = await desk.messages();
  // Between them the chip data were fetched.
  expect([...messages.slice(0, 2), ...messages.slice(-2)].map(({ mti }) => mti)).toEqual(["0800", "0810", "0200", "0210"]);
  expect(messages.at(-1)?.fields["39"]).toBe("00");
  const wire = await desk.get<{ hex: string }[]>("/wire?device=printer");
  expect(wire.length).toBeGreaterThan(0);
  await page.waitForSelector('[data-testid="check"][data-colour="good"]');
});

browserTest("a chip card: in, amount, PIN, out, two slips; the page tells what the chip counted", async () => {
  const { page, desk } = at;
  // Nobody looks on: slips need no time to come out, and what passes by itself passes at once.
  await desk.post("/clock", { run: "free" });
  const before = (await desk.paper()).length;
  await page.click('[data-panel="chip"]');
  await page.click('[data-cards="chipCards"]');
  await page.dragAndDrop('[data-card="chip-debit-1"]', '[data-testid="chip-slot"]');
  await at.until("amount");
  await at.keys("2", "0", "0", "0", "enter");
  await at.until("confirm");
  await at.keys("enter");
  await at.pin("123456");
  await page.waitForSelector('[data-screen="remove-card"]');
  await page.waitForSelector('[data-testid="chip"] [data-atc="1"]');
  await page.screenshot({ path: `${shots}/chip.png` });
  await page.click('[data-testid="take-out"]');
  await at.until("idle");
  expect((await desk.paper()).length).toBe(before + 2);
  await page.click(".tear");
  await desk.post("/clock", { run: "real" });

  const [payment, answer] = (await desk.messages()).slice(-2);
  expect(payment).toMatchObject({ mti: "0200", fields: { "22": "051" } });
  expect(answer).toMatchObject({ mti: "0210", fields: { "39": "00" } });
  await page.waitForSelector('[data-testid="check"][data-colour="good"]');
});

browserTest("a card dragged onto the field: the lights say ready, then read; approved, and the check agrees", async () => {
  const { page, desk } = at;
  await at.keys("3", "0", "0", "0", "enter");
  await at.until("present");
  await page.waitForSelector('[data-light="blue"].on');
  await page.screenshot({ path: `${shots}/tap-ready.png` });
  await page.dragAndDrop('[data-card="chip-credit-1"]', '[data-testid="field"]');
  await page.waitForSelector('[data-screen="approved"]');
  await page.waitForSelector('[data-light="green"].on');
  await page.screenshot({ path: `${shots}/tap-read.png` });
  await desk.post("/clock", { run: "free" });
  await at.until("idle");
  await page.click(".tear");
  await desk.post("/clock", { run: "real" });
  const [payment, answer] = (await desk.messages()).slice(-2);
  expect(payment).toMatchObject({ mti: "0200", fields: { "22": "072" } });
  expect(answer).toMatchObject({ mti: "0210", fields: { "39": "00" } });
  await page.waitForSelector('[data-testid="check"][data-colour="good"]');
});

browserTest("what is pressed quickly arrives whole", async () => {
  await at.page.keyboard.type("10000", { delay: 0 });
  await at.until("amount");
  await expect.poll(async () => (await at.desk.state()).screen.lines.join(" "), { timeout: 10_000 }).toContain("100.00");
  await at.page.keyboard.press("Escape");
  await at.until("idle");
});

browserTest("no error on the page, nothing asked of the network", () => {
  expect(at.trouble).toEqual([]);
});
