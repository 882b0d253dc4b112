/**
 * Takes the pictures of app/MANUAL.zh.md and writes its table of answer codes: `node build/run.mjs build/manual.ts`. A desk in this process is
 * led through a cashier's day on the free clock from a seed, so that the same firmware gives the same pictures, byte for byte.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import type { Rule } from "../tools/acquirer/contract.ts";
import type { Desk } from "../tools/sim/desk.ts";
import { root, startInProcess } from "../test/flow/in-process.ts";
import { buildAll } from "./build.ts";
import { withCodeTable } from "./manual-codes.ts";

const SEED = 20260105;
const PIN = "123456";
const SUPERVISOR = "123456";
const ADMINISTRATOR = "12345678";
/** The desk's day as a cashier types it. */
const TODAY = "0105";
/** Real ms for the terminal to come to rest. */
const LONG_MS = 60_000;

const folder = join(root, "app", "manual");
const manual = join(root, "app", "MANUAL.zh.md");

/** A person at the desk with a camera. Every act waits until the terminal has come to rest. */
class Cashier {
  constructor(readonly desk: Desk) {}

  /** Words of several keys are parted by blanks; a word of digits is typed digit by digit. */
  async press(words: string): Promise<void> {
    const keys = words.split(" ").flatMap((word) => (/^\d+$/.test(word) ? [...word] : [word]));
    this.#rested(await this.desk.keys(keys, LONG_MS));
  }
  async swipe(id: string): Promise<void> {
    const { track1, track2, track3 } = this.desk.card(id);
    const tracks = { track1, track2, track3 };
    this.#rested(await this.desk.swipe(tracks, LONG_MS));
  }
  async insert(id: string): Promise<void> {
    this.#rested(await this.desk.insertCard(id, LONG_MS));
  }
  async tap(id: string): Promise<void> {
    this.#rested(await this.desk.tapCard(id, LONG_MS));
  }
  async remove(): Promise<void> {
    this.see("remove-card");
    this.#rested(await this.desk.removeCard(LONG_MS));
  }
  async pin(): Promise<void> {
    this.#rested(await this.desk.pin(PIN, LONG_MS));
  }

  /** Enter until the terminal stands idle. */
  async done(): Promise<void> {
    for (let n = 0; this.desk.screen.id !== "idle"; n++) {
      if (n > 20) throw new Error(`never idle again: ${this.#where()}`);
      await this.press("enter");
    }
  }
  async supervisor(): Promise<void> {
    this.see("supervisor");
    await this.press(`${SUPERVISOR} enter`);
  }

  rule(rule: Rule): void {
    this.desk.acquirer?.addRule(rule);
  }
  /** A field of the host's last answer to a financial request. */
  told(field: string): string {
    const answer = this.desk.messages().findLast(({ dir, mti }) => dir === "in" && (mti === "0210" || mti === "0110"));
    const value = answer?.fields[field];
    if (value === undefined) throw new Error(`the host's last answer has no field ${field}`);
    return value;
  }

  /** Throws Error unless this screen stands there and says the words. */
  see(id: string, words = ""): void {
    const { screen } = this.desk;
    const said = [screen.title, ...screen.lines].join(" ");
    if (screen.id !== id || !said.includes(words)) throw new Error(`wanted ${id} "${words}", got ${this.#where()}`);
  }
  /** A picture of the screen, which must be `id`. */
  screen(name: string, id: string, words?: string): void {
    this.see(id, words);
    save(name, this.desk.devices.lcd.picture());
  }
  /** A picture of the newest slip with these words. */
  slip(name: string, words: string): void {
    const slip = this.desk.devices.printer.paper.findLast(({ text }) => text.join("\n").includes(words));
    const picture = slip && this.desk.devices.printer.slipPicture(slip.n);
    if (picture === undefined) throw new Error(`${name}: no slip says "${words}"`);
    save(name, picture);
  }

  #rested(settled: boolean): void {
    if (!settled) throw new Error(`the terminal did not come to rest: ${this.desk.unsettledBecause} at ${this.#where()}`);
  }
  #where(): string {
    const { id, title, lines } = this.desk.screen;
    return `${id}: ${title} | ${lines.join(" | ")}`;
  }
}

/** Packed anew, about half as big: flat colours want no filter. */
function save(name: string, png: Uint8Array): void {
  const small = { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 } as const;
  writeFileSync(join(folder, `${name}.png`), PNG.sync.write(PNG.sync.read(Buffer.from(png)), small));
}

async function morning(at: Cashier): Promise<void> {
  const { desk } = at;
  // A part that needs a hand keeps the check on the screen.
  await desk.cut();
  desk.setFault("printer", { fault: "paper-out" });
  await desk.start();
  await desk.settle(LONG_MS);
  at.screen("selfcheck", "selfcheck", "没有打印纸");
  desk.clearFault("printer");
  await at.press("enter");
  at.screen("login", "login");
  await at.press("01 enter 0000");
  at.screen("password", "password");
  await at.press("enter");
  await at.done();
  at.screen("idle", "idle");
  await at.press("menu");
  at.screen("menu", "menu");
  await at.press("9");
  at.screen("menu-manage", "menu");
  await at.press("cancel cancel");
}

/** From idle up to the PIN pad. */
async function saleToPin(at: Cashier, card: string, fen: number): Promise<void> {
  await at.swipe(card);
  await at.press(`enter ${fen} enter enter`);
  at.see("pin");
}

async function sale(at: Cashier): Promise<void> {
  await at.swipe("debit-1");
  at.screen("card", "card");
  await at.press("enter 12800");
  at.screen("amount", "amount", "128.00");
  await at.press("enter");
  at.screen("confirm", "confirm");
  await at.press("enter");
  at.screen("pin", "pin");
  await at.pin();
  at.screen("approved", "approved");
  at.slip("slip-sale", "消费");
  await at.press("enter");
  at.screen("tear", "tear");
  await at.done();
}

async function noSuccess(at: Cashier): Promise<void> {
  await saleToPin(at, "low-balance-1", 9_900);
  await at.pin();
  at.screen("declined", "declined", "51");
  await at.done();

  at.desk.setFault("host", { fault: "refuse" });
  await at.desk.settle(LONG_MS);
  await saleToPin(at, "debit-1", 3_600);
  await at.pin();
  at.screen("not-sent", "notice", "没有连上银行");
  await at.done();
  at.desk.clearFault("host");

  at.rule({ match: { mti: "0200" }, fault: "silence", count: 1 });
  await saleToPin(at, "debit-1", 6_600);
  await at.pin();
  at.screen("unknown", "unknown");
  await at.press("enter");
  at.screen("reversed", "notice", "已撤回");
  await at.done();

  at.rule({ match: { mti: "0200" }, fault: "silence", count: 1 });
  at.rule({ match: { mti: "0400" }, fault: "drop-request", count: 1 });
  await saleToPin(at, "debit-1", 5_500);
  await at.pin();
  await at.press("enter");
  at.screen("reversal-owed", "notice", "尚未撤回");
  await at.done();
}

/** A whole sale with nothing to see; its trace number. */
async function sold(at: Cashier, fen: number): Promise<string> {
  await saleToPin(at, "debit-1", fen);
  await at.pin();
  at.see("approved");
  await at.done();
  return at.told("11");
}

async function takingBack(at: Cashier): Promise<void> {
  const trace = await sold(at, 4_500);
  await at.press("menu 2");
  at.screen("supervisor", "supervisor");
  await at.supervisor();
  await at.press(trace);
  at.screen("trace", "trace");
  await at.press("enter");
  at.screen("original", "original");
  await at.press("enter");
  at.screen("present", "present");
  await at.swipe("debit-1");
  await at.pin();
  at.see("approved");
  await at.done();
  at.slip("slip-void", "消费撤销");

  await sold(at, 20_000);
  const reference = at.told("37");
  await at.press("menu 3");
  await at.supervisor();
  await at.swipe("debit-1");
  await at.press(reference);
  at.screen("reference", "reference");
  await at.press(`enter ${TODAY} enter 5000`);
  at.screen("refund-amount", "amount");
  await at.press("enter");
  at.screen("refund-confirm", "confirm");
  await at.press("enter");
  await at.done();
}

async function preauthorisation(at: Cashier): Promise<void> {
  await at.press("menu 4");
  at.screen("menu-preauth", "menu");
  await at.press("1");
  await at.swipe("credit-1");
  await at.press("100000 enter enter");
  await at.pin();
  at.see("approved");
  await at.done();
  at.slip("slip-preauth", "预授权码");
  const code = at.told("38");
  await at.press("menu 4 7");
  at.screen("holds", "original");
  await at.press("cancel");
  await at.press("menu 4 3");
  await at.swipe("credit-1");
  await at.press(`${TODAY} enter ${code}`);
  at.screen("authcode", "authcode");
  await at.press("enter 95000");
  at.screen("completion-amount", "amount");
  await at.press("enter enter");
  await at.pin();
  at.see("approved");
  await at.done();
}

async function others(at: Cashier): Promise<void> {
  await at.press("menu 7");
  at.screen("menu-other", "menu");
  await at.press("1");
  await at.swipe("debit-2");
  await at.pin();
  at.screen("balance", "approved", "可用余额");
  await at.press("enter");

  await at.press("menu 7 2 enter 6217990000000024");
  at.screen("pan", "pan");
  await at.press("enter 1230 enter 30000 enter");
  at.screen("authority", "menu");
  await at.press("1 123456 enter enter");
  await at.done();

  const trace = await sold(at, 10_000);
  await at.press(`menu 7 5 ${trace} enter enter 1200`);
  at.screen("tip", "amount", "小费");
  await at.press("enter enter");
  await at.done();

  await at.press("menu 7 4 4850 enter 10000 enter");
  at.screen("cash", "confirm", "51.50");
  await at.press("enter");
  await at.done();
}

async function tapping(at: Cashier): Promise<void> {
  await at.press("12800 enter");
  at.screen("tap-present", "present", "挥卡");
  await at.tap("chip-phone-locked");
  at.screen("tap-phone", "present", "看手机");
  await at.tap("chip-credit-1");
  // After all that was declined today somebody looks twice.
  at.see("confirm", "连续多笔被拒");
  await at.press("enter");
  at.screen("tap-approved", "approved");
  await at.done();
  at.slip("slip-tap", "免密免签");
}

async function electronicCash(at: Cashier): Promise<void> {
  await at.press("menu 6");
  at.screen("menu-ecash", "menu");
  await at.press("1 1250 enter");
  await at.insert("chip-ecash-1");
  await at.remove();
  at.screen("ecash-approved", "approved", "487.50");
  await at.done();
  at.slip("slip-ecash", "电子现金消费");
  await at.press("menu 6 5 2 20000 enter");
  await at.swipe("debit-2");
  await at.insert("chip-ecash-1");
  at.screen("load-confirm", "confirm", "转出卡");
  await at.press("enter");
  await at.pin();
  await at.remove();
  at.screen("load-approved", "approved", "687.50");
  await at.done();
  at.slip("slip-load", "非指定账户圈存");
}

async function paper(at: Cashier): Promise<void> {
  await saleToPin(at, "debit-1", 1_800);
  at.desk.setFault("printer", { fault: "paper-out" });
  await at.pin();
  await at.desk.settle(LONG_MS);
  at.screen("printer", "printer");
  at.desk.clearFault("printer");
  await at.press("enter");
  await at.done();
  await at.press("menu 8");
  at.screen("menu-print", "menu");
  await at.press("1");
  await at.done();
  at.slip("slip-reprint", "重打印");
}

async function lookingUp(at: Cashier): Promise<void> {
  await at.press("menu 9 4 1");
  at.screen("query", "original");
  await at.press("cancel");
  await at.press("menu 8 6");
  at.screen("menu-reports", "menu");
  await at.press("3 1");
  at.screen("report", "notice", "按卡种");
  await at.press("cancel");
  await at.press("menu 9 6");
  at.screen("locked", "locked");
  await at.press("0000 enter");
  await at.press("menu 9 0");
  at.screen("language", "menu");
  await at.press("cancel");
  await idle(at);
}

/** Out of whatever menus are open. */
async function idle(at: Cashier): Promise<void> {
  while (at.desk.screen.id !== "idle") await at.press("cancel");
}

async function evening(at: Cashier): Promise<void> {
  await at.press("menu 9 3");
  at.screen("settlement", "notice", "结算");
  await at.press("enter");
  at.screen("settled", "settled", "对账平");
  at.slip("slip-settlement", "结算总计单");
  await at.done();
  await at.press(`menu 8 6 7 enter`);
  at.screen("reconciliation", "notice", "相符");
  await at.press("cancel");
  await idle(at);

  // The host keeps one that the terminal was told is taken back.
  at.rule({ match: { mti: "0200" }, fault: "silence", count: 1 });
  at.rule({ match: { mti: "0400" }, answer: { "39": "12" }, count: 1 });
  await saleToPin(at, "debit-1", 7_700);
  await at.pin();
  await at.done();
  await sold(at, 2_300);
  await at.press("menu 9 3 enter");
  at.screen("unbalanced", "settled", "对账不平");
  await at.done();
}

async function keeping(at: Cashier): Promise<void> {
  await at.press("menu 9 5");
  at.screen("menu-operators", "menu");
  await at.press("1");
  await at.supervisor();
  at.screen("operators", "notice", "主管");
  await idle(at);
  await at.press(`menu 9 8 ${ADMINISTRATOR} enter`);
  at.screen("parameters", "menu");
  await idle(at);
  await at.press("menu 9 9 5");
  await at.supervisor();
  await at.press("enter");
  await at.done();
  at.screen("training", "idle", "培训");
}

async function takePictures(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { desk, dataDir } = await startInProcess({ seed: SEED });
  // Screens that go on by themselves stand until the picture is taken.
  desk.requestBegins();
  try {
    const at = new Cashier(desk);
    for (const part of [
      morning,
      sale,
      noSuccess,
      takingBack,
      preauthorisation,
      others,
      electronicCash,
      paper,
      lookingUp,
      evening,
      tapping,
      keeping,
    ])
      await part(at);
  } finally {
    desk.requestEnds();
    await desk.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

await buildAll();
await takePictures();
writeFileSync(manual, withCodeTable(readFileSync(manual, "utf8")));
console.log(`pictures in ${folder}, table of codes in ${manual}`);
