/** The host of a random day as the day sees it: what it may do to people, what its books say, and what it has to say about the terminal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LedgerEntry } from "../../tools/acquirer/contract.ts";
import { accounts } from "../../tools/cards/index.ts";
import { moneyCheck } from "../../tools/sim/check.ts";
import type { JournalReport } from "../../tools/sim/debug.ts";
import demo from "../../tools/sim/profiles/demo.json" with { type: "json" };
import { IndependentHost, MOODY } from "../peer/host/host.ts";
import { REGIONS, regionOf, standsFor } from "../peer/host/ledger.ts";
import { sameTotals } from "../peer/host/settlement.ts";
import { TERMINAL } from "../peer/host/rules.ts";
import type { Desk, State } from "./desk-client.ts";
import type { Chance } from "./random-day-chance.ts";

export interface Totals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}
export type Region = "domestic" | "foreign";

type Entry = Pick<
  LedgerEntry,
  "kind" | "batch" | "trace" | "amountFen" | "approvedFen" | "totalFen" | "state" | "code" | "foreign"
>;

export interface Ledger {
  transactions: Entry[];
  settlements: {
    batch: string;
    /** The terminal told the host's own totals. */
    balanced: Record<Region, boolean>;
    totals: { host: Record<Region, Totals>; terminal: Record<Region, Totals> };
    problems: unknown[];
    closed: boolean;
  }[];
}

export interface DayHost {
  /** What the desk is started with. */
  readonly args: readonly string[];
  /** What it will do to the next person: words for the story. */
  trouble(desk: Desk, chance: Chance): Promise<string[]>;
  /** All is well at the host until there is trouble again; `now` is what time it is. */
  mend(desk: Desk, now: State | undefined): Promise<void>;
  ledger(desk: Desk): Promise<Ledger>;
  /** What a batch adds up to, from its single entries. */
  totals(ledger: Ledger, batch: string, region: Region): Totals;
  /** Differences between paper, journal and books. */
  check(desk: Desk): Promise<unknown[]>;
  /** What the host found wrong with the terminal. */
  complaints(): readonly string[];
  /** What it heard and answered about these traces. */
  heard(traces: ReadonlySet<string>): string[];
  close(): Promise<void>;
}

/** At the host: it happened, whatever was done about it later. */
export const STANDS: ReadonlySet<string> = new Set(["approved", "voided", "refunded", "held", "completed"]);
const DEBIT = new Set(["sale", "completion", "completion-advice", "offline"]);
const CREDIT = new Set(["void", "refund", "completion-void"]);

/** Answers of an issuer that says no. */
const REFUSALS = ["05", "14", "51", "57", "61", "65", "75", "91", "96"];

/** The host that comes with the desk. */
export const ownHost = (seed: number): DayHost => ({
  args: ["--seed", String(seed)],
  async trouble(desk, chance) {
    if (!chance.happens(0.12)) return [];
    const rule = {
      match: { mti: chance.one(["0200", "0200", "0220", "0100"]) },
      answer: { "39": chance.one(REFUSALS) },
      count: 1,
    };
    await desk.post("/acquirer", rule);
    return [`host: ${rule.match.mti} is answered ${rule.answer["39"]}`];
  },
  mend: (desk) => desk.call("DELETE", "/acquirer/rules"),
  ledger: (desk) => desk.get<Ledger>("/acquirer/ledger"),
  totals(ledger, batch, region) {
    const sum = { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 };
    for (const { kind, batch: of, state, foreign = false, totalFen, approvedFen } of ledger.transactions) {
      if (of !== batch || !STANDS.has(state) || foreign !== (region === "foreign")) continue;
      if (DEBIT.has(kind)) {
        sum.debitCount++;
        sum.debitFen += totalFen ?? approvedFen;
      } else if (CREDIT.has(kind)) {
        sum.creditCount++;
        sum.creditFen += approvedFen;
      }
    }
    return sum;
  },
  check: async (desk) => (await desk.check()).differences,
  complaints: () => [],
  heard: () => [],
  close: async () => undefined,
});

/** The host that was written apart, with a mood of its own; it may approve in part. */
export async function peerHost(seed: number, trouble: number): Promise<DayHost> {
  const host = new IndependentHost({ seed, accounts: accounts() });
  // A seeded desk opens here; a host that is months away would set the terminal's clock to that.
  host.time = "20260105090000";
  const address = await host.listen();
  const folder = mkdtempSync(join(tmpdir(), "tael-profile-"));
  const profile = join(folder, "profile.json");
  writeFileSync(profile, JSON.stringify({ ...demo, dialect: { ...demo.dialect, partialApproval: true } }));
  return {
    args: ["--seed", String(seed), "--acquirer", address, "--profile", profile],
    async trouble() {
      host.trouble = trouble;
      host.issuer.mood = MOODY;
      return [];
    },
    async mend(_desk, now) {
      host.trouble = 0;
      host.issuer.mood = 0;
      if (now !== undefined) host.time = now.time.replace(/\D/g, "").slice(0, 14);
    },
    ledger: async () => viewOf(host),
    totals: (_ledger, batch, region) => host.ledger.totals(batch, region),
    async check(desk) {
      const [slips, journal] = [await desk.paper(), await desk.get<JournalReport>("/journal")];
      return moneyCheck({ slips, journal, ledger: entriesOf(host), terminal: TERMINAL.id }).differences;
    },
    complaints: () => host.complaints,
    heard: (traces) => host.log.filter((line) => [...traces].some((trace) => line.includes(trace))),
    async close() {
      rmSync(folder, { recursive: true });
      await host.close();
    },
  };
}

/** The books of the independent host in the words of the money check. */
const entriesOf = ({ ledger }: IndependentHost): LedgerEntry[] =>
  ledger.entries.map((entry, n) => ({
    n,
    at: entry.date,
    kind: entry.kind,
    terminal: TERMINAL.id,
    merchant: TERMINAL.merchant,
    batch: entry.batch,
    trace: entry.trace,
    pan: entry.pan,
    amountFen: entry.amountFen,
    approvedFen: entry.approvedFen,
    reference: entry.reference,
    authCode: entry.authCode,
    code: entry.code,
    state: entry.state === "approved" && entry.refundedFen > 0 ? "refunded" : entry.state,
    foreign: regionOf(entry) === "foreign",
    totalFen: standsFor(entry),
    ...(entry.original === undefined
      ? {}
      : { original: { terminal: TERMINAL.id, batch: entry.original.batch, trace: entry.original.trace } }),
  }));

function viewOf(host: IndependentHost): Ledger {
  return {
    transactions: entriesOf(host),
    settlements: host.settlements.all.map(({ batch, own, told, closed }) => ({
      batch,
      balanced: {
        domestic: sameTotals(own.domestic, told.domestic),
        foreign: sameTotals(own.foreign, told.foreign),
      },
      totals: { host: own, terminal: told },
      problems: [],
      closed,
    })),
  };
}

export const sayTotals = ({ debitCount, debitFen, creditCount, creditFen }: Totals): string =>
  `${debitCount} × debit ${debitFen}, ${creditCount} × credit ${creditFen}`;

/** The totals that a settlement slip says, as a merchant reads them; undefined when it is not whole. */
export function totalsOnPaper(text: readonly string[], region: Region): Totals | undefined {
  const all = text.join("\n");
  const part = region === "domestic" ? /内卡[\s\S]*?(?=外卡)/.exec(all) : /外卡[\s\S]*/.exec(all);
  const read = (label: string) => new RegExp(`${label}\\D*(\\d+)\\s+([\\d,]+)\\.(\\d\\d)`).exec(part?.[0] ?? "");
  const [debit, credit] = [read("借记合计"), read("贷记合计")];
  if (debit === null || credit === null) return undefined;
  const fen = (found: RegExpExecArray) => Number(`${found[2]?.replaceAll(",", "")}${found[3]}`);
  return { debitCount: Number(debit[1]), debitFen: fen(debit), creditCount: Number(credit[1]), creditFen: fen(credit) };
}

export { REGIONS };
