/** systemd's notifications, as platform/node/loader/systemd.ts sends them: ready once a confirmed firmware is at work, and signs of life. */
import * as os from "os";
import * as std from "std";
import { say } from "./needs.ts";

/** Gives what is to be called whenever the firmware has come to rest. A guest that never does gives no sign of life, and systemd ends it. */
export function systemdTeller(confirmed: () => boolean): () => void {
  if (std.getenv("NOTIFY_SOCKET") === undefined) return () => undefined;
  const watchdogUs = Number(std.getenv("WATCHDOG_USEC") ?? 0);
  // Three signs may get lost before it is taken for dead.
  if (watchdogUs > 0) beat(watchdogUs / 4000);
  let ready = false;
  return () => {
    if (ready || !confirmed()) return;
    ready = true;
    notify("READY=1");
  };
}

function beat(everyMs: number): void {
  notify("WATCHDOG=1");
  os.setTimeout(() => beat(everyMs), everyMs);
}

function notify(what: string): void {
  const status = os.exec(["systemd-notify", what], { block: true });
  if (status !== 0) say(`systemd was not told ${what}: systemd-notify ended with ${status}`);
}
