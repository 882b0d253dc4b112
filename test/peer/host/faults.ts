/** How the independent host misbehaves, by its seed: what becomes of a request, and of the answer to it. */
import type { Socket } from "node:net";
import type { Chance } from "./chance.ts";
import { type Fields, framed } from "./codec.ts";

export type Misdeed =
  | "silence"
  | "ignored"
  | "hang-up-before"
  | "stray"
  | "wrong-mac"
  | "no-mac"
  | "wrong-trace"
  | "wrong-amount"
  | "wrong-terminal"
  | "wrong-mti"
  | "no-code"
  | "garbage"
  | "oversize"
  | "hang-up"
  | "cut"
  | "twice"
  | "stray-first"
  | "halves";

/** How often each; real silence costs real time, somebody else's answer is silence too. */
const OFTEN: readonly (readonly [weight: number, Misdeed])[] = [
  [1, "silence"],
  [4, "ignored"],
  [4, "hang-up-before"],
  [8, "stray"],
  [8, "hang-up"],
  [6, "wrong-mac"],
  [3, "no-mac"],
  [4, "wrong-trace"],
  [3, "wrong-amount"],
  [3, "wrong-terminal"],
  [2, "wrong-mti"],
  [3, "no-code"],
  [5, "garbage"],
  [2, "oversize"],
  [5, "cut"],
  [5, "twice"],
  [5, "stray-first"],
  [5, "halves"],
];

export const MISDEEDS: readonly Misdeed[] = OFTEN.map(([, misdeed]) => misdeed);

export function misdeedOf(chance: Chance): Misdeed {
  let left = chance.next() * OFTEN.reduce((sum, [weight]) => sum + weight, 0);
  return OFTEN.find(([weight]) => (left -= weight) < 0)?.[1] ?? "stray";
}

/** The terminal gets the right answer all the same. */
export const HARMLESS: ReadonlySet<Misdeed> = new Set<Misdeed>(["twice", "stray-first", "halves"]);
/** The host does as if the request had never come. */
export const UNHEARD: ReadonlySet<Misdeed> = new Set<Misdeed>(["ignored", "hang-up-before"]);

/** A message as it will leave: its fields, and how to make bytes of them. */
export interface Outgoing {
  fields: Fields;
  mti: string;
  hasMac: boolean;
  pack(change?: { fields?: Fields; mti?: string; mac?: "right" | "wrong" | "none" }): Buffer;
}

const STRAY_TRACE = "999997";

/** Writes an answer, spoilt. */
export function misbehave(misdeed: Misdeed, socket: Socket, { fields, pack }: Outgoing, chance: Chance): void {
  const say = (body: Buffer): void => void socket.write(framed(body));
  const changed = (change: Fields): Buffer => pack({ fields: { ...fields, ...change } });
  const without = (de: number): Buffer => {
    const { [de]: _, ...rest } = fields;
    return pack({ fields: rest });
  };
  const stray = (): void => say(fields[11] === undefined ? pack({ mti: "0990" }) : changed({ 11: STRAY_TRACE }));
  const ways: Record<Misdeed, () => void> = {
    silence: () => undefined,
    ignored: stray,
    "hang-up-before": () => void socket.destroy(),
    stray,
    "hang-up": () => void socket.destroy(),
    "wrong-mac": () => say(pack({ mac: "wrong" })),
    "no-mac": () => say(pack({ mac: "none" })),
    "wrong-trace": stray,
    "wrong-amount": () =>
      say(changed({ 4: fields[4] === undefined ? "000000000001" : String(Number(fields[4]) + 1).padStart(12, "0") })),
    "wrong-terminal": () => say(changed({ 41: "10000009" })),
    "wrong-mti": () => say(pack({ mti: "0990" })),
    "no-code": () => say(without(39)),
    garbage: () => say(chance.bytes(60)),
    oversize: () => say(chance.bytes(0xffff)),
    cut: () => void socket.end(framed(pack()).subarray(0, 30)),
    twice: () => {
      say(pack());
      say(pack());
    },
    "stray-first": () => {
      stray();
      say(pack());
    },
    halves: () => {
      const frame = framed(pack());
      socket.write(frame.subarray(0, 17));
      setImmediate(() => void socket.write(frame.subarray(17)));
    },
  };
  ways[misdeed]();
}
