/** 现金收款 (M10): counted with the change; for the reports, never for the host. */
import { groupedYuan } from "../model/money.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { askAmount } from "../steps/ask.ts";
import { confirmTransaction } from "../steps/confirm.ts";
import { batchTakes } from "../steps/prepare.ts";
import { printCopies, printerOrConsent } from "../steps/print.ts";
import { permit } from "../steps/rules.ts";
import { tell } from "../steps/tell.ts";
import { now, type Terminal } from "../steps/terminal.ts";

const transaction = "transaction.cash" as const;

export async function cash(t: Terminal): Promise<void> {
  permit(t, "cash");
  await batchTakes(t);
  await printerOrConsent(t);
  const amountFen = await askAmount(t, { transaction, label: "amount.due" });
  const receivedFen = await askAmount(
    t,
    { transaction, label: "amount.received", ask: "amount.received-ask" },
    { suggestFen: amountFen, check: (fen) => (fen < amountFen ? t.ui.say("problem.cash-short") : undefined) },
  );
  const changeFen = receivedFen - amountFen;
  await confirmTransaction(t, {
    kind: "cash",
    transaction,
    amountFen,
    rows: [
      { label: "pair.received", value: groupedYuan(receivedFen) },
      { label: "pair.change", value: groupedYuan(changeFen) },
    ],
    ask: "confirm.cash",
  });
  const record = cashRecord(t, amountFen, { receivedFen, changeFen });
  t.journal.post(record);
  t.ui.good();
  await printCopies(t, record, {
    behindFirst: () => tell(t, t.ui.say(transaction), [t.ui.say("notice.change", { amount: groupedYuan(changeFen) })], "good"),
  });
}

function cashRecord(t: Terminal, amountFen: number, money: NonNullable<TransactionRecord["cash"]>): TransactionRecord {
  return {
    kind: "cash",
    state: "approved",
    batch: t.journal.batch,
    trace: t.journal.nextTrace,
    amountFen,
    approvedFen: amountFen,
    entry: "manual",
    pan: "",
    expiry: undefined,
    operator: t.operator ?? "",
    ...now(t),
    settlementDate: undefined,
    reference: undefined,
    authCode: undefined,
    responseCode: "",
    issuer: undefined,
    acquirer: undefined,
    organisation: undefined,
    remarks: [],
    pinEntered: false,
    copiesPrinted: 0,
    cash: money,
  };
}
