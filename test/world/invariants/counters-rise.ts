/** I8: neither what the terminal says of batch and trace nor what it sends goes down, and no number is given to two messages. */
import { batchAndTrace } from "../world.ts";
import type { Books, Complain } from "../books.ts";

/** These go again and again under the number they have (§5). Uploads and reversals carry the number of what they are about. */
const REPEATED: ReadonlySet<string> = new Set(["0220", "0400", "0320", "0500"]);
/** 60.1 of what a chip approved by itself, which is told as an 0200 later (§3.9). */
const CHIP_ALONE = "36";

export function countersRise({ world, messages }: Books, complain: Complain): void {
  const told = world.counters.map(({ batch, trace }) => `${batch}/${trace}`);
  told.forEach((now, at) => {
    const before = told[at - 1];
    if (before !== undefined && now < before) complain(`batch/trace went from ${before} to ${now}`);
  });
  const used = new Map<string, string>();
  let highest = "";
  for (const { dir, mti, fields } of messages) {
    if (dir !== "out" || mti === "0400" || mti === "0320" || fields["11"] === undefined) continue;
    const key = batchAndTrace(fields);
    const what = `${mti} ${fields["3"] ?? ""} ${fields["4"] ?? ""} ${fields["60"] ?? ""}`;
    const isAdvice = mti === "0220" || (mti === "0200" && fields["60"]?.startsWith(CHIP_ALONE) === true);
    const before = used.get(key);
    if (before === undefined) {
      // An advice has its number from when it was made.
      if (key <= highest && !isAdvice) complain(`a ${mti} carried ${key} after ${highest}`);
      if (key > highest) highest = key;
    } else if (before !== what || (!REPEATED.has(mti) && !isAdvice)) complain(`${key} was given to ${before} and to ${what}`);
    used.set(key, what);
  }
}
