/** What the cashier is told at the end, in words that leave no doubt whether money moved. */
import { responseOf } from "../acquirer/responses.ts";
import { groupedYuan } from "../model/money.ts";
import type { TransactionKind } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import type { AdviceOutcome } from "./advise.ts";
import type { Outcome } from "./authorise.ts";
import type { Balance } from "./inquire.ts";
import { padShows } from "./pin.ts";
import { printCopies } from "./print.ts";
import { removeCard } from "./remove-card.ts";
import { deliverOwed } from "./reverse.ts";
import { dwell, DWELL_MS, LONG_DWELL_MS, tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

/** How long a balance stands there. */
const BALANCE_MS = 5_000;

export async function showOutcome(t: Terminal, transaction: Prompt, amountFen: number, outcome: Outcome): Promise<void> {
  // The card first, then the paper: nobody forgets a card that a slip waits for.
  await removeCard(t);
  switch (outcome.outcome) {
    case "approved":
      return showApproved(t, transaction, outcome.record);
    case "declined":
      return outcome.told ? padShows(t, "welcome") : showDeclined(t, transaction, outcome.code);
    case "refused-by-card":
      return showRefusedByCard(t, transaction, outcome);
    case "not-sent":
      return showNotSent(t, outcome);
    case "unknown":
      return showUnknown(t, transaction, amountFen, outcome.why);
  }
}

/** Of what is told to the host after the event: it is never open whether money moved, only whether the host knows. */
export async function showAdvice(t: Terminal, transaction: Prompt, outcome: AdviceOutcome): Promise<void> {
  await removeCard(t);
  switch (outcome.outcome) {
    case "approved":
      return showApproved(t, transaction, outcome.record);
    case "declined":
      return outcome.told ? undefined : showDeclined(t, transaction, outcome.code);
    case "not-sent":
      return showNotSent(t, outcome);
    case "stored": {
      const name = t.ui.say(transaction);
      await tell(t, t.ui.say("notice.stored-title", { transaction: name }), [t.ui.say("notice.stored")], "warn");
      await printCopies(t, outcome.record);
    }
  }
}

/** For the cardholder's eyes and for a few seconds; nothing of it goes on paper (M14). */
export async function showBalance(t: Terminal, outcome: Balance): Promise<void> {
  const transaction = "transaction.balance" as const;
  await removeCard(t);
  switch (outcome.outcome) {
    case "told":
      t.ui.show("approved", { transaction, amountFen: outcome.balanceFen, label: "approved.balance" });
      t.ui.good();
      return dwell(t, BALANCE_MS);
    case "declined":
      return outcome.told ? padShows(t, "welcome") : showDeclined(t, transaction, outcome.code);
    case "not-sent":
      return showNotSent(t, outcome);
    case "unanswered": {
      const words = outcome.why === "silent" ? "notice.no-answer" : "notice.bad-answer";
      return tell(t, t.ui.say(transaction), [t.ui.say(words)], "warn");
    }
  }
}

/** A purse read from its card; the same few seconds. */
export async function showPurse(t: Terminal, transaction: Prompt, balanceFen: number, note: string | undefined): Promise<void> {
  await removeCard(t);
  t.ui.show("approved", { transaction, amountFen: balanceFen, label: "purse.balance", note });
  t.ui.good();
  return dwell(t, BALANCE_MS);
}

async function showApproved(t: Terminal, transaction: Prompt, record: TransactionRecord): Promise<void> {
  const partial = record.approvedFen !== record.amountFen;
  const show = () =>
    t.ui.show("approved", {
      transaction,
      amountFen: record.amountFen,
      approvedFen: partial ? record.approvedFen : undefined,
      note: noteOf(t, record),
    });
  show();
  t.ui.good();
  await padShows(t, "approved");
  // The merchant's copy comes out behind this screen; it stands until the cashier has seen it.
  await printCopies(t, record, {
    behindFirst: async () => {
      show();
      await dwell(t, DWELL_MS);
    },
  });
  await padShows(t, "welcome");
}

/** What the cashier has to know of an approval besides its amount. */
function noteOf(t: Terminal, { kind, responseCode, purse }: TransactionRecord): string | undefined {
  if (responseCode !== "00") return responseOf(responseCode).cashier[t.settings.language];
  if (purse?.balanceFen === undefined) return undefined;
  return t.ui.say(kind === "ecash" ? "purse.left" : "purse.loaded", { balance: groupedYuan(purse.balanceFen) });
}

async function showDeclined(t: Terminal, transaction: Prompt, code: string): Promise<void> {
  const row = responseOf(code);
  const language = t.settings.language;
  t.ui.show("declined", {
    transaction,
    code,
    words: row.cashier[language],
    advice: row.action === "none" ? undefined : t.ui.say(`advice.${row.action}`),
  });
  t.ui.bad();
  await padShows(t, "declined");
  await dwell(t, LONG_DWELL_MS);
  await padShows(t, "welcome");
}

/** Nobody but the chip said no: no money moved; or the terminal did when the purse had paid. */
async function showRefusedByCard(
  t: Terminal,
  transaction: Prompt,
  { purseFen, charged = false }: Extract<Outcome, { outcome: "refused-by-card" }>,
): Promise<void> {
  const short = purseFen !== undefined && t.ui.say("problem.purse-short", { balance: groupedYuan(purseFen) });
  const words = short || t.ui.say(charged ? "declined.charged" : "declined.chip");
  t.ui.show("declined", { transaction, words, advice: t.ui.say(charged ? "declined.charged-advice" : "declined.chip-advice") });
  t.ui.bad();
  await padShows(t, "declined");
  await dwell(t, LONG_DWELL_MS);
  await padShows(t, "welcome");
}

type NotSent = { why: "no-line" | "cancelled" | "pinpad" | "journal"; words?: Prompt };

async function showNotSent(t: Terminal, { why, words: refused }: NotSent): Promise<void> {
  if (why === "cancelled") return tell(t, t.ui.say("notice.cancelled-title"), [t.ui.say("notice.cancelled")]);
  if (why === "no-line")
    return tell(t, t.ui.say("notice.no-line-title"), [t.ui.say("notice.no-line"), t.ui.say("notice.no-line-todo")], "warn");
  const words = why === "pinpad" ? "problem.no-pinpad" : (refused ?? "problem.not-kept");
  return tell(t, t.ui.say("notice.not-sent"), [t.ui.say(words), t.ui.say("notice.no-money")], "warn");
}

async function showUnknown(
  t: Terminal,
  transaction: Prompt,
  amountFen: number,
  why: Extract<Outcome, { outcome: "unknown" }>["why"],
): Promise<void> {
  t.ui.show("unknown", { transaction, amountFen, why: t.ui.say(why === "journal" ? "problem.disk-full" : `unknown.${why}`) });
  t.ui.attention();
  await padShows(t, "processing");
  await dwell(t, LONG_DWELL_MS);
  await settleDebt(t);
  await padShows(t, "welcome");
}

/** Tries at once to make an open outcome a known one, and says how it went. */
export async function settleDebt(t: Terminal): Promise<void> {
  const kind = t.journal.owed?.kind;
  const delivery = await deliverOwed(t, 1);
  if (delivery === "delivered") await tell(t, t.ui.say("notice.reversed-title"), [reversedWords(t, kind)], "good");
  if (delivery === "still-owed")
    await tell(t, t.ui.say("notice.reversal-owed-title"), [t.ui.say("notice.reversal-owed")], "warn");
}

/** What a reversal undid: a sale took no money; a void that is undone leaves its sale standing. */
function reversedWords(t: Terminal, kind: TransactionKind | undefined): string {
  if (kind === undefined || kind === "sale") return t.ui.say("notice.reversed");
  return t.ui.say("notice.reversed-other", { transaction: t.ui.say(`transaction.${kind}`) });
}
