/** A whole working day of one sale, recorded at the door of the real bundle, and played back to the same bytes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isEngineName } from "../../platform/node/engine.ts";
import { type ReplayResult, replay } from "../../platform/node/replay.ts";
import { finish, firmware, logIn, sale, startInProcess } from "./in-process.ts";

const CARD = { track2: "6222021234567890128=30121010000012300", pin: "246810" };
const folder = mkdtempSync(join(tmpdir(), "tael-replay-"));
const { bundle } = firmware();
/** A program of its own keeps no recording (platform/node/native-machine.ts). */
const records = isEngineName(process.env.TAEL_ENGINE ?? "quickjs");
if (!records) console.warn(`LEFT OUT: ${process.env.TAEL_ENGINE} keeps no recording, so none is played back`);
let recording = "";
let lines: string[] = [];

describe.skipIf(!records)("a recorded day", () => {
  beforeAll(async () => {
    const recordTo = join(folder, "sale.jsonl");
    const at = await startInProcess({ recordTo, dataDir: join(folder, "data") });
    try {
      at.desk.addAccount({ pan: "6222021234567890128", pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
      await logIn(at);
      await sale(at, CARD.track2, 10_000, CARD.pin);
      expect(at.desk.screen.id).toBe("approved");
      await finish(at.desk);
      expect(at.desk.devices.printer.paper).toHaveLength(2);
      expect(await at.desk.check()).toMatchObject({ ok: true });
    } finally {
      await at.desk.close();
    }
    recording = readFileSync(recordTo, "utf8");
    lines = recording.split("\n").filter((line) => line !== "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  type Line = { event?: string; call?: string; args?: unknown[]; result?: unknown };
  const parsed = (at: number): Line => JSON.parse(lines[at] ?? "{}") as Line;

  /** The last line that `wanted` takes; the index counts from 0. */
  function lastLine(wanted: (line: Line) => boolean): number {
    const at = lines.findLastIndex((_, index) => wanted(parsed(index)));
    if (at < 0) throw new Error("no such line in the recording");
    return at;
  }

  const withLine = (at: number, line: Line): Promise<ReplayResult> =>
    replay({ code: bundle.code, recording: lines.map((old, index) => (index === at ? JSON.stringify(line) : old)).join("\n") });

  /** Another last byte. */
  function flipped(value: unknown): { b64: string } {
    const bytes = Buffer.from((value as { b64: string }).b64, "base64");
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    return { b64: bytes.toString("base64") };
  }

  const isBytes = (value: unknown): boolean => typeof value === "object" && value !== null && "b64" in value;

  test("log-in, sign-on, sale and slips play back to the same calls and bytes", async () => {
    const result = await replay({ code: bundle.code, recording });
    expect(result.difference).toBeUndefined();
    expect(result).toMatchObject({ same: true, sameBundle: true, starts: 1 });
    expect(result.events).toBe(lines.filter((line) => line.startsWith('{"event"')).length);
    expect(result.calls).toBe(lines.filter((line) => line.startsWith('{"call"')).length);
    expect(result.calls).toBeGreaterThan(500);
  });

  test("and so they do in another engine", async () => {
    expect(await replay({ code: bundle.code, recording, engine: "node-vm" })).toMatchObject({ same: true });
  });

  test("one other byte from the host is noticed", async () => {
    const { result: line } = parsed(lastLine(({ call, args }) => call === "open" && args?.[0] === "host"));
    const at = lastLine(({ event, args }) => event === "data" && args?.[0] === line);
    // The last byte of the answer is the last of its MAC, which the PIN pad is asked to judge.
    const answer = parsed(at);
    const result = await withLine(at, { ...answer, args: answer.args?.with(1, flipped(answer.args[1])) });
    expect(result.same).toBe(false);
    expect(result.difference?.line).toBeGreaterThan(at + 1);
    expect(result.difference?.expected).toContain('"write"');
  });

  test("one other byte that was written is noticed, at its line", async () => {
    const at = lastLine(({ call, args }) => call === "write" && isBytes(args?.[1]));
    const line = parsed(at);
    const result = await withLine(at, { ...line, args: line.args?.with(1, flipped(line.args[1])) });
    expect(result.difference?.line).toBe(at + 1);
  });

  test("a clock a day ahead is noticed", async () => {
    const ahead = lines.map((text, at) => {
      const line = parsed(at);
      return line.call === "clock" ? JSON.stringify({ ...line, result: (line.result as number) + 86_400_000 }) : text;
    });
    expect((await replay({ code: bundle.code, recording: ahead.join("\n") })).same).toBe(false);
  });
});
