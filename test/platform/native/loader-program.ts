/**
 * The native loader's parts as a program for `qjs`, for what its own commands do not show: qjs -m FILE.js
 *   late CONFIG              one start, of which a confirmation is expected within 20 ms
 *   tell JOBS                what the slots say of each directory, as JSON
 *   die DIR N PHASE PACKAGE… a life with these packages, killed at its n-th write
 */
import * as os from "os";
import * as std from "std";
import { SIGKILL } from "../../../platform/native/calls.ts";
import { runFromSlots } from "../../../platform/native/loader/run.ts";
import { filesIn, readFile, textOf } from "../../../platform/native/loader/needs.ts";
import { readConfig } from "../../../platform/node/loader/config.ts";
import { Slots } from "../../../platform/node/loader/slots.ts";
import { dying, type Job, life, type Phase, told } from "./lives.ts";

const { scriptArgs } = globalThis as unknown as { scriptArgs: string[] };
const [, what, first = "", ...rest] = scriptArgs;
os.signal(os.SIGPIPE, undefined);

const works: Record<string, () => void> = {
  late: () => runFromSlots(readConfig(first), 20),
  tell: () => {
    const jobs = JSON.parse(textOf(readFile(first))) as Job[];
    std.out.puts(JSON.stringify(jobs.map((job) => told(job, filesIn(job.dir), readFile))));
  },
  die: () => {
    const [n = "", phase = "", ...packages] = rest;
    const kill = (): void => void os.kill(os.getpid(), SIGKILL);
    const files = dying(filesIn(first), Number(n), phase as Phase, kill);
    life(() => new Slots(files), packages.map(readFile));
    std.out.puts(String(files.writes));
  },
};
works[what ?? ""]?.();
