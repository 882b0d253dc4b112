/** 备份, 核对备份, 恢复备份 (M19): the journal sealed, over the file line; whether one is whole; and one put back. */
import type { StoreError } from "../../platform/guest/system.ts";
import { checkBackup, makeBackup } from "../journal/backup.ts";
import { finishRestore, planRestore, restoreDecision, type RestorePlan, stageRestore } from "../journal/restore.ts";
import { confirm } from "../steps/ask.ts";
import { note } from "../steps/audit.ts";
import { progress, withFiles } from "../steps/file-line.ts";
import { batch6 } from "../steps/numbers.ts";
import { administrator } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import { isoNow, type Terminal } from "../steps/terminal.ts";

/** A backup of a full terminal is about 6 MB. */
const MOST_BYTES = 16 * 1024 * 1024;

export async function backUp(t: Terminal): Promise<void> {
  const title = t.ui.say("export.backup");
  if (t.training !== undefined) return tell(t, title, [t.ui.say("restore.training")], "warn");
  const { merchant, terminal } = t.profile;
  const { batch, nextTrace } = t.journal;
  const header = { merchant: merchant.id, terminal: terminal.id, batch, nextTrace, at: isoNow(t) };
  const { bytes, items } = makeBackup(t.system, header);
  const name = `tael-${terminal.id}-${batch6(batch)}.tbk`;
  await withFiles(t, "export.backup", async (files) => {
    await files.send({ name, bytes }, progress(t, "export.backup", bytes.length));
    note(t, "backup", "ok", name);
    await tell(t, title, [t.ui.say("export.backup-done", { count: items })], "good");
  });
}

/** Nothing is restored: it only says whether it could be. */
export async function checkBackupFile(t: Terminal): Promise<void> {
  const title = t.ui.say("export.check");
  t.ui.show("notice", { title, rows: [{ value: t.ui.say("export.check-wait") }] });
  await withFiles(t, "export.check", async (files) => {
    const { bytes } = await files.receive({ maxBytes: MOST_BYTES, timeoutMs: t.profile.promptTimeoutMs });
    const result = checkBackup(t.system, bytes);
    if (result.check !== "sound") return tell(t, title, [t.ui.say("export.check-bad", { words: result.words })], "bad");
    const { items, differing } = result;
    if (differing > 0) return tell(t, title, [t.ui.say("export.check-older", { count: differing })], "warn");
    return tell(t, title, [t.ui.say("export.check-good", { count: items })], "good");
  });
}

/**
 * Onto an empty or broken terminal of the same merchant and number; ends with a restart. `acceptDamage`: of a terminal that stands still because its
 * store has lost something; called when what the backup has is back.
 */
export async function restoreBackup(t: Terminal, acceptDamage?: () => void): Promise<void> {
  const title = t.ui.say("restore.title");
  if (t.training !== undefined) return tell(t, title, [t.ui.say("restore.training")], "warn");
  const by = await administrator(t);
  t.ui.show("notice", { title, rows: [{ value: t.ui.say("restore.wait") }] });
  const file = await withFiles(t, "restore.title", (files) =>
    files.receive({ maxBytes: MOST_BYTES, timeoutMs: t.profile.promptTimeoutMs }),
  );
  if (file === undefined) return;
  const { merchant, terminal } = t.profile;
  const plan = planRestore(t.system, file.bytes, { merchant: merchant.id, terminal: terminal.id }, acceptDamage !== undefined);
  if ("refused" in plan) {
    t.audit.note({ who: by, what: "restore", result: "refused", object: plan.refused });
    return tell(t, title, [t.ui.say("restore.bad", { words: refusal(t, plan) })], "bad");
  }
  if (plan.plan === "nothing") return tell(t, title, [t.ui.say("restore.nothing")], "good");
  await agree(t, plan);
  if (!putBack(t, plan, by)) return tell(t, title, [t.ui.say("restore.bad", { words: t.ui.say("restore.no-room") })], "bad");
  acceptDamage?.();
  await tell(t, title, [t.ui.say("restore.done")], "good");
  t.system.power("restart");
}

/** False when the store has no room: then nothing has changed. */
function putBack(
  t: Terminal,
  { plan, header, changes }: Exclude<RestorePlan, { refused: string } | { plan: "nothing" }>,
  by: string,
): boolean {
  try {
    stageRestore(t.system, changes);
    const object = `${plan} ${header.at}`;
    t.audit.record({ who: by, what: "restore", result: "ok", object }, [restoreDecision(t.system)]);
  } catch (error) {
    t.system.log.error("restore: the store refused", error);
    if ((error as StoreError).name === "StoreError") return false;
    throw error;
  }
  finishRestore(t.system);
  return true;
}

function refusal(t: Terminal, plan: Extract<RestorePlan, { refused: string }>): string {
  if (plan.refused === "damaged-item") return t.ui.say("restore.damaged-item", { key: plan.key });
  if (plan.refused === "newer-money" || plan.refused === "unreadable")
    return t.ui.say(`restore.${plan.refused}`, { count: plan.count });
  return t.ui.say(`restore.${plan.refused}`);
}

/** Leaves on Cancel. */
async function agree(
  t: Terminal,
  { plan, header, changes }: Exclude<RestorePlan, { refused: string } | { plan: "nothing" }>,
): Promise<void> {
  const whole = [{ label: t.ui.say("restore.items"), value: t.ui.say("restore.count", { count: changes.length }) }];
  t.ui.show("report", {
    title: t.ui.say("restore.title"),
    rows: [
      { label: t.ui.say("restore.of"), value: header.at.slice(0, 16).replace("T", " ") },
      ...(plan === "whole" ? whole : [{ value: t.ui.say("restore.counters-only") }]),
      { value: t.ui.say("restore.newer") },
      { value: t.ui.say("restore.ask") },
    ],
    page: 1,
    pages: 1,
    print: false,
    tone: "warn",
  });
  await confirm(t);
}
