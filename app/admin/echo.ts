/** 线路测试: an echo with the host, no money, no trace. */
import { manage } from "../steps/manage.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";

export async function echo(t: Terminal): Promise<void> {
  const started = t.system.scheduler.now();
  const fate = await manage(t, { about: "echo", batch: t.journal.batch }, "transaction.echo");
  const title = t.ui.say("transaction.echo");
  if (fate?.fate === "answered")
    await tell(t, title, [`${t.ui.say("ok")} · ${Math.round(t.system.scheduler.now() - started)} ms`], "good");
  else await tell(t, title, [t.ui.say(fate?.fate === "not-sent" ? "notice.no-line" : "problem.sign-on-no-answer")], "warn");
}
