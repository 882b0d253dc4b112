/** 预授权完成(通知) (M13): the held money is charged and the host is told, without a PIN. */
import { advise } from "../steps/advise.ts";
import { showAdvice } from "../steps/outcome.ts";
import { prepare } from "../steps/prepare.ts";
import type { Terminal } from "../steps/terminal.ts";
import { chargeOfHold } from "./completion.ts";

const transaction = "transaction.completion-advice" as const;

export async function completionAdvice(t: Terminal): Promise<void> {
  const charge = await chargeOfHold(t, "completion-advice", transaction);
  const host = await prepare(t);
  await showAdvice(t, transaction, await advise(t, host, { kind: "completion-advice", ...charge }));
}
