/**
 * The whole-system image, on a virtual board from its boot loader on: it starts, makes its data partition and its key, confirms itself, is kept, shows its screen, and
 * takes an update from a memory stick. TAEL_IMAGE=all goes on: the update runs and is kept, broken ones are left by themselves, plugs are pulled, wrong ones are
 * refused. TAEL_IMAGE=0 leaves all of it out.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { explainBundle } from "../../build/image/bundle.ts";
import { tool, toolsMissing } from "../../build/image/tools.ts";
import { Board, boardMissing } from "../../tools/qemu/board.ts";
import { command, screen } from "../qemu/qmp.ts";
import {
  answerOn,
  bitChanged,
  brokenRootfs,
  bundleOf,
  flashed,
  grubenvOf,
  imageIn,
  makeWorkshop,
  stickWith,
  sumOf,
  type Workshop,
} from "./workshop.ts";

const asked = process.env.TAEL_IMAGE;
const missing = asked === "0" ? "TAEL_IMAGE=0" : (toolsMissing() ?? boardMissing());
if (missing !== undefined) console.warn(`SKIPPED: the whole-system image: ${missing}`);

/** Everything in there is emulated, and other tests want the processor too. */
const LONG_MS = 1_800_000;
const KEPT = /Finished tael-good\.service/;
const ANSWERED = /raucb: (installed|refused)|runs here already/;

describe.skipIf(missing !== undefined)("the whole-system image", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-image-"));
  let shop: Workshop;
  let disk: string;
  let good: string;
  let board: Board;
  let broken: string;
  let sticks = 0;

  beforeAll(async () => {
    shop = await makeWorkshop(folder);
    disk = flashed(shop, "disk.img");
    good = bundleOf(shop, "good", { version: "1.1.0" });
  }, LONG_MS);
  afterEach(() => board?.cut());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (stick?: string): Board => {
    board = new Board({ disk, folder, stick });
    board.powerOn();
    return board;
  };
  /** Plugs a stick in while the board runs. `from`: the console before; `pull` resolves when the terminal has let go of it. */
  const plug = async (stick: string): Promise<{ from: number; pull(): Promise<void> }> => {
    const id = `stick${++sticks}`;
    const from = board.console.length;
    const file = { driver: "file", filename: stick };
    await command(board.control, "blockdev-add", { driver: "raw", "node-name": id, file });
    await command(board.control, "device_add", { driver: "usb-storage", id: `${id}-usb`, drive: id, bus: "usb.0" });
    return {
      from,
      async pull() {
        const before = board.console.length;
        await command(board.control, "device_del", { id: `${id}-usb` });
        await board.until(/Stopped tael-stick@/, { from: before });
      },
    };
  };

  test("a bundle says whose it is, and RAUC takes no other's and none with a bit changed", () => {
    const keyring = join(folder, "oem.crt");
    expect(explainBundle(good, keyring)).toMatch(/Compatible:\s+'tael-counter'.*Version:\s+'1\.1\.0'/s);
    const others = bundleOf(shop, "others", { signer: "other", rootfs: join(folder, "tael.tpk") });
    expect(() => explainBundle(others, keyring)).toThrow(/signature verification failed.*self-signed/is);
    const size = readFileSync(good).length;
    expect(() => explainBundle(bitChanged(good, size - 1000), keyring)).toThrow(/signature verification failed/);
    expect(() => tool("rauc", ["extract", `--keyring=${keyring}`, bitChanged(good, size >> 1), join(folder, "out")])).toThrow(
      /payload is corrupted/,
    );
  });

  test("starts, is kept, shows the firmware's screen, and installs what a stick brings", { timeout: LONG_MS }, async () => {
    const stick = stickWith(folder, "stick.img", good);
    start(stick);
    await board.until(KEPT, { never: /Failed to start tael\.service/ });
    const picture = await screen(board.control, join(folder, "screen.ppm"));
    const colours = new Set<number>();
    for (let at = 0; at < picture.rgb.length; at += 3)
      colours.add(((picture.rgb[at] ?? 0) << 16) | ((picture.rgb[at + 1] ?? 0) << 8) | (picture.rgb[at + 2] ?? 0));
    expect(colours.size).toBeGreaterThan(8);
    await board.until(ANSWERED);
    expect(board.console.join("\n")).toMatch(/firmware 1\.0\.0 in slot a is confirmed/);
    await board.cut();
    expect(answerOn(stick)).toMatch(/good\.raucb: installed; the next start uses it/);
    expect(grubenvOf(disk)).toMatchObject({ ORDER: "B A", A_OK: "1", B_OK: "1", B_TRY: "0" });
  });

  describe.skipIf(asked !== "all")("all its life", () => {
    test("made again it is the same to the byte", { timeout: LONG_MS }, async () => {
      const again = await imageIn(folder, "again");
      expect(sumOf(again.rootfs)).toBe(sumOf(shop.rootfs));
      expect(sumOf(again.disk)).toBe(sumOf(shop.disk));
    });

    const WRONG: readonly [name: string, made: () => string, words: RegExp][] = [
      ["another signer's", () => bundleOf(shop, "other", { version: "2.0.0", signer: "other" }), /self-signed certificate/i],
      [
        "another board's",
        () => bundleOf(shop, "board", { version: "2.0.0", board: "kiosk" }),
        /board "kiosk", and this is "counter"/,
      ],
      ["an older one", () => bundleOf(shop, "older", { version: "0.9.0" }), /0\.9\.0, older than 1\.0\.0/],
      [
        "below the counter",
        () => bundleOf(shop, "counter", { version: "2.0.0", securityCounter: 1 }),
        /counter is 1, .*reached 2/,
      ],
      ["one bit changed", () => bitChanged(good, readFileSync(good).length >> 1), /input\/output error|verity|failed/i],
    ];

    test("the update runs from the other slot and is kept; what is wrong is refused, with the reason on the stick; a plug pulled while one is written", {
      timeout: LONG_MS,
    }, async () => {
      broken = bundleOf(shop, "broken", { version: "1.2.0", rootfs: brokenRootfs(shop) });
      start();
      await board.until(/tael: starting tael-b/);
      await board.until(KEPT);
      expect(grubenvOf(disk)).toMatchObject({ ORDER: "B A", B_OK: "1", B_TRY: "0" });
      for (const [name, made, words] of WRONG) {
        const stick = stickWith(folder, "wrong.img", made());
        const pulled = await plug(stick);
        await board.until(ANSWERED, { from: pulled.from });
        await pulled.pull();
        expect(answerOn(stick), name).toMatch(/refused/);
        expect(answerOn(stick), name).toMatch(words);
        expect(grubenvOf(disk), name).toMatchObject({ B_OK: "1" });
      }
      const { from } = await plug(stickWith(folder, "broken-stick.img", broken));
      await board.until(/writing data to device/, { from });
      await board.cut();
      expect(grubenvOf(disk)).toMatchObject({ A_OK: "0", B_OK: "1" });
    });

    test("one that panics is left by itself after three starts", { timeout: LONG_MS }, async () => {
      const stick = stickWith(folder, "broken-stick.img", broken);
      start(stick);
      await board.until(/tael: starting tael-b/);
      await board.until(ANSWERED);
      await board.cut();
      expect(answerOn(stick)).toMatch(/installed/);
      expect(grubenvOf(disk)).toMatchObject({ ORDER: "A B", A_OK: "1" });
      start();
      await board.until(KEPT);
      const starts = board.console.filter((line) => line.includes("tael: starting"));
      expect(starts.map((line) => line.slice(-6))).toEqual(["tael-a", "tael-a", "tael-a", "tael-b"]);
      await board.cut();
      expect(grubenvOf(disk)).toMatchObject({ A_TRY: "3", B_OK: "1", B_TRY: "0" });
    });
  });
});
