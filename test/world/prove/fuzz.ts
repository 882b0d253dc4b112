/** Every outside door: what is kept in its corpus and its seeds, then so many changes of them. Blind, so that a seed is the same inputs everywhere. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { root } from "../firmware.ts";
import type { Section } from "./section.ts";

const INPUTS = 200;

/** As test/fuzz/main.ts prints it with --json. */
interface Printed {
  door: string;
  runs: number;
  faults: string[];
}

export const fuzzSection: Section = {
  name: "fuzz",
  async run({ seed }) {
    const args = ["--json", "--blind", "--inputs", String(INPUTS), "--seed", String(seed)];
    const child = spawn(process.execPath, ["build/run.mjs", "test/fuzz/main.ts", ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TAEL_ROOT: root },
    });
    const doors: Printed[] = [];
    let complaint = "";
    child.stderr.on("data", (bytes: Buffer) => {
      complaint = (complaint + bytes.toString()).slice(-2000);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) doors.push(JSON.parse(line) as Printed);
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    const violations = doors.flatMap(({ door, faults }) => faults.map((words) => `${door}: ${words}`));
    if (code !== 0 && violations.length === 0) violations.push(`the fuzzer ended with ${code ?? "a signal"}: ${complaint}`);
    const runs = doors.reduce((sum, each) => sum + each.runs, 0);
    return [
      { what: "nothing from outside crashes, hangs or hoards", tried: `${runs} inputs at ${doors.length} doors`, violations },
    ];
  },
};
