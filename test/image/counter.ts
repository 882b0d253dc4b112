/**
 * The counter on which the board stands: the desk's PIN pad, printer and card readers at its serial lines, a hand at its keyboard, eyes on its screen, the
 * acquirer at the far end of its network. Nothing here knows the inside of the terminal: what is waited for is what a person sees.
 */
import { join } from "node:path";
import type { Board as BoardProfile } from "../../hal/boards/board.ts";
import type { Machine } from "../../platform/node/machine.ts";
import type { Board } from "../../tools/qemu/board.ts";
import type { LedgerEntry } from "../../tools/acquirer/contract.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { Desk } from "../../tools/sim/desk.ts";
import { type DeskProfile, readProfile, withoutKeys } from "../../tools/sim/profile.ts";
import { realParts } from "../../tools/sim/real-parts.ts";
import { firmware } from "../flow/in-process.ts";
import { command, screen } from "../qemu/qmp.ts";
import { panelOf, read, sees } from "./words.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
/** The host as a guest of QEMU's has it. */
const HOST_INSIDE = "10.0.2.2";
/** In the order of the board's lines: ttyS1, ttyS2 … */
const LINES = ["pinpad", "printer", "icc", "picc"] as const;
const LISTENING = { fromTerminal: 0, toTerminal: 0, open: true, connecting: false };
const CARD = { id: "chip-debit-1", pin: "123456" };
/** Stands on the idle screen alone. */
const IDLE = "输金额收款";
/** How often the screen is looked at. */
const GLANCE_MS = 300;

/** Keys of a PC's keyboard, as QEMU calls them. */
const KEYS: Readonly<Record<string, string>> = { enter: "ret", cancel: "esc", clear: "backspace", menu: "f5" };
const CODE_OF_F5 = 63;

/** The counter's board, with what QEMU has in place of its panel: Linux's keyboard, and no stripe reader, lights or beeper. */
export function boardOfImage(): BoardProfile {
  const board = readBoard("counter", root);
  for (const name of ["msr", "lights", "beeper", "files"] as const) {
    delete board.devices[name];
    delete board.ports[name];
  }
  board.ports.keypad = { kind: "evdev", device: "QEMU QEMU USB Keyboard" };
  board.devices.keypad = { driver: "evdev-keypad", port: "keypad", settings: { menu: CODE_OF_F5 } };
  // The roll of the desk's printer.
  board.devices.printer = { ...board.devices.printer!, settings: { model: "58mm" } };
  return board;
}

/** The terminal is on the board, not in the desk: what the desk knows of it is that it has power, and listens on its lines. */
const elsewhere: Machine = {
  status: { running: true, quiet: true, wake: undefined, ports: Object.fromEntries(LINES.map((name) => [name, LISTENING])) },
  on: () => () => undefined,
  start: async () => undefined,
  cut: async () => undefined,
  toTerminal: () => undefined,
  closeWire: () => undefined,
  wake: () => undefined,
  memory: async () => ({ usedBytes: 0 }),
  cpuMs: async () => 0,
};

export class Counter {
  readonly desk: Desk;
  /** As the terminal gets it. */
  readonly profile: ReturnType<typeof withoutKeys>;
  readonly #folder: string;
  #board: Board | undefined;

  private constructor(desk: Desk, profile: DeskProfile, folder: string) {
    this.desk = desk;
    this.profile = withoutKeys(profile);
    this.#folder = folder;
  }

  static async in(folder: string, at = 0): Promise<Counter> {
    const demo = readProfile("demo", root);
    const profile: DeskProfile = {
      ...demo,
      name: "image",
      merchant: { id: "898440312340008", name: "整机商店 Whole System" },
      terminal: { id: "20264712" },
      testKeys: { ...demo.testKeys, masterKeys: { "1": "4C8A1F0E5D7733B296E0C45A18BF9D26" } },
    };
    const desk = await Desk.create(
      { board: readBoard("desk", root), profile, ...firmware(), dataDir: join(folder, "counter"), clock: "real", serial: true },
      { ...realParts, machine: () => elsewhere },
    );
    const port = (await desk.acquirer?.listen(at)) ?? 0;
    await desk.start();
    return new Counter(desk, { ...profile, host: { host: HOST_INSIDE, port } }, folder);
  }

  /** For the board's `lines`. */
  get lines(): string[] {
    return LINES.map((name) => this.desk.ptyPaths[name] ?? "");
  }

  /** This board stands there from now on. */
  put(board: Board): void {
    this.#board = board;
  }

  close(): Promise<void> {
    return this.desk.close();
  }

  /** Slips, oldest first. */
  get paper(): string[] {
    return this.desk.devices.printer.paper.map(({ text }) => text.join("\n"));
  }

  /** What the acquirer has booked of this amount. */
  booked(fen: number): LedgerEntry[] {
    return this.desk.acquirer?.ledger().transactions.filter(({ amountFen }) => amountFen === fen) ?? [];
  }

  /** From the locked terminal to the idle screen, signed on. */
  async logIn(): Promise<void> {
    await this.shows("请输入两位操作员号");
    await this.press("0", "1", "enter");
    await this.shows("请输入密码");
    await this.press("0", "0", "0", "0", "enter");
    await this.shows(IDLE);
  }

  /** A sale with a chip card and its holder's PIN, up to the idle screen. */
  async sells(yuan: string): Promise<void> {
    const before = this.paper.length;
    await this.desk.insertCard(CARD.id, 0);
    await this.shows("请输入金额");
    await this.press(...yuan.replace(".", ""));
    await this.shows(yuan);
    await this.press("enter");
    await this.shows("请与顾客核对金额");
    await this.press("enter");
    await this.until(() => this.desk.devices.pinpad.asking);
    await this.desk.pin(CARD.pin, 0);
    await this.shows("请取走卡片");
    await this.desk.removeCard(0);
    await this.shows("消费成功");
    await this.press("enter");
    await this.#tearsOff(before);
  }

  /** The last slip once more, from the idle screen and back to it. */
  async reprintsLast(): Promise<void> {
    const before = this.paper.length;
    await this.press("menu");
    await this.shows("主菜单");
    await this.press("8");
    await this.shows("重打最后一笔");
    await this.press("1");
    await this.#tearsOff(before);
  }

  /** Two slips, one after the other, and the idle screen. */
  async #tearsOff(before: number): Promise<void> {
    await this.until(() => this.paper.length === before + 1);
    await this.shows("请撕纸");
    await this.press("enter");
    await this.until(() => this.paper.length === before + 2);
    await this.shows(IDLE);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys)
      await command(this.#control, "send-key", { keys: [{ type: "qcode", data: KEYS[key] ?? key }], "hold-time": 30 });
  }

  /** The words stand on the screen, or one of several: gives which. */
  async shows(...words: string[]): Promise<string> {
    for (;;) {
      const panel = await this.#panel();
      const found = words.find((each) => sees(panel, each));
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
    }
  }

  /** Words of the firmware's on the screen now. */
  async read(): Promise<string[]> {
    return read(await this.#panel());
  }

  /** Resolves once it is so: looked at whenever a device or the acquirer has something new. */
  until(so: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!so()) return;
        off();
        resolve();
      };
      const off = this.desk.onEvent(look);
      look();
    });
  }

  async #panel(): Promise<Uint32Array> {
    return panelOf(await screen(this.#control, join(this.#folder, "panel.ppm")));
  }

  get #control(): string {
    if (this.#board === undefined) throw new Error("no board stands on the counter");
    return this.#board.control;
  }
}
