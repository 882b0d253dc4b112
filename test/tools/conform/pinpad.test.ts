/** `npm run conform` with nobody at the bench: a PIN pad at the end of a real line. */
import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { SimPinPad } from "../../../tools/sim/devices/pinpad.ts";
import { attachPty, type PtyLine } from "../../../tools/sim/devices/pty.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

function run(line: PtyLine): Promise<{ output: string; status: number | null }> {
  const args = ["build/run.mjs", "tools/conform/main.ts", "--device", "pinpad", "--port", line.path, "--hands", "none"];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, TAEL_ROOT: root } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (words: Buffer) => (output += words.toString()));
  return new Promise((resolve) => child.once("close", (status) => resolve({ output, status })));
}

test("a pad passes what needs nobody; a test that ends while the pad asks leaves nothing behind for the next", async () => {
  let line: PtyLine | undefined;
  const after = (ms: number, _kind: unknown, callback: () => void) => {
    const timer = setTimeout(callback, ms);
    return { stop: () => clearTimeout(timer) };
  };
  const clock = { now: () => performance.now(), wallMs: () => Date.now(), after };
  const pad = new SimPinPad({ clock, send: (bytes) => line?.send(bytes), changed: () => {}, random: () => 0.5 });
  pad.injectMasterKey(1, "0123456789ABCDEFFEDCBA9876543210", "3des");
  line = await attachPty(pad);
  try {
    const { output, status } = await run(line);
    expect(output).toMatch(/MACs, also longer than one frame, and their check\s+ok/);
    expect(output).toMatch(/ [1-9]\d* passed, 0 failed/);
    expect(status).toBe(0);
  } finally {
    line.close();
  }
});
