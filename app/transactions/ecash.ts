/** 电子现金: 快速支付 and 普通支付 (M7). The purse of a chip pays without the host, which is told later. */
import { groupedYuan } from "../model/money.ts";
import { deliverWhenMany } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import { insertCard } from "../steps/ecash-card.ts";
import { payByPurse, type PursePayment } from "../steps/ecash.ts";
import { practisePurse } from "../steps/ecash-practice.ts";
import { showOutcome } from "../steps/outcome.ts";
import { batchTakes } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import type { Terminal } from "../steps/terminal.ts";

export const ecashFast = (t: Terminal): Promise<void> => ecash(t, "fast", "transaction.ecash-quick");
export const ecashNormal = (t: Terminal): Promise<void> => ecash(t, "normal", "transaction.ecash-sale");

async function ecash(t: Terminal, way: PursePayment["way"], transaction: PursePayment["transaction"]): Promise<void> {
  permit(t, "ecash");
  await batchTakes(t);
  await printerOrConsent(t);
  const amountFen = await askAmount(t, { transaction }, { check: belowLimit(t) });
  await insertCard(t, transaction, amountFen);
  const payment = { transaction, amountFen, way };
  const outcome = await (t.training === undefined ? payByPurse(t, payment) : practisePurse(t, payment));
  await showOutcome(t, transaction, amountFen, outcome);
  await deliverWhenMany(t);
}

/** The largest 9F7B of the applications (§8: less than that), and the merchant's own limit. */
function belowLimit(t: Terminal) {
  const limits = t.cardData.applications.flatMap(({ ecashLimitFen }) => ecashLimitFen ?? []);
  const limitFen = Math.min(Math.max(0, ...limits), Number(t.parameters.value("chip.ecash-most")));
  return (amountFen: number): string | undefined =>
    amountFen < limitFen ? undefined : t.ui.say("problem.purse-limit", { limit: groupedYuan(limitFen) });
}
