/** Nobody sells: the idle screen, what a key or a card starts there, and what the terminal does by itself. */
import { checkKeys } from "../admin/self-check.ts";
import { openMenu } from "../menu.ts";
import { maskPan } from "../model/card.ts";
import { clocked, dashed } from "../model/time.ts";
import { advicesDue, deliverAdvices } from "../steps/advise.ts";
import { pick } from "../steps/ask.ts";
import { readSwipe } from "../steps/card.ts";
import { hostWaits, serveHost } from "../steps/host-requests.ts";
import { flashedDue } from "../steps/firmware.ts";
import { choreDue, lockIfDeserted } from "../steps/keeping.ts";
import { settleDebt } from "../steps/outcome.ts";
import { reopenDevices } from "../steps/reopen.ts";
import { isEnabled } from "../steps/rules.ts";
import { finishSettlement } from "../steps/settle.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal, wallMs } from "../steps/terminal.ts";
import type { Input } from "../steps/ui.ts";
import { balance } from "../transactions/balance.ts";
import { preauth } from "../transactions/preauth.ts";
import { sale } from "../transactions/sale.ts";

/** An owed reversal, and what the host has still to be told, is tried again this often while nobody sells. */
const DEBT_RETRY_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** Shows idle until somebody does something, and says what that starts. */
export async function atIdle(t: Terminal): Promise<() => Promise<unknown>> {
  const retryAt = t.system.scheduler.now() + DEBT_RETRY_MS;
  for (;;) {
    const { date, time } = now(t);
    t.ui.show("idle", {
      merchant: t.profile.merchant.name,
      date: dashed(date),
      time: clocked(time, false),
      training: t.training !== undefined,
      batch: roomOf(t),
      ...t.readers,
    });
    const field = t.readers.contactless ? "noticed" : undefined;
    const input = await t.ui.wait({ card: true, slot: t.readers.contact, field, timeoutMs: MINUTE_MS - (wallMs(t) % MINUTE_MS) });
    if (input.input === "timeout") {
      const back = reopenDevices(t);
      if (back.length > 0) return () => welcomeBack(t, back);
      if (choreDue(t) !== undefined || flashedDue(t) || lockIfDeserted(t)) return () => Promise.resolve();
      if (t.system.scheduler.now() < retryAt) continue;
      if (t.journal.owed !== undefined) return () => settleDebt(t);
      if (advicesDue(t)) return () => deliverAdvices(t, { all: false });
      if (t.journal.settlement !== undefined) return () => finishSettlement(t);
      if (hostWaits(t)) return () => serveHost(t);
      continue;
    }
    const flow = flowOf(t, input);
    if (flow !== undefined) return flow;
    t.ui.bad();
  }
}

/** Nothing while there is room enough. */
function roomOf({ journal }: Terminal): "nearly-full" | "full" | undefined {
  if (journal.full) return "full";
  return journal.nearlyFull ? "nearly-full" : undefined;
}

/** Who was away and is there again; the PIN pad's keys may be others than when it went. */
export async function welcomeBack(t: Terminal, back: readonly string[]): Promise<void> {
  await checkKeys(t);
  await tell(t, t.ui.say("notice.devices-back"), [back.join(t.ui.say("notice.and"))], "good");
}

function flowOf(t: Terminal, input: Exclude<Input, { input: "timeout" }>): (() => Promise<unknown>) | undefined {
  if (input.input === "swipe") return () => cardFirst(t, input.swipe);
  if (input.input === "insert") return () => sale(t, { shown: "chip" });
  if (input.input === "tap") return () => sale(t, { shown: "tap" });
  if (input.key === "menu") return () => openMenu(t);
  if (/^[1-9]$/.test(input.key)) return () => sale(t, { firstKey: input.key });
  return undefined;
}

/** What can begin with a card in hand. */
const CARD_FIRST = [
  { key: "1", text: "menu.sale", kind: "sale", run: sale },
  { key: "2", text: "menu.preauth-hold", kind: "preauth", run: preauth },
  { key: "3", text: "menu.balance", kind: "balance", run: balance },
] as const;

/** A card at idle: its number to compare, and what to do with it; 消费 first. */
async function cardFirst(t: Terminal, swipe: Extract<Input, { input: "swipe" }>["swipe"]): Promise<void> {
  const read = readSwipe(t, swipe);
  if ("problem" in read) return tell(t, t.ui.say("check.msr"), [read.problem], "warn");
  const { card } = read;
  const rows = CARD_FIRST.filter(({ kind }) => isEnabled(t, kind));
  const { run } = await pick(t, rows, (selected) =>
    t.ui.show("card", {
      masked: maskPan(card.pan),
      expiry: card.expiry,
      rows: rows.map(({ key, text }) => ({ key, text })),
      selected,
    }),
  );
  await run(t, { card });
}
