/** A terminal with a loader and nothing on it yet, in a directory. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import { DirectoryFiles } from "../../../platform/node/files.ts";
import { type LoaderStatus, Slots } from "../../../platform/node/loader/slots.ts";
import { keyOf } from "../../platform/node/loader/packages.ts";

export interface Device {
  config: string;
  slots: string;
  status(): LoaderStatus;
  /** Bytes that came and were not judged yet. */
  arrived(): number;
}

/** Board "desk", trusting `keyOf(1)`; a restart leaves the file `restarted`. */
export function deviceWith(folder: string): Device {
  const slots = join(folder, "slots");
  mkdirSync(slots);
  writeFileSync(join(folder, "oem.pub"), createPublicKey(keyOf(1)).export({ format: "pem", type: "spki" }));
  const config = join(folder, "loader.json");
  const restart = ["touch", join(folder, "restarted")];
  writeFileSync(config, JSON.stringify({ board: "desk", signers: ["oem.pub"], slots: "slots", data: "data", restart }));
  return {
    config,
    slots,
    status() {
      const files = new DirectoryFiles(slots);
      try {
        return new Slots(files).status;
      } finally {
        files.close();
      }
    },
    arrived: () =>
      readdirSync(slots)
        .filter((name) => name.startsWith("coming-"))
        .reduce((bytes, name) => bytes + statSync(join(slots, name)).size, 0),
  };
}

/** Program and arguments that run the loader with this configuration; a command of it follows. */
export const loaderCommand = (config: string): [string, ...string[]] => [
  process.execPath,
  join(process.env.TAEL_ROOT ?? process.cwd(), "build/run.mjs"),
  "platform/node/loader/main.ts",
  "--config",
  config,
];
