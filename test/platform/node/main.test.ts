import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle, temporaryDirectory } from "./bench.ts";

async function run(...args: string[]): Promise<{ status: number; words: string }> {
  const child = spawn(process.execPath, ["build/run.mjs", "platform/node/main.ts", ...args], {
    cwd: process.env.TAEL_ROOT,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (bytes: Buffer) => {
    words += bytes.toString();
  });
  const [status] = (await once(child, "close")) as [number];
  return { status, words };
}

function terminal(script: string): { args: string[]; directory: string } {
  const directory = temporaryDirectory();
  const path = (name: string): string => join(directory, name);
  writeFileSync(path("fb0"), new Uint8Array(8));
  writeFileSync(
    path("board.json"),
    JSON.stringify({ name: "made", ports: { lcd: { kind: "framebuffer", path: path("fb0"), width: 2, height: 2 } } }),
  );
  writeFileSync(path("bundle.js"), bundle(script).code);
  const args = [
    "--board",
    path("board.json"),
    "--data",
    path("data"),
    "--assets",
    directory,
    "--bundle",
    path("bundle.js"),
    "--serial",
    "N7",
  ];
  return { args, directory };
}

test("a terminal runs on real ports until the firmware halts it", async () => {
  const { args, directory } = terminal(`
    const lcd = door.open("lcd", "{}");
    door.write(lcd, new Uint8Array([1, 0, 1, 0, 1, 0, 1, 0, 0x34, 0x12]).buffer);
    say(JSON.parse(door.facts()).serial + " " + new Uint8Array(door.asset("board.json")).length);
    on.wake = () => door.power("halt");
    door.wake(door.monotonic() + 5, 1);`);
  const { status, words } = await run(...args);
  expect(words).toMatch(/info N7 \d+/);
  expect(status).toBe(0);
  expect([...readFileSync(join(directory, "fb0"))]).toEqual([0, 0, 0, 0, 0, 0, 0x34, 0x12]);
});

test("firmware that cannot run and wrong arguments have an exit status of their own", async () => {
  const failing = await run(...terminal(`throw new Error("no display");`).args);
  expect(failing).toMatchObject({ status: 1 });
  expect(failing.words).toContain("the firmware failed to start: Error: no display");
  expect(await run("--data", "/tmp")).toMatchObject({
    status: 2,
    words: expect.stringContaining("--board and --data are needed"),
  });
});
