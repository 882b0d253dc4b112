/**
 * A screen is data. One renderer draws it (./render.ts), `screenLines` says its words for the debug channel and the tests.
 */
export const SCREEN_IDS = [
  "selfcheck",
  "login",
  "password",
  "signing-on",
  "downloading",
  "idle",
  "menu",
  "card",
  "present",
  "pan",
  "expiry",
  "application",
  "amount",
  "confirm",
  "pin",
  "supervisor",
  "field",
  "trace",
  "reference",
  "date",
  "authcode",
  "original",
  "online",
  "reversing",
  "remove-card",
  "approved",
  "declined",
  "unknown",
  "printing",
  "tear",
  "printer",
  "settling",
  "settled",
  "notice",
  "locked",
  "fault",
] as const;
export type ScreenId = (typeof SCREEN_IDS)[number];

export type Tone = "normal" | "muted" | "good" | "warn" | "bad";
export type Icon =
  | "swipe"
  | "insert"
  | "tap"
  | "good"
  | "bad"
  | "unknown"
  | "paper"
  | "lock"
  | "network"
  | "key"
  | "warn"
  | "reverse";

export type Row =
  /** "huge" has digits and `. , : - ¥` only: the clock of the idle screen. */
  | { row: "text"; text: string; size?: "small" | "normal" | "large" | "huge"; align?: "left" | "center" | "right"; tone?: Tone }
  /** A label and its value on one line. */
  | { row: "pair"; label: string; value: string; tone?: Tone; strong?: boolean }
  /** Money, the largest thing on the screen. */
  | { row: "amount"; amountFen: number; label?: string; editing?: boolean }
  /** What the person is typing; secrets come already as stars. */
  | { row: "field"; label: string; value: string; placeholder?: string }
  | { row: "choice"; key: string; text: string; selected: boolean; note?: string }
  | { row: "check"; label: string; state: "waiting" | "running" | "ok" | "warn" | "bad"; note?: string }
  | { row: "progress"; fraction: number; text?: string }
  /** Seconds left, as a ring or bar. */
  | { row: "countdown"; seconds: number; of: number }
  | { row: "icon"; icon: Icon; tone?: Tone }
  /** Pictures with their words side by side: the ways to present a card. */
  | { row: "icons"; items: { icon: Icon; text: string }[] }
  | { row: "gap" };

/** What a key does here: shown at the foot of the screen. */
export interface Hint {
  key: "enter" | "cancel" | "clear" | "menu" | "up" | "down" | "digits";
  text: string;
}

export interface StatusBar {
  time: string;
  link: "up" | "down" | "busy" | "unknown";
  paper: "ok" | "near-end" | "out" | "none";
  batch: string;
  operator: string;
  /** Reversals and offline transactions that still have to reach the host. */
  debt: number;
  sending: boolean;
  receiving: boolean;
}

export interface Screen {
  id: ScreenId;
  title: string;
  rows: Row[];
  hints: Hint[];
  /** Colours the whole screen: an approved one is green at a glance. */
  tone?: Tone;
}
