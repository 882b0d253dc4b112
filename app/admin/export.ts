/** 导出 (M19): the transactions of a batch, a day or some days as a table or JSON, over the file line. Backups are in ./backup.ts. */
import { encodeUtf8 } from "../../platform/guest/bytes.ts";
import { csvHead, csvRow, type ExportedRecord, jsonOf, jsonRow } from "../model/export.ts";
import { addTotals, noTotals } from "../model/ledger.ts";
import { pick } from "../steps/ask.ts";
import { note } from "../steps/audit.ts";
import { progress, withFiles } from "../steps/file-line.ts";
import { batch6 } from "../steps/numbers.ts";
import { askPeriod, lacking, type Period, readPeriod } from "../steps/period.ts";
import { tell } from "../steps/tell.ts";
import { isoNow, type Terminal } from "../steps/terminal.ts";

const FORMATS = [
  { key: "1", text: "export.csv", extension: "csv", row: csvRow },
  { key: "2", text: "export.json", extension: "json", row: jsonRow },
] as const;

export async function exportTransactions(t: Terminal): Promise<void> {
  const { extension, row } = await pick(t, FORMATS, (selected) =>
    t.ui.show("menu", { title: "export.title", rows: FORMATS.map(({ key, text }) => ({ key, text })), selected }),
  );
  const period = await askPeriod(t, "export.title");
  const totals = { domestic: noTotals(), foreign: noTotals() };
  const rows: string[] = [];
  await readPeriod(t, period, ({ records }) => {
    rows.push(...records.map((record: ExportedRecord) => row(record)));
    addTotals(totals, records);
  });
  const head = { profile: t.profile, of: scopeOf(t, period), at: isoNow(t), totals };
  const text = extension === "csv" ? csvHead() + rows.join("") : jsonOf(head, rows);
  const name = fileName(t, period, extension);
  await withFiles(t, "export.title", async (files) => {
    await files.send({ name, bytes: encodeUtf8(text) }, progress(t, "export.title", text.length));
    note(t, "export", "ok", name);
    const words = lacking(t, period);
    const done = t.ui.say("export.done", { count: rows.length });
    await tell(t, t.ui.say("export.title"), words === undefined ? [done] : [done, words], words === undefined ? "good" : "warn");
  });
}

function scopeOf(t: Terminal, period: Period): { batch: number } | { from: string; to: string } {
  if (period.period === "days") return { from: period.from, to: period.to };
  return { batch: period.period === "open" ? t.journal.batch : period.batch };
}

/** tael-10000001-000003.csv · tael-10000001-20261121.csv · tael-10000001-20261101-20261121.csv */
function fileName(t: Terminal, period: Period, extension: string): string {
  const scope = scopeOf(t, period);
  const of = "batch" in scope ? batch6(scope.batch) : [...new Set([scope.from, scope.to])].join("-");
  return `tael-${t.profile.terminal.id}-${of}.${extension}`;
}
