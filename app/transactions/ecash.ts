/** 电子现金: 快速支付 and 普通支付 (M7). The purse of a chip pays without the host, which is told later. */
import { groupedYuan } from "../model/money.ts";
import { deliverWhenMany } from "../steps/advise.ts";
import { askAmount } from "../steps/ask.ts";
import type { Outcome } from "../steps/authorise.ts";
import { blacklistLacks } from "../steps/chip-terminal.ts";
import { insertCard, presentPurse } from "../steps/ecash-card.ts";
import { payByPurse, type PursePayment } from "../steps/ecash.ts";
import { practisePurse } from "../steps/ecash-practice.ts";
import { showOutcome } from "../steps/outcome.ts";
import { batchTakes } from "../steps/prepare.ts";
import { printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import { payByTap } from "../steps/tap.ts";
import type { TapAgain } from "../steps/tap-card.ts";
import { Left, type Terminal } from "../steps/terminal.ts";

export const ecashFast = (t: Terminal): Promise<void> => ecash(t, "fast", "transaction.ecash-quick");
export const ecashNormal = (t: Terminal): Promise<void> => ecash(t, "normal", "transaction.ecash-sale");

async function ecash(t: Terminal, way: PursePayment["way"], transaction: PursePayment["transaction"]): Promise<void> {
  permit(t, "ecash");
  if (blacklistLacks(t)) throw new Left("problem", t.ui.say("problem.no-blacklist"));
  await batchTakes(t);
  await printerOrConsent(t);
  const amountFen = await askAmount(t, { transaction }, { check: belowLimit(t) });
  const outcome = await paid(t, { transaction, amountFen, way });
  await showOutcome(t, transaction, amountFen, outcome);
  await deliverWhenMany(t);
}

/** A card held near pays at once, so only where nothing is to be asked; one that cannot is tried again, or put into the slot. */
async function paid(t: Terminal, payment: PursePayment): Promise<Outcome> {
  const { transaction, amountFen, way } = payment;
  const inSlot = () => (t.training === undefined ? payByPurse(t, payment) : practisePurse(t, payment));
  if (way === "normal" || t.training !== undefined) {
    await insertCard(t, transaction, amountFen);
    return inSlot();
  }
  for (let after: TapAgain | undefined; ; ) {
    if ((await presentPurse(t, transaction, amountFen, after)) === "chip") return inSlot();
    const result = await payByTap(t, { kind: "sale", transaction, amountFen, purse: true });
    if ("outcome" in result) return result;
    after = result;
  }
}

/** The largest 9F7B of the applications (§8: less than that), and the merchant's own limit. */
function belowLimit(t: Terminal) {
  const limits = t.cardData.applications.flatMap(({ ecashLimitFen }) => ecashLimitFen ?? []);
  const limitFen = Math.min(Math.max(0, ...limits), Number(t.parameters.value("chip.ecash-most")));
  return (amountFen: number): string | undefined =>
    amountFen < limitFen ? undefined : t.ui.say("problem.purse-limit", { limit: groupedYuan(limitFen) });
}
