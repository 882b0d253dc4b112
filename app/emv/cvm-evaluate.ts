/** The CVM list judged without a card or people (§6.7). */
import { type Bytes, NO_BYTES } from "./bytes.ts";
import { asLookup, type DataLike } from "./data.ts";
import { type MethodResult, methodSupported, SUCCESS, verifyCardholder } from "./cvm.ts";
import { Session } from "./session.ts";
import { asTerminal, asTransaction, type TerminalLike, type TransactionLike } from "./terminal.ts";

export interface CvmEvaluation {
  /** 9F34. */
  results: Uint8Array;
  /** TVR bits this sets. */
  tvr: Uint8Array;
  /** TSI as it is afterwards. */
  tsi: Uint8Array;
  /** Methods that were tried, in order, with how they went. */
  tried: { method: number; done: MethodResult["done"] }[];
}

/** All of the card's that the walk looks at. */
const USED = ["82", "8E", "9F42", "9F61", "9F62"] as const;

/**
 * The walk without a card or people; the list alone (8E) will do for a card. `perform` says how each method goes that terminal
 * and card agree on (default: it succeeds).
 *
 * @example evaluateCvm({ "82": "7C00", "8E": "000000000000000042031E03", "9F42": "0156" }, {}, 10000).results // 420300
 */
export function evaluateCvm(
  card: DataLike | Bytes,
  terminal: TerminalLike = {},
  transaction: TransactionLike = 0,
  perform: (method: number) => MethodResult["done"] | MethodResult | "bypassed" | "no-pad" = () => "successful",
): CvmEvaluation {
  const known = asTerminal(terminal);
  const session = new Session(known, asTransaction(transaction, known));
  const list = typeof card === "string" || card instanceof Uint8Array ? { "8E": card } : card;
  const lookup = asLookup(list);
  for (const tag of USED) session.store.setCard(tag, lookup(tag) ?? NO_BYTES);
  // Whoever asks about a list wants it walked; the AIP alone may say no.
  if (session.store.get("82") === undefined) session.store.setCard("82", Uint8Array.of(0x10, 0));
  const tried: CvmEvaluation["tried"] = [];
  const walk = verifyCardholder(session, (own, method) => {
    const result = evaluated(own, method, perform);
    tried.push({ method, done: result.done });
    return result;
  });
  walk.next();
  return { results: session.store.value("9F34"), tvr: session.tvr, tsi: session.store.value("9B"), tried };
}

function evaluated(session: Session, method: number, perform: Parameters<typeof evaluateCvm>[3] & object): MethodResult {
  if (method === 0) return { done: "failed" };
  if (!SUCCESS.has(method)) return { done: "unrecognised", bits: ["cvm-unrecognised"] };
  if (!methodSupported(method, session.terminal.capabilities))
    return { done: "unsupported", bits: method <= 5 ? ["pin-no-pad"] : [] };
  const said = perform(method);
  if (typeof said === "object") return said;
  if (said === "bypassed") return { done: "failed", bits: ["pin-not-entered"] };
  if (said === "no-pad") return { done: "failed", bits: ["pin-no-pad"] };
  if (said === "successful") return { done: said, bits: method === 2 ? ["online-pin-entered"] : [] };
  const isOfflinePin = method === 1 || method === 3 || method === 4 || method === 5;
  return { done: said, bits: said === "failed" && isOfflinePin ? ["pin-tries-exceeded"] : [] };
}
