/** The command line: what it prints, what it refuses, how it ends. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "./tiny-desk.ts";

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tael-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs until it ends, or until `ready` has seen its first line and returned. */
function run(args: string[], ready?: (line: string) => Promise<void>, signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["build/run.mjs", "tools/sim/main.ts", ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TAEL_ROOT: root, TAEL_BUILT: "1" },
    });
    const ended: Ended = { code: null, out: "", err: "" };
    let told = false;
    child.stderr.on("data", (chunk) => (ended.err += chunk));
    child.stdout.on("data", (chunk) => {
      ended.out += chunk;
      if (told || !ended.out.includes("\n") || ready === undefined) return;
      told = true;
      ready(ended.out.split("\n")[0] ?? "").then(
        () => child.kill(signal),
        (error) => {
          child.kill();
          reject(error);
        },
      );
    });
    child.on("exit", (code) => resolve({ ...ended, code }));
  });
}

test.each(["SIGTERM", "SIGINT"] as const)("headless: one JSON line, the API there, nothing left after %s", async (signal) => {
  const data = join(folder, signal);
  const { code, out } = await run(
    ["--headless", "--port", "0", "--clock", "free", "--seed", "1", "--data", data],
    async (line) => {
      const { http, acquirer } = JSON.parse(line) as { http: string; acquirer: string };
      expect(http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(acquirer).toMatch(/^tcp:127\.0\.0\.1:\d+$/);
      const state = (await (await fetch(`${http}/api/v1/state`)).json()) as { power: string; settled: boolean };
      expect(state).toMatchObject({ power: "on", settled: true });
    },
    signal,
  );
  expect(code).toBe(0);
  expect(out.trim().split("\n")).toHaveLength(1);
  expect(readdirSync(data).sort()).toEqual(["acquirer", "cards", "pinpad", "slots", "terminal"]);
});

test("no test key in the clear under the terminal's data", () => {
  const files = readdirSync(join(folder, "SIGTERM", "terminal"), { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name)).toString("latin1").toUpperCase();
    expect(bytes).not.toContain("0123456789ABCDEFFEDCBA9876543210");
  }
});

test("a board that is wrong is refused, the field named, exit 1", async () => {
  const board = JSON.parse(readFileSync(join(root, "hal/boards/desk.json"), "utf8"));
  board.devices.printer.port = "kitchen";
  const path = join(folder, "wrong-board.json");
  writeFileSync(path, JSON.stringify(board));
  const { code, out, err } = await run(["--headless", "--port", "0", "--data", join(folder, "never"), "--board", path]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("devices.printer.port");
  expect(existsSync(join(folder, "never"))).toBe(false);
});

test.each([
  [["--port", "99999"], "--port"],
  [["--acquirer", "somewhere"], "tcp:HOST:PORT"],
  [["--clock", "sand"], "free"],
  [["--profile", "nobody"], "profile"],
  [["--colour", "red"], "--colour"],
])("%j is refused with words", async (args, words) => {
  const { code, out, err } = await run(["--headless", "--data", join(folder, "never"), ...args]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(words);
});
