/**
 * The terminal in a Linux of its own, with real device files: a sale through it, its screen, a keypad pulled out and put back, hurt lines. One boot for all of
 * it: a minute on an idle machine; TAEL_QEMU=0 leaves it out.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NativeMachine } from "../../platform/node/native-machine.ts";
import { qemuMachine, qemuMissing } from "../../tools/qemu/qemu.ts";
import { type InProcess, startInProcess } from "../flow/in-process.ts";
import { type Picture, screen } from "./qmp.ts";

const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "246810" };
/** Everything in there is emulated, and other tests want the processor too. */
const LONG_MS = 1_800_000;
/** Bytes under way to an emulated line are not lost because they are slow. */
const STALL_MS = 8_000;

const missing = process.env.TAEL_QEMU === "0" ? "TAEL_QEMU=0" : qemuMissing();
if (missing !== undefined) console.warn(`SKIPPED: the terminal in QEMU: ${missing}`);

describe.skipIf(missing !== undefined)("the terminal in QEMU", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-qemu-"));
  const control = join(folder, "control");
  let at: InProcess;

  beforeAll(async () => {
    at = await startInProcess({ seed: 7, serial: true, stallMs: STALL_MS }, (options) =>
      qemuMachine(options, { control, console: join(folder, "console") }),
    );
    await atRest(at.desk.settle(LONG_MS));
    at.desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
  }, LONG_MS);
  afterAll(async () => {
    await at?.desk.close();
    for (const each of [folder, at?.dataDir ?? folder]) rmSync(each, { recursive: true, force: true });
  });

  const atRest = async (settled: Promise<boolean>): Promise<void> => expect(await settled, at.desk.unsettledBecause).toBe(true);
  const keys = async (...pressed: string[]): Promise<string> => {
    await atRest(at.desk.keys(pressed, LONG_MS));
    return at.desk.screen.id;
  };
  const finish = async (): Promise<void> => {
    for (let n = 0; at.desk.screen.id !== "idle"; n++) {
      if (n > 30) throw new Error(`never came back to idle: ${at.desk.screen.id} ${at.desk.screen.lines.join(" | ")}`);
      await keys("enter");
    }
  };
  const sale = async (fen: number): Promise<string> => {
    await atRest(at.desk.swipe({ track2: CARD.track2 }, LONG_MS));
    await keys("enter", ...String(fen), "enter", "enter");
    await atRest(at.desk.pin(CARD.pin, LONG_MS));
    return at.desk.screen.id;
  };

  test("every port is a real one, and open", () => {
    expect(at.desk.screen.id).toBe("login");
    const { ports } = at.machine.status;
    for (const name of ["keypad", "msr", "lights", "beeper", "pinpad", "printer", "icc", "picc"])
      expect(ports[name]?.open, name).toBe(true);
  });

  test("the lines have the speed that the board says", () => {
    for (const wire of ["pinpad", "printer", "icc", "picc"])
      expect(execFileSync("stty", ["-F", at.desk.ptyPaths[wire] ?? "", "speed"], { encoding: "utf8" }).trim(), wire).toBe(
        "115200",
      );
  });

  test("its screen is what the desk's panel shows of the same firmware", async () => {
    const desk = await startInProcess({ seed: 7 });
    const seen = await screen(control, join(folder, "screen.ppm"));
    try {
      const { width, height, pixels } = desk.desk.devices.lcd;
      // But for the status line, which has the time.
      const first = 30;
      let different = 0;
      for (let y = first; y < height; y++)
        for (let x = 0; x < width; x++) if (!samePixel(seen, x, y, pixels[y * width + x] as number)) different++;
      expect(new Set(pixels).size).toBeGreaterThan(8);
      expect(different).toBe(0);
    } finally {
      await desk.desk.close();
      rmSync(desk.dataDir, { recursive: true, force: true });
    }
  });

  test("log in, sale with stripe and PIN, two slips, the money agrees", { timeout: LONG_MS }, async () => {
    await keys("0", "1", "enter");
    await keys("0", "0", "0", "0", "enter");
    await finish();
    expect(await sale(10_000)).toBe("approved");
    await finish();
    const slips = at.desk.devices.printer.paper.map(({ text }) => text.join("\n"));
    expect(slips).toHaveLength(2);
    for (const slip of slips) expect(slip).toContain("100.00");
    expect(await at.desk.check()).toMatchObject({ ok: true });
  });

  test("hurt frames, noise and half frames on the lines of pad and reader, status bytes nobody asked for on the printer's", {
    timeout: LONG_MS,
  }, async () => {
    at.desk.devices.pinpad.setFault({ fault: "bad-crc", count: 2 });
    at.desk.devices.pinpad.setFault({ fault: "lost-ack", count: 1 });
    at.desk.devices.icc.setFault({ fault: "noise", count: 1 });
    at.desk.devices.icc.setFault({ fault: "half-frame", count: 1 });
    at.desk.devices.printer.setFault({ fault: "stray-status", count: 3 });
    await atRest(at.desk.advance(31_000, LONG_MS));
    expect(await sale(700)).toBe("approved");
    await finish();
    expect(at.desk.devices.printer.paper).toHaveLength(4);
    expect(await at.desk.check()).toMatchObject({ ok: true });
  });

  test("a keypad pulled out and put back in", { timeout: LONG_MS }, async () => {
    const machine = at.machine as NativeMachine;
    const open = (): boolean | undefined => machine.status.ports.keypad?.open;
    const until = (wanted: boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (open() === wanted) {
            off();
            resolve();
          }
        };
        const off = machine.on("status", look);
        look();
      });
    machine.closeWire("keypad", "unplugged");
    await until(false);
    machine.plug("keypad");
    // The driver looks for it again after a while.
    const back = until(true);
    await at.desk.advance(60_000, LONG_MS);
    await back;
    expect(await keys("menu")).toBe("menu");
    expect(await keys("cancel")).toBe("idle");
  });
});

/** Equal as far as 16 bits tell. */
function samePixel({ width, rgb }: Picture, x: number, y: number, rgb565: number): boolean {
  const at = (y * width + x) * 3;
  const [red, green, blue] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
  return red >> 3 === rgb565 >> 11 && green >> 2 === ((rgb565 >> 5) & 63) && blue >> 3 === (rgb565 & 31);
}
