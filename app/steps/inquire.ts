/** Asking for a balance (M14): moves nothing, is never reversed and never kept. */
import { assert } from "../../platform/guest/assert.ts";
import { balanceOf } from "../acquirer/answers.ts";
import type { Fate, Host } from "../acquirer/host.ts";
import { isApproved, NEEDS_SIGN_ON } from "../acquirer/responses.ts";
import { maskPan } from "../model/card.ts";
import type { CardData, DeclinedRecord } from "../model/transaction.ts";
import { type Outcome, rememberDecline } from "./authorise.ts";
import { manage } from "./manage.ts";
import { now, type Terminal } from "./terminal.ts";

export type Balance =
  /** Negative when the cardholder owes. */
  | { outcome: "told"; balanceFen: number }
  | Extract<Outcome, { outcome: "declined" | "not-sent" }>
  | { outcome: "unanswered"; why: "silent" | "damaged" };

export async function inquire(t: Terminal, host: Host, card: CardData, pinBlock: Uint8Array | undefined): Promise<Balance> {
  const { journal } = t;
  const trace = journal.takeTrace();
  const operator = t.operator ?? "";
  const request = { about: "balance", trace, batch: journal.batch, card, pinBlock, operator } as const;
  try {
    const fate = await manage(t, request, "transaction.balance", host);
    assert(fate !== undefined, "there was a host to ask");
    return conclude(t, fate, { trace, masked: maskPan(card.pan), entry: card.entry, operator });
  } finally {
    pinBlock?.fill(0);
  }
}

function conclude(t: Terminal, fate: Fate, asked: Pick<DeclinedRecord, "trace" | "masked" | "entry" | "operator">): Balance {
  switch (fate.fate) {
    case "not-sent":
      return { outcome: "not-sent", why: fate.why };
    case "silent":
      return { outcome: "unanswered", why: "silent" };
    case "bad-mac":
      t.journal.needSignOn();
      return { outcome: "unanswered", why: "damaged" };
    case "wrong-packet":
      return { outcome: "unanswered", why: "damaged" };
    case "answered": {
      const { code, answer } = fate;
      const balanceFen = balanceOf(answer);
      if (isApproved(code))
        return balanceFen === undefined ? { outcome: "unanswered", why: "damaged" } : { outcome: "told", balanceFen };
      if (NEEDS_SIGN_ON.has(code)) t.journal.needSignOn();
      rememberDecline(t, { kind: "balance", amountFen: 0, ...asked, ...now(t), code });
      return { outcome: "declined", code };
    }
  }
}
