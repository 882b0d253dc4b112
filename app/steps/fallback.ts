/**
 * Whether a stripe may stand in for a chip (§5.7). A card whose service code says chip is inserted wherever this terminal has a slot; its stripe
 * counts only when the chip has just failed, and the request says so (60.5 = 2). The host may still refuse it with 45.
 */
import type { Terminal } from "./terminal.ts";

/** mute: no answer to reset, as of a card put in the wrong way round · unreadable: it answered, and then could not be read. */
export type ChipFailure = "mute" | "unreadable";

export interface ChipFailures {
  /** Oldest first, of the card that somebody is trying to insert. */
  hows: ChipFailure[];
  /** Monotonic ms of the last one. */
  lastAtMs: number;
}

/** So many silent insertions say that the chip is dead and not merely the wrong way round. */
const MUTE_TRIES = 3;
/** Who swipes later than this is another customer, or another card. */
const LASTS_MS = 60_000;

export type StripeUse = "swipe" | "fallback" | "insert";

export interface StripeQuestion {
  /** Of track 2; first digit 2 or 6: there is a chip. */
  serviceCode: string | undefined;
  /** This terminal can read chips. */
  slot: boolean;
  failures: ChipFailures | undefined;
  /** Monotonic ms. */
  nowMs: number;
}

/** swipe: the stripe is right · fallback: it stands in for a chip that failed · insert: the chip is to be read. */
export function stripeUse({ serviceCode, slot, failures, nowMs }: StripeQuestion): StripeUse {
  if (!slot || !/^[26]/.test(serviceCode ?? "")) return "swipe";
  if (failures === undefined || nowMs - failures.lastAtMs > LASTS_MS) return "insert";
  const dead = failures.hows.includes("unreadable") || failures.hows.length >= MUTE_TRIES;
  return dead ? "fallback" : "insert";
}

/** An insertion came to nothing. A card taken out too soon, or one that refused, has not failed. */
export function chipFailed(t: Terminal, how: ChipFailure): void {
  const nowMs = t.system.scheduler.now();
  const fresh = t.chipFailures !== undefined && nowMs - t.chipFailures.lastAtMs <= LASTS_MS;
  t.chipFailures = { hows: [...(fresh ? (t.chipFailures?.hows ?? []) : []), how], lastAtMs: nowMs };
}

/** A chip was read, or somebody left: what failed before means nothing for the next card. */
export function chipForgotten(t: Terminal): void {
  t.chipFailures = undefined;
}

/** What the swipe in hand is worth. Leave to fall back is for one swipe. */
export function useOfSwipe(t: Terminal, serviceCode: string | undefined): StripeUse {
  const { chipFailures: failures } = t;
  const use = stripeUse({ serviceCode, slot: t.readers.contact, failures, nowMs: t.system.scheduler.now() });
  if (use === "fallback") chipForgotten(t);
  return use;
}
