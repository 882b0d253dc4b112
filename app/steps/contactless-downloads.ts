/**
 * What the host says of payments without PIN and signature (§2.9, §5.8): its parameters (394, 395), the cards that need no PIN (396, 397), those that always do
 * (398, 399). The parameters are this terminal's own, each checked by itself; a table counts when it is whole.
 */
import { encodeAscii } from "../../platform/guest/bytes.ts";
import { contactlessTags, rangeBlock } from "../acquirer/answers.ts";
import type { ChipDownload } from "../acquirer/messages.ts";
import type { Prompt } from "../text/words.ts";
import { RANGE_TABLES, type RangeTable } from "./card-ranges.ts";
import { fromWire } from "./download.ts";
import { changeParameters, type ParameterChange, type ParameterId, type ParameterValue, refusalOf } from "./parameters.ts";
import { failureWords, manage } from "./manage.ts";
import type { Terminal } from "./terminal.ts";

export type ContactlessDownload =
  | {
      ok: true;
      /** Parameters the host told, and entries of each table. */
      parameters: number;
      ranges: Record<RangeTable, number>;
      /** What was not taken, and why; in words. */
      left: { name: string; why: string }[];
    }
  | { ok: false; words: string };

/** §5.8. */
export const QUICK_TAGS: Readonly<Record<string, ParameterId>> = {
  FF805D: "quick.channel",
  FF803A: "quick.again",
  FF803C: "quick.kept",
  FF8058: "quick.no-pin",
  FF8059: "quick.no-signature",
  FF8054: "quick.on",
  FF8055: "quick.table-a",
  FF8056: "quick.table-b",
  FF8057: "quick.cdcvm",
  FF805A: "quick.without-signature",
};

interface TableMessages {
  block: ChipDownload;
  end: ChipDownload;
  title: Prompt;
}

const TABLES: Readonly<Record<RangeTable, TableMessages>> = {
  "no-pin": { block: "no-pin-table", end: "no-pin-table-end", title: "contactless-data.no-pin" },
  excluded: { block: "excluded-table", end: "excluded-table-end", title: "contactless-data.excluded" },
};

/** Three digits can number so many. */
const MOST_RANGES = 999;

export async function downloadContactless(t: Terminal): Promise<ContactlessDownload> {
  const told = await downloadQuickParameters(t);
  if (!told.ok) return told;
  const ranges: Record<RangeTable, number> = { "no-pin": 0, excluded: 0 };
  for (const table of RANGE_TABLES) {
    const result = await downloadRanges(t, table);
    if (!result.ok) return result;
    ranges[table] = result.count;
  }
  return { ...told, ranges };
}

type Told = { ok: true; parameters: number; left: { name: string; why: string }[] } | { ok: false; words: string };

async function downloadQuickParameters(t: Terminal): Promise<Told> {
  const { batch } = t.journal;
  t.ui.show("downloading", { title: "contactless-data.parameters", done: 0, of: 0 });
  const fate = await manage(t, { about: "download", what: "contactless", batch });
  const tags = fate?.fate === "answered" && fate.code === "00" ? contactlessTags(fate.answer) : undefined;
  if (tags === undefined) return { ok: false, words: failureWords(t, fate) };
  const left: { name: string; why: string }[] = [];
  const changes: ParameterChange[] = [];
  for (const [tag, bytes] of tags) {
    const row = t.parameters.rows.find(({ id }) => id === QUICK_TAGS[tag]);
    if (row === undefined) {
      left.push({ name: tag, why: t.ui.say("contactless-data.unknown") });
      continue;
    }
    const value = fromWire(t, row, bytes);
    if (value === t.parameters.value(row.id)) continue;
    const refused = value === undefined ? ({ why: "choice", values: {} } as const) : refusalOf(t, row, value, "host");
    if (refused === undefined) changes.push({ id: row.id, value: value as ParameterValue });
    else left.push({ name: t.ui.say(`param.${row.id}`), why: t.ui.say(`param-refused.${refused.why}`, refused.values) });
  }
  changeParameters(t, "", "download", changes);
  for (const { name, why } of left) t.system.log.warn(`download: ${name}: ${why}`);
  await manage(t, { about: "download", what: "contactless-end", batch });
  return { ok: true, parameters: tags.size, left };
}

/** From the first entry that is not here yet. */
async function downloadRanges(
  t: Terminal,
  table: RangeTable,
): Promise<{ ok: true; count: number } | { ok: false; words: string }> {
  const { batch } = t.journal;
  const { ranges } = t.cardData;
  const { block, end, title } = TABLES[table];
  for (let more = true; more; ) {
    const from = ranges.part(table).length + 1;
    t.ui.show("downloading", { title, done: from - 1, of: 0 });
    const asked = encodeAscii(String(from).padStart(3, "0"));
    const fate = await manage(t, { about: "download", what: block, block: asked, batch });
    const content = fate?.fate === "answered" && fate.code === "00" ? rangeBlock(fate.answer) : undefined;
    // A block that is not what was asked for, or brings nothing and promises more, would never come to an end.
    const astray = content !== undefined && content.ranges.length > 0 && content.last !== from + content.ranges.length - 1;
    if (content === undefined || astray || (content.more && content.ranges.length === 0))
      return { ok: false, words: content === undefined ? failureWords(t, fate) : t.ui.say("download.damaged") };
    if (content.ranges.length > 0) ranges.keep(table, content.ranges);
    more = content.more && ranges.part(table).length < MOST_RANGES;
  }
  ranges.finish(table);
  // That all was heard; whatever becomes of it, the table is here.
  await manage(t, { about: "download", what: end, batch });
  return { ok: true, count: ranges.of(table).length };
}
