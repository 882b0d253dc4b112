/** What is known when it is over. */
import type { Ended, Outcome } from "./outcome.ts";
import type { Session } from "./session.ts";

export function finish(session: Session, ended: Ended): Outcome {
  const { store } = session;
  const data: Record<string, Uint8Array> = {};
  // The later store has the say, as in looking up.
  for (const map of [store.config, store.card, store.transaction, store.kernel]) {
    for (const [tag, value] of map) if (value.length > 0) data[tag] = value;
  }
  const approved = ended.result === "approved-offline" || ended.result === "approved-online";
  return {
    result: ended.result,
    reason: ended.reason,
    words: ended.words,
    fallback: ended.more.fallback ?? false,
    reversal: ended.more.reversal ?? false,
    advice: session.advice,
    signature: approved && session.signature,
    onlinePin: session.onlinePin,
    cardholderDevice: session.cardholderDevice,
    ecash: approved && session.ecash,
    purse: purseOf(session, approved),
    charged: !approved && session.charged,
    authenticated: session.authenticated,
    refused: session.refused,
    authentication: session.refusedAuthentication,
    ...(session.torn === undefined ? {} : { torn: session.torn }),
    data,
  };
}

/** A payment is taken off by the card itself; nobody asks it again. */
function purseOf({ ecash, purseBeforeFen: beforeFen, purseAfterFen, transaction }: Session, approved: boolean): Outcome["purse"] {
  const paid = approved && ecash && beforeFen !== undefined ? beforeFen - transaction.amountFen : undefined;
  return { beforeFen, afterFen: purseAfterFen ?? paid };
}
