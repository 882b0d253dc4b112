/** An OEM's side of it, outside the repository: a board, a key, packages made and flashed with the commands that OEMs have, a terminal's disk. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSigningKey } from "../../build/package/keys.ts";
import { type Made, packageOf } from "../platform/node/loader/packages.ts";
import { DISK_INSIDE, LOADER_CONFIG } from "../../tools/qemu/qemu.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

export const BOARD_NAME = "heldout";
/** Where the devices stand in this terminal. */
export const PLACES = { pinpad: "/dev/ttyS1", printer: "/dev/ttyUSB0", icc: "/dev/ttyS3", picc: "/dev/ttyS4" };

/** For a terminal that is emulated, on a machine that has much else to do. */
const PATIENCE_S = "1500";

const serial = (path: string, more: object = {}): object => ({ kind: "serial", path, baud: 115_200, ...more });

/** A keypad that Linux drives, a printer on a USB adapter, the rest as on a counter. */
const BOARD = {
  name: BOARD_NAME,
  title: "A terminal of somebody else's",
  ports: {
    lcd: { kind: "framebuffer", path: "/dev/fb0", width: 320, height: 240 },
    keypad: { kind: "evdev", device: "Tael keypad" },
    msr: { kind: "hid", vendorId: 2049, productId: 2 },
    icc: serial(PLACES.icc, { stopBits: 2 }),
    picc: serial(PLACES.picc, { stopBits: 2 }),
    pinpad: serial(PLACES.pinpad),
    printer: serial(PLACES.printer),
    host: { kind: "tcp" },
    lights: { kind: "hid", vendorId: 5824, productId: 1503, usagePage: 8 },
    beeper: { kind: "hid", vendorId: 5824, productId: 1503, usagePage: 65_280 },
  },
  devices: {
    display: { driver: "framebuffer", port: "lcd", settings: { width: 320, height: 240 } },
    keypad: { driver: "evdev-keypad", port: "keypad", settings: { "00": 240 } },
    msr: { driver: "hid-msr", port: "msr" },
    icc: { driver: "ccid-serial", port: "icc" },
    picc: { driver: "ccid-picc", port: "picc" },
    pinpad: { driver: "tpp", port: "pinpad", settings: { cardPins: true } },
    printer: { driver: "escpos", port: "printer", settings: { model: "58mm" } },
    link: { driver: "ethernet", port: "host" },
    lights: { driver: "hid-lights", port: "lights" },
    beeper: { driver: "hid-beeper", port: "beeper" },
  },
};

/** A program of this repository, as a person at a prompt calls it. */
export function command(args: readonly string[]): Promise<{ status: number | null; out: string }> {
  const child = spawn(process.execPath, ["build/run.mjs", ...args], {
    cwd: root,
    env: { ...process.env, TAEL_ROOT: root, TAEL_BUILT: "1" },
  });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (words: Buffer) => (out += words.toString()));
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, out })));
}

/** Resolves when a program has said these words on its error output; rejects when it ends before. */
function saying(child: ChildProcess, words: string): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(`${child.spawnfile} ended: ${said}`)));
    child.stderr?.on("data", (more: Buffer) => {
      said += more.toString();
      if (said.includes(words)) resolve();
    });
  });
}

export class Oem {
  readonly folder: string;
  readonly #cable: ChildProcess;

  /** `profile`: the merchant's, without keys. */
  private constructor(folder: string, cable: ChildProcess) {
    this.folder = folder;
    this.#cable = cable;
  }

  static async in(folder: string, profile: object): Promise<Oem> {
    const at = (name: string): string => join(folder, name);
    writeFileSync(at("board.json"), JSON.stringify(BOARD));
    writeFileSync(at("profile.json"), JSON.stringify(profile));
    const made = await command(["build/package/main.ts", "key", at("oem")]);
    assert.equal(made.status, 0, made.out);
    writeFileSync(at("disk"), "");
    execFileSync("truncate", ["-s", "96M", at("disk")]);
    execFileSync("mkfs.ext4", ["-q", "-F", at("disk")]);
    const [near, far] = [at("near"), at("far")];
    const cable = spawn("socat", ["-d", "-d", `PTY,link=${near},rawer`, `PTY,link=${far},rawer`], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await saying(cable, "starting data transfer loop");
    return new Oem(folder, cable);
  }

  close(): void {
    this.#cable.kill("SIGKILL");
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** What the root file system of the terminal says. `factory`: a package that comes with it. */
  provision(dataDir: string, factory?: string): void {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, "oem.pub"), readFileSync(this.at("oem.pub")));
    if (factory !== undefined) copyFileSync(factory, join(dataDir, "factory.tpk"));
    writeFileSync(
      join(dataDir, LOADER_CONFIG),
      JSON.stringify({
        board: BOARD_NAME,
        signers: ["oem.pub"],
        slots: `${DISK_INSIDE}/slots`,
        data: `${DISK_INSIDE}/data`,
        serial: "HELDOUT1",
        ...(factory === undefined ? {} : { factory: "factory.tpk" }),
        restart: ["sh", "-c", "kill -USR1 $(cat /run/tael.pid)"],
      }),
    );
  }

  /** With the command OEMs have: production, no debug channel. */
  async build(version: string, counter: number): Promise<string> {
    const file = this.at(`${version}.tpk`);
    const made = await command([
      ...[
        "build/package/main.ts",
        "--board",
        this.at("board.json"),
        "--key",
        this.at("oem"),
        "--profile",
        this.at("profile.json"),
      ],
      ...["--app-version", version, "--counter", String(counter), "--out", file],
    ]);
    assert.equal(made.status, 0, made.out);
    assert.match(made.out, /GOOD/);
    return file;
  }

  /** Signed by this OEM for this board unless told otherwise; nothing in it but what a package must have. */
  small(made: Made): string {
    const file = this.at(`small-${made.version}.tpk`);
    writeFileSync(
      file,
      packageOf({ board: BOARD_NAME, key: readSigningKey(this.at("oem")), development: false, fontBytes: 16, ...made }),
    );
    return file;
  }

  flash(file: string, ...more: string[]): Promise<{ status: number | null; out: string }> {
    const patience = ["--wait", PATIENCE_S, "--answer", PATIENCE_S];
    return command(["tools/flash/main.ts", "--to", `serial:${this.at("near")}`, ...patience, ...more, file]);
  }
}
