/** A card in the field: let in, spoken to, let go; and read for its number alone. */
import type { PiccError } from "../../hal/picc/picc.ts";
import { type CardChannel, cardOf, type OnlineRequest, type Outcome, type People, runTransaction } from "../emv/index.ts";
import type { CardData } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import { cardDataOf, withAid } from "./chip-card.ts";
import { tapTerminal } from "./tap-terminal.ts";
import { Left, type Terminal } from "./terminal.ts";

/** Nothing has happened, and somebody has to do something else: hold one card, look at the phone, use the slot. */
export interface TapAgain {
  again: string;
  /** The field will not do for this card or this amount. */
  elsewhere?: boolean;
}

const isPiccError = (error: unknown): error is PiccError =>
  error instanceof Error && (error as { device?: string }).device === "picc";

/** Holding it this long is longer than people expect: they are told. */
const SLOW_MS = 700;

export interface OpenTap {
  channel: CardChannel;
  /** What the kernel says on the way: that the card has been read. */
  people: Pick<People, "message">;
  /** The card is not needed any more; harmless when it was said before. */
  done(): void;
}

/** The kernel's way to the card. Whoever opens it says `done`. */
export async function openTap(t: Terminal, state: { transaction: Prompt; amountFen?: number }): Promise<OpenTap | TapAgain> {
  const { picc } = t.devices;
  if (picc === undefined) return { again: t.ui.say("problem.tap-reader"), elsewhere: true };
  t.ui.field("processing");
  try {
    await picc.connect();
  } catch (error) {
    if (!isPiccError(error)) throw error;
    t.system.log.warn(`tap: ${error.code}`);
    t.ui.field("error");
    return problemOf(t, error);
  }
  const slow = t.system.scheduler.after(SLOW_MS, "work", () => t.ui.show("tap", { ...state, read: false }));
  let open = true;
  const done = (): void => {
    slow.stop();
    if (!open) return;
    open = false;
    t.system.scheduler.run("field off", () => picc.remove());
  };
  return {
    channel: {
      protocol: "contactless",
      transmit: async (command) => {
        try {
          return await picc.transmit(command);
        } catch (error) {
          if (!isPiccError(error)) throw error;
          t.system.log.warn(`tap: ${error.code}`);
          return undefined;
        }
      },
    },
    people: {
      message: (id) => {
        if (id !== "card-read") return;
        done();
        t.ui.field("read");
        t.ui.show("tap", { ...state, read: true });
      },
    },
    done,
  };
}

function problemOf(t: Terminal, { code }: PiccError): TapAgain {
  switch (code) {
    case "collision":
      return { again: t.ui.say("problem.tap-one-card") };
    case "unplugged":
    case "fault":
      return { again: t.ui.say("problem.tap-reader"), elsewhere: true };
    default:
      return { again: t.ui.say("problem.tap-again") };
  }
}

/** Of a tap that came to nothing: what to do instead. Leaves when there is nothing. */
export function againAfter(t: Terminal, { result, reason, words, torn }: Outcome): TapAgain {
  t.system.log.info(`tap: ${result}, ${reason}: ${words}`);
  t.ui.field("error");
  if (reason === "see-phone") return { again: t.ui.say("problem.tap-phone") };
  if (torn !== undefined) return { again: t.ui.say("problem.tap-same-card") };
  if (reason === "card-lost" || result === "try-again") return { again: t.ui.say("problem.tap-again") };
  if (result === "card-blocked") throw new Left("problem", t.ui.say("problem.chip-blocked"));
  if (result === "cancelled") throw new Left("cancelled");
  // Whatever else it was, the same card would do it again here; its other sides may do better.
  return { again: t.ui.say(reason === "no-application" ? "problem.tap-not-accepted" : "problem.tap-elsewhere"), elsewhere: true };
}

/** Undefined: it has not come so far as to say who it is. */
export function tappedCard({ data }: Outcome): CardData | undefined {
  const { pan, ...card } = cardOf(data);
  return pan === "" ? undefined : cardDataOf({ pan, ...card }, "contactless");
}

/** 9C of what gives money back, which asks nothing of the card but its number. */
const GIVING_BACK = "20";

/** Number, sequence and track of the card in the field (§3.11 F). */
export async function readTapCard(t: Terminal, transaction: Prompt): Promise<{ card: CardData } | TapAgain> {
  const opened = await openTap(t, { transaction });
  if ("again" in opened) return opened;
  let shown: OnlineRequest | undefined;
  try {
    const terminal = tapTerminal(t, 0);
    const people = { ...terminal.people, ...opened.people, onlinePin: () => "entered" as const };
    const details = { amountFen: 0, type: GIVING_BACK, interface: "contactless", sequence: t.journal.nextTrace } as const;
    const ending = await runTransaction(opened.channel, { ...terminal, people }, details, (request) => {
      shown = request;
      return undefined;
    });
    return shown === undefined ? againAfter(t, ending) : { card: withAid(cardDataOf(shown, "contactless"), shown.tags["84"]) };
  } finally {
    opened.done();
  }
}
