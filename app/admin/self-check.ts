/** 开机自检 (M1): each part as it is checked; what does not work is said, the rest goes on. */
import type { DeviceClass } from "../../hal/boards/board.ts";
import type { Icc } from "../../hal/icc/icc.ts";
import type { ScreenStates } from "../screens/states.ts";
import { askKeys } from "../steps/keyed.ts";
import { isPinPadError, pinPadWords } from "../steps/pin.ts";
import { reopenDevices } from "../steps/reopen.ts";
import { now, type Terminal } from "../steps/terminal.ts";
import { LONG_DWELL_MS } from "../steps/tell.ts";

type Item = ScreenStates["selfcheck"]["items"][number];
type Verdict = { state: "ok" | "warn" | "bad"; note?: string };

const GOOD: Verdict = { state: "ok" };

interface Check {
  label: Item["label"];
  check: (t: Terminal) => Promise<Verdict> | Verdict;
  /** Only where the board names it: a terminal without one lacks nothing. */
  optional?: DeviceClass;
}

/** Rows of the check, in order: what it is called, and how it is found out. */
const CHECKS: readonly Check[] = [
  { label: "check.store", check: (t) => (t.damage.length === 0 ? GOOD : { state: "bad", note: t.damage[0] }) },
  { label: "check.clock", check: (t) => (Number(now(t).date.slice(0, 4)) >= 2024 ? GOOD : { state: "warn", note: now(t).date }) },
  { label: "check.keypad", check: (t) => present(t.devices.keypad) },
  { label: "check.msr", check: (t) => present(t.devices.msr) },
  { label: "check.ic", check: (t) => checkReader(t, t.devices.icc), optional: "icc" },
  { label: "check.contactless", check: (t) => checkReader(t, t.devices.picc), optional: "picc" },
  { label: "check.printer", check: checkPrinter },
  { label: "check.pinpad", check: checkPinPad },
  { label: "check.keys", check: checkKeys },
  { label: "check.network", check: (t) => present(t.link) },
];

const present = (device: unknown): Verdict => (device === undefined ? { state: "bad" } : GOOD);

/** A reader that says what it is: its line, its electronics and its driver agree. */
async function checkReader(t: Terminal, reader: Pick<Icc, "info"> | undefined): Promise<Verdict> {
  if (reader === undefined) return { state: "bad" };
  try {
    await reader.info();
    return GOOD;
  } catch {
    return { state: "bad", note: t.ui.say("check.silent") };
  }
}

async function checkPrinter(t: Terminal): Promise<Verdict> {
  const printer = t.devices.printer;
  if (printer === undefined) return { state: "bad" };
  try {
    const { problem } = await printer.status();
    return problem === undefined ? GOOD : { state: "warn", note: t.ui.say(`printer.${problem}`) };
  } catch {
    return { state: "bad", note: t.ui.say("printer.unplugged") };
  }
}

async function checkPinPad(t: Terminal): Promise<Verdict> {
  const pinpad = t.devices.pinpad;
  if (pinpad === undefined) return { state: "bad" };
  try {
    const info = await pinpad.info();
    if (info.tampered) return { state: "bad", note: t.ui.say("problem.pinpad-tampered") };
    await pinpad.show("welcome");
    return GOOD;
  } catch {
    return { state: "bad", note: t.ui.say("problem.no-pinpad") };
  }
}

export async function checkKeys(t: Terminal): Promise<Verdict> {
  const pinpad = t.devices.pinpad;
  if (pinpad === undefined) return { state: "bad" };
  try {
    return (await askKeys(t, pinpad)) ? GOOD : { state: "bad", note: t.ui.say("problem.pinpad-key-missing") };
  } catch (error) {
    return { state: "bad", note: isPinPadError(error) ? pinPadWords(t, error) : undefined };
  }
}

/** Runs all checks on the screen. Waits for Enter only when something is wrong. */
export async function selfCheck(t: Terminal): Promise<void> {
  reopenDevices(t);
  const checks = CHECKS.filter(({ optional }) => optional === undefined || t.devices.board.devices[optional] !== undefined);
  const items: Item[] = checks.map(({ label }) => ({ label, state: "waiting" }));
  const show = (waiting: boolean) => t.ui.show("selfcheck", { items, waiting });
  for (const [n, { check }] of checks.entries()) {
    const item = items[n] as Item;
    item.state = "running";
    show(false);
    const verdict = await check(t);
    Object.assign(item, verdict);
    if (verdict.state !== "ok") t.system.log.warn(`self-check ${item.label}: ${verdict.note ?? verdict.state}`);
  }
  const wrong = items.some((item) => item.state !== "ok");
  show(wrong);
  if (!wrong) return;
  t.ui.attention();
  await t.ui.wait({ timeoutMs: LONG_DWELL_MS, patience: "dwell" });
}
