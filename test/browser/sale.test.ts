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
  expect(messages.map(({ mti }) => mti)).toEqual(["0800", "0810", "0200", "0210"]);
  expect(messages[3]?.fields["39"]).toBe("00");
  const wire = await desk.get<{ hex: string }[]>("/wire?device=printer");
  expect(wire.length).toBeGreaterThan(0);
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
