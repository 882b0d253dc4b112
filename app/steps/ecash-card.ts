/** A card of electronic cash in the slot, and what its purse and its own log say without paying anything (§8). */
import { EmvError, type LogEntry, type LogKind, readLog, readPurse } from "../emv/index.ts";
import type { Prompt } from "../text/words.ts";
import { patienceMs } from "./card.ts";
import { openChip } from "./chip-card.ts";
import { chipPeople, chipTerminal } from "./chip-terminal.ts";
import type { TapAgain } from "./tap-card.ts";
import { tapAllowed } from "./tap-terminal.ts";
import { leaving, leftOpen } from "./tap-torn.ts";
import { Left, type Terminal } from "./terminal.ts";

/** Asks for a card in the slot. Leaves on Cancel and time-out, and where no chip can be read. */
export async function insertCard(t: Terminal, transaction: Prompt, amountFen?: number, words?: Prompt): Promise<void> {
  if (!t.readers.contact) throw noSlot(t);
  t.ui.show("insert", { transaction, amountFen, words: words && t.ui.say(words), contactless: false });
  for (;;) {
    const input = await t.ui.wait({ slot: true, timeoutMs: t.profile.promptTimeoutMs });
    if (input.input === "insert") return;
    if (input.input === "timeout") throw new Left("timeout", t.ui.say("problem.timeout"));
    if (input.input === "key" && input.key === "cancel") throw new Left("cancelled");
    t.ui.bad();
  }
}

/** A chip in the slot, or held near, where that may be for this amount. Leaves on Cancel and time-out. */
export async function presentPurse(
  t: Terminal,
  transaction: Prompt,
  amountFen: number,
  after?: TapAgain,
): Promise<"chip" | "tap"> {
  const contactless = tapAllowed(t, amountFen) && after?.elsewhere !== true;
  if (!contactless && !t.readers.contact) throw noSlot(t);
  t.ui.show("insert", { transaction, amountFen, problem: after?.again, contactless });
  if (after !== undefined) t.ui.bad();
  const field = contactless ? (after === undefined ? "read" : "afresh") : undefined;
  for (;;) {
    const input = await t.ui.wait({ slot: t.readers.contact, field, timeoutMs: patienceMs(t) });
    if (input.input === "insert") return "chip";
    if (input.input === "tap") return "tap";
    if (input.input === "timeout") throw new Left("timeout", t.ui.say(leftOpen(t) ?? "problem.timeout"));
    if (input.input === "key" && input.key === "cancel") throw leaving(t);
    t.ui.bad();
  }
}

/** Switched off (§7.4), or it does not answer. */
const noSlot = (t: Terminal): Left =>
  new Left("problem", t.ui.say(t.parameters.value("chip.contact") === true ? "problem.chip-reader" : "problem.not-enabled"));

export interface PurseBalance {
  balanceFen: number;
  /** Of the purse in the card's second currency, where it has one. */
  secondBalanceFen: number | undefined;
}

/** Of the card in the slot. Leaves when it has no purse or does not answer. */
export async function purseInSlot(t: Terminal, transaction: Prompt): Promise<PurseBalance> {
  const { balanceFen, secondBalanceFen } = await ofCard(t, transaction, (channel) =>
    readPurse(channel, chipTerminal(t), chipPeople(t)),
  );
  if (balanceFen === undefined) throw new Left("problem", t.ui.say("problem.no-purse"));
  return { balanceFen, secondBalanceFen };
}

/** Newest first; empty where the card keeps none. */
export function logInSlot(t: Terminal, transaction: Prompt, kind: LogKind): Promise<LogEntry[]> {
  return ofCard(t, transaction, (channel) => readLog(channel, chipTerminal(t), kind, chipPeople(t)));
}

type Channel = Extract<Awaited<ReturnType<typeof openChip>>, { channel: unknown }>["channel"];

async function ofCard<T>(t: Terminal, transaction: Prompt, read: (channel: Channel) => Promise<T>): Promise<T> {
  t.ui.show("chip", { transaction });
  const opened = await openChip(t);
  if ("problem" in opened) throw new Left("problem", opened.problem);
  try {
    return await read(opened.channel);
  } catch (error) {
    if (!(error instanceof EmvError)) throw error;
    t.system.log.warn(`purse: ${error.message}`);
    const gone = t.devices.icc?.present !== true;
    throw new Left("problem", t.ui.say(gone ? "problem.chip-removed" : "problem.purse-unread"));
  }
}
