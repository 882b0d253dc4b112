/** What stands around every screen, and what the debug channel is told of the terminal's state. */
import type { Devices } from "../../hal/index.ts";
import { clocked } from "../model/time.ts";
import type { StatusBar } from "../screens/tree.ts";
import { batch6, trace6 } from "../steps/numbers.ts";
import { isoNow, levelOf, now, type Terminal } from "../steps/terminal.ts";

/** Stands before every title, so that nobody takes practice for the real thing. */
export const trainingMark = (t: Terminal | undefined): string | undefined =>
  t?.training === undefined ? undefined : t.ui.say("training.mark");

function paperOf({ printer }: Devices): StatusBar["paper"] {
  if (printer === undefined) return "none";
  if (printer.lastStatus?.problem === "paper-out") return "out";
  return printer.lastStatus?.nearEnd === true ? "near-end" : "ok";
}

export function statusBar(t: Terminal | undefined): StatusBar {
  const idle = { sending: false, receiving: false };
  // A damaged journal says nothing about its batch or its debt.
  if (t === undefined || t.damage.length > 0)
    return { time: "", link: "unknown", paper: "none", batch: "", operator: "", debt: 0, ...idle };
  const { reversals, advices } = t.journal.debts;
  return {
    time: clocked(now(t).time, false),
    link: t.link?.state ?? "down",
    paper: paperOf(t.devices),
    batch: batch6(t.journal.batch),
    operator: t.operator ?? "",
    debt: reversals + advices,
    ...idle,
  };
}

/** The debug channel's state line. */
export function debugState(t: Terminal | undefined): Record<string, unknown> {
  const { link, paper, batch, operator } = statusBar(t);
  const works = t !== undefined && t.damage.length === 0;
  const { reversals, advices } = works ? t.journal.debts : { reversals: 0, advices: 0 };
  return {
    level: works ? levelOf(t) : "faulted",
    batch,
    trace: works ? trace6(t.journal.nextTrace) : "",
    time: works ? isoNow(t) : "",
    indicators: { link, paper, batch, operator },
    debt: { reversals, offline: advices },
    language: t?.settings.language ?? "zh-CN",
  };
}
