/** Plays a whole transaction against a scripted card and tells what came of it. */
import { type Outcome, runTransaction, type RunTerminal, toHex } from "../../../app/emv/index.ts";
import { type Exchange, ScriptedCard } from "./card.ts";
import { type Image, terminalFor } from "./image.ts";

export interface PlayOptions {
  amount?: Parameters<typeof runTransaction>[2];
  host?: Parameters<typeof runTransaction>[3];
  terminal?: Partial<RunTerminal>;
  protocol?: "T=0";
}

export interface Played {
  outcome: Outcome;
  /** An object of the outcome as hex digits, "" when it is not there. */
  hex: (tag: string) => string;
  tvr: string;
  tsi: string;
  commands: string[];
}

export async function play(image: Image, script: readonly Exchange[], options: PlayOptions = {}): Promise<Played> {
  const card = new ScriptedCard(script);
  const channel = { transmit: card.transmit, ...(options.protocol === undefined ? {} : { protocol: options.protocol }) };
  const outcome = await runTransaction(channel, terminalFor(image, options.terminal), options.amount ?? 10_000, options.host);
  card.done();
  const hex = (tag: string): string => toHex(outcome.data[tag] ?? new Uint8Array(0));
  return { outcome, hex, tvr: hex("95"), tsi: hex("9B"), commands: card.commands };
}
