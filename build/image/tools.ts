/** Programs of the build machine that an image is made with, and how to get them. */
import { execFileSync, spawnSync } from "node:child_process";

/** Program and Debian package. */
const TOOLS: Readonly<Record<string, string>> = {
  mksquashfs: "squashfs-tools",
  rauc: "rauc",
  mformat: "mtools",
  sfdisk: "fdisk",
  xz: "xz-utils",
  openssl: "openssl",
};

/** What is missing, in words; undefined when nothing is. */
export function toolsMissing(): string | undefined {
  const missing = Object.keys(TOOLS).filter((program) => spawnSync("which", [program]).status !== 0);
  if (missing.length === 0) return undefined;
  const packages = missing.map((program) => TOOLS[program]).join(" ");
  return `there is no ${missing.join(", ")}: apt-get install --no-install-recommends ${packages}`;
}

/** Runs a program to its end; gives what it wrote. Throws Error with its own words when it fails. */
export function tool(
  program: string,
  args: readonly string[],
  more: { input?: string; env?: Record<string, string> } = {},
): string {
  try {
    return execFileSync(program, args, {
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
      input: more.input ?? "",
      env: { ...process.env, ...more.env },
    });
  } catch (error) {
    const { stderr = "", stdout = "", message } = error as { stderr?: string; stdout?: string; message: string };
    throw new Error(`${program}: ${stderr.trim() || stdout.trim() || message}`);
  }
}
