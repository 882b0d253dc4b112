/**
 * The whole simulator as a process of its own, ended with SIGKILL in the middle of sales and started again on the same data. Unlike in the
 * sweeps the files are real and the moments are what the machine's speed makes of a seeded share of a sale.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LedgerEntry } from "../../tools/acquirer/contract.ts";
import type { JournalReport } from "../../tools/sim/debug.ts";
import { seededRandom } from "../../tools/sim/random.ts";
import { Desk } from "../flow/desk-client.ts";
import { compareJournal, reversalsFirst } from "./books.ts";

const SEED = Number(process.env.TAEL_SEED ?? 20_260_105);
const KILLS = Number(process.env.TAEL_KILLS ?? 4);
const CARD = "debit-1";
/** More than hundreds of kills can spend. */
const ACCOUNT = { pan: "6229990000000000019", pin: "123456", balanceFen: 100_000_000, expiry: "3012" };
const KILLED_FEN = 10_000;
const AFTERWARDS_FEN = 200;
/** Shares of the kills that hit the swipe and the keys before the PIN, and the slips after it; the rest hit the PIN and the host. */
const EARLY = 0.15;
const LATE = 0.3;
/** The PIN pad gives out only so many PIN entries an hour. */
const PAUSE_MS = 60_000;
/** A long run says now and then how it goes. */
const TOLD_EVERY = 25;

type Step = "keys" | "pin" | "slips";

let data: string;
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "tael-kill-"));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

const open = (fresh: boolean): Promise<Desk> => Desk.start(["--seed", String(SEED)], { data, fresh });

/** The steps of a sale, each told before it begins. */
async function sale(desk: Desk, fen: number, begins: (step: Step) => void): Promise<void> {
  begins("keys");
  await desk.saleToPin(CARD, fen);
  begins("pin");
  await desk.expect("approved", desk.pin("123456"));
  begins("slips");
  await desk.finish();
}

/** Real ms each step takes when nobody disturbs it. */
async function measured(desk: Desk): Promise<Record<Step, number>> {
  const began: [Step, number][] = [];
  await sale(desk, AFTERWARDS_FEN, (step) => began.push([step, performance.now()]));
  const ends = [...began.slice(1).map(([, at]) => at), performance.now()];
  return Object.fromEntries(began.map(([step, at], n) => [step, (ends[n] as number) - at])) as Record<Step, number>;
}

/** Begins a sale and kills the process so long after the step began. */
async function killDuring(desk: Desk, step: Step, afterMs: number): Promise<void> {
  let killing: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => {
    sale(desk, KILLED_FEN, (begun) => {
      if (begun !== step) return;
      setTimeout(() => {
        killing = desk.end("SIGKILL");
        killing.then(resolve, reject);
      }, afterMs);
      // What the API answers once its process is killed is nothing; before that it must not fail.
    }).catch((error: unknown) => (killing === undefined ? reject(error) : undefined));
  });
}

interface Books {
  ledger: LedgerEntry[];
  journal: JournalReport;
}

async function booksOf(desk: Desk): Promise<Books> {
  const { transactions } = await desk.get<{ transactions: LedgerEntry[] }>("/acquirer/ledger");
  return { ledger: transactions, journal: await desk.get<JournalReport>("/journal") };
}

const standing = ({ ledger }: Books, fen: number): number =>
  ledger.filter(({ state, amountFen }) => state === "approved" && amountFen === fen).length;

/** Log-in, whatever is to be finished, one more sale; then everything that is wrong, in words. */
async function aftermath(desk: Desk, confirmed: number, sold: number, before: string): Promise<string[]> {
  const found: string[] = [];
  const complain = (words: string): void => void found.push(words);
  await desk.logIn();
  const began = await desk.state();
  if (`${began.batch}/${began.trace}` < before) complain(`batch and trace went from ${before} to ${began.batch}/${began.trace}`);
  await desk.post("/clock", { advanceMs: PAUSE_MS });
  await desk.finish();
  await desk.expect("approved", desk.sale(CARD, AFTERWARDS_FEN));
  await desk.finish();
  const books = await booksOf(desk);
  compareJournal(books.ledger, books.journal.transactions, complain);
  if (books.journal.owed !== null) complain("a reversal is still owed");
  if (standing(books, KILLED_FEN) > confirmed) complain(`more sales stand than customers confirmed (${confirmed})`);
  if (standing(books, AFTERWARDS_FEN) !== sold)
    complain(`${standing(books, AFTERWARDS_FEN)} whole sales stand and ${sold} were made`);
  reversalsFirst(
    (await desk.messages()).filter(({ dir }) => dir === "out"),
    complain,
  );
  const check = await desk.check();
  if (!check.ok) complain(JSON.stringify(check.differences));
  return found;
}

test(`killed ${KILLS} times in the middle of a sale, host, journal and paper always agree`, {
  timeout: 60_000 + KILLS * 30_000,
}, async () => {
  const random = seededRandom(SEED);
  let desk = await open(true);
  const violations: string[] = [];
  try {
    await desk.post("/acquirer", { account: ACCOUNT });
    await desk.logIn();
    const took = await measured(desk);
    let sold = 1;
    for (let kill = 1; kill <= KILLS; kill++) {
      const where = random();
      const step: Step = where < EARLY ? "keys" : where < 1 - LATE ? "pin" : "slips";
      const share = random();
      const { batch, trace } = await desk.state();
      await killDuring(desk, step, share * took[step]);
      desk = await open(false);
      const wrong = await aftermath(desk, kill, ++sold, `${batch}/${trace}`);
      violations.push(...wrong.map((words) => `kill ${kill} at ${share.toFixed(3)} of ${step}: ${words}`));
      if (kill % TOLD_EVERY === 0) console.log(`seed ${SEED}: ${kill} kills, ${violations.length} violations`);
    }
    const { ledger } = await booksOf(desk);
    const states = [...new Set(ledger.map(({ state }) => state))];
    const told = states.map((state) => `${ledger.filter((entry) => entry.state === state).length} ${state}`);
    console.log(`seed ${SEED}: ${KILLS} kills, ${violations.length} violations; at the host ${told.join(", ")}`);
  } finally {
    await desk.end("SIGTERM");
  }
  expect(violations).toEqual([]);
});
