/**
 * A purse that was taken out of the field while it paid (§9.6 of the chip): whether it has paid, only the same card can say, and it is asked when it comes back for the same
 * amount within FF803C. Until then no other money moves without a word: the merchant may have been paid already. What a power cut leaves is told at the next start.
 */
import type { Torn } from "../emv/index.ts";
import { maskPan } from "../model/card.ts";
import { groupedYuan } from "../model/money.ts";
import type { Prompt } from "../text/words.ts";
import { note } from "./audit.ts";
import { forgetTorn, keepTorn, posted, tornPurse } from "./purse-torn.ts";
import { tell } from "./tell.ts";
import { Left, type Terminal } from "./terminal.ts";

/** Since when, monotonic ms. */
export interface TornTap {
  torn: Torn;
  atMs: number;
  /** Somebody left it so and knows: the next customer is served as usual. */
  told?: boolean;
}

/** Before the record that makes the card pay. Throws StoreError when the store refuses: then nothing more may be read. */
export function keepTornTap(t: Terminal, torn: Torn): void {
  keepTorn(t, torn, "tap");
  t.tornTap = { torn, atMs: t.system.scheduler.now() };
}

/** It has an end: posted, or the card has said that it did not pay. */
export function forgetTornTap(t: Terminal): void {
  t.tornTap = undefined;
  forgetTorn(t, "tap");
}

/** For the next payment, as long as it may be (FF803C). */
export function tornTap(t: Terminal): Torn | undefined {
  const { tornTap: kept } = t;
  if (kept === undefined || t.training !== undefined) return undefined;
  const keptMs = Number(t.parameters.value("quick.kept")) * 1_000;
  return t.system.scheduler.now() - kept.atMs <= keptMs ? kept.torn : undefined;
}

/** Words for whoever leaves while a purse may have paid: once. */
export function leftOpen(t: Terminal): Prompt | undefined {
  const { tornTap: kept } = t;
  if (kept === undefined || kept.told) return undefined;
  told(t);
  return "problem.tap-torn";
}

export function leaving(t: Terminal): Left {
  const open = leftOpen(t);
  return open === undefined ? new Left("cancelled") : new Left("problem", t.ui.say(open), "notice.not-done");
}

/** Before money moves otherwise than by that card for that amount, which was `asked` about it: said once, and left. */
export function nothingTorn(t: Terminal, asked?: Torn, card?: { pan: string; amountFen: number }): void {
  const { tornTap: kept } = t;
  if (kept === undefined) return;
  const cleared = asked !== undefined && asked.pan === card?.pan && asked.amountFen === card.amountFen;
  if (cleared) forgetTornTap(t);
  else if (!kept.told) throw leaving(t);
}

/** From now on somebody knows of it; the next start need not say it again. */
function told(t: Terminal): void {
  const { tornTap: kept } = t;
  if (kept === undefined) return;
  kept.told = true;
  note(t, "tap-torn", "warned", `${kept.torn.amountFen} ${maskPan(kept.torn.pan)}`);
  forgetTorn(t, "tap");
}

/** What the power took: a payment whose record was posted all the same is no more than a note too many. */
export function recallTornTap(t: Terminal): void {
  const torn = tornPurse(t, "tap");
  if (torn === undefined) return;
  if (posted(t, torn)) forgetTorn(t, "tap");
  else t.tornTap = { torn, atMs: t.system.scheduler.now() };
}

/** To whoever logs in next, once: what a power cut left of a purse in the slot, and of one in the field. */
export async function tellTorn(t: Terminal): Promise<void> {
  await tellTornPurse(t);
  await tellTornTap(t);
}

/** It stays until the card is there again, which alone can say whether it paid (./ecash.ts). */
async function tellTornPurse(t: Terminal): Promise<void> {
  const torn = tornPurse(t);
  if (torn === undefined || torn.told || posted(t, torn)) return;
  await tellOf(t, torn, "notice.purse-cut-todo");
  keepTorn(t, { ...torn, told: true });
}

/** FF803C begins now: while there was no power nobody could hold the card near. */
async function tellTornTap(t: Terminal): Promise<void> {
  const { tornTap: kept } = t;
  if (kept === undefined || kept.told) return;
  await tellOf(t, kept.torn, "notice.tap-cut-todo");
  kept.atMs = t.system.scheduler.now();
  told(t);
}

function tellOf(t: Terminal, { amountFen, pan }: Torn, todo: "notice.purse-cut-todo" | "notice.tap-cut-todo"): Promise<void> {
  const rows = [t.ui.say("notice.tap-cut", { amount: groupedYuan(amountFen), card: maskPan(pan) }), t.ui.say(todo)];
  return tell(t, t.ui.say("notice.tap-cut-title"), rows, "warn");
}
