/** Rows and hints that many screens share. */
import type { Words } from "../text/words.ts";
import type { Hint, Icon, Row } from "./tree.ts";

export function problemRow(problem: string | undefined, align: "left" | "center" = "left"): Row[] {
  return problem === undefined ? [] : [{ row: "text", text: problem, align, tone: "bad" }];
}

/** What was wrong, or else what is asked: the line under a field. */
export function problemOr(problem: string | undefined, ask: string): Row {
  return problem === undefined
    ? { row: "text", text: ask, size: "small", tone: "muted" }
    : { row: "text", text: problem, tone: "bad" };
}

/** A secret is shown as its length. */
export function stars(count: number): string {
  return "*".repeat(count);
}

/** Hints of a field: correct what was typed or leave, then go on. */
export function fieldHints(words: Words, go: "hint.confirm" | "hint.log-in" | "hint.unlock", typed: boolean): Hint[] {
  const hints: Hint[] = [{ key: "cancel", text: words.say("hint.back") }];
  if (typed) hints.push({ key: "clear", text: words.say("hint.correct") });
  hints.push({ key: "enter", text: words.say(go) });
  return hints;
}

/** The ways to present a card that this terminal has. */
export function readers(words: Words, contact: boolean, contactless: boolean): { icon: Icon; text: string }[] {
  const only = !contact && !contactless;
  const items: { icon: Icon; text: string }[] = [{ icon: "swipe", text: words.say(only ? "present.swipe" : "idle.swipe") }];
  if (contact) items.push({ icon: "insert", text: words.say("idle.insert") });
  if (contactless) items.push({ icon: "tap", text: words.say("idle.tap") });
  return items;
}

/** "3012" (YYMM) → "2030-12"; what is not four digits stays. */
export function month(expiry: string): string {
  return /^\d{4}$/.test(expiry) ? `20${expiry.slice(0, 2)}-${expiry.slice(2)}` : expiry;
}
