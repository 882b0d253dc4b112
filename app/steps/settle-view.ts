/** The settling screen (M17): which step is under way, how far, and what became of those before it. */
import type { CheckItem } from "../screens/states.ts";
import { batch6 } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

export const SETTLE_STEPS = ["owed", "totals", "upload", "end", "print", "next"] as const;
export type SettleStep = (typeof SETTLE_STEPS)[number];

export interface SettleView {
  /** Now at this step; those before it are done, or were not needed. */
  at(step: SettleStep, note?: string): void;
}

export function openSettleView(t: Terminal): SettleView {
  const batch = batch6(t.journal.batch);
  const passed = new Set<SettleStep>();
  let running: SettleStep = "owed";
  let words: string | undefined;

  const stateOf = (step: SettleStep): CheckItem["state"] => {
    if (step === running) return "running";
    return SETTLE_STEPS.indexOf(step) < SETTLE_STEPS.indexOf(running) ? "ok" : "waiting";
  };
  const noteOf = (step: SettleStep): string | undefined => {
    if (step === running) return words;
    return stateOf(step) === "ok" && !passed.has(step) ? t.ui.say("settling.none") : undefined;
  };
  const draw = () =>
    t.ui.show("settling", {
      batch,
      steps: SETTLE_STEPS.map((step) => ({ label: `settling.${step}` as const, state: stateOf(step), note: noteOf(step) })),
    });

  return {
    at(step, note) {
      passed.add(step);
      running = step;
      words = note;
      draw();
    },
  };
}
