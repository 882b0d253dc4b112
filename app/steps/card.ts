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
import { readTapCard, type TapAgain } from "./tap-card.ts";
import { tapAllowed } from "./tap-terminal.ts";
import { leaving, leftOpen } from "./tap-torn.ts";
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
  /** Of a card that is held near: it may be asked at once, though there is no amount. */
  asked?: boolean;
  /** It was held near before there was an amount. */
  invited?: boolean;
  /** What a card that was held near came to. */
  after?: TapAgain | undefined;
}

/** What somebody pays with. A chip is not touched yet: it decides itself about the amount, and a card in the field is read when there is one. */
export type Means = CardData | "chip" | "tap";

/** What is done with a card in the slot, and with one in the field. */
interface Ways {
  inserted(): Promise<{ card: Means } | { problem: string }>;
  tapped(): Promise<{ card: Means } | TapAgain>;
}

/** Asks for a card until one can be read, a chip for its number alone. Leaves on Cancel and time-out. */
export async function presentCard(t: Terminal, transaction: Prompt, options: PresentOptions = {}): Promise<CardData> {
  const ways: Ways = { inserted: () => readChipCard(t), tapped: () => readTapCard(t, transaction) };
  const card = await present(t, transaction, { ...options, asked: true }, ways);
  assert(typeof card === "object", "a chip that was read is a card");
  return card;
}

/** The same for what the chip itself decides on. */
export function presentPayment(t: Terminal, transaction: Prompt, options: PresentOptions = {}): Promise<Means> {
  const ways: Ways = {
    inserted: () => Promise.resolve({ card: "chip" }),
    tapped: () => Promise.resolve({ card: "tap" }),
  };
  return present(t, transaction, options, ways);
}

async function present(t: Terminal, transaction: Prompt, options: PresentOptions, ways: Ways): Promise<Means> {
  const { amountFen, keyed = false, same, invited = false } = options;
  const typing = keyed && rule(t, "manualEntry");
  let { after } = options;
  let problem = after?.again;
  if (problem !== undefined) t.ui.bad();
  for (;;) {
    const field = fieldUse(t, { ...options, after });
    const readers = { ...t.readers, contactless: field !== undefined };
    t.ui.show("present", { transaction, amountFen, problem, ...readers, keyed: typing, tapNow: invited });
    const input = await t.ui.wait({ card: true, slot: t.readers.contact, field, timeoutMs: patienceMs(t) });
    if (input.input === "timeout") throw new Left("timeout", t.ui.say(leftOpen(t) ?? "problem.timeout"));
    if (input.input === "key" && input.key === "cancel") throw leaving(t);
    if (input.input === "key" && !(typing && input.key === "enter")) {
      t.ui.bad();
      continue;
    }
    const read = await readInput(t, input, ways);
    if ("card" in read && (same === undefined || typeof read.card === "string" || read.card.pan === same)) return read.card;
    problem = "card" in read ? t.ui.say("problem.card-other") : "again" in read ? read.again : read.problem;
    if (input.input === "insert") await removeCard(t, problem);
    if (input.input === "tap") {
      after = "again" in read ? read : { again: problem };
      t.ui.field("error");
    }
    t.ui.bad();
  }
}

/** How the field is armed, if at all. */
function fieldUse(t: Terminal, { amountFen, asked, after }: PresentOptions): "noticed" | "read" | "afresh" | undefined {
  if (!tapAllowed(t, amountFen ?? 0) || after?.elsewhere) return undefined;
  if (after !== undefined) return "afresh";
  return amountFen !== undefined || asked ? "read" : "noticed";
}

/** A card that may have paid has to come back soon (FF803A), if it is to be believed. */
export function patienceMs(t: Terminal): number {
  return t.tornTap === undefined || t.tornTap.told
    ? t.profile.promptTimeoutMs
    : Number(t.parameters.value("quick.again")) * 1_000;
}

async function readInput(
  t: Terminal,
  input: Exclude<Input, { input: "timeout" }>,
  ways: Ways,
): Promise<{ card: Means } | { problem: string } | TapAgain> {
  switch (input.input) {
    case "swipe":
      return readSwipe(t, input.swipe);
    case "insert":
      return ways.inserted();
    case "tap":
      return ways.tapped();
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
