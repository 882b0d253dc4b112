/**
 * Whether the host's ledger, the terminal's journal, the paper, the wire and the screens tell one story. Written from what each of them says
 * and from nothing of the firmware or of the desk's own check, so that a shared mistake cannot hide (spec/reliability.md §4).
 */
import type { LedgerEntry } from "../../tools/acquirer/contract.ts";
import type { Message } from "../../tools/sim/desk.ts";
import { CARD, OPENING_BALANCE_FEN, type World } from "./world.ts";

/** A place in everything that grows, to tell what came later. */
export interface Mark {
  ledger: number;
  paper: number;
  messages: number;
  screens: number;
  counters: number;
  errors: number;
}

export function markOf(world: World): Mark {
  const { desk } = world;
  return {
    ledger: ledgerOf(world).length,
    paper: desk.devices.printer.paper.at(-1)?.n ?? -1,
    messages: desk.messages().at(-1)?.n ?? -1,
    screens: world.screens.length,
    counters: Math.max(0, world.counters.length - 1),
    errors: world.errors.length,
  };
}

const ledgerOf = (world: World): LedgerEntry[] => world.desk.acquirer?.ledger({ clear: true }).transactions ?? [];
const keyOf = ({ batch, trace }: { batch?: unknown; trace?: unknown }): string => `${String(batch)}/${String(trace)}`;
const yuan = (fen: number): string => (fen / 100).toFixed(2);

// ── paper ──

export interface SlipFacts {
  copy: string;
  voucher: string;
  reference: string;
  amountFen: number;
  duplicate: boolean;
}

/** What a merchant reads off a slip; undefined when any of it is not there (a slip that broke off). */
export function readPaper(text: readonly string[]): SlipFacts | undefined {
  const all = text.join("\n");
  const copy = /(MERCHANT|CARDHOLDER) COPY/.exec(all)?.[1];
  const voucher = /VOUCHER NO\)\s*(\d{6})\b/.exec(all)?.[1];
  const reference = /REF NO\)\s*(\d{12})\b/.exec(all)?.[1];
  const amount = /AMOUNT\):?\s*RMB\s*([\d,]+\.\d\d)/.exec(all)?.[1];
  if (copy === undefined || voucher === undefined || reference === undefined || amount === undefined) return undefined;
  const amountFen = Math.round(Number(amount.replaceAll(",", "")) * 100);
  return { copy, voucher, reference, amountFen, duplicate: all.includes("DUPLICATED") };
}

const slipsSince = (world: World, { paper }: Mark): SlipFacts[] =>
  world.desk.devices.printer.paper.filter(({ n }) => n > paper).flatMap(({ text }) => readPaper(text) ?? []);

// ── the comparison ──

export type Complain = (words: string) => void;

/**
 * Everything that is wrong since `mark`, in words. The terminal stands at idle with power, and owes nobody time to finish.
 * `confirmedFen`: the amount of each sale a customer has said yes to since then.
 */
export async function violations(world: World, mark: Mark, confirmedFen: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  const complain: Complain = (words) => void found.push(words);
  await reprintMissing(world, mark, complain);
  const ledger = ledgerOf(world);
  const journal = await world.desk.journal();
  compareJournal(ledger, journal.transactions, complain);
  if (journal.owed !== null) complain(`a reversal of trace ${String(journal.owed.trace)} is still owed`);
  compareMoney(world, ledger, journal.totals, complain);
  comparePaper(slipsSince(world, mark), ledger, complain);
  confirmedOnce(ledger.slice(mark.ledger), confirmedFen, complain);
  reversalsFirst(sentSince(world, mark), complain);
  countersRise(world, mark, complain);
  screensTrue(world, mark, ledger, complain);
  for (const words of world.errors.slice(mark.errors)) complain(`logged as an error: ${words}`);
  const check = await world.desk.check();
  for (const { what, trace, words } of check.differences) complain(`the desk's check: ${what} of trace ${trace}: ${words}`);
  return found;
}

/** I1: what stands at the host stands in the journal, once and the same; and nothing else does. */
export function compareJournal(
  ledger: readonly LedgerEntry[],
  journal: readonly Record<string, unknown>[],
  complain: Complain,
): void {
  const standing = new Map(ledger.filter(({ state }) => state === "approved").map((entry) => [keyOf(entry), entry]));
  const seen = new Set<string>();
  for (const record of journal) {
    const key = keyOf(record);
    const entry = standing.get(key);
    if (seen.has(key)) complain(`the journal has ${key} twice`);
    seen.add(key);
    if (entry === undefined) {
      complain(`the journal has ${key} as ${String(record.state)}, the host does not`);
      continue;
    }
    if (record.approvedFen !== entry.approvedFen || record.amountFen !== entry.amountFen)
      complain(`${key}: ${String(record.approvedFen)} fen in the journal, ${entry.approvedFen} at the host`);
    if (record.reference !== entry.reference || record.authCode !== entry.authCode)
      complain(`${key}: reference or authorisation code differ between journal and host`);
  }
  for (const key of standing.keys()) if (!seen.has(key)) complain(`the host has ${key} approved, the journal does not have it`);
}

/** I5: the sums of ledger, journal and the card's account. */
function compareMoney(world: World, ledger: readonly LedgerEntry[], totals: Record<string, number>, complain: Complain): void {
  const standing = ledger.filter(({ state }) => state === "approved");
  const fen = standing.reduce((sum, { approvedFen }) => sum + approvedFen, 0);
  if (totals.debitFen !== fen || totals.debitCount !== standing.length)
    complain(`the journal's totals are ${totals.debitCount} × ${totals.debitFen} fen, the host's ${standing.length} × ${fen}`);
  const account = world.desk.acquirer?.state({ clear: true }).accounts.find(({ pan }) => pan === CARD.pan);
  if (account?.balanceFen !== OPENING_BALANCE_FEN - fen)
    complain(`the card has ${account?.balanceFen} fen and should have ${OPENING_BALANCE_FEN - fen}`);
}

/** I6: a slip is of a sale that stands, tells its money, and a second one says that it is one. */
function comparePaper(slips: readonly SlipFacts[], ledger: readonly LedgerEntry[], complain: Complain): void {
  const originals = new Set<string>();
  for (const { copy, voucher, reference, amountFen, duplicate } of slips) {
    const entry = ledger.find((each) => each.trace === voucher && each.state === "approved");
    if (entry === undefined) complain(`a slip of trace ${voucher} is out, but no such sale stands at the host`);
    else if (entry.approvedFen !== amountFen || entry.reference !== reference)
      complain(`the slip of trace ${voucher} says ${yuan(amountFen)}, ${reference}; the host ${yuan(entry.approvedFen)}`);
    if (duplicate) continue;
    if (originals.has(`${voucher} ${copy}`)) complain(`two ${copy} copies of trace ${voucher}, neither marked as a reprint`);
    originals.add(`${voucher} ${copy}`);
  }
}

/** A sale that stands has a whole merchant copy on paper, or gets one by its trace from the menu. */
async function reprintMissing(world: World, mark: Mark, complain: Complain): Promise<void> {
  const merchants = (): Set<string> =>
    new Set(
      slipsSince(world, mark)
        .filter(({ copy }) => copy === "MERCHANT")
        .map(({ voucher }) => voucher),
    );
  for (const { trace, state } of ledgerOf(world).slice(mark.ledger)) {
    if (state !== "approved" || merchants().has(trace)) continue;
    await world.press("menu", "8", "2", ...trace, "enter");
    while (world.screen === "trace" || world.screen === "menu") await world.press("cancel");
    await world.finish();
    if (!merchants().has(trace)) complain(`the slip of trace ${trace} cannot be printed again`);
  }
}

/** I2: one yes of a customer moves money at most once. */
function confirmedOnce(entries: readonly LedgerEntry[], confirmedFen: readonly number[], complain: Complain): void {
  for (const fen of new Set(entries.map(({ amountFen }) => amountFen))) {
    const times = entries.filter(({ amountFen, state }) => amountFen === fen && state === "approved").length;
    const asked = confirmedFen.filter((each) => each === fen).length;
    if (times > asked) complain(`${yuan(fen)} was taken ${times} times and confirmed ${asked} times`);
  }
}

/** Whole messages only: what broke off in the middle reached the host as nothing. */
const sentSince = (world: World, { messages }: Mark): Message[] =>
  world.desk
    .messages()
    .filter(({ n, dir, mti, problem }) => n > messages && dir === "out" && mti !== "" && problem === undefined);

/** I4: once a sale's reversal is owed, it goes before any later sale. */
export function reversalsFirst(sent: readonly Pick<Message, "mti" | "fields">[], complain: Complain): void {
  sent.forEach(({ mti, fields }, at) => {
    if (mti !== "0400") return;
    const trace = fields["11"] ?? "";
    const repeated = sent.slice(0, at).some((each) => each.mti === "0400" && each.fields["11"] === trace);
    const later = sent.slice(0, at).find((each) => each.mti === "0200" && (each.fields["11"] ?? "") > trace);
    if (!repeated && later !== undefined) complain(`sale ${later.fields["11"]} left before the reversal of ${trace}`);
  });
}

/** I8: neither what the terminal says of batch and trace nor what it sends goes down. */
function countersRise(world: World, mark: Mark, complain: Complain): void {
  const told = world.counters.slice(mark.counters).map(keyOf);
  told.forEach((now, at) => {
    const before = told[at - 1];
    if (before !== undefined && now < before) complain(`batch/trace went from ${before} to ${now}`);
  });
  const used = sentSince(world, mark)
    // What is downloaded goes without a trace.
    .filter(({ mti, fields }) => mti !== "0400" && fields["11"] !== undefined)
    .map(({ fields }) => `${(fields["60"] ?? "").slice(2, 8)}/${fields["11"] ?? ""}`);
  used.forEach((now, at) => {
    const before = used[at - 1];
    if (before !== undefined && now <= before) complain(`a message carried ${now} after ${before}`);
  });
}

/** I3: "declined" is never said of money that was taken, nor "approved" of money that was not. */
function screensTrue(world: World, mark: Mark, ledger: readonly LedgerEntry[], complain: Complain): void {
  for (const { id, sale } of world.screens.slice(mark.screens)) {
    if (id !== "declined" && id !== "approved") continue;
    const taken = ledger.some(({ trace, state }) => trace === sale && state === "approved");
    if (taken !== (id === "approved"))
      complain(`the screen said ${id} of trace ${sale}; the host has it ${taken ? "" : "not "}approved`);
  }
}
