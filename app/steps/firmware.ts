/**
 * What the firmware does about itself: keeps itself when it works, tells when another was taken back, and installs what was flashed from outside once
 * the money is closed that the package wants closed. The loader verifies and writes; this room decides when.
 */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import {
  FIRMWARE_REFUSALS,
  type FirmwareJudged,
  type FirmwareRefused,
  type FirmwareSummary,
  type System,
} from "../../platform/guest/system.ts";
import { migrate } from "../journal/format.ts";
import type { Prompt } from "../text/words.ts";
import { dwellFor, tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

/** The loader's name for what came from outside. */
const FLASHED = "flashed";
const WARNING_MS = 30_000;
const PUT_OFF_MS = 30 * 60_000;
/** Which roll-back and which wait people were told of, so that each is told once. */
const TOLD_KEY = "firmware/told";

/** Why the loader does not take a package, in the terminal's language. */
export function refusedWords(t: Terminal, { refused, words }: FirmwareRefused): string {
  return (FIRMWARE_REFUSALS as readonly string[]).includes(refused) ? t.ui.say(`firmware.r-${refused}` as Prompt) : words;
}

const OPEN: Record<string, (t: Terminal) => boolean> = {
  reversal: ({ journal }) => journal.owed !== undefined,
  offline: ({ journal }) => journal.pendingAdvices().length > 0,
  batch: ({ journal }) => journal.count > 0 || journal.settlement !== undefined,
};

/** What a package wants closed and is still open, in words; what this firmware does not know of counts as open. */
export const openMoney = (t: Terminal, { closed }: Pick<FirmwareSummary, "closed">): string[] =>
  closed
    .filter((name) => OPEN[name]?.(t) ?? true)
    .map((name) => (name in OPEN ? t.ui.say(`firmware.money-${name}` as Prompt) : name));

export const isRefused = (judged: FirmwareJudged | FirmwareRefused): judged is FirmwareRefused => "refused" in judged;

/** Installs and restarts; resolves only when it was refused, which was told. */
export async function installFirmware(t: Terminal, name: string, who: string): Promise<void> {
  const title = t.ui.say("firmware.title");
  t.ui.show("notice", { title, rows: [{ value: t.ui.say("firmware.writing") }], tone: "warn" });
  const result = t.system.firmware.install(name);
  if ("refused" in result) {
    t.audit.note({ who, what: "firmware", result: "refused", object: result.refused });
    return tell(t, title, [t.ui.say("firmware.refused", { words: refusedWords(t, result) })], "bad");
  }
  const { version } = result.installed;
  t.audit.note({ who, what: "firmware", result: "ok", object: version });
  await tell(t, title, [t.ui.say("firmware.installed", { version })], "good");
  t.system.power("restart");
}

/** After the self-check: this firmware has come this far with its devices and its records, so it is kept. */
export async function firmwareStarted(t: Terminal): Promise<void> {
  const blind = (["display", "keypad"] as const).find((device) => t.devices[device] === undefined);
  if (blind !== undefined && giveBack(t.system, `its ${blind} cannot be opened`)) return;
  const state = t.system.firmware.state();
  if (state !== undefined) t.system.firmware.confirm();
  // Not before: the one before must find its records as it left them.
  if (migrate(t.system) > 0) t.system.power("restart");
  if (state === undefined) return;
  const { trial, back, version } = state;
  const title = t.ui.say("firmware.title");
  if (trial !== null) {
    t.audit.note({ who: "", what: "firmware", result: "on", object: version });
    return tell(t, title, [t.ui.say("firmware.started", { version })], "good");
  }
  if (back === null || !tellOnce(t.system, `back ${back.version}`)) return;
  t.audit.note({ who: "", what: "firmware", result: "failed", object: back.version });
  t.system.log.warn(`firmware ${back.version} was taken back: ${back.why}`);
  await tell(t, title, [t.ui.say("firmware.back", { version: back.version, now: version }), back.why], "warn");
}

/** This firmware cannot work here. True when there is one before it to go back to: the restart that does so is on its way. */
export function giveBack(system: System, why: string): boolean {
  const state = system.firmware.state();
  if (state === undefined || state.trial === null || state.other?.verdict !== "good") return false;
  system.log.error(`firmware ${state.version} does not work here: ${why}`);
  system.firmware.reject(why);
  system.power("restart");
  return true;
}

/** Monotonic ms until which it is put off. */
const putOffUntilMs = new WeakMap<System, number>();

/** Whether something was flashed from outside that should be seen to now. */
export function flashedDue(t: Terminal): boolean {
  return (
    t.training === undefined && t.system.scheduler.now() >= (putOffUntilMs.get(t.system) ?? 0) && t.system.firmware.flashed()
  );
}

/** Installs what was flashed, unless somebody puts it off or money is open; that waits for a later time. */
export async function installFlashed(t: Terminal): Promise<void> {
  putOffUntilMs.set(t.system, t.system.scheduler.now() + PUT_OFF_MS);
  const title = t.ui.say("firmware.title");
  const judged = t.system.firmware.check(FLASHED);
  // Installing refuses it in turn, and the loader forgets it.
  if (isRefused(judged)) return installFirmware(t, FLASHED, "");
  const { version } = judged.package;
  const open = openMoney(t, judged.package);
  if (open.length > 0) {
    t.system.firmware.waitFor(open.join(" "));
    t.system.log.info(`firmware ${version} waits until this is closed: ${judged.package.closed.join(", ")}`);
    if (!tellOnce(t.system, `waits ${version}`)) return;
    return tell(t, title, [t.ui.say("firmware.waits", { version, words: open.join(" ") })], "warn");
  }
  t.ui.show("notice", {
    title,
    rows: [
      { value: t.ui.say("firmware.offer", { version, seconds: WARNING_MS / 1_000 }) },
      { value: t.ui.say("firmware.put-off") },
    ],
    tone: "warn",
  });
  t.ui.attention();
  if ((await dwellFor(t, WARNING_MS, ["enter", "cancel"])) === "cancel") return;
  await installFirmware(t, FLASHED, t.operator ?? "");
}

/** False when this was told before. A store that has no room must not keep the terminal from working: then it is told again. */
function tellOnce(system: System, what: string): boolean {
  const told = system.store.get(TOLD_KEY);
  if (told !== undefined && decodeUtf8(told) === what) return false;
  try {
    system.store.commit([{ put: TOLD_KEY, value: encodeUtf8(what) }]);
  } catch (error) {
    system.log.error("firmware: what was told could not be noted", error);
  }
  return true;
}
