/**
 * systemd's notifications (sd_notify), where it started us: ready once a confirmed firmware is at work, and a sign of life as often as the unit's WatchdogSec
 * asks. Node has no datagram sockets of the local kind, so systemd's own program sends them.
 */
import { execFile } from "node:child_process";
import type { Machine } from "../machine.ts";

/** `confirmed`: asked when the machine has come to rest, until it says yes. */
export function tellSystemd(machine: Pick<Machine, "on">, confirmed: () => boolean): void {
  if (process.env.NOTIFY_SOCKET === undefined) return;
  const off = machine.on("status", (status) => {
    if (!status.running || !status.quiet || !confirmed()) return;
    off();
    notify("READY=1");
  });
  const watchdogUs = Number(process.env.WATCHDOG_USEC ?? 0);
  // Three signs may get lost before it is taken for dead.
  if (watchdogUs > 0) setInterval(() => notify("WATCHDOG=1"), watchdogUs / 4000).unref();
}

function notify(what: string): void {
  execFile("systemd-notify", [what], (error) => {
    if (error !== null) console.error(`systemd was not told ${what}: ${error.message}`);
  });
}
