/** Getting a card: what a swipe is worth, asking for one, and typing its number. */
import type { Swipe } from "../../hal/msr/msr.ts";
import { expired, expiryTyped, luhnValid, maskTyping, parseTrack2 } from "../model/card.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import { assert } from "../../platform/guest/assert.ts";
import { askUntil } from "./ask.ts";
import { readChipCard } from "./chip-card.ts";
import { useOfSwipe } from "./fallback.ts";
import { removeCard } from "./remove-card.ts";
import { rule } from "./rules.ts";
import { now, Left, type Terminal } from "./terminal.ts";
import type { Input } from "./ui.ts";

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

/** Asks for a card until one can be read, a chip for its number alone. Leaves on Cancel and time-out. */
export async function presentCard(t: Terminal, transaction: Prompt, options: PresentOptions = {}): Promise<CardData> {
  const card = await present(t, transaction, options, () => readChipCard(t));
  assert(card !== "chip", "a chip that was read is a card");
  return card;
}

/** The same for what the chip itself decides on: a card in the slot is not touched yet. */
export function presentPayment(t: Terminal, transaction: Prompt, options: PresentOptions = {}): Promise<CardData | "chip"> {
  return present(t, transaction, options, () => Promise.resolve({ card: "chip" as const }));
}

async function present(
  t: Terminal,
  transaction: Prompt,
  { amountFen, keyed = false, same }: PresentOptions,
  inserted: () => Promise<{ card: CardData | "chip" } | { problem: string }>,
): Promise<CardData | "chip"> {
  const typing = keyed && rule(t, "manualEntry");
  let problem: string | undefined;
  for (;;) {
    t.ui.show("present", { transaction, amountFen, problem, ...t.readers, keyed: typing });
    const input = await t.ui.wait({ card: true, slot: t.readers.contact, timeoutMs: t.profile.promptTimeoutMs });
    if (input.input === "timeout") throw new Left("timeout", t.ui.say("problem.timeout"));
    if (input.input === "key" && input.key === "cancel") throw new Left("cancelled");
    if (input.input === "key" && !(typing && input.key === "enter")) {
      t.ui.bad();
      continue;
    }
    const read = await readInput(t, input, inserted);
    if ("card" in read && (same === undefined || read.card === "chip" || read.card.pan === same)) return read.card;
    if (input.input === "insert") await removeCard(t, "problem" in read ? read.problem : t.ui.say("problem.card-other"));
    problem = "card" in read ? t.ui.say("problem.card-other") : read.problem;
    t.ui.bad();
  }
}

async function readInput(
  t: Terminal,
  input: Exclude<Input, { input: "timeout" }>,
  inserted: () => Promise<{ card: CardData | "chip" } | { problem: string }>,
): Promise<{ card: CardData | "chip" } | { problem: string }> {
  switch (input.input) {
    case "swipe":
      return readSwipe(t, input.swipe);
    case "insert":
      return inserted();
    case "key":
      return { card: await keyCard(t) };
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
