/** The firmware's own package and those that wait: the door's `stage` and `firmware`, typed. */
import type { Door } from "../abi.ts";
import { toBuffer } from "./bytes.ts";
import type { Firmware, FirmwareInstalled, FirmwareJudged, FirmwareRefused, FirmwareState } from "./system.ts";

/** Below the door's limit for one piece. */
const PIECE_BYTES = 131_072;

export function createFirmware(door: Door): Firmware {
  const ask = <T>(action: string, name = ""): T => JSON.parse(door.firmware(action, name)) as T;
  return {
    state: () => ask<FirmwareState | null>("state") ?? undefined,
    flashed: () => ask<boolean | null>("flashed") === true,
    waitFor: (reason) => void ask("wait", reason),
    stage(bytes) {
      door.stage(0, new ArrayBuffer(0));
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) door.stage(at, toBuffer(bytes.subarray(at, at + PIECE_BYTES)));
      return "staged";
    },
    check: (name) => ask<FirmwareJudged | FirmwareRefused>("check", name),
    install: (name) => ask<FirmwareInstalled | FirmwareRefused>("install", name),
    confirm: () => void ask("confirm"),
    reject: (why) => void ask("reject", why),
  };
}
