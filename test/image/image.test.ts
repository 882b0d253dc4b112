/**
 * The whole-system image, on a virtual board from its boot loader on: it starts, makes its data partition and its key, confirms itself, is kept; what it is
 * like from inside; a sale on it; an update from a memory stick. TAEL_IMAGE=all goes on: the update runs and is kept, broken ones are left by themselves, plugs are pulled, wrong ones are
 * refused. TAEL_IMAGE=0 leaves all of it out.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { explainBundle } from "../../build/image/bundle.ts";
import { tool, toolsMissing } from "../../build/image/tools.ts";
import { readPackage } from "../../platform/node/loader/package.ts";
import { Board, boardMissing } from "../../tools/qemu/board.ts";
import { command } from "../qemu/qmp.ts";
import { Counter } from "./counter.ts";
import { type Witnessed, witnessedOn } from "./witness.ts";
import {
  answerOn,
  bitChanged,
  brokenRootfs,
  bundleOf,
  fileIn,
  filesIn,
  flashed,
  grubenvOf,
  imageIn,
  makeWorkshop,
  stickWith,
  sumOf,
  WITNESS_UNIT,
  type Workshop,
} from "./workshop.ts";

const asked = process.env.TAEL_IMAGE;
const missing = asked === "0" ? "TAEL_IMAGE=0" : (toolsMissing() ?? boardMissing());
if (missing !== undefined) console.warn(`SKIPPED: the whole-system image: ${missing}`);

/** Everything in there is emulated, and other tests want the processor too. */
const LONG_MS = 1_800_000;
const KEPT = /Finished tael-good\.service/;
/** Of a TCP socket, as the kernel has it. */
const LISTENS = "0A";
/** What runs as root: systemd, RAUC, and Debian's device manager. */
const ROOTS = ["systemd", "systemd-journald", "systemd-udevd", "rauc"];
/** What the kernel keeps, and guards by owner. */
const KERNELS = /^\/(dev|proc|sys|run)(\/|$)/;
/** Where else the service may write: its records, and memory that goes with it. */
const WRITABLE = ["/tmp", "/var/lib/tael", "/var/tmp"];
const ANSWERED = /raucb: (installed|refused)|runs here already/;

describe.skipIf(missing !== undefined)("the whole-system image", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-image-"));
  let shop: Workshop;
  let disk: string;
  let good: string;
  let board: Board;
  let counter: Counter;
  let broken: string;
  let sticks = 0;

  beforeAll(async () => {
    counter = await Counter.in(folder);
    shop = await makeWorkshop(folder, counter.profile);
    disk = flashed(shop, "disk.img");
    good = bundleOf(shop, "good", { version: "1.1.0" });
  }, LONG_MS);
  afterAll(async () => {
    await board?.cut();
    await counter?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // Whoever has to find out why sees where it stood.
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail" || board === undefined || !board.isOn) return;
    console.error(`on the screen: ${(await counter.read()).join(" | ")}\n${board.console.slice(-20).join("\n")}`);
  });

  const start = async (stick?: string): Promise<void> => {
    await board?.cut();
    board = new Board({ disk, folder, stick, lines: counter.lines });
    board.powerOn();
    counter.put(board);
  };
  /** Two slips were printed with it, and the acquirer has booked it once. */
  const sold = (fen: number): void => {
    const slips = counter.paper.slice(-2);
    expect(slips).toHaveLength(2);
    for (const slip of slips) expect(slip).toContain((fen / 100).toFixed(2));
    expect(counter.booked(fen)).toHaveLength(1);
  };
  /** The later sale is in the same batch, and its number is higher. */
  const follows = (earlier: number, later: number): boolean => {
    const [before, after] = [...counter.booked(earlier), ...counter.booked(later)];
    return before !== undefined && after !== undefined && before.batch === after.batch && before.trace < after.trace;
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

  describe("what is in it", () => {
    let files: ReturnType<typeof filesIn>;
    beforeAll(() => {
      files = filesIn(shop.rootfs);
    });
    const named = (wanted: RegExp): string[] =>
      files.filter(({ mode, path }) => !mode.startsWith("d") && wanted.test(path)).map(({ path }) => path);

    test("nobody has a password or a shell, and root cannot log in", () => {
      const users = fileIn(shop.rootfs, "etc/passwd").trim().split("\n");
      expect(users.length).toBeGreaterThan(10);
      for (const user of users) expect(user).toMatch(/^[\w-]+:[*x!]:\d+:\d+:[^:]*:[^:]*:\/usr\/sbin\/nologin$/);
      for (const locked of fileIn(shop.rootfs, "etc/shadow").trim().split("\n")) expect(locked).toMatch(/^[\w-]+:[!*]+:/);
      expect(users).toContain("tael:x:470:470:Tael:/var/lib/tael:/usr/sbin/nologin");
    });

    test("no shell, no log-in, no server, no package manager, no debugger", () => {
      expect(files.length).toBeGreaterThan(1000);
      expect(
        named(
          /\/(sh|bash|dash|ash|zsh|busybox|login|sulogin|agetty|getty|su|sudo|sshd|telnetd|ftpd|nc|socat|dpkg|apt|apt-get|npm|gdb|strace)$/,
        ),
      ).toEqual([]);
    });

    test("no program lends its owner's rights, and no file is anybody's to write", () => {
      expect(files.filter(({ mode }) => /^-(..[sS]|.{5}[sS])/.test(mode)).map(({ path }) => path)).toEqual([]);
      expect(files.filter(({ mode }) => /^[-d].{7}w[^t]/.test(mode)).map(({ path }) => path)).toEqual([]);
      expect(
        files.filter(({ mode, owner }) => mode.startsWith("-") && !owner.startsWith("root/")).map(({ path }) => path),
      ).toEqual([]);
    });

    test("what starts is named; ways in that systemd knows are shut", () => {
      const wanted = named(/^\/(etc|usr\/lib)\/systemd\/system\/multi-user\.target\.wants\/./).map((path) => basename(path));
      const units = ["dbus", "systemd-networkd", "systemd-resolved", "tael-good", "tael"].map((name) => `${name}.service`);
      expect(wanted.filter((name) => name !== WITNESS_UNIT).sort()).toEqual(units);
      for (const unit of [
        "getty@.service",
        "serial-getty@.service",
        "debug-shell.service",
        "rescue.service",
        "systemd-logind.service",
      ])
        expect(files.find(({ path }) => path === `/etc/systemd/system/${unit}`)?.to, unit).toBe("/dev/null");
    });

    test("the firmware has no debug channel", () => {
      const { files: parts } = readPackage(new Uint8Array(readFileSync(join(folder, "tael.tpk"))));
      const profile = JSON.parse(new TextDecoder().decode(parts.get("board.json"))) as { devices: object };
      expect(Object.keys(profile.devices)).toContain("pinpad");
      expect(Object.keys(profile.devices)).not.toContain("debug");
    });
  });

  describe("its first day", () => {
    let seen: Witnessed;

    test("starts, is kept, and shows the firmware's screen", { timeout: LONG_MS }, async () => {
      await start();
      await board.until(KEPT, { never: /Failed to start tael\.service/ });
      expect(board.console.join("\n")).toMatch(/firmware 1\.0\.0 in slot a is confirmed/);
      await counter.shows("请输入两位操作员号");
      await board.until(/Finished tael-witness\.service/, { never: /Failed to start tael-witness/ });
      seen = witnessedOn(board.console);
    });

    test("seen from inside: no port listens", () => {
      const { tcp, tcp6, udp, udp6 } = seen.sockets;
      expect([...tcp, ...tcp6].filter(({ state }) => state === LISTENS)).toEqual([]);
      // Answers to questions for an address come there.
      for (const { local } of [...udp, ...udp6]) expect(local).toMatch(/:(0044|0222)$/);
    });

    test("seen from inside: the service is a user of its own, without rights, and cannot get any", () => {
      expect(seen.service).toMatchObject({ Uid: "470 470 470 470", Gid: "470 470 470 470", NoNewPrivs: "1", Seccomp: "2" });
      for (const rights of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
        expect(seen.service[rights], rights).toMatch(/^0+$/);
      const root = seen.programs.filter(({ uid }) => uid === 0).map(({ program }) => basename(program));
      for (const program of root) expect(ROOTS).toContain(program);
    });

    test("seen from inside: the sealing key is root's alone, and reaches the service as a credential", () => {
      expect(seen.kept.key).toEqual({ mode: "400", uid: 0 });
      expect(seen.kept.keyFolder).toEqual({ mode: "700", uid: 0 });
      expect(seen.credentials.names).toEqual(["seal.key"]);
      expect(seen.credentials.key.mode).toMatch(/^4[04]0$/);
      expect(seen.kept.records).toEqual({ mode: "700", uid: 470 });
    });

    test("seen from inside: what runs is read-only, what is written does not run", () => {
      expect(seen.mounts.find(({ place }) => place === "/")).toMatchObject({
        kind: "squashfs",
        options: expect.arrayContaining(["ro"]),
      });
      for (const { place, kind, options } of seen.mounts.filter(({ kind }) => kind !== "squashfs"))
        expect(options, `${place} ${kind}`).toEqual(expect.arrayContaining(["nosuid", "nodev", "noexec"]));
      expect(new Set(Object.values(seen.writing))).toEqual(new Set(["EROFS"]));
      expect(seen.reach.writable.filter((place) => !KERNELS.test(place)).sort()).toEqual(WRITABLE);
      for (const device of seen.reach.devices) expect(device).toMatch(/^\/dev\/(null|urandom|fb0|ttyS[1-4]|input\/event\d+)$/);
    });

    test("seen from inside: the kernel is locked", () => {
      expect(seen.kernel).toMatchObject({
        lockdown: "none [integrity] confidentiality",
        "kernel/sysrq": "0",
        "kernel/kexec_load_disabled": "1",
        "kernel/yama/ptrace_scope": "3",
        "fs/suid_dumpable": "0",
      });
    });

    test("a cashier logs in and sells: chip card, PIN, two slips, the acquirer's books", { timeout: LONG_MS }, async () => {
      await counter.logIn();
      await counter.sells("12.34");
      sold(1234);
    });

    test("what a stick brings is installed beside what runs", { timeout: LONG_MS }, async () => {
      const stick = stickWith(folder, "stick.img", good);
      const { pull } = await plug(stick);
      await board.until(ANSWERED);
      await pull();
      await board.cut();
      expect(answerOn(stick)).toMatch(/good\.raucb: installed; the next start uses it/);
      expect(grubenvOf(disk)).toMatchObject({ ORDER: "B A", A_OK: "1", B_OK: "1", B_TRY: "0" });
    });
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
      await start();
      await board.until(/tael: starting tael-b/);
      await board.until(KEPT);
      expect(grubenvOf(disk)).toMatchObject({ ORDER: "B A", B_OK: "1", B_TRY: "0" });
      await counter.logIn();
      await counter.reprintsLast();
      expect(counter.paper.at(-1)).toContain("12.34");
      expect(counter.paper.at(-1)).toContain("重打印");
      await counter.sells("23.45");
      sold(2345);
      expect(follows(1234, 2345)).toBe(true);
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
      await start(stick);
      await board.until(/tael: starting tael-b/);
      await board.until(ANSWERED);
      await board.cut();
      expect(answerOn(stick)).toMatch(/installed/);
      expect(grubenvOf(disk)).toMatchObject({ ORDER: "A B", A_OK: "1" });
      await start();
      await board.until(KEPT);
      const starts = board.console.filter((line) => line.includes("tael: starting"));
      expect(starts.map((line) => line.slice(-6))).toEqual(["tael-a", "tael-a", "tael-a", "tael-b"]);
      await counter.logIn();
      await counter.sells("34.56");
      sold(3456);
      expect(follows(2345, 3456)).toBe(true);
      await board.cut();
      expect(grubenvOf(disk)).toMatchObject({ A_TRY: "3", B_OK: "1", B_TRY: "0" });
    });
  });
});
