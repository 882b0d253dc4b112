/**
 * Settlement (M17) in the order of §5.5. The journal remembers how far it has come after every message, so whatever cuts it off, the next call
 * goes on there: the totals told once stay as they were, what the host has acknowledged is not told again, and the batch is closed only when the
 * host was told that the upload is over.
 */
import { assert } from "../../platform/guest/assert.ts";
import { settlementResult } from "../acquirer/answers.ts";
import type { Fate, Host, Request } from "../acquirer/host.ts";
import { ADVICE_TAKEN, responseOf } from "../acquirer/responses.ts";
import type { ArchivedRecord, ArchivedSettlement, Settlement, SettlementResult, SettlementTotals } from "../journal/journal.ts";
import {
  balanced,
  failedAfter,
  nextUpload,
  refusedAfter,
  uploadedCount,
  uploadOrder,
  type UploadStep,
} from "../journal/upload-order.ts";
import { maskPan } from "../model/card.ts";
import { note } from "./audit.ts";
import { forgetRefusals, refusalsOf } from "./chip-refusals.ts";
import { deliverAdvices, deliveryOf } from "./advise.ts";
import { lightsOut } from "./authorise.ts";
import { keysLacking } from "./keyed.ts";
import { batch6 } from "./numbers.ts";
import { printDetails, printSettlement } from "./settle-print.ts";
import { deliverOwed } from "./reverse.ts";
import { rule } from "./rules.ts";
import { tellScriptResults } from "./script-results.ts";
import { openSettleView, type SettleView } from "./settle-view.ts";
import { signOff, signOn } from "./sign-on.ts";
import { tell } from "./tell.ts";
import { Left, now, type Terminal } from "./terminal.ts";

/** So many messages unanswered one after the other say that the line is dead: it goes on later, where it was. */
const MOST_SILENT = 3;
const REGIONS = ["domestic", "foreign"] as const;
const TOTALS = ["debitFen", "debitCount", "creditFen", "creditCount"] as const;

/** Ended, or words why not yet. Never throws for what the host or the line does. */
export type SettleOutcome = { ended: true; archive: ArchivedSettlement; problems: string[] } | { ended: false; words: string };

/** A settlement was begun and not finished, or the host will take nothing new before one (§5.5.4). */
export const settlementDue = ({ journal }: Pick<Terminal, "journal">): boolean =>
  journal.settlement !== undefined || journal.settleFirst !== undefined;

/** Settles and shows how it went. True when the batch was closed. */
export async function runSettlement(t: Terminal): Promise<boolean> {
  const resumed = t.journal.settlement?.ended === true;
  const outcome = await settle(t, resumed);
  if (!outcome.ended) {
    await tell(t, t.ui.say("settlement.unfinished-title"), [outcome.words], "warn");
    return false;
  }
  await showSettled(t, outcome.archive, outcome.problems);
  return true;
}

/** After a restart, and now and then at idle: what was begun goes on by itself. Nothing when nothing was begun. */
export async function finishSettlement(t: Terminal): Promise<void> {
  if (t.journal.settlement !== undefined) await runSettlement(t);
}

/** "前次批上送未完成": before anything new, what was begun is finished. Leaves, with words, when it cannot be. */
export async function settleFirst(t: Terminal): Promise<void> {
  if (!settlementDue(t)) return;
  await tell(t, t.ui.say("transaction.settlement"), [t.ui.say("settlement.resume")]);
  if (!(await runSettlement(t))) throw new Left("problem", t.ui.say("settlement.resume"));
}

/** `again`: the slip may be on paper already, since the power went after it was due. */
async function settle(t: Terminal, again: boolean): Promise<SettleOutcome> {
  const { journal } = t;
  const view = openSettleView(t);
  const stopped = await toTheEnd(t, view);
  if ("words" in stopped) {
    t.system.log.warn(`settlement of batch ${journal.batch}: ${stopped.words}`);
    return { ended: false, words: stopped.words };
  }
  view.at("print");
  assert(journal.settlement?.ended === true, "a batch is closed when the host was told that the upload is over");
  assert(journal.owed === undefined, "nothing is owed when a batch is closed");
  const archive = closing(t);
  const { refused = [] } = underWay(t);
  const { batch } = journal;
  assert(archive.batch === batch, "what is closed is the open batch");
  await printSettlement(t, archive, { duplicate: again });
  // Before the batch is closed, or a power cut here would leave them unprinted for good.
  if (t.parameters.value("settle.details") === "always") await printDetails(t, archive, { duplicate: again });
  view.at("next");
  journal.closeBatch({ operator: t.operator ?? "", ...now(t) });
  assert(journal.settlement === undefined && journal.batch !== batch, "a closed batch is closed, and the next one open");
  forgetRefusals(t);
  t.system.log.info(`batch ${archive.batch} is settled`);
  note(t, "settlement", "ok", batch6(archive.batch));
  await signAfter(t);
  return {
    ended: true,
    archive: journal.lastSettlement() ?? archive,
    problems: [...stopped.problems, ...problemsOf(t, archive, refused)],
  };
}

type Stopped = { words: string };
interface Went {
  problems: string[];
}

async function toTheEnd(t: Terminal, view: SettleView): Promise<Stopped | Went> {
  const { journal } = t;
  if (journal.settlement?.ended) return { problems: [] };
  const host = t.host;
  if (host === undefined) return { words: t.ui.say("settlement.no-line") };
  const unkeyed = await keysLacking(t);
  if (unkeyed !== undefined) return { words: unkeyed };
  if (!journal.signedOn) {
    if (t.signedOffByHand || !t.profile.autoSignOn) return { words: t.ui.say("problem.not-signed-on") };
    const result = await signOn(t);
    if (!result.ok) return { words: result.words };
  }
  const owed = journal.settlement === undefined ? await sendOwed(t, view) : undefined;
  if (owed !== undefined) return owed;
  assert(journal.owed === undefined, "a settlement begins when nothing is owed");
  const result = journal.settlement?.result ?? (await compareTotals(t, host, view));
  if ("words" in result) return result;
  const cutShort = await upload(t, host, view, result);
  return cutShort ?? endUpload(t, host, view, result);
}

/** §5.5.2: what is owed goes first; a settlement without it would be wrong from the start. */
async function sendOwed(t: Terminal, view: SettleView): Promise<Stopped | undefined> {
  const { journal } = t;
  if (journal.owed !== undefined) {
    view.at("owed");
    if ((await deliverOwed(t, t.profile.reversalAttempts)) === "still-owed") return { words: t.ui.say("settlement.owed-first") };
  }
  await tellScriptResults(t);
  if (journal.pendingAdvices().length === 0) return undefined;
  view.at("owed");
  await deliverAdvices(t, { settling: true });
  // One that was tried often enough is told in the upload, and printed as not answered (§5.4).
  const left = journal.pendingAdvices().filter((record) => deliveryOf(record).attempts < rule(t, "offlineTries"));
  return left.length === 0 ? undefined : { words: t.ui.say("settlement.advices-first", { count: left.length }) };
}

/** 0500 (§5.5.3). The totals are frozen just before it leaves; when it does not leave, they are free again. */
async function compareTotals(t: Terminal, host: Host, view: SettleView): Promise<Stopped | SettlementResult> {
  const { journal } = t;
  const begun = journal.settlement;
  const totals = begun?.totals ?? journal.totalsBy();
  const trace = journal.takeTrace();
  view.at("totals");
  const request: Request = { about: "settlement", trace, batch: journal.batch, operator: t.operator ?? "01", totals };
  const fate = await ask(t, host, request, () => {
    if (journal.settlement === undefined) journal.beginSettlement();
    assert(sameTotals(underWay(t).totals, totals), "the host is told what the journal keeps as told");
  });
  if (fate.fate === "not-sent" && begun === undefined && journal.settlement !== undefined) journal.abandonSettlement();
  if (fate.fate !== "answered") return { words: missing(t, fate) };
  // 0510 has no DE39 (§2.8); a host that sends one wants to say no.
  if (fate.code !== "" && fate.code !== "00") return { words: refusal(t, fate.code) };
  const result = settlementResult(fate.answer);
  assert(sameTotals(journal.totalsBy(), totals), "what the host has compared is what the records add up to");
  journal.settlementAnswered(result);
  return result;
}

/**
 * §5.5.6: in the list's fixed order. What was not answered, or refused, goes again in another round at the end of this one; what is left after the
 * last round stands on the slip, and the cashier is told how much of it the host refused.
 */
async function upload(t: Terminal, host: Host, view: SettleView, result: SettlementResult): Promise<Stopped | undefined> {
  const { journal, profile } = t;
  const steps = uploadList(t, result);
  let silent = 0;
  for (let place = underWay(t); ; place = underWay(t)) {
    const next = nextUpload(steps, place);
    if (next === undefined) {
      if (place.failed.length === 0 || place.rounds >= profile.reversalAttempts) return undefined;
      journal.uploaded(0, place.failed);
      continue;
    }
    assert(next.at >= place.uploaded && next.at < steps.length, "an upload goes on where it was");
    view.at("upload", `${next.at + 1}/${steps.length}`);
    const fate = await ask(t, host, uploadRequest(t, next.step, balanced(result)));
    if (fate.fate === "not-sent") return { words: missing(t, fate) };
    const answered = fate.fate === "answered";
    const taken = answered && ADVICE_TAKEN.has(fate.code);
    if (answered && !taken) t.system.log.warn(`upload of ${next.step.traces.join(" ")}: answer ${fate.code}`);
    const refused = refusedAfter(place.refused ?? [], next.step, answered && !taken);
    journal.uploaded(next.at + 1, failedAfter(place.failed, next.step, taken), refused);
    silent = answered ? 0 : silent + 1;
    if (silent >= MOST_SILENT) return { words: t.ui.say("settlement.no-answer") };
  }
}

/** The batch, and what chips refused by themselves meanwhile. */
const uploadList = (t: Terminal, result: SettlementResult): UploadStep[] =>
  uploadOrder([...t.journal.list(), ...refusalsOf(t)], result);

/** 0320 202 or 207 (§5.5.7). Whatever the host answers, it has heard; silence means that it goes again. */
async function endUpload(t: Terminal, host: Host, view: SettleView, result: SettlementResult): Promise<Stopped | Went> {
  const { journal } = t;
  const steps = uploadList(t, result);
  view.at("end");
  const count = uploadedCount(steps, underWay(t));
  assert(count >= 0, "no more has failed than was told");
  const trace = journal.takeTrace();
  const fate = await ask(t, host, { about: "upload-end", trace, batch: journal.batch, count, balanced: balanced(result) });
  if (fate.fate !== "answered") return { words: missing(t, fate) };
  journal.uploadEnded();
  if (ADVICE_TAKEN.has(fate.code)) return { problems: [] };
  const words = responseOf(fate.code).cashier[t.settings.language];
  return { problems: [t.ui.say("settled.end-code", { code: fate.code, words })] };
}

function uploadRequest({ journal }: Terminal, step: UploadStep, isBalanced: boolean): Request {
  if (step.step === "certificate") return { about: "upload-chip", of: step.of, balanced: isBalanced };
  if (step.step === "record") return { about: "upload-record", of: step.of };
  return { about: "upload", trace: journal.takeTrace(), batch: journal.batch, lines: step.lines };
}

/** One message; the lights blink, the seconds are not shown: there are many, and each is short. */
async function ask(t: Terminal, host: Host, request: Request, beforeSend?: () => void): Promise<Fate> {
  const fate = await host.exchange(request, {
    beforeSend,
    onPhase: (phase) => {
      t.ui.light("send", phase === "sending");
      t.ui.light("receive", phase === "waiting" || phase === "receiving");
    },
  });
  lightsOut(t);
  if (fate.fate !== "answered") t.system.log.warn(`settlement: ${request.about}: ${fate.fate}`);
  return fate;
}

function underWay({ journal }: Terminal): Settlement {
  const settlement = journal.settlement;
  assert(settlement !== undefined, "a settlement is under way");
  return settlement;
}

const sameTotals = (one: SettlementTotals, other: SettlementTotals): boolean =>
  REGIONS.every((region) => TOTALS.every((total) => one[region][total] === other[region][total]));

const missing = (t: Terminal, fate: Fate): string =>
  t.ui.say(fate.fate === "not-sent" ? "settlement.no-line" : "settlement.no-answer");

const refusal = (t: Terminal, code: string): string =>
  t.ui.say("settlement.refused", { words: responseOf(code).cashier[t.settings.language] });

/** What the archive will hold, for the slip that is printed before the batch is closed. */
function closing(t: Terminal): ArchivedSettlement {
  const { batch, totals, result, failed } = underWay(t);
  assert(sameTotals(t.journal.totalsBy(), totals), "the records that are closed add up to what the host was told");
  const records = t.journal.list().map(({ pan, expiry: _, ...kept }): ArchivedRecord => ({ ...kept, masked: maskPan(pan) }));
  return { batch, totals, result, failed, closedBy: { operator: t.operator ?? "", ...now(t) }, records };
}

function problemsOf(t: Terminal, { failed, records }: ArchivedSettlement, refused: readonly number[]): string[] {
  const refusedNow = refused.length;
  const counts = {
    "settled.failed": failed.length - refusedNow,
    "settled.refused": refusedNow + records.filter(({ state }) => state === "refused").length,
  } as const;
  return (["settled.failed", "settled.refused"] as const)
    .filter((words) => counts[words] > 0)
    .map((words) => t.ui.say(words, { count: counts[words] }));
}

/** §5.5.9, and the host's batch number, which wins at sign-on. What goes wrong here is told at the next transaction. */
async function signAfter(t: Terminal): Promise<void> {
  if (rule(t, "signOffAfterSettlement")) await signOff(t);
  else if (t.profile.autoSignOn) await signOn(t);
}

async function showSettled(t: Terminal, archive: ArchivedSettlement, problems: string[]): Promise<void> {
  const { batch, totals, result } = archive;
  assert(result !== undefined, "what is closed was compared by the host");
  const used = REGIONS.filter((region) => region === "domestic" || totals[region].debitCount + totals[region].creditCount > 0);
  const regions = used.map((region) => ({ region, verdict: result[region], totals: totals[region] }));
  const details = t.parameters.value("settle.details") === "ask";
  t.ui.good();
  for (;;) {
    t.ui.show("settled", { batch: batch6(batch), regions, problems, details });
    const input = await t.ui.wait({ timeoutMs: t.profile.promptTimeoutMs });
    if (input.input !== "key" || input.key === "enter" || input.key === "cancel") return;
    if (input.key === "menu" && details) await printDetails(t, archive);
    else t.ui.bad();
  }
}
