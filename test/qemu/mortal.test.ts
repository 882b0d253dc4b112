/** A virtual machine does not outlive what started it, not even when that is killed and can clean up nothing. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { boardMissing } from "../../tools/qemu/board.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tael-mortal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Resolves with the ids of the programs that it has started, once they are what they will be. */
function started(desk: ChildProcess): Promise<number[]> {
  return new Promise((resolve, reject) => {
    let said = "";
    desk.stdout?.on("data", (words: Buffer) => {
      said += words.toString();
      const [, ids] = /started ([\d ]+)\n/.exec(said) ?? [];
      if (ids !== undefined) resolve(ids.split(" ").map(Number));
    });
    desk.once("exit", () => reject(new Error(`it ended by itself: ${said}`)));
  });
}

/** Ended; whether its entry has been taken out of the kernel's table is its foster parent's affair. */
function gone(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}

test.skipIf(boardMissing() !== undefined)(
  "QEMU, as the desk and as a board have it, ends when the desk is killed",
  async () => {
    const desk = spawn(process.execPath, ["build/run.mjs", "test/qemu/desk-to-kill.ts", folder], {
      cwd: root,
      env: { ...process.env, TAEL_ROOT: root },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pids = await started(desk);
    expect(pids).toHaveLength(2);
    expect(pids.map(gone)).toEqual([false, false]);
    desk.kill("SIGKILL");
    while (!pids.every(gone)) await new Promise((resolve) => setImmediate(resolve));
  },
  120_000,
);
