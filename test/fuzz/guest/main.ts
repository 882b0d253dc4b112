/** The firmware's parsers inside the firmware's engine: a bundle that gets a door's number and an input, and says how it went. */
import { decodeUtf8 } from "../../../platform/guest/bytes.ts";
import type { Door } from "../../../platform/abi.ts";
import { useAssets } from "./bench.ts";
import { GUEST_CHECKS } from "./checks.ts";

// The real door is the engine's; the checks bring their own for what they check.
declare const door: Door;

useAssets((name) => {
  const bytes = door.asset(name);
  return bytes && new Uint8Array(bytes);
});

const INFO = 1;
const checks: Record<string, (bytes: Uint8Array) => void | Promise<void>> = GUEST_CHECKS;

async function run(name: string, input: Uint8Array): Promise<void> {
  try {
    const check = checks[name];
    if (check === undefined) throw new Error("no such door");
    await check(input);
    door.log(INFO, "good");
  } catch (error) {
    door.log(INFO, `bad ${String(error)} ${error instanceof Error ? (error.stack ?? "").slice(0, 400) : ""}`);
  }
}

/** Name of the door, a zero byte, the input. */
const onDoorEvent = (event: string, _handle?: unknown, data?: ArrayBuffer): void => {
  if (event !== "data" || data === undefined) return;
  const bytes = new Uint8Array(data);
  const end = bytes.indexOf(0);
  void run(decodeUtf8(bytes.subarray(0, end)), bytes.slice(end + 1));
};

(globalThis as { onDoorEvent?: unknown }).onDoorEvent = onDoorEvent;
door.open("wire", "{}");
