/** The serial devices on real lines: PTYs, the platform's serial port and its native binding; and what happens where there are none. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBoard } from "../../hal/boards/validate.ts";
import { Desk } from "../flow/desk-client.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tael-serial-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ports = Record<string, { kind: string; [field: string]: unknown }>;

/** The desk's board with other ports, as a file. */
function boardFile(name: string, ports: Ports): string {
  const board = JSON.parse(readFileSync(join(root, "hal/boards/desk.json"), "utf8")) as { name: string; ports: Ports };
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...board, name, ports: { ...board.ports, ...ports } }));
  return path;
}

const logOf = (data: string): string => readFileSync(join(data, "terminal/log/terminal.log"), "utf8");

describe("PIN pad and printer on PTYs", () => {
  const CARD = { track2: "6222021234567890128=30121010000012300" };
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.start(["--seed", "7", "--serial"]);
    await desk.post("/acquirer", { account: { pan: "6222021234567890128", pin: "246810", balanceFen: 100_000, expiry: "3012" } });
  });
  afterAll(() => desk.stop());

  test("a sale with PIN and two slips; the money agrees", async () => {
    expect((await desk.logIn()).level).toBe("ready");
    const state = await desk.sale(CARD, 10_000, "246810");
    await desk.expect("approved", state);
    await desk.finish(state);

    const slips = (await desk.paper()).map(({ text }) => text.join("\n"));
    expect(slips).toHaveLength(2);
    for (const slip of slips) expect(slip).toContain("100.00");
    expect((await desk.messages()).filter(({ mac }) => mac === "ok").map(({ mti }) => mti)).toContain("0210");
    expect(await desk.check()).toMatchObject({ ok: true });
  });

  test("the bytes went over the lines, in both directions", async () => {
    for (const device of ["pinpad", "printer"]) {
      const wire = await desk.get<{ dir: "out" | "in"; hex: string }[]>(`/wire?device=${device}`);
      expect(new Set(wire.map(({ dir }) => dir))).toEqual(new Set(["out", "in"]));
    }
  });

  test("a power cut in the middle of PIN entry, and the lines work again", async () => {
    await desk.saleToPin(CARD, 500);
    await desk.power("cycle");
    await desk.expect("login", desk.state());
    await desk.logIn();
    const state = await desk.sale(CARD, 700, "246810");
    await desk.expect("approved", state);
    await desk.finish(state);
    expect(await desk.check()).toMatchObject({ ok: true });
  });

  test("a pulled printer cable is silence, and the slip waits for the paper", async () => {
    const before = (await desk.paper()).length;
    await desk.fault("printer", "unplug");
    await desk.expect("printer", desk.sale(CARD, 800, "246810"));
    await desk.call("DELETE", "/faults");
    await desk.finish(await desk.keys("enter"));
    expect((await desk.paper()).length - before).toBe(2);
    expect(await desk.check()).toMatchObject({ ok: true });
  });
});

test("the profile of a counter terminal is valid", () => {
  const board = readBoard(readFileSync(join(root, "hal/boards/counter.json")));
  expect(Object.values(board.ports).map(({ kind }) => kind)).toContain("serial");
});

describe("a board whose lines are not there", () => {
  test("serial paths that do not exist: said in the self-check, and the terminal works on", async () => {
    const board = boardFile("no-lines", {
      pinpad: { kind: "serial", path: "/dev/tael-no-such-line", baud: 115_200 },
      printer: { kind: "serial", path: "/dev/tael-no-such-printer", baud: 115_200 },
    });
    const desk = await Desk.start(["--board", board]);
    try {
      const state = await desk.expect("selfcheck", desk.state());
      expect(state.screen.lines.join("\n")).toMatch(/密码键盘/);
      expect(state.screen.lines.join("\n")).toMatch(/打印机/);
      expect(logOf(desk.data)).toMatch(/pinpad: .*\/dev\/tael-no-such-line/);
      expect(logOf(desk.data)).toMatch(/printer: .*\/dev\/tael-no-such-printer/);
      await desk.expect("login", desk.keys("enter"));
    } finally {
      await desk.stop();
    }
  });

  test("a serial line without its path is refused before anything starts, naming the field", async () => {
    const board = boardFile("pathless", { printer: { kind: "serial", baud: 115_200 } });
    await expect(Desk.start(["--board", board])).rejects.toThrow(/board: ports\.printer\.path/);
  });
});

/** Native libraries fail to load as they do without their shared objects, in the simulator's process and nowhere else. */
function withoutNatives(): string {
  const preload = join(folder, "no-natives.mjs");
  writeFileSync(
    preload,
    `process.dlopen = () => { throw Object.assign(new Error("libudev.so.1: cannot open shared object file"), { code: "ERR_DLOPEN_FAILED" }); };`,
  );
  return `--import=file://${preload}`;
}

describe("on a machine without the native libraries", () => {
  const options = process.env.NODE_OPTIONS;
  beforeAll(() => {
    process.env.NODE_OPTIONS = [options, withoutNatives()].filter((each) => each !== undefined).join(" ");
  });
  afterAll(() => {
    if (options === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = options;
  });

  test("the desk starts, takes a login, and is ready", async () => {
    const desk = await Desk.start();
    try {
      await desk.expect("login", desk.state());
      expect((await desk.logIn()).level).toBe("ready");
    } finally {
      await desk.stop();
    }
  });

  test("a board that needs them starts, and the log says what to install", async () => {
    const board = boardFile("needs-natives", {
      msr: { kind: "hid", vendorId: 2049, productId: 2 },
      printer: { kind: "serial", path: "/dev/ttyS2", baud: 115_200 },
    });
    const desk = await Desk.start(["--board", board]);
    try {
      await desk.expect("selfcheck", desk.state());
      expect(logOf(desk.data)).toMatch(/node-hid.*npm ci.*apt-get install libusb-1\.0-0 libudev1/);
      expect(logOf(desk.data)).toMatch(/@serialport\/bindings-cpp.*npm ci/);
      await desk.expect("login", desk.keys("enter"));
    } finally {
      await desk.stop();
    }
  });

  test("--serial is refused, saying what is missing", async () => {
    await expect(Desk.start(["--serial"])).rejects.toThrow(/--serial: .*pseudo-terminals/);
  });
});
