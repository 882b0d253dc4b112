/** The simulator's page in real Chromium, worked by clicks alone. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { Desk } from "../flow/desk-client.ts";

const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path));

/** Why the browser tests cannot run, in words that say what to do; undefined when they can. */
export const noBrowser =
  executablePath === undefined ? "no Chromium here: apt-get install chromium-headless-shell fonts-noto-cjk" : undefined;

export class DeskPage {
  private constructor(
    readonly desk: Desk,
    readonly browser: Browser,
    readonly page: Page,
    /** Errors of the page, and requests to anywhere but this machine. */
    readonly trouble: string[],
  ) {}

  static async open(locale: "en" | "zh-CN", args: string[] = []): Promise<DeskPage> {
    const desk = await Desk.start(["--clock", "real", "--seed", "5", ...args]);
    const browser = await chromium.launch({ executablePath });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2, locale });
    const trouble: string[] = [];
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol !== "data:" && hostname !== "127.0.0.1") trouble.push(`asked the network for ${request.url()}`);
    });
    await page.goto(new URL(desk.base).origin);
    return new DeskPage(desk, browser, page, trouble);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.desk.stop();
  }

  /** Waits until the page shows a screen and the terminal has come to rest on it. */
  async until(screen: string): Promise<void> {
    await this.page.waitForSelector(`[data-screen="${screen}"] .settled.yes`, { timeout: 20_000 });
  }

  async keys(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.click(`[data-key="${key}"]`);
  }

  async pin(digits: string): Promise<void> {
    await this.page.waitForSelector(".pinpad.asking");
    for (const key of [...digits, "enter"]) await this.page.click(`[data-pin-key="${key}"]`);
  }

  async logIn(): Promise<void> {
    await this.until("login");
    await this.keys("0", "1", "enter");
    await this.until("password");
    await this.keys("0", "0", "0", "0", "enter");
    await this.until("idle");
  }

  /** Drags the card onto the slot and pays; ends on what stands after the PIN. */
  async sale(card: string, fen: number, pin: string): Promise<void> {
    await this.page.dragAndDrop(`[data-card="${card}"]`, '[data-testid="slot"]');
    await this.until("card");
    await this.keys("enter");
    await this.until("amount");
    await this.keys(...String(fen), "enter");
    await this.until("confirm");
    await this.keys("enter");
    await this.pin(pin);
  }
}
