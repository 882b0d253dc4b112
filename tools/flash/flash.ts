/** Flashing, whatever the way: look at the package, send what is missing, have it judged, restart, and wait until the end of it is clear. */
import { setTimeout as sleep } from "node:timers/promises";
import { summaryOf } from "../../platform/node/loader/judge.ts";
import { readPackage, sha256 } from "../../platform/node/loader/package.ts";
import type { OutsideStatus } from "../../platform/node/loader/receive.ts";
import { FlashError, type Target } from "./target.ts";

export interface FlashOptions {
  /** False: the package is left to be installed when the terminal restarts by itself. */
  restart: boolean;
  /** How long to wait for the terminal to try the firmware and confirm it, ms. */
  waitMs: number;
  /** Tries when the line breaks; each goes on where the last one ended. */
  tries: number;
  say(words: string): void;
  progress(have: number, of: number): void;
}

/** confirmed: it runs, and is kept · waiting: the terminal installs it later; `why` when it said so · sent: nobody was asked to restart. */
export type Outcome = { outcome: "confirmed" | "sent" } | { outcome: "waiting"; why: string };

const POLL_MS = 1_000;
const PAUSE_MS = 2_000;

/** Rejects FlashError: the package is none, it is refused, the terminal took it back, or the line stays broken. */
export async function flash(target: Target, bytes: Uint8Array, options: FlashOptions): Promise<Outcome> {
  const { say } = options;
  const summary = summaryOf(readPackage(bytes).manifest, bytes.length);
  const sum = sha256(bytes);
  const before = await target.status();
  say(`${target.name}: ${runningWords(before)}`);
  say(`package: tael ${summary.version} for ${summary.board}, ${bytes.length} bytes`);
  if (runs(before, sum)) {
    say("it runs there already: nothing to do");
    return { outcome: "confirmed" };
  }
  await sendAll(target, sum, bytes, options);
  const arrived = await target.finish(sum);
  if ("refused" in arrived) throw new FlashError(`${arrived.words} (${arrived.refused})`);
  say(arrived.arrived === "installed" ? "verified and installed: the next start tries it" : "verified: the terminal installs it");
  if (!options.restart) return { outcome: "sent" };
  await target.restart();
  say("restarting, and waiting for its self-test");
  return await outcome(target, sum, summary.version, options);
}

async function sendAll(target: Target, sum: string, bytes: Uint8Array, { tries, say, progress }: FlashOptions): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      const have = await target.have(sum);
      if (have > 0 && have < bytes.length) say(`${have} bytes are there from before: going on from there`);
      if (have < bytes.length) await target.send(sum, bytes, have, (now) => progress(now, bytes.length));
      if ((await target.have(sum)) === bytes.length) return;
      throw new FlashError("not everything arrived");
    } catch (error) {
      if (left <= 1) throw error;
      say(`broken off (${error instanceof Error ? error.message : String(error)}); once more`);
      await sleep(PAUSE_MS);
    }
  }
}

async function outcome(target: Target, sum: string, version: string, { waitMs, say }: FlashOptions): Promise<Outcome> {
  const until = performance.now() + waitMs;
  let asked = "";
  for (;;) {
    const status = await target.status().catch((error: unknown) => {
      asked = error instanceof Error ? error.message : String(error);
      return undefined;
    });
    if (status !== undefined) {
      if (runs(status, sum)) return { outcome: "confirmed" };
      if (status.back?.version === version && status.trial === undefined)
        throw new FlashError(`tael ${version} was taken back: ${status.back.why}; ${runningWords(status)}`);
      if (status.waiting !== undefined && status.waiting.for !== "") return { outcome: "waiting", why: status.waiting.for };
    }
    if (performance.now() > until) break;
    await sleep(POLL_MS);
  }
  say(asked);
  return { outcome: "waiting", why: "the terminal has not installed and confirmed it yet" };
}

const runs = ({ active, trial, slots }: OutsideStatus, sum: string): boolean =>
  active !== undefined && trial === undefined && slots[active]?.sha256 === sum;

export function runningWords({ board, active, slots, trial, securityCounter }: OutsideStatus): string {
  const note = active && slots[active];
  if (note === undefined) return `board ${board ?? "not said"}, no confirmed firmware`;
  const tried = trial && slots[trial.slot];
  const more = tried === undefined ? "" : `, ${tried.version} on trial`;
  return `board ${board ?? "not said"}, tael ${note.version} in slot ${active}, security counter ${securityCounter}${more}`;
}
