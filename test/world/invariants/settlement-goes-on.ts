/**
 * I5: a settlement that was begun goes on where it was, whatever cuts it off. Its totals are told once: told again, they are the same; and once the
 * terminal has acted upon the host's answer, they are not told again (§5.5.3, §5.5.4). Nothing new for money leaves before the batch is closed.
 */
import type { Books, Complain } from "../books.ts";

interface Settling {
  totals: string;
  answered: boolean;
  /** The terminal went on after the answer. */
  wentOn: boolean;
}

const batchOf = (fields: Record<string, string>): string => (fields["60"] ?? "").slice(2, 8);

export function settlementGoesOn({ messages }: Books, complain: Complain): void {
  const settling = new Map<string, Settling>();
  for (const { dir, mti, mac, fields } of messages) {
    const batch = batchOf(fields);
    const begun = settling.get(batch);
    if (dir === "in") {
      if (mti === "0510" && mac !== "bad" && begun !== undefined && ["", "00"].includes(fields["39"] ?? ""))
        begun.answered = true;
      continue;
    }
    if (mti === "0500") {
      const totals = fields["48"] ?? "";
      if (begun?.wentOn) complain(`batch ${batch}: the totals were told again after the upload had begun`);
      if (begun !== undefined && begun.totals !== totals)
        complain(`batch ${batch}: the totals told again are not those told before`);
      settling.set(batch, begun ?? { totals, answered: false, wentOn: false });
    } else if (begun?.answered && mti === "0320") begun.wentOn = true;
    else if (begun?.answered && (mti === "0100" || mti === "0200"))
      complain(`batch ${batch}: a ${mti} left after the host had compared the totals`);
  }
}
