/** The terminal that `loader.json` describes. */
import { readFileSync } from "node:fs";
import { WorkerMachine } from "../worker-machine.ts";
import type { LoaderConfig } from "./config.ts";
import { SlottedMachine, type SlottedOptions } from "./slotted-machine.ts";

/** `more`: where it stands on no counter: a clock that is driven, a network cable of somebody's own. */
export function terminalOf(config: LoaderConfig, more: Partial<SlottedOptions> = {}): SlottedMachine {
  const { slots: slotsDir, data: dataDir, board, signers, media, profile, serial, sealKey, eventLimitMs } = config;
  return new SlottedMachine(
    {
      slotsDir,
      dataDir,
      media,
      sealKey,
      ...(eventLimitMs === undefined ? {} : { eventLimitMs }),
      provision: { board, signers },
      clock: { kind: "system" },
      overlay: profile === undefined ? {} : { "profile.json": new Uint8Array(readFileSync(profile)) },
      ...more,
      facts: { ...(serial === undefined ? {} : { serial }), ...more.facts },
    },
    (options) => new WorkerMachine(options),
  );
}
