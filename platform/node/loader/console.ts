/** What the loader can be asked from outside, the same over a login (one command each) and over a serial line (one JSON line each). */
import type { LoaderConfig } from "./config.ts";
import { filesIn, runCommand, say, sha256 } from "./needs.ts";
import { type Arrived, Receiver } from "./receive.ts";
import { Slots } from "./slots.ts";

export type Ask = { ask: "status" } | { ask: "have"; sha256: string } | { ask: "finish"; sha256: string } | { ask: "restart" };

/** The receiver on the slots of this terminal, for as long as `work` takes. */
export function withReceiver<T>({ slots: dir, board, signers }: LoaderConfig, work: (receiver: Receiver) => T): T {
  const files = filesIn(dir);
  try {
    const slots = new Slots(files, { board, signers }, (words) => say(`loader: ${words}`));
    return work(new Receiver(files, slots));
  } finally {
    files.close?.();
  }
}

/** A whole package at once: judged, then installed or left to the firmware. */
export function install(config: LoaderConfig, bytes: Uint8Array): Arrived {
  const sum = sha256(bytes);
  return withReceiver(config, (receiver) => {
    receiver.add(sum, 0, bytes);
    return receiver.finish(sum);
  });
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
  runCommand(command);
  return { restarting: true };
}
