/** 非接参数: what the host says of payments without PIN and signature (394–399), fetched anew, shown and printed for who installs the terminal (99). */
import { RANGE_TABLES, type RangeTable } from "../steps/card-ranges.ts";
import { downloadContactless, QUICK_TAGS } from "../steps/contactless-downloads.ts";
import { type ReportRow, showPairs } from "../steps/show-report.ts";
import { administrator } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";
import { shown } from "./parameters.ts";
import { notInTraining } from "./training.ts";

export async function fetchContactless(t: Terminal): Promise<void> {
  if (await notInTraining(t)) return;
  await administrator(t);
  const title = t.ui.say("contactless-data.title");
  const result = await downloadContactless(t);
  if (!result.ok) return tell(t, title, [result.words], "warn");
  const { parameters, ranges, left } = result;
  const done = t.ui.say("contactless-data.done", { parameters, noPin: ranges["no-pin"], excluded: ranges.excluded });
  await tell(
    t,
    title,
    [done, ...left.map((each) => t.ui.say("contactless-data.left", each))],
    left.length === 0 ? "good" : "warn",
  );
}

/** The parameters of §5.8 as they stand, and both tables. */
export async function showContactless(t: Terminal): Promise<void> {
  await administrator(t);
  const rows = [...parameterRows(t), ...RANGE_TABLES.flatMap((table) => rangeRows(t, table))];
  await showPairs(t, { title: t.ui.say("contactless-data.title"), rows });
}

const parameterRows = (t: Terminal): ReportRow[] =>
  Object.values(QUICK_TAGS).flatMap((id) => {
    const row = t.parameters.rows.find((each) => each.id === id);
    return row === undefined ? [] : [{ label: t.ui.say(`param.${id}`), value: shown(t, row, t.parameters.value(id)) }];
  });

function rangeRows({ cardData, ui }: Terminal, table: RangeTable): ReportRow[] {
  const ranges = cardData.ranges.of(table);
  return [
    { label: ui.say(`contactless-data.${table}`), value: ui.say("contactless-data.count", { count: ranges.length }) },
    ...ranges.map(({ length, prefix }) => ({ label: prefix.padEnd(length, "*"), value: String(length) })),
  ];
}
