/** The real parts of a desk: the firmware's machine, the simulated devices, the acquirer, the card tray. */
import { join } from "node:path";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { createAcquirer } from "../acquirer/index.ts";
import { accounts, chipIssuers, openChip, tray } from "../cards/index.ts";
import { createDevices } from "./devices/index.ts";
import { openPty } from "./devices/pty.ts";
import { hostReader } from "./host-reader.ts";
import type { DeviceName, Parts, Pty } from "./parts.ts";

/** Dots across the paper of each printer model. */
const WIDTH_DOTS: Record<string, 384 | 576> = { "58mm": 384, "80mm": 576 };

export const realParts: Parts = {
  machine: (options) => new WorkerMachine(options),
  devices: (context, settings) => {
    const lcd = settings("lcd").board;
    const { dataDir } = settings("pinpad");
    return createDevices((wire) => context(wire as DeviceName), {
      lcd: { width: number(lcd.width), height: number(lcd.height) },
      pinpad: { storeFile: dataDir && join(dataDir, "secrets") },
      printer: { widthDots: WIDTH_DOTS[String(settings("printer").board.model)] },
    });
  },
  // What the desk says goes before what the tray knows.
  acquirer: (options) => createAcquirer({ chips: chipIssuers(), ...options }),
  reader: hostReader,
  tray,
  openChip,
  accounts,
  pty: async () => {
    let pty: Pty | undefined;
    const line = await openPty((bytes) => pty?.onData?.(bytes)).catch((error: unknown) => {
      const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
      throw new Error(
        `--serial: no pseudo-terminals here; they need Linux or macOS, and @lydell/node-pty as npm ci installs it (${why})`,
      );
    });
    pty = { path: line.path, write: line.send, close: line.close, onData: undefined };
    return pty;
  },
};

const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
