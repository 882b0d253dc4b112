/** The transaction another one is about (§3.7): found by what the terminal says of it, or the code and words why there is none that would do. */
import type { Book, Booked } from "./book.ts";
import { maskPan } from "./codec.ts";
import { changes, type Kind } from "./kinds.ts";
import type { CardRequest } from "./requests.ts";
import { dateOf, daysBetween } from "./time.ts";

export interface Objection {
  code: string;
  words: string;
}

export type Found = { original: Booked } | Objection;

/** Holds can be used so long (§5.6). */
const HOLD_DAYS = 30;
const NO_REFERENCE = "000000000000";
const NO_DATE = "0000";

const no = (code: string, words: string): Objection => ({ code, words });

interface Named61 {
  batch: string;
  trace: string;
  /** MMDD; undefined: not told. */
  date: string | undefined;
  /** Batch and trace are told. */
  exact: boolean;
  /** Somebody else than the host said yes to it: an offline sale. */
  authorised: boolean;
}

export function read61(value: string | undefined): Named61 {
  const digits = value ?? "";
  const date = digits.slice(12, 16);
  return {
    batch: digits.slice(0, 6),
    trace: digits.slice(6, 12),
    date: date === "" || date === NO_DATE ? undefined : date,
    exact: !/^0*$/.test(digits.slice(0, 12)),
    authorised: !["", "00"].includes(digits.slice(16, 18)),
  };
}

/** What a void or change names: a transaction of the same terminal and the open batch. */
export function ofThisBatch(request: CardRequest, book: Book, kinds: readonly Kind[]): Found {
  const { fields, session } = request;
  const named = read61(fields[61]);
  const original = book.resolve({ terminal: session.terminal, batch: named.batch, trace: named.trace });
  if (original === undefined || !kinds.includes(original.kind))
    return no("25", `no ${kinds.join(" or ")} with trace ${named.trace} in batch ${named.batch} of this terminal`);
  if (original.batch !== session.batch)
    return no("22", `the original is of batch ${original.batch}, which is closed; the open one is ${session.batch}`);
  return agreeing(request, original, book) ?? { original };
}

/**
 * What an adjustment or tip changes. Without DE37 an offline sale, which says in DE61 who authorised it, may never have been told (§2.5): then
 * there is no original, and the change is the sale.
 */
export function changed(request: CardRequest, book: Book, kinds: readonly Kind[]): Found | { original: undefined } {
  const { fields, key } = request;
  const { batch, trace, authorised } = read61(fields[61]);
  const untold = authorised && fields[37] === undefined && book.resolve({ terminal: key.terminal, batch, trace }) === undefined;
  return untold ? { original: undefined } : itself(ofThisBatch(request, book, kinds));
}

/** A change that stands for a sale which was never told can be changed; one of a sale that was told is the sale's, and has no amount of its own. */
function itself(found: Found): Found {
  if (!("original" in found) || !changes.has(found.original.kind) || found.original.original === undefined) return found;
  return no("25", `the ${found.original.kind} with trace ${found.original.trace} is of another transaction; name that`);
}

/** A payment of this merchant, of whatever terminal, batch and day: by reference number, else by batch and trace. */
export function ofThisMerchant(request: CardRequest, book: Book, kinds: readonly Kind[]): Found {
  const { fields, session } = request;
  const named = read61(fields[61]);
  const byReference = fields[37] !== undefined && fields[37] !== NO_REFERENCE;
  if (!byReference && !named.exact) return no("25", "neither DE37 nor batch and trace in DE61 name the original");
  const referred = book.transactions.find((each) => each.reference === fields[37] && each.merchant === session.merchant);
  const original = byReference
    ? referred && book.rootOf(referred)
    : book.resolve({ terminal: session.terminal, batch: named.batch, trace: named.trace });
  if (original === undefined || !kinds.includes(original.kind))
    return no(
      "25",
      `this merchant has no ${kinds.join(" or ")} with ${byReference ? `reference ${fields[37]}` : "DE61's trace"}`,
    );
  return agreeing(request, original, book) ?? { original };
}

/** What the terminal tells of the original must be true of it. */
function agreeing({ fields, card }: CardRequest, original: Booked, book: Book): Objection | undefined {
  const named = read61(fields[61]);
  const { terminal } = original;
  if (card.pan !== original.pan)
    return no("25", `the original is of card ${maskPan(original.pan)}, this is ${maskPan(card.pan)}`);
  if (fields[37] !== undefined && fields[37] !== NO_REFERENCE && !hasReference(original, fields[37], book))
    return no("25", `DE37 is ${fields[37]}, the original has ${original.reference}`);
  if (fields[38] !== undefined && fields[38] !== original.authCode)
    return no("25", `DE38 is ${fields[38]}, the original has ${original.authCode}`);
  if (named.date !== undefined && named.date !== dateOf(original.at))
    return no("25", `DE61 says ${named.date}, the original is of ${dateOf(original.at)}`);
  if (named.exact && book.resolve({ terminal, batch: named.batch, trace: named.trace }) !== original)
    return no("25", `DE61 says batch ${named.batch} trace ${named.trace}, the original has ${original.batch} ${original.trace}`);
  return undefined;
}

/** Its own, or that of an adjustment or tip of it: a terminal keeps the last one it was told. */
const hasReference = (original: Booked, reference: string, book: Book): boolean =>
  book.transactions.some((each) => each.reference === reference && book.rootOf(each) === original);

/** A hold by card, code and, when it is told, day (§5.6); `today` as an ISO time. */
export function holdOf({ fields, card, session }: CardRequest, book: Book, today: string): Found {
  const named = read61(fields[61]);
  const holds = book.transactions.filter(
    (each) =>
      each.kind === "preauth" &&
      each.state !== "declined" &&
      each.pan === card.pan &&
      each.authCode === fields[38] &&
      each.merchant === session.merchant &&
      (named.date === undefined || dateOf(each.at) === named.date),
  );
  const hold = holds.find(({ state }) => state === "held") ?? holds.at(-1);
  if (hold === undefined || hold.state === "reversed")
    return no("25", `no pre-authorisation of card ${maskPan(card.pan)} with code ${fields[38]} on ${named.date ?? "any day"}`);
  if (named.exact && (hold.batch !== named.batch || hold.trace !== named.trace))
    return no("25", `DE61 says batch ${named.batch} trace ${named.trace}, the hold has ${hold.batch} ${hold.trace}`);
  if (hold.state !== "held") return no("12", `the pre-authorisation is already ${hold.state}`);
  const days = daysBetween(hold.at, today);
  if (days > HOLD_DAYS) return no("22", `the pre-authorisation is ${days} days old, it holds for ${HOLD_DAYS}`);
  return { original: hold };
}

/** Its money must stand. */
export function standing({ kind, state }: Booked, states: readonly Booked["state"][]): Objection | undefined {
  if (states.includes(state)) return undefined;
  const never = state === "declined" || state === "reversed" || state === "reversed-early";
  return no(never ? "25" : "12", `the ${kind} is ${never ? "" : "already "}${state}`);
}
