/** Over a serial line: Debian's `sz` at this end, its `rz` at the loader's, a pair of pseudo-terminals in between; broken off, and gone on with. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageOf } from "../../platform/node/loader/packages.ts";
import { deviceWith, loaderCommand } from "./device.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const missing = ["sz", "rz", "socat", "stty"].filter((program) => spawnSync("which", [program]).status !== 0);
if (missing.length > 0)
  console.warn(`SKIPPED: flashing over a serial line needs ${missing.join(", ")}: apt-get install lrzsz socat`);

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tael-line-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) await ended(child);
  rmSync(folder, { recursive: true, force: true });
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

const background = (program: string, args: string[]): ChildProcess => {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, TAEL_ROOT: root },
  });
  children.push(child);
  return child;
};

/** A cable between two pseudo-terminals; `name` tells one cable from the next. */
async function cable(name: string): Promise<{ near: string; far: string; wire: ChildProcess }> {
  const [near, far] = [join(folder, `${name}-near`), join(folder, `${name}-far`)];
  const wire = background("socat", [`PTY,link=${near},rawer`, `PTY,link=${far},rawer`]);
  await expect.poll(() => existsSync(near) && existsSync(far), { timeout: 10_000, interval: 20 }).toBe(true);
  return { near, far, wire };
}

function flash(line: string, file: string): Promise<{ status: number | null; out: string }> {
  const child = spawn(
    process.execPath,
    ["build/run.mjs", "tools/flash/main.ts", "--to", `serial:${line}`, "--no-restart", file],
    {
      cwd: root,
      env: { ...process.env, TAEL_ROOT: root },
    },
  );
  children.push(child);
  let out = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (out += text.toString()));
  return new Promise((resolve) => child.once("exit", (status) => resolve({ status, out })));
}

test.skipIf(missing.length > 0)(
  "a package by ZMODEM; cut off in the middle it goes on where it was; another board's is refused",
  async () => {
    const device = deviceWith(folder);
    const file = join(folder, "one.tpk");
    writeFileSync(file, packageOf({ version: "1.0.0", fontBytes: 6_000_000 }));
    const [program, ...args] = loaderCommand(device.config);

    const first = await cable("first");
    background(program, [...args, "line", first.far]);
    const broken = flash(first.near, file);
    await expect.poll(() => device.arrived(), { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
    for (const child of [...children]) await ended(child);
    await broken;
    const before = device.arrived();

    const second = await cable("second");
    background(program, [...args, "line", second.far]);
    const done = await flash(second.near, file);
    expect(done.out).toMatch(new RegExp(`${before} bytes are there from before: going on from there`));
    expect(done.out).toMatch(/100 %/);
    expect(done.out).toMatch(/verified and installed: the next start tries it/);
    expect(done.status).toBe(0);
    expect(device.status()).toMatchObject({ trial: { slot: "a" }, slots: { a: { version: "1.0.0" } } });

    writeFileSync(file, packageOf({ version: "1.1.0", board: "kiosk" }));
    const refused = await flash(second.near, file);
    expect(refused.status).toBe(1);
    expect(refused.out).toMatch(/for the board "kiosk", and this is "desk" \(board\)/);
  },
  120_000,
);
