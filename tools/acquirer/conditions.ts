/** When a conditional field of the matrix must, may or must not be there (§2, condition rules), and why. */
import type { Fields } from "./codec.ts";

/** What the rules look at. */
export interface Facts {
  /** DE22, first two digits (§3.4). */
  entry: string;
  /** DE22, third digit: 1 PIN, 2 none, 0 unknown. */
  pinDigit: string;
  pin: boolean;
  track: boolean;
  /** DE53's second digit says SM4 (§4.3). */
  sm4: boolean;
  /** DE61 says that the terminal itself authorised a small amount (mode 02, §3.7). */
  standIn: boolean;
}

export type Verdict = { need: "must" | "may" | "never"; why: string };
type Rule = (facts: Facts) => Verdict;
/** original: about an earlier one, so a chip need not be asked again · advice: decided without the host · stored: out of a terminal's store. */
export type RuleSet = "none" | "card" | "original" | "advice" | "reversal" | "stored";

const must = (why: string): Verdict => ({ need: "must", why });
const may: Verdict = { need: "may", why: "" };
const never = (why: string): Verdict => ({ need: "never", why });

const stripe = ({ entry }: Facts): boolean => entry === "02";
const chip = ({ entry }: Facts): boolean => entry === "05" || entry === "07";
const keyed = ({ entry }: Facts): boolean => entry === "01";

const chipOnly: Rule = (facts) => (chip(facts) ? may : never("only a chip gives it (DE22 05 or 07)"));

const card: Record<number, Rule> = {
  // Profiles differ on a swipe (§9); a second number that agrees with the track does no harm.
  2: (facts) => (stripe(facts) ? may : must(`DE22 ${facts.entry} is not a swipe, so the number is sent here`)),
  14: (facts) => (stripe(facts) ? never("on a swipe the host takes the expiry from track 2") : may),
  23: chipOnly,
  26: (facts) => (facts.pin ? must("there is a PIN (DE52)") : never("there is no PIN (DE52)")),
  35: (facts) => (stripe(facts) ? must("DE22 says swiped") : keyed(facts) ? never("DE22 says keyed") : may),
  36: (facts) => (stripe(facts) ? may : never("DE22 does not say swiped")),
  52: ({ pinDigit }) => {
    if (pinDigit === "1") return must("DE22 says that a PIN was entered");
    return pinDigit === "2" ? never("DE22 says that no PIN was entered") : may;
  },
  53: ({ pin, track }) =>
    pin || track ? must("there is a PIN or a track (DE52, 35, 36)") : never("there is neither PIN nor track"),
  55: (facts) => (chip(facts) ? must("DE22 says chip or contactless") : never("DE22 says neither chip nor contactless")),
  59: ({ pin, sm4 }) =>
    pin && sm4 ? must("an SM4 PIN block has 16 bytes and stands here") : never("DE53.2 does not say SM4 with a PIN"),
};

const original: Record<number, Rule> = { ...card, 55: chipOnly };

const trackMay: Rule = (facts) => (keyed(facts) ? never("DE22 says keyed") : may);

const advice: Record<number, Rule> = {
  2: () => must("an advice names its card"),
  14: () => may,
  23: chipOnly,
  35: trackMay,
  36: trackMay,
  38: ({ standIn }) => (standIn ? may : must("somebody authorised it: DE61 does not say mode 02")),
  53: ({ track }) => (track ? may : never("there is neither PIN nor track")),
};

const stored: Record<number, Rule> = { ...advice, 53: () => may, 55: chipOnly };

const reversal: Record<number, Rule> = {
  2: ({ entry }) => (entry === "03" ? may : must("a reversal comes from a record that has the number")),
  23: chipOnly,
  55: chipOnly,
};

export const conditions: Record<RuleSet, Record<number, Rule>> = { none: {}, card, original, advice, reversal, stored };

export function factsOf(fields: Fields): Facts {
  const mode = fields[22] ?? "";
  return {
    entry: mode.slice(0, 2),
    pinDigit: mode.slice(2, 3),
    pin: fields[52] !== undefined,
    track: fields[35] !== undefined || fields[36] !== undefined,
    sm4: fields[53]?.[1] === "3",
    standIn: fields[61]?.slice(16, 18) === "02",
  };
}
