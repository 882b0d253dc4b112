/** A page that shows whether the printer prints: every size and place, every printable ASCII character, both scripts, a code. */
import { readableStamp } from "../model/dates.ts";
import type { Profile } from "../model/profile.ts";
import { inLanguage, merchantLines, NARROW_COLUMNS, pair, titleLines } from "./parts.ts";
import type { Slip, SlipLine } from "./slip.ts";
import type { ReportRow } from "./versions.ts";
import { SELF_TEST_WORDS, type SlipLanguage, TITLES } from "./words.ts";

export interface SelfTestSlipInput {
  /** What the check found: device and state, already in the language of the slip. */
  rows: readonly ReportRow[];
  /** YYYYMMDD, hhmmss. */
  date: string;
  time: string;
  profile: Profile;
  language: SlipLanguage;
}

export function selfTestSlip({ rows, date, time, profile, language }: SelfTestSlipInput): Slip {
  return {
    name: "self-test",
    lines: [
      ...titleLines(TITLES["self-test"], profile, language),
      { rule: "=" },
      ...merchantLines(profile, language),
      ...pair("stamp", readableStamp(date, time), language),
      ...(rows.length === 0 ? [] : [{ rule: "-" } satisfies SlipLine]),
      ...rows.map((row): SlipLine => ({ left: row.label, right: row.value })),
      { rule: "-" },
      ...samples(language),
      { rule: "." },
      ...characters(),
      { rule: "=" },
      { qr: `${profile.merchant.id}/${profile.terminal.id}` },
    ],
  };
}

function samples(language: SlipLanguage): SlipLine[] {
  const say = (name: keyof typeof SELF_TEST_WORDS): string => inLanguage(SELF_TEST_WORDS[name], language);
  return [
    { text: say("normal") },
    { text: say("bold"), bold: true },
    { text: say("tall"), size: "tall" },
    { text: say("large"), size: "large" },
    { text: say("left"), align: "left" },
    { text: say("center"), align: "center" },
    { text: say("right"), align: "right" },
  ];
}

/** A ruler of the narrowest paper, then ASCII from the space to the tilde. */
function characters(): SlipLine[] {
  const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 0x20 + i));
  const lines = ["1234567890".repeat(4).slice(0, NARROW_COLUMNS)];
  for (let at = 0; at < ascii.length; at += NARROW_COLUMNS) lines.push(ascii.slice(at, at + NARROW_COLUMNS));
  return lines.map((text) => ({ text }));
}
