/** The kinds of transaction: which way their money goes, and what a standing one does to the one it is about. */
import type { Booked } from "./book.ts";

/** debit: to the merchant · credit: back to the cardholder · none: asked, held, or a change of another one's amount (§3.6). */
export type Direction = "debit" | "credit" | "none";

/** What the original looks like with (`apply`) and without (`undo`) the later one. Without `undo` it can never be reversed. */
interface Deed {
  apply(original: Booked, later: Booked): void;
  undo?(original: Booked, later: Booked): void;
}

interface KindRow {
  direction: Direction;
  /** Its two characters in a statement (./services/statement.ts). */
  letters: string;
  /** The state of one that is approved. */
  stands: "approved" | "answered" | "held";
  deed?: Deed;
}

const marks = (state: Booked["state"], before: Booked["state"]): Deed => ({
  apply: (original) => void (original.state = state),
  undo: (original) => void (original.state = before),
});

const refunds: Deed = {
  apply(original, later) {
    original.refundedFen += later.approvedFen;
    original.state = "refunded";
  },
};

const addsToHold: Deed = {
  apply: (hold, later) => void (hold.heldFen += later.approvedFen),
  undo: (hold, later) => void (hold.heldFen -= later.approvedFen),
};

const replacesAmount: Deed = { apply: (original, later) => void (original.totalFen = later.approvedFen) };

export const kinds = {
  balance: { direction: "none", letters: "01", stands: "answered" },
  sale: { direction: "debit", letters: "22", stands: "approved" },
  void: { direction: "credit", letters: "23", stands: "approved", deed: marks("voided", "approved") },
  refund: { direction: "credit", letters: "25", stands: "approved", deed: refunds },
  preauth: { direction: "none", letters: "10", stands: "held" },
  "preauth-add": { direction: "none", letters: "60", stands: "approved", deed: addsToHold },
  "preauth-void": { direction: "none", letters: "11", stands: "approved", deed: marks("voided", "held") },
  completion: { direction: "debit", letters: "20", stands: "approved", deed: marks("completed", "held") },
  "completion-advice": { direction: "debit", letters: "24", stands: "approved", deed: marks("completed", "held") },
  "completion-void": { direction: "credit", letters: "21", stands: "approved", deed: marks("voided", "approved") },
  offline: { direction: "debit", letters: "30", stands: "approved" },
  adjustment: { direction: "debit", letters: "32", stands: "approved", deed: replacesAmount },
  "chip-offline": { direction: "debit", letters: "36", stands: "approved" },
  "ecash-refund": { direction: "credit", letters: "27", stands: "approved", deed: refunds },
  load: { direction: "none", letters: "45", stands: "approved" },
  "load-other": { direction: "none", letters: "47", stands: "approved" },
  "cash-load": { direction: "credit", letters: "46", stands: "approved" },
  "cash-load-void": { direction: "debit", letters: "51", stands: "approved", deed: marks("voided", "approved") },
  tip: { direction: "debit", letters: "34", stands: "approved", deed: replacesAmount },
} as const satisfies Record<string, KindRow>;

export type Kind = keyof typeof kinds;

export const kindRow = (kind: Kind): KindRow => kinds[kind];

export const isKind = (word: string): word is Kind => Object.hasOwn(kinds, word);

/** Kinds that change the amount of another. */
export const changes: ReadonlySet<Kind> = new Set<Kind>(["adjustment", "tip"]);

/** Adjusted before it ever came: it is the sale. */
export const standsAlone = ({ kind, original, state }: Pick<Booked, "kind" | "original" | "state">): boolean =>
  changes.has(kind) && original === undefined && countingStates.has(state);

/** States in which an entry's money counts in its batch (§3.6): a voided sale still does, since its void counts on the other side. */
export const countingStates: ReadonlySet<Booked["state"]> = new Set<Booked["state"]>(["approved", "voided", "refunded"]);

/**
 * What an entry adds to its batch. An adjustment or tip changes the amount of its original, which goes on counting once; when the original
 * never came, because it was adjusted before it was uploaded, it counts itself.
 */
export function directionOf(booked: Pick<Booked, "kind" | "original" | "state">): Direction {
  if (!countingStates.has(booked.state)) return "none";
  if (changes.has(booked.kind) && !standsAlone(booked)) return "none";
  return kindRow(booked.kind).direction;
}
