/**
 * The loader on native `qjs`: a terminal's life by its own commands; beside Node's loader on the same directories, word for word and byte for byte; killed at
 * its writes (TAEL_SWEEP=all: at every one, in every way).
 */
import { spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { nativeQjs } from "../../../build/debian.ts";
import { nativeModule } from "../../../build/native.ts";
import { ABI_BANNER } from "../../../platform/abi.ts";
import { DirectoryFiles } from "../../../platform/node/files.ts";
import { publicHex, sha256 } from "../../../platform/node/loader/package.ts";
import { Receiver } from "../../../platform/node/loader/receive.ts";
import { Slots } from "../../../platform/node/loader/slots.ts";
import { temporaryDirectory } from "../node/bench.ts";
import { keyOf, packageOf } from "../node/loader/packages.ts";
import { type Job, life, type Phase, startOnce, told } from "./lives.ts";

// Programs are started by the dozen, on a machine that may have other things to do.
vi.setConfig({ testTimeout: process.env.TAEL_SWEEP === "all" ? 1_800_000 : 180_000 });

const root = process.env.TAEL_ROOT ?? process.cwd();
let qjs: string | undefined;
let program: string;
beforeAll(async () => {
  try {
    qjs = nativeQjs();
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}; apt-get install quickjs (Debian 13), or name one with TAEL_QJS`);
  }
  program = join(mkdtempSync(join(tmpdir(), "tael-loader-")), "loader.js");
  await nativeModule(root, join(root, "test/platform/native/loader-program.ts"), program);
});

afterAll(() => rmSync(dirname(program), { recursive: true }));

interface Ran {
  status: number | null;
  signal: string | null;
  out: string;
  errors: string;
}

function start(module: string, words: readonly string[], env: Record<string, string> = {}, input: string | Uint8Array = ""): Ran {
  const flags = ["--no-unhandled-rejection", "--memory-limit", "64M", "--stack-size", "1M", "-m", module];
  const options = { encoding: "utf8", timeout: 60_000, env: { ...process.env, ...env }, input } as const;
  const { status, signal, stdout, stderr } = spawnSync(qjs ?? "", [...flags, ...words], options);
  return { status, signal, out: stdout, errors: stderr };
}

/** A firmware of nothing but a script. It confirms itself, and installs what was flashed. */
const KEPT = `globalThis.onDoorEvent = () => {}; const { app, loader } = JSON.parse(door.facts()); door.log(1, app + " by " + loader); door.firmware("confirm", "");
  const { installed } = JSON.parse(door.firmware("flashed", "")) ? JSON.parse(door.firmware("install", "flashed")) : {};
  if (installed) door.log(1, "installed " + installed.version); door.power(installed ? "restart" : "halt");`;
const firmware = (version: string, script = KEPT, counter = 1): Uint8Array =>
  packageOf({ version, counter, code: `${ABI_BANNER}\n${script}`, fontBytes: 300_000 });

/** A terminal with a loader.json of its own. */
class Place {
  readonly dir = temporaryDirectory();
  readonly config = join(this.dir, "loader.json");

  constructor(more: Record<string, unknown> = {}) {
    writeFileSync(join(this.dir, "oem.pub"), createPublicKey(keyOf(1)).export({ type: "spki", format: "pem" }));
    writeFileSync(
      this.config,
      JSON.stringify({ board: "desk", signers: ["oem.pub"], slots: "slots", data: "data", serial: "TL1", ...more }),
    );
  }
  put(name: string, bytes: Uint8Array): string {
    writeFileSync(join(this.dir, name), bytes);
    return join(this.dir, name);
  }
  ask(words: readonly string[], env: Record<string, string> = {}): Ran {
    return start(join(root, "dist/native.js"), [...words, "--config", this.config], env);
  }
  /** Node's loader on the same slots. */
  onNode<T>(work: (at: { slots: Slots; receiver: Receiver }) => T): T {
    const files = new DirectoryFiles(join(this.dir, "slots"));
    const slots = new Slots(files, { board: "desk", signers: [publicHex(keyOf(1))] });
    try {
      return work({ slots, receiver: new Receiver(files, slots) });
    } finally {
      files.close();
    }
  }
}

const said = ({ errors }: Ran): string[] =>
  errors
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^\S+Z (info|error|warn) /, ""));

describe("the loader on native qjs", () => {
  test("a life: installed, tried, kept; an update installed by the firmware, kept; one that fails and one that cannot start taken back", (context) => {
    if (qjs === undefined) return context.skip();
    const place = new Place();
    expect(place.ask(["run"])).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/no firmware in .*install a signed package/),
    });
    expect(place.ask(["install", place.put("1.tpk", firmware("1.0.0"))])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^\{"arrived":"installed".*"version":"1\.0\.0"/),
    });
    const first = place.ask(["run"]);
    expect([first.status, said(first)]).toEqual([
      0,
      [
        "loader: starting firmware 1.0.0 in slot a, on trial, 2 more starts left",
        "tael 1.0.0 by tael-loader 1.0 a",
        "loader: firmware 1.0.0 in slot a is confirmed",
      ],
    ]);
    place.ask(["install", place.put("2.tpk", firmware("1.1.0", KEPT, 3))]);
    expect(place.ask(["run"])).toMatchObject({ status: 75, errors: expect.stringMatching(/installed 1\.1\.0/) });
    expect(place.ask(["run"])).toMatchObject({ status: 0, errors: expect.stringMatching(/tael 1\.1\.0 by tael-loader 1\.0 b/) });
    expect(JSON.parse(place.ask(["status"]).out)).toMatchObject({ active: "b", securityCounter: 3 });

    const flashed = (bytes: Uint8Array): void =>
      place.onNode(({ slots }) => expect(slots.install(bytes)).toHaveProperty("installed"));
    flashed(firmware("1.2.0", `function forget() { throw new Error("forgot 6225880137706868123"); }\nforget();`, 9));
    expect(place.ask(["run"])).toMatchObject({
      status: 75,
      errors: expect.stringMatching(/1\.2\.0 in slot a is taken back: it does not start: forgot/),
    });
    flashed(
      firmware("1.2.1", `function fail() { throw new Error("later"); }\nglobalThis.onDoorEvent = fail; door.wake(0, 0);`, 9),
    );
    const failures = [1, 2, 3].map(() => place.ask(["run"]));
    expect(failures.map(({ status }) => status)).toEqual([1, 1, 75]);
    expect(failures[2]?.errors).toMatch(
      /the firmware failed: Error: later[\s\S]*1\.2\.1 in slot a is taken back: it failed: Error: later/,
    );
    const crash = join(place.dir, "data/crash");
    expect(readFileSync(join(crash, readdirSync(crash)[0] ?? ""), "utf8")).toMatch(/at fail \(firmware\.js:2:\d+\)/);
    flashed(firmware("1.2.2", `door.power("restart");`, 9));
    expect([1, 2, 3].map(() => place.ask(["run"]).status)).toEqual([75, 75, 75]);
    const after = place.ask(["run"]);
    expect(said(after)).toEqual([
      "loader: firmware 1.2.2 in slot a is taken back: it was started 3 times and never confirmed itself",
      "tael 1.1.0 by tael-loader 1.0 b",
    ]);
    expect(place.onNode(({ slots }) => slots.choose()?.manifest.version)).toBe("1.1.0");
    expect(JSON.parse(place.ask(["status"]).out)).toEqual(
      JSON.parse(JSON.stringify(place.onNode(({ receiver }) => receiver.status))),
    );
  });

  test("one that does not confirm itself in time is taken back; confirmed and alive: systemd is told", (context) => {
    if (qjs === undefined) return context.skip();
    const place = new Place();
    place.ask(["install", place.put("1.tpk", firmware("1.0.0"))]);
    const told = place.put("told", new Uint8Array());
    const bin = join(place.dir, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "systemd-notify"), `#!/bin/sh\necho "$1" >> ${told}\n`, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}`, NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "120000000" };
    const waits = `door.firmware("confirm", ""); globalThis.onDoorEvent = () => door.power("halt"); door.wake(door.monotonic() + 1, 0);`;
    place.onNode(({ slots }) => slots.confirm(slots.choose()?.slot ?? "a"));
    place.onNode(({ slots }) => slots.install(firmware("1.1.0", waits)));
    expect(place.ask(["run"], env).status).toBe(0);
    expect(readFileSync(told, "utf8")).toBe("WATCHDOG=1\nREADY=1\n");

    place.onNode(({ slots }) => slots.install(firmware("1.2.0", "globalThis.onDoorEvent = () => {};")));
    const late = start(program, ["late", place.config]);
    expect([late.status, said(late).at(-1)]).toEqual([
      75,
      "loader: firmware 1.2.0 in slot a is taken back: it failed: it did not confirm itself in time",
    ]);
  });

  test("in pieces over a login, from stdin, out of the root file system; wrong words and a wrong configuration are named", (context) => {
    if (qjs === undefined) return context.skip();
    const bytes = firmware("1.0.0");
    const place = new Place({ factory: "factory.tpk", profile: "own.json", restart: ["sh", "-c", "exit 3"] });
    place.put("factory.tpk", bytes);
    place.put("own.json", Buffer.from(`{"shop":"茶"}`));
    const shows = `globalThis.onDoorEvent = () => {}; door.log(1, String.fromCharCode(...new Uint8Array(door.asset("profile.json")))); door.firmware("confirm", ""); door.power("halt");`;
    expect(place.ask(["run"])).toMatchObject({
      status: 0,
      errors: expect.stringMatching(/1\.0\.0 is installed in slot a[\s\S]*by tael-loader 1\.0 a/),
    });
    const next = firmware("1.1.0", shows);
    const sum = sha256(next);
    const piece = (at: number, to: number): Ran =>
      start(join(root, "dist/native.js"), ["receive", sum, String(at), "--config", place.config], {}, next.slice(at, to));
    expect(piece(0, 200_000).out).toBe(`{"have":200000}\n`);
    expect(place.ask(["have", sum]).out).toBe(`{"have":200000}\n`);
    expect(piece(250_000, 260_000)).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/has 200000 bytes; cannot write at 250000/),
    });
    piece(200_000, next.length);
    expect(place.ask(["finish", sum]).out).toMatch(/"arrived":"waiting"/);
    expect(place.ask(["run"]).status).toBe(75);
    expect(place.ask(["run"]).errors).toContain(`{"shop":"\u00e8\u008c\u00b6"}`);
    const older = start(join(root, "dist/native.js"), ["install", "-", "--config", place.config], {}, bytes);
    expect([older.status, JSON.parse(older.out)]).toEqual([1, expect.objectContaining({ refused: "older" })]);
    expect(place.ask(["restart"])).toMatchObject({ status: 1, errors: "sh -c exit 3 failed: status 3\n" });
    expect(place.ask(["instal"])).toMatchObject({ status: 2, errors: expect.stringMatching(/no command instal[\s\S]*usage/) });
    const wrong = new Place({ signers: ["loader.json"] });
    expect(wrong.ask(["status"])).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/loader\.json: not an Ed25519 public key in PEM/),
    });
  });

  test("without the program that verifies, nothing is started and nothing is taken back", (context) => {
    if (qjs === undefined) return context.skip();
    const place = new Place();
    const file = place.put("1.tpk", firmware("1.0.0"));
    place.ask(["install", file]);
    const before = place.onNode(({ slots }) => slots.status);
    // Everything but openssl; the configuration's keys are read with it too, so this one names none.
    const bin = join(place.dir, "bin");
    mkdirSync(bin);
    for (const folder of ["/bin", "/usr/bin"])
      for (const name of readdirSync(folder))
        if (name !== "openssl" && !existsSync(join(bin, name))) symlinkSync(join(folder, name), join(bin, name));
    writeFileSync(join(bin, "openssl"), `#!/bin/sh\n[ "$1" = pkey ] && exec /usr/bin/openssl "$@"\nexit 127\n`, { mode: 0o755 });
    for (const words of [["run"], ["install", file]])
      expect(place.ask(words, { PATH: bin })).toMatchObject({
        status: 1,
        errors: expect.stringMatching(/no program openssl, which verifies/),
      });
    expect(place.onNode(({ slots }) => slots.status)).toEqual(before);
    expect(place.ask(["run"]).status).toBe(0);
  });
});

/** The directory's files by name. */
const contents = (dir: string): Record<string, string> =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, sha256(new Uint8Array(readFileSync(join(dir, name))))]));

const OLD = packageOf({ version: "1.0.0", counter: 1 });
const NEW = packageOf({ version: "1.1.0", counter: 2, fontBytes: 400_000 });
const BROKEN = packageOf({ version: "1.2.0", counter: 9 });

/** A terminal that runs OLD, with an earlier one in its other slot. */
function working(): string {
  const dir = temporaryDirectory();
  const files = new DirectoryFiles(dir);
  for (const bytes of [packageOf({ version: "0.9.0", counter: 0 }), OLD]) {
    const slots = new Slots(files);
    slots.install(bytes);
    slots.confirm(slots.choose()!.slot);
  }
  files.close();
  return dir;
}

function copyOf(dir: string): string {
  const copy = temporaryDirectory();
  cpSync(dir, copy, { recursive: true });
  return copy;
}

describe("beside Node's loader", () => {
  test("whatever is broken in the slots, and whatever is wrong with a package: the same words, the same start, the same files", (context) => {
    if (qjs === undefined) return context.skip();
    const change = (name: string, how: (bytes: Buffer) => Buffer | undefined) => (dir: string) => {
      const path = join(dir, name);
      const bytes = how(readFileSync(path));
      if (bytes === undefined) rmSync(path);
      else writeFileSync(path, bytes);
    };
    const flip = (at: number) => (bytes: Buffer) => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    const trial = (dir: string): void => {
      const files = new DirectoryFiles(dir);
      new Slots(files).install(NEW);
      files.close();
    };
    const both =
      (...changes: ((dir: string) => void)[]) =>
      (dir: string) => {
        for (const each of changes) each(dir);
      };
    const breakages: ((dir: string) => void)[] = [
      () => undefined,
      trial,
      ...["state-0", "state-1"].map((name) => change(name, flip(20))),
      both(
        change("state-0", flip(20)),
        change("state-1", (bytes) => bytes.subarray(0, 40)),
      ),
      both(
        change("state-0", () => undefined),
        change("state-1", () => undefined),
      ),
      ...[3, 9, 30, 400, 700, -3].map((at) => change("slot-b", (bytes) => flip(at < 0 ? bytes.length + at : at)(bytes))),
      change("slot-b", (bytes) => bytes.subarray(0, 900)),
      change("slot-b", (bytes) => Buffer.concat([bytes, Buffer.of(0)])),
      change("slot-b", () => Buffer.alloc(0)),
      change("slot-b", () => undefined),
      both(
        change("slot-b", () => undefined),
        change("slot-a", flip(2000)),
      ),
      both(trial, change("slot-a", flip(2000))),
      both(trial, change("slot-a", flip(2000)), change("slot-b", flip(2000))),
    ];
    const bad = NEW.slice();
    // A byte that is no UTF-8, in the manifest.
    bad[40] = 0xff;
    const packages = [
      NEW,
      OLD,
      bad,
      packageOf({ version: "1.0.0-rc.10" }),
      packageOf({ version: "2.0.0", board: "kiosk" }),
      packageOf({ version: "2.0.0", key: keyOf(2) }),
      packageOf({ version: "2.0.0", counter: 0 }),
      packageOf({ version: "2.0.0", leaveOut: "board.json" }),
      NEW.subarray(0, 50_000),
      flip(NEW.length - 9)(Buffer.from(NEW)),
      flip(300)(Buffer.from(NEW)),
    ];
    const shelf = temporaryDirectory();
    const paths = [...packages.keys()].map((n) => join(shelf, `${n}.tpk`));
    for (const [n, path] of paths.entries()) writeFileSync(path, packages[n] as Uint8Array);
    const healthy = working();
    const jobs = breakages.map((broken, n): Job => {
      const dir = copyOf(healthy);
      broken(dir);
      return { dir, provision: {}, packages: n === 0 ? paths : [paths[0] as string] };
    });
    const provisions = [{ signers: [publicHex(keyOf(3))] }, { board: "kiosk" }];
    for (const provision of provisions) jobs.push({ dir: copyOf(healthy), provision, packages: [paths[0] as string] });
    const ours = jobs.map((job) => ({ ...job, dir: copyOf(job.dir) }));

    const list = join(shelf, "jobs.json");
    writeFileSync(list, JSON.stringify(ours));
    const ran = start(program, ["tell", list]);
    expect(ran.errors).toBe("");
    const native = JSON.parse(ran.out) as unknown[];
    for (const [n, job] of jobs.entries()) {
      const onNode = told(job, new DirectoryFiles(job.dir), (path) => new Uint8Array(readFileSync(path)));
      expect(native[n], `job ${n}`).toEqual(JSON.parse(JSON.stringify(onNode)));
      expect(contents(ours[n]?.dir ?? "")).toEqual(contents(job.dir));
    }
    expect(JSON.stringify(native)).toMatch(/its SHA-256 is not the signed one.*they do not fit together/);
  });

  test("killed at its writes, Node's loader starts something good from what is left, and the update gets there", (context) => {
    if (qjs === undefined) return context.skip();
    const healthy = working();
    const shelf = temporaryDirectory();
    const paths = [NEW, BROKEN].map((bytes, n) => {
      writeFileSync(join(shelf, `${n}.tpk`), bytes);
      return join(shelf, `${n}.tpk`);
    });
    const whole = copyOf(healthy);
    const lived = start(program, ["die", whole, "0", "after", ...paths]);
    expect(lived).toMatchObject({ status: 0, errors: "" });
    const onNode = copyOf(healthy);
    const files = new DirectoryFiles(onNode);
    life(() => new Slots(files), [NEW, BROKEN]);
    expect(contents(whole)).toEqual(contents(onNode));

    const writes = Number(lived.out);
    expect(writes).toBeGreaterThan(20);
    const phases: readonly Phase[] = ["before", "torn", "emptied", "after"];
    const long = process.env.TAEL_SWEEP === "all";
    const step = long ? 1 : phases.length;
    for (let n = 1; n <= writes; n += step) {
      for (const phase of long ? phases : [phases[(n >> 2) % phases.length] as Phase]) {
        const dir = copyOf(healthy);
        expect(start(program, ["die", dir, String(n), phase, ...paths])).toMatchObject({ signal: "SIGKILL" });
        recovers(dir, `write ${n}, ${phase}`);
      }
    }
  });
});

function recovers(dir: string, where: string): void {
  const files = new DirectoryFiles(dir);
  expect(["1.0.0", "1.1.0", "1.2.0"], where).toContain(startOnce(new Slots(files)));
  for (let starts = 0; starts < 4; starts++) startOnce(new Slots(files));
  life(() => new Slots(files), [NEW, BROKEN]);
  const { active, slots, securityCounter, trial } = new Slots(files).status;
  expect([active && slots[active]?.version, securityCounter, trial], where).toEqual(["1.1.0", 2, undefined]);
  files.close();
}
