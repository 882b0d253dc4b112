/** 参数 (M26): browse by group, change on the keypad; refused with the reason when wrong. Download and status by hand. */
import { yuan } from "../model/money.ts";
import { batch6, trace6 } from "../steps/numbers.ts";
import { askDigits, pick } from "../steps/ask.ts";
import { clipped } from "../model/columns.ts";
import { askText } from "../steps/ask-text.ts";
import { orBack } from "../steps/back.ts";
import { downloadParameters, sendStatus } from "../steps/download.ts";
import { waitingWords } from "../steps/host-requests.ts";
import { changeParameters, type ParameterRow, type ParameterValue, type Refused, refusalOf } from "../steps/parameters.ts";
import { pickLong } from "../steps/pick-long.ts";
import { showReport } from "../steps/show-report.ts";
import { administrator } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";
import { PARAMETER_GROUPS } from "./parameters.table.ts";
import { notInTraining } from "./training.ts";

export async function parameters(t: Terminal): Promise<void> {
  if (await notInTraining(t)) return;
  const by = await administrator(t);
  const session = { by, restart: false };
  try {
    const groups = PARAMETER_GROUPS.map((group) => ({ group, text: `param-group.${group}` as const }));
    for (let at: number | undefined = 0; ; ) {
      at = await orBack(() => pickLong(t, "menu.parameters", groups, at));
      const picked = groups[at ?? -1];
      if (picked === undefined) break;
      await browse(t, session, picked.group);
    }
  } finally {
    if (session.restart) await restart(t);
  }
}

/** What fits beside a title. */
const NOTE_COLUMNS = 16;

interface Session {
  by: string;
  restart: boolean;
}

async function browse(t: Terminal, session: Session, group: ParameterRow["group"]): Promise<void> {
  const rows = t.parameters.rows.filter((row) => row.group === group);
  for (let at: number | undefined = 0; ; ) {
    const list = rows.map((row) => ({
      text: `param.${row.id}` as const,
      note: clipped(shown(t, row, currentOf(t, row)), NOTE_COLUMNS),
    }));
    at = await orBack(() => pickLong(t, `param-group.${group}`, list, at));
    const row = rows[at ?? -1];
    if (row === undefined) return;
    await orBack(() => edit(t, session, row));
  }
}

async function edit(t: Terminal, session: Session, row: ParameterRow): Promise<void> {
  const name = t.ui.say(`param.${row.id}`);
  // What cannot be now is said before anybody types.
  const blocked = refusalOf(t, row, currentOf(t, row) ?? "", "administrator");
  if (blocked?.why === "fixed" || blocked?.why === "frozen") return tell(t, name, [reason(t, blocked)], "warn");
  if (row.needs !== undefined) await tell(t, name, [t.ui.say(`param-needs.${row.needs}`)], "warn");
  let problem: string | undefined;
  let typed: string | undefined;
  for (;;) {
    const entered = await askValue(t, row, typed, problem);
    if (entered === undefined) return;
    typed = entered.typed;
    const refused = refusalOf(t, row, entered.value, "administrator");
    if (refused === undefined) {
      const { restart } = changeParameters(t, session.by, "parameter", [{ id: row.id, value: entered.value }]);
      session.restart ||= restart;
      t.ui.good();
      return;
    }
    problem = reason(t, refused);
    t.ui.bad();
  }
}

const reason = (t: Terminal, { why, values }: Refused): string => t.ui.say(`param-refused.${why}`, values);

interface Entered {
  value: ParameterValue;
  /** What stands in the field when the value is refused. */
  typed: string;
}

/** undefined: leave it as it is. */
async function askValue(
  t: Terminal,
  row: ParameterRow,
  typed: string | undefined,
  problem: string | undefined,
): Promise<Entered | undefined> {
  const { is } = row;
  const now = currentOf(t, row);
  const title = t.ui.say(`param.${row.id}`);
  switch (is.type) {
    case "switch": {
      const on = await pickValue(t, row, ["param-edit.on", "param-edit.off"], now === false ? 1 : 0);
      return { value: on === 0, typed: "" };
    }
    case "choice": {
      const found = is.choices.findIndex(({ value }) => value === now);
      const at = await pickValue(
        t,
        row,
        is.choices.map(({ text }) => text),
        Math.max(0, found),
      );
      return { value: is.choices[at]?.value ?? "", typed: "" };
    }
    case "text": {
      const secret = is.secret === true;
      const show = (value: string): void =>
        t.ui.show("field", { title, label: t.ui.say("param-edit.now"), value, ask: t.ui.say("param-edit.letters"), problem });
      const text = await askText(t, { max: is.max, initial: typed ?? (secret ? "" : String(now ?? "")) }, show);
      return text === now ? undefined : { value: text, typed: text };
    }
    default: {
      const money = is.type === "amount";
      const most = is.type === "digits" ? is.max : String(is.type === "amount" ? is.maxFen : is.max).length;
      const digits = await askDigits(t, { min: 0, max: most, initial: typed ?? "" }, (value) =>
        t.ui.show("field", {
          title,
          label: `${t.ui.say("param-edit.now")} ${shown(t, row, now)}`,
          value: money && value !== "" ? yuan(Number(value)) : value,
          ask: t.ui.say("param-edit.keep"),
          problem: value === typed ? problem : undefined,
        }),
      );
      if (digits === "" && is.type !== "digits") return undefined;
      if (digits === "" && now !== undefined && is.type === "digits" && is.min > 0) return undefined;
      return { value: is.type === "digits" ? digits : Number(digits), typed: digits };
    }
  }
}

async function pickValue(
  t: Terminal,
  row: ParameterRow,
  texts: readonly Parameters<Terminal["ui"]["say"]>[0][],
  from: number,
): Promise<number> {
  const rows = texts.map((text, n) => ({ key: String(n + 1), text, note: n === from ? t.ui.say("param-edit.now") : undefined }));
  const { key } = await pick(t, rows, (selected) => t.ui.show("menu", { title: `param.${row.id}`, rows, selected }));
  return Number(key) - 1;
}

/** What the journal counts is shown among the parameters and lives there. */
function currentOf(t: Terminal, row: ParameterRow): ParameterValue | undefined {
  if (row.id === "counter.batch") return t.journal.batch;
  if (row.id === "counter.trace") return t.journal.nextTrace;
  return t.parameters.value(row.id);
}

/** A value in words; a secret as stars. */
export function shown(t: Terminal, { id, is }: ParameterRow, value: ParameterValue | undefined): string {
  if (value === undefined || value === "") return t.ui.say("param-edit.unset");
  if (id === "counter.batch") return batch6(Number(value));
  if (id === "counter.trace") return trace6(Number(value));
  switch (is.type) {
    case "switch":
      return t.ui.say(value === true ? "param-edit.on" : "param-edit.off");
    case "choice": {
      const choice = is.choices.find((each) => each.value === value);
      return choice === undefined ? String(value) : t.ui.say(choice.text);
    }
    case "amount":
      return yuan(Number(value));
    case "number":
      return is.unit === undefined ? String(value) : `${value} ${t.ui.say(`param-unit.${is.unit}`)}`;
    case "text":
      return is.secret === true ? t.ui.say("param-edit.secret") : String(value);
    case "digits":
      return String(value);
  }
}

async function restart(t: Terminal): Promise<void> {
  await tell(t, t.ui.say("menu.parameters"), [t.ui.say("param-edit.restart")], "warn");
  t.system.power("restart");
}

export async function download(t: Terminal): Promise<void> {
  if (await notInTraining(t)) return;
  await administrator(t);
  const title = t.ui.say("download.title");
  const result = await downloadParameters(t);
  if (!result.ok) return tell(t, title, [result.words], "warn");
  const { changed, left, unknown } = result;
  const rows = [
    { value: changed === 0 ? t.ui.say("download.same") : t.ui.say("download.done", { count: changed }) },
    ...left.map((each) => ({ value: t.ui.say("download.left", each) })),
    ...(unknown === undefined ? [] : [{ value: t.ui.say("download.unknown", { code: unknown }) }]),
    ...waitingWords(t).map((value) => ({ value })),
  ];
  await showReport(t, { title, rows, tone: left.length === 0 && unknown === undefined ? "good" : "warn" });
  if (result.restart) await restart(t);
}

export async function status(t: Terminal): Promise<void> {
  if (await notInTraining(t)) return;
  const result = await sendStatus(t);
  const words = result.ok ? t.ui.say("download.sent") : result.words;
  await tell(t, t.ui.say("download.status-title"), [words, ...waitingWords(t)], result.ok ? "good" : "warn");
}
