/** 风险监控 (M24): what the rules noticed, and the blacklist. What each rule does is a parameter. */
import { askDigits } from "../steps/ask.ts";
import { shownEntry } from "../steps/blacklist.ts";
import { downloadBlacklist } from "../steps/download.ts";
import { showPairs } from "../steps/show-report.ts";
import { administrator, supervisor } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";
import type { Prompt } from "../text/words.ts";
import { RISK_IDS } from "../steps/risk.table.ts";
import { notInTraining } from "./training.ts";
import { yuan } from "../model/money.ts";

/** A page needs short lines: what, and about which card; the newest first. */
export async function riskList(t: Terminal): Promise<void> {
  const title = t.ui.say("risk.title");
  const hits = t.audit.lines().filter(({ what }) => what === "risk");
  if (hits.length === 0) return tell(t, title, [t.ui.say("risk.none")]);
  const rows = hits.reverse().flatMap(({ at, who, result, object = "" }) => {
    const [rules = "", , fen = "0", masked = ""] = object.split(" ");
    const why = RISK_IDS.filter((id) => rules.split(",").includes(id)).map((id) => t.ui.say(`risk.hit.${id}`));
    return [
      { label: `${at.slice(4, 6)}-${at.slice(6, 8)} ${at.slice(8, 10)}:${at.slice(10, 12)} ${who}`, value: why.join(" ") },
      { label: `${t.ui.say(`audit-result.${result}`)} ${yuan(Number(fen))}`, value: masked },
    ];
  });
  await showPairs(t, { title, rows });
}

export async function blacklistAdd(t: Terminal): Promise<void> {
  const by = await supervisor(t);
  const prefix = await askPrefix(t, "menu.blacklist-add");
  const added = t.blacklist.add(by, { prefix });
  await tell(t, t.ui.say("blacklist.title"), [t.ui.say(added ? "blacklist.added" : "blacklist.full")], added ? "good" : "warn");
}

export async function blacklistDelete(t: Terminal): Promise<void> {
  const by = await supervisor(t);
  const prefix = await askPrefix(t, "menu.blacklist-delete");
  const entry = t.blacklist.list().find((each) => each.prefix === prefix);
  if (entry !== undefined) t.blacklist.remove(by, entry);
  const words = t.ui.say(entry === undefined ? "blacklist.absent" : "blacklist.removed");
  await tell(t, t.ui.say("blacklist.title"), [words], entry === undefined ? "warn" : "good");
}

/** The host's list, now (§2.9). */
export async function blacklistDownload(t: Terminal): Promise<void> {
  if (await notInTraining(t)) return;
  await administrator(t);
  const result = await downloadBlacklist(t);
  const words = result.ok ? t.ui.say("blacklist.downloaded", { count: result.count }) : result.words;
  await tell(t, t.ui.say("blacklist.download"), [words], result.ok ? "good" : "warn");
}

export async function blacklistShow(t: Terminal): Promise<void> {
  const rows = t.blacklist.list().map((entry, n) => ({ label: String(n + 1), value: shownEntry(entry) }));
  if (rows.length === 0) return tell(t, t.ui.say("blacklist.title"), [t.ui.say("blacklist.empty")]);
  await showPairs(t, { title: t.ui.say("blacklist.title"), rows });
}

/** Only the newest digit of what may be a card number stays in sight (R5). */
function askPrefix(t: Terminal, title: Prompt): Promise<string> {
  return askDigits(t, { min: 4, max: 19 }, (digits) =>
    t.ui.show("field", {
      title: t.ui.say(title),
      label: t.ui.say("blacklist.label"),
      value: digits.length <= 6 ? digits : digits.slice(0, 6) + "*".repeat(digits.length - 7) + digits.slice(-1),
      ask: t.ui.say("blacklist.ask"),
    }),
  );
}
