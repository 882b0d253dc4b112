/**
 * An OEM's terminal from nothing to the shop: a board profile and a key that this repository has never seen, built, signed, flashed over a serial line into a
 * Linux of its own, a sale, an update with the power cut in it, a bad one that is taken back, and sales all along. Production firmware: there is no debug
 * channel, so what is known of it is what a person, a host and a cable know.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Board } from "../../hal/boards/board.ts";
import { ABI_BANNER } from "../../platform/abi.ts";
import { Line } from "../../platform/node/loader/line.ts";
import { sha256 } from "../../platform/node/loader/package.ts";
import type { OutsideStatus } from "../../platform/node/loader/receive.ts";
import { serialTarget } from "../../tools/flash/serial.ts";
import { qemuMachine, qemuMissing } from "../../tools/qemu/qemu.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { type DeskProfile, readProfile, withoutKeys } from "../../tools/sim/profile.ts";
import { type InProcess, startInProcess } from "../flow/in-process.ts";
import { keyOf, type Made } from "../platform/node/loader/packages.ts";
import { BOARD_NAME, Oem, PLACES } from "./heldout.ts";
import { command as qmp } from "./qmp.ts";

const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "246810" };
/** As tools/qemu names it. */
const PRINTER_PLUG = "usb-printer";
/** TAEL_QEMU=all: what takes four megabytes over a serial line, and a second boot, too: the first package and an update with the power cut in it. */
const WHOLE = process.env.TAEL_QEMU === "all";
/** What runs at the end of that. */
const KEPT = WHOLE ? { active: "b", securityCounter: 2 } : { active: "a", securityCounter: 1 };
/** Everything in there is emulated, and other tests want the processor too: the bound of what hangs, not of what is slow. */
const LONG_MS = 1_800_000;
/** Bytes under way to an emulated line are not lost because they are slow. */
const STALL_MS = 8_000;

const missing = process.env.TAEL_QEMU === "0" ? "TAEL_QEMU=0" : qemuMissing();
if (missing !== undefined) console.warn(`SKIPPED: an OEM's terminal in QEMU: ${missing}`);

const root = process.env.TAEL_ROOT ?? process.cwd();

/** A merchant and keys of this run. */
function profileOfTheRun(): DeskProfile {
  const profile = readProfile("demo", root);
  return {
    ...profile,
    name: "heldout",
    merchant: { id: "898440312340007", name: "别处商店 Elsewhere" },
    terminal: { id: "20264711" },
    testKeys: { ...profile.testKeys, masterKeys: { "1": randomBytes(16).toString("hex").toUpperCase() } },
  };
}

/** The desk's end of such a terminal: no wire for what it does not have. */
function deskBoard(): Board {
  const board = readBoard("desk", root);
  for (const name of ["debug", "files"] as const) {
    delete board.devices[name];
    delete board.ports[name];
  }
  return board;
}

describe.skipIf(missing !== undefined)("an OEM's terminal in QEMU", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-oem-"));
  const dataDir = join(folder, "desk");
  let oem: Oem;
  let at: InProcess;
  let files: Record<"first" | "second", string>;

  beforeAll(async () => {
    const profile = profileOfTheRun();
    oem = await Oem.in(folder, withoutKeys(profile));
    const first = await oem.build("1.0.0", 1);
    oem.provision(join(dataDir, "terminal"), WHOLE ? undefined : first);
    files = { first, second: await oem.build("1.1.0", 2) };
    at = await startInProcess({ seed: 7, serial: true, stallMs: STALL_MS, board: deskBoard(), profile, dataDir }, (options) =>
      qemuMachine(options, {
        lines: PLACES,
        slots: { disk: oem.at("disk"), service: oem.at("far") },
        console: oem.at("console"),
        control: oem.at("control"),
      }),
    );
    await atRest(at.desk.settle(LONG_MS));
    at.desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
  }, LONG_MS);
  afterAll(async () => {
    await at?.desk.close();
    oem?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The loader at the other end of the cable. */
  const ask = (asked: object): void => new Line(oem.at("near"), 115_200).say(asked);
  const status = (): Promise<OutsideStatus> => serialTarget(oem.at("near"), 115_200, LONG_MS).status();
  /** Resolves when the terminal's log has these words, from now on. */
  const saying = (words: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const off = at.desk.onEvent((event) => {
        if (event.type !== "log" || !words.test(event.words)) return;
        off();
        resolve();
      });
    });
  const portIs = (port: string, open: boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (at.machine.status.ports[port]?.open !== open) return;
        off();
        resolve();
      };
      const off = at.machine.on("status", look);
      look();
    });
  const atRest = async (settled: Promise<boolean>): Promise<void> => expect(await settled, at.desk.unsettledBecause).toBe(true);
  const keys = (...pressed: string[]): Promise<void> => atRest(at.desk.keys(pressed, LONG_MS));
  const paper = (): string[] => at.desk.devices.printer.paper.map(({ text }) => text.join("\n"));

  async function logIn(): Promise<void> {
    // New firmware says for a moment that it is new.
    await atRest(at.desk.advance(60_000, LONG_MS));
    await keys("0", "1", "enter", "0", "0", "0", "0", "enter");
    await keys("cancel", "cancel");
  }

  /** Nobody sees the screen: two slips and the host's books tell. */
  async function sells(fen: number): Promise<void> {
    const before = paper().length;
    await atRest(at.desk.swipe({ track2: CARD.track2 }, LONG_MS));
    await keys("enter", ...String(fen), "enter", "enter");
    await atRest(at.desk.pin(CARD.pin, LONG_MS));
    for (let presses = 0; presses < 8 && paper().length < before + 2; presses++) await keys("enter");
    await keys("enter", "cancel");
    const slips = paper().slice(before);
    expect(slips).toHaveLength(2);
    for (const slip of slips) expect(slip).toContain((fen / 100).toFixed(2));
    const booked = at.desk.acquirer?.ledger().transactions ?? [];
    expect(booked.filter(({ amountFen }) => amountFen === fen)).toHaveLength(1);
  }

  /** Menu 9 7, and Enter prints it. */
  async function versions(): Promise<string> {
    const before = paper().length;
    await keys("menu", "9", "7", "enter");
    await keys("cancel", "cancel", "cancel");
    return paper().slice(before).join("\n");
  }

  test.runIf(WHOLE)("flashed over its serial line: verified, tested, kept", { timeout: LONG_MS }, async () => {
    expect(await status()).toMatchObject({ board: BOARD_NAME, slots: {}, securityCounter: 0 });
    const flashed = await oem.flash(files.first);
    expect(flashed, flashed.out).toMatchObject({ status: 0 });
    expect(flashed.out).toContain("it runs, tested itself, and is kept");
    expect(await status()).toMatchObject({
      active: "a",
      securityCounter: 1,
      slots: { a: { version: "1.0.0", development: false } },
    });
  });

  test("it sells, and tells on paper what it is made of", { timeout: LONG_MS }, async () => {
    expect(await status()).toMatchObject({
      active: "a",
      securityCounter: 1,
      slots: { a: { version: "1.0.0", development: false } },
    });
    await logIn();
    await sells(10_000);
    expect(await versions()).toMatch(/tael-loader 1\.0 a\n.*6\.1\.0.*\n.*ext4\n[\s\S]*tael 1\.0\.0\n/);
  });

  test("a printer on a USB adapter pulled out and put back: the same name, and it prints by itself", {
    timeout: LONG_MS,
  }, async () => {
    const control = oem.at("control");
    await qmp(control, "device_del", { id: PRINTER_PLUG }, "DEVICE_DELETED");
    await portIs("printer", false);
    await qmp(control, "device_add", { id: PRINTER_PLUG, driver: "usb-serial", chardev: "printer" });
    await sells(700);
  });

  test.runIf(WHOLE)("an update with the power cut in it: it is there in the end, and sells", { timeout: LONG_MS }, async () => {
    const sent = await oem.flash(files.second, "--no-restart");
    expect(sent, sent.out).toMatchObject({ status: 0 });
    const tried = saying(/starting firmware 1\.1\.0 .* on trial, 2 more/);
    ask({ ask: "restart" });
    await tried;
    await at.desk.cut();
    const kept = saying(/firmware 1\.1\.0 .* is confirmed/);
    await at.desk.start();
    await kept;
    expect(await status()).toMatchObject({
      active: "b",
      securityCounter: 2,
      slots: { b: { version: "1.1.0", verdict: "good" } },
    });
    await logIn();
    await sells(800);
  });

  test("one that cannot start is taken back, with the reason at the other end of the cable", { timeout: LONG_MS }, async () => {
    const small = oem.small({ version: "1.2.0", counter: 9, code: `${ABI_BANNER}\nthrow new Error("forgot something");` });
    const restarted = saying(/asked for restart/);
    const flashing = oem.flash(small);
    await restarted;
    // People have half a minute to put it off.
    await atRest(at.desk.advance(60_000, LONG_MS));
    const flashed = await flashing;
    expect(flashed, flashed.out).toMatchObject({ status: 1 });
    expect(flashed.out).toMatch(/1\.2\.0 was taken back: it does not start.*forgot something/);
    expect(await status()).toMatchObject(KEPT);
    await logIn();
    await sells(900);
  });

  test.each([
    ["one bit changed", { version: "2.0.0", counter: 2 }, "damaged", /was altered/],
    [
      "older",
      { version: "2.0.0", counter: KEPT.securityCounter - 1 },
      "older",
      /security counter is \d, and this terminal has reached \d/,
    ],
    [
      "for another board",
      { version: "2.0.0", counter: 2, board: "kiosk" },
      "board",
      /for the board "kiosk", and this is "heldout"/,
    ],
    ["by another signer", { version: "2.0.0", counter: 2, key: keyOf(5) }, "signer", /whom this terminal does not trust/],
  ] as [string, Made, string, RegExp][])(
    "refused by the terminal: %s",
    { timeout: LONG_MS },
    async (what, made, refused, words) => {
      const bytes = new Uint8Array(readFileSync(oem.small(made)));
      if (refused === "damaged") bytes[bytes.length - 1]! ^= 1;
      const target = serialTarget(oem.at("near"), 115_200, LONG_MS);
      const sum = sha256(bytes);
      await target.send(sum, bytes, 0, () => undefined);
      // Answered when the far end listens again.
      expect(await target.have(sum)).toBe(bytes.length);
      expect(await target.finish(sum), what).toMatchObject({ refused, words: expect.stringMatching(words) });
      await target.close();
    },
  );
});
