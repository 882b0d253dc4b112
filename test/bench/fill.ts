/** A day's work, or that of many days, put into a store at once, inside the engine with its own seal and files; then the power goes off. */
import { openJournal } from "../../app/journal/open.ts";
import { dayAfter } from "../../app/model/dates.ts";
import { MemoryStore } from "../../app/steps/memory-store.ts";
import type { ReversalRecord, TransactionRecord } from "../../app/model/transaction.ts";
import { decodeUtf8 } from "../../platform/guest/bytes.ts";
import { createSystem } from "../../platform/guest/index.ts";

const PAN = "6222021234567890128";
/** An event of the guest may not take for ever. */
const AT_ONCE = 25;
/** DE48 counts to 999 on each side (§3.6), so 2000 records are cards from here, cards from abroad, and some that move no money. */
const isHold = (n: number): boolean => n % 40 === 18 || n % 40 === 39;

const system = createSystem(door);
const numberIn = (asset: string): number => Number(decodeUtf8(system.asset(asset) ?? new Uint8Array(0)));
/** Records of the open batch; and days before it, each with so many records and settled. */
const count = numberIn("count");
const days = numberIn("days");
const A_DAY = 50;
const OPEN_DAY = "20260105";
const MOST_BYTES = 500_000;

// What the firmware would take many thousand commits for is written in a few.
const store = new MemoryStore();
const journal = openJournal({ ...system, store }, { maxRecords: Math.max(count, A_DAY) + 1 });
journal.signOn(1);

inTurns([...closedDays("20251007", days), ...openBatch(), finish]);

/** One piece of the work an event, until there is none. */
function inTurns([piece, ...later]: readonly (() => void)[]): void {
  if (piece === undefined) return;
  piece();
  system.scheduler.after(0, "work", () => inTurns(later));
}

function closedDays(before: string, left: number): (() => void)[] {
  if (left === 0) return [];
  const date = dayAfter(before);
  const work = (): void => {
    for (let n = 0; n < A_DAY; n++) sell(n, date);
    settle(date);
  };
  return [work, ...closedDays(date, left - 1)];
}

function openBatch(): (() => void)[] {
  return Array.from({ length: Math.ceil(count / AT_ONCE) }, (_, turn) => () => {
    for (let n = turn * AT_ONCE; n < Math.min(count, (turn + 1) * AT_ONCE); n++) sell(n, OPEN_DAY);
  });
}

function finish(): void {
  keep();
  system.power("halt");
}

function keep(): void {
  let changes: { put: string; value: Uint8Array }[] = [];
  let bytes = 0;
  for (const key of store.keys("")) {
    const value = store.get(key) ?? new Uint8Array(0);
    changes.push({ put: key, value });
    bytes += value.length;
    if (bytes < MOST_BYTES) continue;
    system.store.commit(changes);
    changes = [];
    bytes = 0;
  }
  system.store.commit(changes);
}

function settle(date: string): void {
  journal.beginSettlement();
  journal.settlementAnswered({ domestic: 1, foreign: 1 });
  journal.uploadEnded();
  journal.closeBatch({ operator: "01", date, time: "220000" });
}

function sell(n: number, date: string): void {
  const common = {
    kind: isHold(n) ? ("preauth" as const) : ("sale" as const),
    batch: journal.batch,
    trace: journal.nextTrace,
    amountFen: 1_000 + n,
    pan: PAN,
    expiry: "3012",
    entry: "swipe" as const,
    operator: "01",
    date,
    time: `${String(8 + (n % 12)).padStart(2, "0")}0000`,
    authCode: "A00001",
  };
  const owed: ReversalRecord = { ...common, reason: "98", entryMode: "021", security: "2610000000000000", attempts: 0 };
  const record: TransactionRecord = {
    ...common,
    state: "approved",
    approvedFen: common.amountFen,
    settlementDate: "0105",
    reference: String(n).padStart(12, "0"),
    responseCode: "00",
    issuer: "03080000",
    acquirer: "48021000",
    organisation: n % 2 === 0 ? undefined : "VIS",
    remarks: [],
    pinEntered: true,
    copiesPrinted: 2,
  };
  journal.oweReversal(owed);
  journal.approve(record);
}
