/** Getting a card: what a swipe is worth, and asking for one. */
import type { Swipe } from "../../hal/msr/msr.ts";
import { expired, luhnValid, parseTrack2 } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
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
  return { card: { entry: "swipe", ...parsed, track3: textOf(swipe.track3), holder: holderOf(textOf(swipe.track1)) } };
}

/** Asks for a card until one can be read. Leaves on Cancel and time-out. */
export async function presentCard(t: Terminal, transaction: Prompt, amountFen?: number): Promise<CardData> {
  let problem: string | undefined;
  for (;;) {
    t.ui.show("present", { transaction, amountFen, problem, contact: false, contactless: false });
    const input = await t.ui.wait({ card: true, timeoutMs: t.profile.promptTimeoutMs });
    if (input.input === "timeout") throw new Left("timeout", t.ui.say("problem.timeout"));
    if (input.input === "key") {
      if (input.key === "cancel") throw new Left("cancelled");
      t.ui.bad();
      continue;
    }
    const read = readSwipe(t, input.swipe);
    if ("card" in read) return read.card;
    problem = read.problem;
    t.ui.bad();
  }
}
