import { readFileSync, realpathSync } from "node:fs";
import { release } from "node:os";
import { ABI } from "../abi.ts";
import { fileSystemAt } from "./mounts.ts";
import type { Facts } from "../guest/system.ts";

/** The kind of the file system on which `directory` lies, as the kernel tells; "directory" where it does not. */
export function fileSystemOf(directory: string): string {
  try {
    return fileSystemAt(realpathSync(directory), readFileSync("/proc/self/mounts", "utf8"));
  } catch {
    return "directory";
  }
}

/** What the platform knows of itself; the machine's owner says the rest (serial number, app version). */
export function factsOf(engine: string, given: Record<string, string> | undefined): Facts & Record<string, string> {
  return {
    manager: `tael-node ${ABI.major}.${ABI.minor}`,
    loader: `node ${process.versions.node}`,
    kernel: release(),
    fileSystem: "directory",
    engine,
    app: "unknown",
    abi: `${ABI.major}.${ABI.minor}`,
    serial: "unknown",
    ...given,
  };
}
