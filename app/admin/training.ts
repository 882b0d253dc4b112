/** 培训模式 (M31): in and out, with the supervisor's consent. */
import { confirm } from "../steps/ask.ts";
import { note } from "../steps/audit.ts";
import { moneyIsOwed } from "../steps/parameters.ts";
import { supervisor } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import { beginTraining } from "../steps/training.ts";
import { now, type Terminal } from "../steps/terminal.ts";

export async function training(t: Terminal): Promise<void> {
  const title = t.ui.say("menu.training");
  const begins = t.training === undefined;
  if (begins && moneyIsOwed(t)) return tell(t, title, [t.ui.say("training.owed-first")], "warn");
  await supervisor(t);
  t.ui.show("notice", { title, rows: [{ value: t.ui.say(begins ? "training.ask-on" : "training.ask-off") }], tone: "warn" });
  await confirm(t);
  t.training = undefined;
  note(t, "training", begins ? "on" : "off");
  if (begins) t.training = beginTraining({ system: t.system, profile: t.profile, now: () => now(t) });
  await tell(t, title, [t.ui.say(begins ? "training.on" : "training.off")], "warn");
}

/** What must not be touched while somebody practises. Resolves true when it was told so. */
export async function notInTraining(t: Terminal): Promise<boolean> {
  if (t.training === undefined) return false;
  await tell(t, t.ui.say("menu.training"), [t.ui.say("training.not-now")], "warn");
  return true;
}
