/** Delivering an owed reversal (M21, §5.1): before anything else, with its own trace, until the host takes it. */
import { assert } from "../../platform/guest/assert.ts";
import { NEEDS_SIGN_ON, REVERSAL_TAKEN } from "../acquirer/responses.ts";
import type { ReversalRecord } from "../model/transaction.ts";
import { lightsOut, onlinePhase } from "./authorise.ts";
import { isKeyed } from "./keyed.ts";
import { trace6 } from "./numbers.ts";
import { signOn } from "./sign-on.ts";
import type { Terminal } from "./terminal.ts";

export type Delivery = "nothing-owed" | "delivered" | "still-owed";

/** One reversal, at most `tries` times while nobody answers. Never throws for what the host or the line does. */
export async function deliverOwed(t: Terminal, tries: number): Promise<Delivery> {
  const { journal, host, system } = t;
  assert(Number.isInteger(tries) && tries >= 1, "a reversal is tried at least once");
  if (journal.owed === undefined) return "nothing-owed";
  if (host === undefined) return "still-owed";
  if (!(await isKeyed(t))) return "still-owed";
  if (!journal.signedOn && !(await signOn(t)).ok) return "still-owed";

  for (let attempt = 0; attempt < tries; attempt++) {
    const of: ReversalRecord | undefined = journal.owed;
    assert(of !== undefined, "what is not taken is owed");
    journal.countAttempt();
    assert(
      journal.owed?.trace === of.trace && journal.owed.attempts === of.attempts + 1,
      "an attempt is counted before it leaves",
    );
    const fate = await host.exchange(
      { about: "reversal", of },
      {
        onPhase: onlinePhase(t, (phase, secondsLeft) =>
          t.ui.show("reversing", {
            amountFen: of.amountFen,
            trace: trace6(of.trace),
            phase,
            secondsLeft,
            of: t.profile.responseTimeoutMs / 1000,
          }),
        ),
      },
    );
    lightsOut(t);
    if (fate.fate === "answered" && REVERSAL_TAKEN.has(fate.code)) {
      journal.reversed();
      assert(journal.owed === undefined, "a reversal that was taken is owed no more");
      system.log.info(`reversal of trace ${of.trace} taken (${fate.code})`);
      return "delivered";
    }
    system.log.warn(`reversal of trace ${of.trace} not taken: ${fate.fate === "answered" ? `answer ${fate.code}` : fate.fate}`);
    if (fate.fate === "bad-mac" || (fate.fate === "answered" && NEEDS_SIGN_ON.has(fate.code))) {
      // The keys are no good: new ones, then this reversal once more at the next occasion.
      journal.needSignOn();
      return "still-owed";
    }
    if (fate.fate !== "silent") return "still-owed";
  }
  return "still-owed";
}
