/** The picture in the README, taken from the running simulator: `node build/run.mjs test/browser/picture.ts`. */
import { DeskPage, noBrowser } from "./page.ts";

if (noBrowser !== undefined) throw new Error(noBrowser);
const at = await DeskPage.open("en");
try {
  await at.logIn();
  await at.sale("debit-1", 10_000, "123456");
  await at.page.waitForSelector('[data-screen="approved"]');
  await at.page.waitForSelector('[data-testid="check"][data-colour="good"]');
  await at.page.click('[data-testid="messages"] .row:has-text("0200")');
  await at.page.screenshot({ path: "build/desk.png", scale: "css" });
} finally {
  await at.close();
}
