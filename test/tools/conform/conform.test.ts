/** `npm run conform` as at a bench: a printer at the end of a line, a person at the keyboard, both played here. */
import { spawn } from "@lydell/node-pty";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SimPrinter } from "../../../tools/sim/devices/printer.ts";
import { attachPty, type PtyLine } from "../../../tools/sim/devices/pty.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
let line: PtyLine;
let printer: SimPrinter;

beforeAll(async () => {
  const after = (ms: number, _kind: unknown, callback: () => void) => {
    const timer = setTimeout(callback, ms);
    return { stop: () => clearTimeout(timer) };
  };
  const clock = { now: () => performance.now(), wallMs: () => Date.now(), after };
  printer = new SimPrinter(
    { clock, send: (bytes) => line.send(bytes), changed: () => {}, random: () => 0.5 },
    { widthDots: 384 },
  );
  line = await attachPty(printer);
});
afterAll(() => line.close());

/** Of each slip. */
const linesOnPaper = (): string =>
  printer.paper.map(({ text }) => text.filter((words) => words.startsWith("line ")).length).join(" ");

/** What the person does when asked, and what they type. */
function answer(question: string): string {
  if (question.includes("open the cover")) printer.setFault({ fault: "cover-open" });
  if (question.includes("close the cover")) printer.clearFault("cover-open");
  if (question.includes("nearly used-up")) return "s";
  return question.includes("how many lines") ? linesOnPaper() : "";
}

/** Runs the command on a terminal of its own, and answers. */
function run(...more: string[]): Promise<{ output: string; status: number }> {
  const args = ["build/run.mjs", "tools/conform/main.ts", "--device", "printer", "--port", line.path, ...more];
  const terminal = spawn(process.execPath, args, { cwd: root, cols: 200, env: { ...process.env, TAEL_ROOT: root } });
  let output = "";
  let answered = 0;
  terminal.onData((text) => {
    output += text;
    const questions = output.slice(answered).match(/→ [^\r\n]*(?:\)|\?) $/);
    if (questions === null) return;
    answered = output.length;
    terminal.write(`${answer(questions[0])}\n`);
  });
  return new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve({ output, status: exitCode })));
}

test("asks for what only a person can do, and tells how it went", async () => {
  const { output, status } = await run("--only", "two slips");
  expect(output).toMatch(/two slips at once come one after the other/);
  expect(output).toMatch(/1 passed, 0 failed, 0 skipped/);
  expect(status).toBe(0);
});

test("what cannot be done is skipped; a device that does otherwise fails, with what was wanted and got", async () => {
  printer.tear();
  const skipped = await run("--only", "says how it is");
  expect(skipped.output).toMatch(/skipped well as far as it went; could not be done here/);
  expect([skipped.status, /0 failed, 1 skipped/.test(skipped.output)]).toEqual([0, true]);
  // Old paper is still there: what is counted is not what the suite wants.
  printer.receive(Buffer.from("line 0\n"));
  const failed = await run("--only", "two slips");
  expect(failed.status).toBe(1);
  expect(failed.output).toMatch(/FAILED[\s\S]*wanted \["line 1"/);
});

test("nobody there: only what needs nobody; and arguments that make no sense are refused", async () => {
  const { output, status } = await run("--hands", "none", "--only", "says how it is");
  expect(output).toMatch(/skipped well as far as it went; needs a person: put a nearly used-up roll in/);
  expect(status).toBe(0);
  expect((await run("--only", "no such test")).status).toBe(1);
  expect((await run("--model", "huge")).output).toMatch(/58mm, 80mm, 58mm-basic/);
});
