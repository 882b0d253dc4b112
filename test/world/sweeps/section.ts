/** The sweeps in `npm run prove`: so many points of every flow, each in a process of its own; a row for each fault. */
import { spawn } from "node:child_process";
import { root } from "../firmware.ts";
import { type Row, type Section, wayBack } from "../prove/section.ts";
import type { Count, Sweep } from "./cells.ts";
import { SWEEPS } from "./sweeps.ts";

/** As the program prints them with --json. */
export interface Printed {
  sweep: string;
  counts: [key: string, count: Count][];
}

const PER_FLOW: Record<string, number> = { "host faults": 8, "device faults": 6, "power cuts": 6 };

interface Ran {
  counts: [string, Count][];
  broken: string[];
}

function ran(name: string, args: readonly string[]): Promise<Ran> {
  const [word = ""] = name.split(" ");
  const child = spawn(process.execPath, ["build/run.mjs", "test/world/sweeps/main.ts", word, "--json", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TAEL_ROOT: root },
  });
  let out = "";
  let complaint = "";
  child.stdout.on("data", (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-2000);
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const line = out.split("\n").find((each) => each.startsWith("{"));
      if (line === undefined) resolve({ counts: [], broken: [`a process ended with ${code ?? "a signal"}: ${complaint}`] });
      else resolve({ counts: (JSON.parse(line) as Printed).counts, broken: [] });
    });
  });
}

const order = (fault: string): string => fault.replace(/\d+/, (digits) => digits.padStart(3, "0"));

function rowsOf({ counts, broken }: Ran): Row[] {
  const faults = new Map<string, { cells: number; flows: Set<string>; violations: string[] }>();
  for (const [key, { cells, violations }] of counts) {
    const [flow = "", fault = ""] = key.split(" | ");
    const row = faults.get(fault) ?? { cells: 0, flows: new Set(), violations: [] };
    faults.set(fault, row);
    row.cells += cells;
    if (cells > 0) row.flows.add(flow);
    row.violations.push(...violations);
  }
  const cells = counts.reduce((sum, [, count]) => sum + count.cells, 0);
  return [
    ...[...faults]
      .sort(([a], [b]) => (order(a) < order(b) ? -1 : 1))
      .map(([what, { cells, flows, violations }]) => ({ what, tried: `${cells} cells in ${flows.size} flows`, violations })),
    wayBack(cells, Math.max(0, ...counts.map(([, { backMs }]) => backMs))),
    ...(broken.length === 0 ? [] : [{ what: "all of it", tried: "not to the end", violations: broken }]),
  ];
}

const sectionOf = ({ name, elsewhere }: Sweep): Section => ({
  name,
  async run({ seed }) {
    const rows = rowsOf(await ran(name, ["--seed", String(seed), "--per-flow", String(PER_FLOW[name] ?? 6)]));
    return [...rows, ...Object.entries(elsewhere).map(([what, why]) => ({ what, tried: why, violations: [] }))];
  },
});

export const sweepSections: readonly Section[] = SWEEPS.map(sectionOf);
