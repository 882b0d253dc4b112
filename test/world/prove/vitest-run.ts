/** Tests of another room as rows of the table: what they are told to be, how many there were, which failed. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../firmware.ts";

interface Report {
  testResults: readonly {
    message?: string;
    assertionResults: readonly { status: string; fullName: string; failureMessages?: readonly string[] }[];
  }[];
}

export interface TestsRun {
  passed: number;
  violations: string[];
}

/** `file` from the root; the package in dist is the one that is tested. */
export async function runTests(file: string, env: Record<string, string> = {}): Promise<TestsRun> {
  const folder = mkdtempSync(join(tmpdir(), "tael-prove-"));
  const report = join(folder, "report.json");
  try {
    const program = join(root, "node_modules/vitest/vitest.mjs");
    const args = ["run", file, "--reporter=json", `--outputFile=${report}`, "--maxWorkers=1"];
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      stdio: "ignore",
      env: { ...process.env, TAEL_ROOT: root, TAEL_BUILT: "1", ...env },
    });
    await new Promise((resolve) => child.on("close", resolve));
    return read(file, JSON.parse(readFileSync(report, "utf8")) as Report);
  } catch (error) {
    return { passed: 0, violations: [`${file} did not run: ${error instanceof Error ? error.message : String(error)}`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string, { testResults }: Report): TestsRun {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = all.filter(({ status }) => status === "failed");
  const passed = all.filter(({ status }) => status === "passed").length;
  const violations = failed.map(({ fullName, failureMessages = [] }) => `${file}, ${fullName}: ${failureMessages[0] ?? ""}`);
  const unread = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  violations.push(...unread.map(({ message }) => `${file} did not load: ${message ?? ""}`));
  if (passed + failed.length === 0 && violations.length === 0) violations.push(`${file} has no test`);
  return { passed: passed + failed.length, violations };
}
