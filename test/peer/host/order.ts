/** What must come before what (§5.3): reversals first, traces upwards, nothing new in a batch that is being settled. */
import type { Fields } from "./codec.ts";
import { batchOf, type Row } from "./rules.ts";

/** So far back is no step back but a new round of the six digits. */
const ROUND = 900_000;

export class Order {
  /** By batch and trace: transactions that the terminal cannot know to have ended well, and must take back before anything else. */
  readonly #owed = new Map<string, string>();
  #lastTrace = 0;

  /** A message of this row was answered, or not: `clear` when the right answer went out, `open` when the request is not known to be refused. */
  answered(row: Row, fields: Fields, clear: boolean, open: boolean): void {
    const key = `${batchOf(fields)}/${fields[11]}`;
    if (row.mti === "0400" && clear) this.#owed.delete(key);
    const online = row.mti === "0100" || row.mti === "0200";
    if (online && row.kind !== "balance" && !clear && open) this.#owed.set(key, row.name);
  }

  /** Words for what should have come first; undefined: nothing. */
  get first(): string | undefined {
    return this.#owed.size === 0 ? undefined : `reversals go first: ${[...this.#owed].join(" ")}`;
  }

  /** Words for a request whose number does not go on from the last. */
  next(fields: Fields): string | undefined {
    const trace = Number(fields[11]);
    const last = this.#lastTrace;
    this.#lastTrace = trace;
    return trace <= last && last - trace < ROUND ? `comes after trace ${last}` : undefined;
  }
}
