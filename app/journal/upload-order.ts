/** What a batch upload tells, and in which order (§5.5): pure, so that an upload cut off anywhere goes on where it was. */
import { assert } from "../../platform/guest/assert.ts";
import { contribution, MOST_LINES, regionOf, type UploadLine } from "../model/ledger.ts";
import { changeOf, type TransactionKind, type TransactionRecord } from "../model/transaction.ts";
import type { Settlement, SettlementResult } from "./journal.ts";

/** One 0320: up to eight lines, one stored advice, or one chip's certificate. `traces` are of the records it tells. */
export type UploadStep =
  | { step: "lines"; lines: UploadLine[]; traces: number[] }
  | { step: "record"; of: TransactionRecord; traces: number[] }
  | { step: "certificate"; of: TransactionRecord; traces: number[] };

type Part = "offline" | "online" | "later" | "certificate" | "failed" | "never";

/** Pre-authorisations and loads out of accounts move no money of the merchant's; adjustments and tips are not records; cash is nobody's business but the merchant's. */
const PARTS: Record<TransactionKind, Part> = {
  sale: "online",
  void: "online",
  refund: "later",
  preauth: "never",
  "preauth-add": "never",
  "preauth-void": "never",
  completion: "online",
  "completion-void": "online",
  "completion-advice": "later",
  offline: "offline",
  adjustment: "never",
  tip: "never",
  cash: "never",
  ecash: "offline",
  "ecash-refund": "later",
  load: "never",
  "load-other": "never",
  "cash-load": "online",
  "cash-load-void": "online",
};

/** A sale with a tip goes as the tip, which carries its whole amount. */
function partOf(record: TransactionRecord): Part {
  const { certificate } = record.chip ?? {};
  // A hold moves no money, but its certificate is told like a sale's; what the chip approved alone went whole.
  const online = record.delivery === undefined || (record.delivery.as !== undefined && changeOf(record) === undefined);
  if (certificate !== undefined && online && record.state !== "reversed") return certificate === "TC" ? "certificate" : "failed";
  if (contribution(record).direction === "none") return "never";
  if (changeOf(record) !== undefined) return "offline";
  return certificate === undefined ? PARTS[record.kind] : "offline";
}

/**
 * The whole list, of the regions that did not balance: offline ones, then eight online ones a message, then refunds and completion advices. Chips'
 * certificates go in any case, those their issuers have to look at last.
 */
export function uploadOrder(records: readonly TransactionRecord[], result: SettlementResult): UploadStep[] {
  const parts: Record<Part, TransactionRecord[]> = { offline: [], online: [], later: [], certificate: [], failed: [], never: [] };
  for (const record of records) {
    const part = partOf(record);
    if (isCertificate(part) || result[regionOf(record)] !== 1) parts[part].push(record);
  }
  const single =
    (step: "record" | "certificate") =>
    (of: TransactionRecord): UploadStep => ({ step, of, traces: [of.trace] });
  const steps = [
    ...parts.offline.map(single("record")),
    ...inEights(parts.online),
    ...parts.later.map(single("record")),
    ...[...parts.certificate, ...parts.failed].map(single("certificate")),
  ];
  const told = steps.flatMap(({ traces }) => traces);
  assert(new Set(told).size === told.length, "a record goes up once");
  return steps;
}

const isCertificate = (part: Part): boolean => part === "certificate" || part === "failed";

function inEights(records: readonly TransactionRecord[]): UploadStep[] {
  const steps: UploadStep[] = [];
  for (let at = 0; at < records.length; at += MOST_LINES) {
    const eight = records.slice(at, at + MOST_LINES);
    assert(
      eight.every(({ approvedFen }) => approvedFen >= 0),
      "which way money went is not told by its sign",
    );
    steps.push({ step: "lines", lines: eight.map(lineOf), traces: eight.map(({ trace }) => trace) });
  }
  return steps;
}

const lineOf = (record: TransactionRecord): UploadLine => ({
  foreign: regionOf(record) === "foreign",
  trace: record.trace,
  pan: record.pan,
  amountFen: record.approvedFen,
});

export type UploadPlace = Pick<Settlement, "uploaded" | "rounds" | "failed">;

/** The next step of this round and its place in the list; in later rounds only what failed. Undefined at the round's end. */
export function nextUpload(steps: readonly UploadStep[], place: UploadPlace): { at: number; step: UploadStep } | undefined {
  const failed = new Set(place.failed);
  for (let at = place.uploaded; at < steps.length; at++) {
    const step = steps[at] as UploadStep;
    if (place.rounds === 0 || step.traces.some((trace) => failed.has(trace))) return { at, step };
  }
  return undefined;
}

/** `failed` after a step was or was not answered. */
export function failedAfter(failed: readonly number[], { traces }: UploadStep, answered: boolean): number[] {
  const others = failed.filter((trace) => !traces.includes(trace));
  return answered ? others : [...others, ...traces];
}

/** `refused` after a step: what came of it last counts. */
export function refusedAfter(refused: readonly number[], { traces }: UploadStep, isRefused: boolean): number[] {
  const others = refused.filter((trace) => !traces.includes(trace));
  return isRefused ? [...others, ...traces] : others;
}

/** Records the host has, for the end message (§5.5.7). */
export function uploadedCount(steps: readonly UploadStep[], { failed }: Pick<UploadPlace, "failed">): number {
  return steps.reduce((sum, { traces }) => sum + traces.length, 0) - failed.length;
}

/** Both verdicts 1: nothing but chips' certificates is uploaded, and the end is 207. */
export const balanced = ({ domestic, foreign }: SettlementResult): boolean => domestic === 1 && foreign === 1;
