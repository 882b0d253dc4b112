/** What the day book costs: nine days and ninety of it, fifty records a day. */
import { rmSync } from "node:fs";
import { type InProcess, logIn, startInProcess } from "../flow/in-process.ts";
import { type Figure, now, type Section } from "./figures.ts";
import { filled, leave, LONG_MS, round, timed } from "./settlement.ts";

const DAYS = [9, 90];

export async function dayBook(): Promise<Section[]> {
  const sections: Section[] = [];
  // A machine at rest keeps no process alive.
  const awake = setInterval(() => undefined, 1_000);
  try {
    for (const days of DAYS) sections.push({ title: `A day book of ${days} days, 50 records each`, figures: await ofDays(days) });
  } finally {
    clearInterval(awake);
  }
  return sections;
}

async function ofDays(days: number): Promise<Figure[]> {
  const dataDir = await filled(1, days);
  let at: InProcess | undefined;
  try {
    const began = now();
    at = await startInProcess({ dataDir });
    const start = now() - began;
    await logIn(at);
    const { desk } = at;
    const look = async (what: string, keys: readonly string[], key = "enter"): Promise<Figure> => {
      const machine = at as InProcess;
      const spent = await timed(machine, () => desk.keys([...keys], LONG_MS), key);
      if (!["notice", "original"].includes(desk.screen.id)) throw new Error(`${what}: at ${desk.screen.id}`);
      await leave(desk);
      return { what, value: spent.wallMs, unit: "ms", note: `${round(spent.cpuMs)} ms inside QuickJS` };
    };
    const clear = Array<string>(4).fill("clear");
    return [
      { what: "power on → login screen", value: start, unit: "ms", note: "the book lies in memory, sealed" },
      await look("one day by hour: Enter → shown", ["menu", "8", "6", "1", "3", ...clear, "0", "1", "0", "4"]),
      await look("all days by hour: Enter → shown", ["menu", "8", "6", "1", "4", ...clear, "1", "0", "0", "8", "enter"]),
      await look("by trace: Enter → shown", ["menu", "9", "4", "6", "2", "1", "2", "3"]),
    ];
  } finally {
    await at?.desk.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
