/** 导出, 备份 (M19): the transactions as a table or JSON, the journal sealed, and a look whether a backup is whole; over the file line. */
import type { Files, FilesErrorCode } from "../../hal/files/files.ts";
import { encodeUtf8 } from "../../platform/guest/bytes.ts";
import { checkBackup, makeBackup } from "../journal/backup.ts";
import { csvOf, type ExportedRecord, jsonOf } from "../model/export.ts";
import { pick } from "../steps/ask.ts";
import { batch6 } from "../steps/numbers.ts";
import { tell } from "../steps/tell.ts";
import { isoNow, type Terminal } from "../steps/terminal.ts";

/** A backup of a full terminal is about 3 MB. */
const MOST_BYTES = 16 * 1024 * 1024;

const FORMATS = [
  { key: "1", text: "export.csv", extension: "csv" },
  { key: "2", text: "export.json", extension: "json" },
] as const;

export async function exportTransactions(t: Terminal): Promise<void> {
  const { extension } = await pick(t, FORMATS, (selected) =>
    t.ui.show("menu", { title: "export.title", rows: FORMATS.map(({ key, text }) => ({ key, text })), selected }),
  );
  const { batch } = t.journal;
  // The batch that was settled last too: who exports after settling wants the day.
  const records: ExportedRecord[] = [...(t.journal.lastSettlement()?.records ?? []), ...t.journal.list()];
  const head = { profile: t.profile, batch, at: isoNow(t), totals: t.journal.totalsBy() };
  const text = extension === "csv" ? csvOf(records) : jsonOf(head, records);
  await withFiles(t, async (files) => {
    await files.send({ name: fileName(t, extension), bytes: encodeUtf8(text) }, progress(t, text.length));
    await tell(t, t.ui.say("export.title"), [t.ui.say("export.done", { count: records.length })], "good");
  });
}

export async function backUp(t: Terminal): Promise<void> {
  const { bytes, items } = makeBackup(t.system, { terminal: t.profile.terminal.id, batch: t.journal.batch, at: isoNow(t) });
  await withFiles(t, async (files) => {
    await files.send({ name: fileName(t, "tbk"), bytes }, progress(t, bytes.length));
    await tell(t, t.ui.say("export.backup"), [t.ui.say("export.backup-done", { count: items })], "good");
  });
}

/** Nothing is restored: it only says whether it could be. */
export async function checkBackupFile(t: Terminal): Promise<void> {
  const title = t.ui.say("export.check");
  t.ui.show("notice", { title, rows: [{ value: t.ui.say("export.check-wait") }] });
  await withFiles(t, async (files) => {
    const { bytes } = await files.receive({ maxBytes: MOST_BYTES, timeoutMs: t.profile.promptTimeoutMs });
    const result = checkBackup(t.system, bytes);
    if (result.check !== "sound") return tell(t, title, [t.ui.say("export.check-bad", { words: result.words })], "bad");
    const { items, differing } = result;
    if (differing > 0) return tell(t, title, [t.ui.say("export.check-older", { count: differing })], "warn");
    return tell(t, title, [t.ui.say("export.check-good", { count: items })], "good");
  });
}

const fileName = (t: Terminal, extension: string): string =>
  `tael-${t.profile.terminal.id}-${batch6(t.journal.batch)}.${extension}`;

/** "12 / 340 kB" while it goes. */
function progress(t: Terminal, bytes: number): (sent: number) => void {
  const kilo = (count: number): string => String(Math.ceil(count / 1024));
  return (sent) =>
    t.ui.show("notice", { title: t.ui.say("export.title"), rows: [{ value: `${kilo(sent)} / ${kilo(bytes)} kB` }] });
}

const WORDS: Record<FilesErrorCode, "export.no-port" | "export.no-answer" | "export.refused" | "export.damaged"> = {
  unplugged: "export.no-port",
  "no-answer": "export.no-answer",
  refused: "export.refused",
  damaged: "export.damaged",
};

const isFilesError = (error: unknown): error is { code: FilesErrorCode } =>
  error instanceof Error && (error as { device?: string }).device === "files";

async function withFiles(t: Terminal, work: (files: Files) => Promise<void>): Promise<void> {
  const title = t.ui.say("export.title");
  const { files } = t.devices;
  if (files === undefined) return tell(t, title, [t.ui.say("export.no-port")], "warn");
  try {
    await work(files);
  } catch (error) {
    if (!isFilesError(error)) throw error;
    t.system.log.warn(`export: ${String(error)}`);
    await tell(t, title, [t.ui.say(WORDS[error.code])], "warn");
  }
}
