/** What the loader can be asked from outside, the same over a login (one command each) and over a serial line (one JSON line each). */
import { spawnSync } from "node:child_process";
import { DirectoryFiles } from "../files.ts";
import type { LoaderConfig } from "./config.ts";
import { Receiver } from "./receive.ts";
import { Slots } from "./slots.ts";

export type Ask = { ask: "status" } | { ask: "have"; sha256: string } | { ask: "finish"; sha256: string } | { ask: "restart" };

/** The receiver on the slots of this terminal, for as long as `work` takes. */
export function withReceiver<T>({ slots: dir, board, signers }: LoaderConfig, work: (receiver: Receiver) => T): T {
  const files = new DirectoryFiles(dir);
  try {
    const slots = new Slots(files, { board, signers }, (words) => console.error(`loader: ${words}`));
    return work(new Receiver(files, slots));
  } finally {
    files.close();
  }
}

/** The answer, as JSON can have it. Throws Error with words. */
export function answer(config: LoaderConfig, asked: Ask): unknown {
  switch (asked.ask) {
    case "status":
      return withReceiver(config, (receiver) => receiver.status);
    case "have":
      return withReceiver(config, (receiver) => ({ have: receiver.have(asked.sha256) }));
    case "finish":
      return withReceiver(config, (receiver) => receiver.finish(asked.sha256));
    case "restart":
      return restart(config);
  }
}

function restart({ restart: command }: LoaderConfig): { restarting: true } {
  if (command === undefined) throw new Error('this terminal has no "restart" in its loader.json: switch it off and on');
  const [program = "", ...args] = command;
  const run = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (run.error !== undefined || run.status !== 0)
    throw new Error(`${command.join(" ")} failed: ${run.error?.message ?? `status ${run.status}`}`);
  return { restarting: true };
}
