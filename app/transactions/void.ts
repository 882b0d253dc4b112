/** 消费撤销 (M11): a sale of this batch, whole, once, with the same card. */
import type { CardData, TransactionRecord } from "../model/transaction.ts";
import { authorise } from "../steps/authorise.ts";
import { presentCard } from "../steps/card.ts";
import { originalByTrace, originalOf } from "../steps/original.ts";
import { showOutcome } from "../steps/outcome.ts";
import { withPin } from "../steps/pin-tries.ts";
import { prepare } from "../steps/prepare.ts";
import { printCopies, printerOrConsent } from "../steps/print.ts";
import { permit, permitRecord, rule } from "../steps/rules.ts";
import { supervisor } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";

const transaction = "transaction.void" as const;

export async function voidSale(t: Terminal): Promise<void> {
  permit(t, "void");
  await printerOrConsent(t);
  if (rule(t, "voidNeedsSupervisor")) await supervisor(t);
  const refuse = (record: TransactionRecord) => whyNot(t, record);
  const original = await originalByTrace(t, { kind: "void", transaction, kinds: ["sale", "offline"], refuse });
  if (original.kind === "offline") return voidHere(t, original);
  permitRecord(t);
  const amountFen = original.approvedFen;
  const card = rule(t, "voidNeedsCard")
    ? await presentCard(t, transaction, { amountFen, same: original.pan, keyed: original.entry === "manual" })
    : cardOnRecord(original);
  const host = await prepare(t);
  const { organisation, trace } = original;
  const outcome = await withPin(t, { transaction, card, amountFen, asked: rule(t, "voidNeedsPin") }, (pinBlock) =>
    authorise(t, host, {
      kind: "void",
      amountFen,
      card,
      pinBlock,
      original: originalOf(original),
      organisation,
      voids: trace,
    }),
  );
  await showOutcome(t, transaction, amountFen, outcome);
}

/** An offline sale can be taken back while the host has never heard of it (§5.6); afterwards only a refund helps. */
function whyNot(t: Terminal, { kind, state, delivery }: TransactionRecord): string | undefined {
  if (kind === "offline") return state === "pending" && delivery?.attempts === 0 ? undefined : t.ui.say("problem.sent-already");
  return state === "approved" ? undefined : t.ui.say("problem.cannot-here");
}

async function voidHere(t: Terminal, { trace }: TransactionRecord): Promise<void> {
  t.journal.voidLocally(trace);
  await tell(t, t.ui.say(transaction), [t.ui.say("notice.voided-here")], "good");
  const record = t.journal.find(trace);
  if (record !== undefined) await printCopies(t, record);
}

/** For merchants that void without the card: the number as it was kept. */
export function cardOnRecord({ pan, expiry }: TransactionRecord): CardData {
  return { entry: "manual", pan, expiry, serviceCode: undefined, track2: undefined, track3: undefined, holder: undefined };
}
