/** 版本 (M25): on screen, and on paper with Enter. */
import { versionsSlip } from "../slips/versions.ts";
import { kernelShown } from "../steps/chip-terminal.ts";
import { printSlip } from "../steps/print.ts";
import { MESSAGE_SET } from "../steps/sign-on.ts";
import { type Terminal, now } from "../steps/terminal.ts";

export async function versions(t: Terminal): Promise<void> {
  const facts = t.system.facts();
  const rows = [
    { label: t.ui.say("versions.manager"), value: facts.manager },
    { label: t.ui.say("versions.loader"), value: facts.loader },
    { label: t.ui.say("versions.kernel"), value: facts.kernel },
    { label: t.ui.say("versions.file-system"), value: facts.fileSystem },
    { label: t.ui.say("versions.engine"), value: facts.engine },
    { label: t.ui.say("versions.app"), value: facts.app },
    { label: t.ui.say("versions.emv"), value: kernelShown() },
    { label: t.ui.say("versions.parameters"), value: t.profile.name },
    { label: t.ui.say("versions.messages"), value: MESSAGE_SET },
  ];
  t.ui.show("notice", { title: t.ui.say("versions.title"), rows });
  const input = await t.ui.wait({ timeoutMs: t.profile.promptTimeoutMs });
  if (input.input !== "key" || input.key !== "enter" || t.devices.printer === undefined) return;
  await printSlip(t, versionsSlip({ rows, facts, ...now(t), profile: t.profile, language: t.settings.language }), "report");
}
