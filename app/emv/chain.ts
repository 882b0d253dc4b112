/** The chain of keys of the card in hand, with the terminal's CA keys (§6.5). */
import { toBytes } from "./bytes.ts";
import { type IccKey, recoverIccKey } from "./icc-key.ts";
import { type IssuerKey, recoverIssuerKey } from "./issuer-key.ts";
import { type Failed, failed } from "./keys.ts";
import type { Session } from "./session.ts";

export function issuerKey(session: Session): IssuerKey | Failed {
  const { terminal, store } = session;
  // A card that does not say which key is missing an object (Book 3 7.5), though any might fit.
  if (store.get("8F") === undefined) return failed("index-missing");
  return recoverIssuerKey(store.get, terminal.caKeys, {
    rid: toBytes(session.aid).slice(0, 5),
    date: session.date,
    revoked: terminal.revoked,
  });
}

export function cardKey(session: Session, use: "signing" | "pin" = "signing"): IccKey | Failed {
  const issuer = issuerKey(session);
  if (!issuer.ok) return issuer;
  if (use === "signing" && session.staticData === undefined) return failed("static-data");
  return recoverIccKey(session.store.get, issuer.key, { staticData: session.staticData, date: session.date, use });
}
