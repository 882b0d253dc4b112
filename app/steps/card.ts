/** Getting a card: what a swipe is worth, asking for one, and typing its number. */
import type { Swipe } from "../../hal/msr/msr.ts";
import { expired, expiryTyped, luhnValid, maskTyping, parseTrack2 } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import { askUntil } from "./ask.ts";
import { useOfSwipe } from "./fallback.ts";
import { rule } from "./rules.ts";
import { now, Left, type Terminal } from "./terminal.ts";

export type SwipeResult = { card: CardData } | { problem: string };

const textOf = (track: Swipe["track1"]): string | undefined => (typeof track === "string" ? track : undefined);

/** Cardholder's name of a track 1: B<pan>^NAME^…; trimmed. */
function holderOf(track1: string | undefined): string | undefined {
  const name = track1?.split("^")[1]?.trim();
  return name === undefined || name === "" ? undefined : name;
}

/** Card data of a swipe, or words why it cannot be used. Track 2 must be whole: the host authenticates the card by it. */
export function readSwipe(t: Terminal, swipe: Swipe): SwipeResult {
  const track2 = textOf(swipe.track2);
  const parsed = track2 === undefined ? undefined : parseTrack2(track2);
  if (parsed === undefined || !luhnValid(parsed.pan)) return { problem: t.ui.say("problem.card-damaged") };
  if (parsed.expiry !== undefined && expired(parsed.expiry, now(t).date)) return { problem: t.ui.say("problem.card-expired") };
  const entry = useOfSwipe(t, parsed.serviceCode);
  if (entry === "insert") return { problem: t.ui.say("problem.card-chip") };
  return { card: { entry, ...parsed, track3: textOf(swipe.track3), holder: holderOf(textOf(swipe.track1)) } };
}

export interface PresentOptions {
  amountFen?: number;
  /** The number may be typed, where the merchant may do that at all (§5.7). */
  keyed?: boolean;
  /** The card of an earlier transaction: no other will do. */
  same?: string;
}

/** Asks for a card until one can be read. Leaves on Cancel and time-out. */
export async function presentCard(
  t: Terminal,
  transaction: Prompt,
  { amountFen, keyed = false, same }: PresentOptions = {},
): Promise<CardData> {
  const typing = keyed && rule(t, "manualEntry");
  let problem: string | undefined;
  for (;;) {
    t.ui.show("present", { transaction, amountFen, problem, ...t.readers, keyed: typing });
    const input = await t.ui.wait({ card: true, timeoutMs: t.profile.promptTimeoutMs });
    if (input.input === "timeout") throw new Left("timeout", t.ui.say("problem.timeout"));
    if (input.input === "key" && input.key === "cancel") throw new Left("cancelled");
    if (input.input === "key" && !(typing && input.key === "enter")) {
      t.ui.bad();
      continue;
    }
    const read = input.input === "swipe" ? readSwipe(t, input.swipe) : { card: await keyCard(t) };
    if ("card" in read && (same === undefined || read.card.pan === same)) return read.card;
    problem = "card" in read ? t.ui.say("problem.card-other") : read.problem;
    t.ui.bad();
  }
}

/** Number and expiry by hand. Only the newest digit of the number is ever shown (R5). */
async function keyCard(t: Terminal): Promise<CardData> {
  const pan = await askUntil<string>(
    t,
    { min: 13, max: 19 },
    (digits, problem) => t.ui.show("pan", { shown: maskTyping(digits), problem }),
    (digits) => (luhnValid(digits) ? { value: digits } : { problem: t.ui.say("problem.pan-wrong") }),
  );
  const expiry = await askUntil<string>(
    t,
    { min: 4, max: 4 },
    (digits, problem) => t.ui.show("expiry", { digits, problem }),
    (digits) => {
      const value = expiryTyped(digits);
      if (value === undefined) return { problem: t.ui.say("problem.expiry-wrong") };
      return expired(value, now(t).date) ? { problem: t.ui.say("problem.card-expired") } : { value };
    },
  );
  return { entry: "manual", pan, expiry, serviceCode: undefined, track2: undefined, track3: undefined, holder: undefined };
}
