/** What a refusal of the journal or the store is to the cashier. Nothing was begun that is not kept. */
import { StoreError } from "../../platform/guest/system.ts";
import { JournalError } from "../journal/journal.ts";
import type { Prompt } from "../text/words.ts";

type Refusal = JournalError | StoreError;

const WORDS: Record<string, Prompt> = {
  "disk-full": "problem.disk-full",
  "batch-full": "problem.batch-full",
  settling: "problem.settle-first",
  "settle-first": "problem.settle-first",
  owed: "problem.reversal-first",
  "not-found": "problem.no-transaction",
};
/** The disk's own troubles; all else the store has nothing to do with. */
const OF_THE_STORE: readonly string[] = ["disk-full", "io", "too-large", "damaged", "newer"] satisfies Refusal["code"][];

export const isRefusal = (error: unknown): error is Refusal => error instanceof JournalError || error instanceof StoreError;

export const refusalWords = ({ code }: Refusal): Prompt => WORDS[code] ?? "problem.not-kept";

export const refusalTitle = ({ code }: Refusal): Prompt => (OF_THE_STORE.includes(code) ? "check.store" : "notice.not-done");

/** Runs, and remembers in words what the journal had against it: whoever catches the error further down cannot tell. */
export function refusing(action: () => void): { run(): void; words(): Prompt | undefined } {
  let words: Prompt | undefined;
  return {
    run: () => {
      try {
        action();
      } catch (error) {
        if (isRefusal(error)) words = refusalWords(error);
        throw error;
      }
    },
    words: () => words,
  };
}
