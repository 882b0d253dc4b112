/** The risk monitor (M24): what a transaction looks like before it goes to the host, what is done about it, and that it is remembered. */
import type { BatchTotals } from "../model/ledger.ts";
import { maskPan } from "../model/card.ts";
import { type LocalTime, utcMs } from "../model/time.ts";
import type { CardData, DeclinedRecord, EntryMode, TransactionKind, TransactionRecord } from "../model/transaction.ts";
import type { Pair } from "../screens/states.ts";
import { note } from "./audit.ts";
import { RISK_IDS, RISK_RULES, type RiskAction, type RiskId, type RiskRule } from "./risk.table.ts";
import type { ParameterId } from "./parameters.ts";
import { rule } from "./rules.ts";
import { supervisor } from "./supervisor.ts";
import { Left, now, type Terminal } from "./terminal.ts";

export interface RiskQuestion {
  kind: TransactionKind;
  card: Pick<CardData, "pan" | "entry">;
  amountFen: number;
}

/** What the rules look at. */
export interface RiskFacts extends RiskQuestion {
  at: LocalTime;
  blacklisted: boolean;
  /** Approved here lately, newest first. */
  recent: readonly Pick<TransactionRecord, "kind" | "pan" | "date" | "time">[];
  /** Declined here lately, newest first. */
  declined: readonly Pick<DeclinedRecord, "date" | "time">[];
  /** Of the open batch. */
  totals: BatchTotals;
  /** The most that one refund may be. */
  maxRefundFen: number;
}

export type RiskSettings = Record<RiskId, { action: RiskAction; limits: Record<string, number> }>;

export interface RiskDecision {
  /** Of all rules that hit, the strictest; off when none did. */
  action: RiskAction;
  hits: { rule: RiskId; action: RiskAction }[];
}

const STRICTNESS: readonly RiskAction[] = ["off", "warn", "supervisor", "block"];

type Hit = (facts: RiskFacts, limits: Record<string, number>) => boolean;

const HITS: Record<RiskId, Hit> = {
  blacklist: ({ blacklisted }) => blacklisted,
  "repeated-card": (facts, { count = 0, minutes = 0 }) =>
    facts.recent.filter(({ kind, pan, ...at }) => paid(kind) && pan === facts.card.pan && minutesSince(facts, at) < minutes)
      .length >= count,
  declines: (facts, { count = 0, minutes = 0 }) => declinesInARow(facts, minutes) >= count,
  "near-limit": ({ kind, amountFen, maxRefundFen }, { limitFen = 0, percent = 0 }) => {
    const limit = kind === "refund" ? maxRefundFen : limitFen;
    return amountFen <= limit && amountFen * 100 > limit * (100 - percent);
  },
  keyed: ({ card }) => card.entry === ("manual" satisfies EntryMode),
  "odd-hours": ({ at }, { from = 0, to = 0 }) => {
    const hour = Number(at.time.slice(0, 2));
    return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
  },
  refunds: ({ totals, amountFen }, { count = 0, percent = 0 }) =>
    totals.creditCount + 1 >= count && (totals.creditFen + amountFen) * 100 > totals.debitFen * percent,
};

const paid = (kind: TransactionKind): boolean => kind === "sale" || kind === "preauth" || kind === "offline";

function minutesSince({ at }: RiskFacts, then: LocalTime): number {
  return (utcMs(at, 0) - utcMs(then, 0)) / 60_000;
}

/** Those since the last approval, not older than so many minutes. */
function declinesInARow(facts: RiskFacts, minutes: number): number {
  const lastGood = facts.recent[0];
  return facts.declined.filter(
    (declined) => minutesSince(facts, declined) < minutes && (lastGood === undefined || stampOf(declined) > stampOf(lastGood)),
  ).length;
}

const stampOf = ({ date, time }: LocalTime): string => date + time;

/** Pure: the same facts and settings give the same decision. */
export function decideRisk(facts: RiskFacts, settings: RiskSettings): RiskDecision {
  const hits = RISK_IDS.flatMap((rule) => {
    const { action, limits } = settings[rule];
    const { kinds }: RiskRule = RISK_RULES[rule];
    const looksAt = action !== "off" && (kinds === undefined || kinds.includes(facts.kind));
    return looksAt && HITS[rule](facts, limits) ? [{ rule, action }] : [];
  });
  const strictest = Math.max(0, ...hits.map(({ action }) => STRICTNESS.indexOf(action)));
  return { action: STRICTNESS[strictest] ?? "off", hits };
}

/**
 * Before the question "is this right?". Resolves what to show beside it: nothing, or a row of warning for each rule. Asks for the supervisor where a
 * rule wants that; leaves when one blocks. Each hit is a line in the audit log.
 */
export async function checkRisk(t: Terminal, question: RiskQuestion): Promise<Pair[]> {
  const { action, hits } = decideRisk(factsOf(t, question), settingsOf(t));
  if (action === "off") return [];
  const rows = hits.map(({ rule }): Pair => ({ label: "risk.notice", value: t.ui.say(`risk.hit.${rule}`) }));
  if (action === "supervisor") {
    try {
      await supervisor(t);
    } catch (error) {
      remember(t, question, hits, "refused");
      throw error;
    }
  }
  remember(t, question, hits, action === "block" ? "blocked" : action === "supervisor" ? "allowed" : "warned");
  t.ui.attention();
  if (action === "block")
    throw new Left("problem", t.ui.say("risk.blocked", { why: rows.map(({ value }) => value).join(" ") }), "risk.title");
  return rows;
}

/**
 * The same of a card in the field whose purse pays with the next thing that is read of it: only the list of cards matters to a purse, and there is no time to ask anybody. Where
 * the supervisor would be asked, the slot has the time.
 */
export function checkListed(t: Terminal, question: RiskQuestion): void {
  const { action } = settingsOf(t).blacklist;
  if (action === "off" || !t.blacklist.has(question.card.pan)) return;
  remember(t, question, [{ rule: "blacklist", action }], action === "warn" ? "warned" : "blocked");
  if (action === "warn") return;
  t.ui.attention();
  if (action === "supervisor") throw new Left("problem", t.ui.say("problem.tap-elsewhere"), "risk.title");
  throw new Left("problem", t.ui.say("risk.blocked", { why: t.ui.say("risk.hit.blacklist") }), "risk.title");
}

function remember(
  t: Terminal,
  { kind, card, amountFen }: RiskQuestion,
  hits: RiskDecision["hits"],
  result: "warned" | "allowed" | "blocked" | "refused",
): void {
  const rules = hits.map(({ rule }) => rule).join(",");
  note(t, "risk", result, `${rules} ${kind} ${amountFen} ${maskPan(card.pan)}`);
}

/** A batch may be long and each record is sealed: the newest few tell enough. */
const MOST_LOOKED_AT = 40;

function factsOf(t: Terminal, question: RiskQuestion): RiskFacts {
  const { journal, blacklist } = t;
  return {
    ...question,
    at: now(t),
    blacklisted: blacklist.has(question.card.pan),
    recent: recentOf(t),
    declined: journal.declines(MOST_LOOKED_AT).reverse(),
    totals: journal.totals(),
    maxRefundFen: rule(t, "maxRefundFen"),
  };
}

function recentOf({ journal }: Terminal): TransactionRecord[] {
  const records: TransactionRecord[] = [];
  for (let trace = journal.nextTrace - 1; trace > 0 && records.length < MOST_LOOKED_AT; trace--) {
    if (journal.nextTrace - trace > 2 * MOST_LOOKED_AT) break;
    const record = journal.find(trace);
    if (record !== undefined) records.push(record);
  }
  return records;
}

function settingsOf({ parameters }: Terminal): RiskSettings {
  const entries = RISK_IDS.map((id) => {
    const { limits }: RiskRule = RISK_RULES[id];
    return [
      id,
      {
        action: parameters.value(`risk.${id}.action`) as RiskAction,
        limits: Object.fromEntries(
          Object.keys(limits).map((name) => [name, Number(parameters.value(`risk.${id}.${name}` as ParameterId))]),
        ),
      },
    ] as const;
  });
  return Object.fromEntries(entries) as RiskSettings;
}
