/** 未完成预授权 (M13): what is held and still has to be completed or let go, with the days left; on screen, and on paper with Enter. */
import { grouped, maskPan } from "../model/card.ts";
import { dashed } from "../model/time.ts";
import { holdsSlip } from "../slips/holds.ts";
import { nextKey } from "../steps/ask.ts";
import { printSlip } from "../steps/print.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";

export async function holds(t: Terminal): Promise<void> {
  const stamp = now(t);
  // The one that ends first is the one to look at first.
  const open = t.journal.holds(stamp.date).sort((a, b) => a.daysLeft - b.daysLeft);
  const [first] = open;
  if (first === undefined) return tell(t, t.ui.say("holds.title"), [t.ui.say("holds.none")]);
  for (let at = 0; ; ) {
    const { record, daysLeft } = open[at] ?? first;
    t.ui.show("original", {
      title: "holds.title",
      amountFen: record.approvedFen,
      rows: [
        { label: "pair.auth-code", value: record.authCode ?? "" },
        { label: "pair.card", value: grouped(maskPan(record.pan)) },
        { label: "pair.date", value: dashed(record.date) },
        { label: "pair.days-left", value: t.ui.say("holds.days", { days: daysLeft }) },
      ],
      enter: "hint.print-list",
      place: { at: at + 1, of: open.length },
    });
    const key = await nextKey(t);
    if (key === "down") at = (at + 1) % open.length;
    else if (key === "up") at = (at + open.length - 1) % open.length;
    else if (key === "enter") break;
    else t.ui.bad();
  }
  const { profile, settings } = t;
  const slip = holdsSlip({ holds: open, ...stamp, operator: t.operator ?? "", profile, language: settings.language });
  if ((await printSlip(t, slip, "report")) === "later")
    await tell(t, t.ui.say("notice.no-printer-title"), [t.ui.say("printer.unplugged")], "warn");
}
