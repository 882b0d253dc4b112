/** How long the end of a day takes: settlement of 100, 500 and 2000 records, and finding one of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Desk } from "../../tools/sim/desk.ts";
import { finish, type InProcess, logIn, startInProcess } from "../flow/in-process.ts";
import { runGuest } from "../flow/prepared.ts";
import { type Figure, now, type Section } from "./figures.ts";

const SIZES = [100, 500, 2_000];
export const LONG_MS = 120_000;

export async function settlement(): Promise<Section[]> {
  const sections: Section[] = [];
  // A machine at rest keeps no process alive.
  const awake = setInterval(() => undefined, 1_000);
  try {
    for (const size of SIZES) sections.push({ title: `A batch of ${size} records`, figures: await ofSize(size) });
  } finally {
    clearInterval(awake);
  }
  return sections;
}

async function ofSize(size: number): Promise<Figure[]> {
  const dataDir = await filled(size);
  let at: InProcess | undefined;
  try {
    const began = now();
    at = await startInProcess({ dataDir });
    const start = now() - began;
    await logIn(at);
    const { desk } = at;
    const trace = String(Math.max(1, Math.floor(size / 2)));
    const find = await timed(at, () => desk.keys(["menu", "9", "4", "2", ...trace], LONG_MS), "enter");
    await leave(desk);
    const browse = await timed(at, () => desk.keys(["menu", "9", "4"], LONG_MS), "1");
    await leave(desk);
    const report = await timed(at, () => desk.keys(["menu", "8", "6", "1"], LONG_MS), "1");
    await leave(desk);
    // The host knows none of them: everything goes up, eight a message.
    const settle = await timed(at, () => desk.keys(["menu", "9", "3"], LONG_MS), "enter");
    if (desk.screen.id !== "settled") throw new Error(`settlement ended at ${desk.screen.id}: ${desk.screen.lines.join(" | ")}`);
    const messages = desk.messages().filter(({ dir, mti }) => dir === "out" && mti === "0320").length;
    return [
      { what: "power on → login screen", value: start, unit: "ms", note: "every record is unsealed once" },
      { what: "by trace: Enter → shown", value: find.wallMs, unit: "ms", note: `${round(find.cpuMs)} ms inside QuickJS` },
      {
        what: "page through: key → newest shown",
        value: browse.wallMs,
        unit: "ms",
        note: `${round(browse.cpuMs)} ms inside QuickJS`,
      },
      { what: "report by hour: key → shown", value: report.wallMs, unit: "ms", note: `${round(report.cpuMs)} ms inside QuickJS` },
      {
        what: "settlement, all uploaded, slip, next batch",
        value: settle.wallMs,
        unit: "ms",
        note: `${messages} messages 0320; ${round(settle.cpuMs)} ms inside QuickJS`,
      },
    ];
  } finally {
    await at?.desk.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export const round = (ms: number): string => ms.toFixed(ms < 10 ? 1 : 0);

/** The last key of something, until the terminal rests. */
export async function timed(
  at: InProcess,
  before: () => Promise<unknown>,
  key: string,
): Promise<{ wallMs: number; cpuMs: number }> {
  await before();
  const began = { wallMs: now(), cpuMs: await at.machine.cpuMs() };
  await at.desk.keys([key], LONG_MS);
  return { wallMs: now() - began.wallMs, cpuMs: (await at.machine.cpuMs()) - began.cpuMs };
}

export async function leave(desk: Desk): Promise<void> {
  // A long list is announced before it is shown.
  await desk.keys(["cancel", "cancel"], LONG_MS);
  await finish(desk);
}

/** A data directory with so many records in its open batch, and so many days of fifty settled before it. */
export async function filled(count: number, days = 0): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), "tael-bench-"));
  await runGuest(dataDir, "test/bench/fill.ts", { count: String(count), days: String(days) });
  return dataDir;
}
