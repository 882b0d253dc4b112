/**
 * What every step works with: the devices, the journal, the host, the people's screen, and who is at the keys.
 */
import type { Devices } from "../../hal/index.ts";
import type { Link } from "../../hal/link/link.ts";
import type { System } from "../../platform/guest/system.ts";
import type { Host } from "../acquirer/host.ts";
import type { Journal } from "../journal/journal.ts";
import type { Profile } from "../model/profile.ts";
import { isoTime, type LocalTime, localTime } from "../model/time.ts";
import type { Prompt } from "../text/words.ts";
import type { Audit } from "./audit.ts";
import type { Blacklist } from "./blacklist.ts";
import type { CardData } from "./card-data.ts";
import type { ChipFailures } from "./fallback.ts";
import type { HostRequests } from "./host-requests.ts";
import type { Keeping } from "./keeping.ts";
import type { Operators } from "./operators.ts";
import type { Parameters } from "./parameters.ts";
import type { Settings } from "./settings.ts";
import type { TornTap } from "./tap-torn.ts";
import type { Training } from "./training.ts";
import type { Ui } from "./ui.ts";

/** faulted: cannot work · unkeyed: no master key · locked: nobody logged in · signed-off · ready. */
export type Level = "faulted" | "unkeyed" | "signed-off" | "locked" | "ready";

/** Readers besides the stripe's that this terminal can take a payment with. */
export interface Readers {
  contact: boolean;
  contactless: boolean;
}

export interface Terminal {
  readonly system: System;
  readonly devices: Devices;
  /** The parameters as they stand; another object after a change. */
  readonly profile: Profile;
  readonly parameters: Parameters;
  /** In training, this and the host are those of the training. */
  readonly journal: Journal;
  readonly settings: Settings;
  readonly operators: Operators;
  readonly audit: Audit;
  readonly blacklist: Blacklist;
  readonly cardData: CardData;
  readonly hostRequests: HostRequests;
  readonly keeping: Keeping;
  readonly link: Link | undefined;
  readonly host: Host | undefined;
  readonly ui: Ui;
  readonly readers: Readers;
  /** Chips that could not be read just now: leave for a stripe to stand in. */
  chipFailures?: ChipFailures | undefined;
  /** A purse that was taken away while it paid. */
  tornTap?: TornTap | undefined;
  /** What the store or the journal found broken at start, in words; empty when all is well. */
  damage: readonly string[];
  /** Operator at the keys; undefined when nobody is. */
  operator: string | undefined;
  /** The operator's lock is on: only that operator's password opens it. */
  locked: boolean;
  /** The PIN pad holds a master key in the profile's slot. */
  keyed: boolean;
  /** Signed off on purpose: nothing but a sign-on from the menu ends it. */
  signedOffByHand: boolean;
  /** Somebody practises: nothing that happens is real. Ends with a restart. */
  training: Training | undefined;
}

/** Terminal time: the wall clock, corrected by the host at sign-on. */
export function wallMs(t: Pick<Terminal, "system" | "settings">): number {
  return t.system.wallMs() + t.settings.clockOffsetMs;
}

export function now(t: Pick<Terminal, "system" | "settings" | "profile">): LocalTime {
  return localTime(wallMs(t), t.profile.utcOffsetMinutes);
}

export function isoNow(t: Pick<Terminal, "system" | "settings" | "profile">): string {
  return isoTime(now(t), t.profile.utcOffsetMinutes);
}

export function levelOf(t: Terminal): Level {
  if (!t.keyed) return "unkeyed";
  if (t.operator === undefined || t.locked) return "locked";
  return t.journal.signedOn ? "ready" : "signed-off";
}

/** Why a flow was left before its end; caught where the flow was started. Never thrown once a request has left. */
export class Left extends Error {
  override readonly name = "Left";
  constructor(
    readonly why: "cancelled" | "timeout" | "problem",
    /** What to tell the person; undefined: nothing to tell. */
    readonly words?: string,
    readonly title?: Prompt,
  ) {
    super(words ?? why);
  }
}
