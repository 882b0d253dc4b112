/** Boot order and run levels (M1–M5). What each of them does is a file in ./boot; everything else is a row of a table or a file with a business word. */
import { type Devices, openDevices } from "../hal/index.ts";
import { readBoard } from "../hal/boards/validate.ts";
import { AssertionError } from "../platform/guest/assert.ts";
import { createSystem, type GuestSystem } from "../platform/guest/index.ts";
import { logIn, unlock } from "./admin/login.ts";
import { offerUnprinted } from "./admin/reprint.ts";
import { selfCheck } from "./admin/self-check.ts";
import { signOnAfterLogIn } from "./admin/sign-on.ts";
import { contradicted, standStill } from "./boot/faults.ts";
import { atIdle, welcomeBack } from "./boot/idle.ts";
import { perform } from "./boot/perform.ts";
import { openTerminal } from "./boot/terminal.ts";
import { serveDebug } from "./steps/debug.ts";
import { deliverAdvices } from "./steps/advise.ts";
import { note } from "./steps/audit.ts";
import { firmwareStarted, flashedDue, giveBack, installFlashed } from "./steps/firmware.ts";
import { serveHost } from "./steps/host-requests.ts";
import { choreDue, doChore } from "./steps/keeping.ts";
import { settleDebt } from "./steps/outcome.ts";
import { reopenDevices } from "./steps/reopen.ts";
import { deliverOwed } from "./steps/reverse.ts";
import { finishSettlement } from "./steps/settle.ts";
import { recallTornTap, tellTorn } from "./steps/tap-torn.ts";
import type { Terminal } from "./steps/terminal.ts";

async function boot(system: GuestSystem): Promise<void> {
  const devices = openBoard(system);
  if (devices === undefined) return;
  const t = openTerminal(system, devices);
  if (t === undefined) return void giveBack(system, "the records cannot be opened");
  serveDebug(t);
  try {
    await work(t, system);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    contradicted(t, error);
  }
}

/** From the start to the end of power. */
async function work(t: Terminal, system: GuestSystem): Promise<void> {
  if (t.damage.length === 0) note(t, "start", "ok", system.facts().app);
  await selfCheck(t);
  if (t.damage.length > 0 && giveBack(system, `the records are damaged: ${t.damage[0]}`)) return;
  if (t.damage.length > 0) return standStill(t, system);
  recallTornTap(t);
  await firmwareStarted(t);
  // Before anybody logs in, and without a word to dismiss: the status bar shows what is still owed.
  if (t.journal.signedOn) await perform(t, () => deliverOwed(t, 1));
  for (;;) await turn(t);
}

/** A board that is wrong cannot even show a screen: it is refused in the log, naming the field. */
function openBoard(system: GuestSystem): Devices | undefined {
  try {
    const devices = openDevices(system, readBoard(system.asset("board.json") ?? new Uint8Array()));
    for (const { device, words } of devices.failures) system.log.warn(`${device}: ${words}`);
    return devices;
  } catch (error) {
    system.log.error("this board is refused", error);
    if (giveBack(system, "its board profile is refused")) return undefined;
    system.power("halt");
    return undefined;
  }
}

/** One thing at a time: unlock, log in, or whatever somebody does at idle. */
async function turn(t: Terminal): Promise<void> {
  const back = reopenDevices(t);
  if (back.length > 0) await perform(t, () => welcomeBack(t, back));
  const chore = choreDue(t);
  if (chore !== undefined) return perform(t, () => doChore(t, chore));
  if (flashedDue(t)) return perform(t, () => installFlashed(t));
  if (t.locked) return perform(t, () => unlock(t));
  if (t.operator === undefined) return startSession(t);
  await perform(t, await atIdle(t));
  // A line that is down is tried again from time to time, not after every customer.
  if (t.link?.state !== "down") await perform(t, () => serveHost(t));
}

async function startSession(t: Terminal): Promise<void> {
  await perform(t, () => logIn(t));
  if (t.operator === undefined) return;
  await perform(t, () => tellTorn(t));
  await perform(t, () => signOnAfterLogIn(t));
  await perform(t, () => settleDebt(t));
  await perform(t, () => finishSettlement(t));
  // What a settlement has told the host must not change before it has ended.
  if (t.journal.settlement === undefined) await perform(t, () => deliverAdvices(t));
  await perform(t, () => offerUnprinted(t));
  await perform(t, () => serveHost(t));
}

const system = createSystem(door);
// A fault of ours: the journal holds what matters, a fresh start begins with recovery.
system.onTaskFailed = () => system.power("restart");
system.scheduler.run("terminal", () => boot(system));
