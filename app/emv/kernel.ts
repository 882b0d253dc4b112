/** The kernel as a machine: it asks, it is told, until there is an outcome (§5). No clock, no chance, no wire: what comes in is all there is. */
import { EmvError } from "./bytes.ts";
import { contactTransaction } from "./contact.ts";
import { contactlessTransaction } from "./contactless.ts";
import { finish } from "./finish.ts";
import { Ended, type Outcome } from "./outcome.ts";
import type { Answer, Asked, Request, Step } from "./requests.ts";
import { Session } from "./session.ts";
import { asTerminal, asTransaction, type TerminalLike, type TransactionLike } from "./terminal.ts";

export interface KernelOptions {
  /** T=0 on the wire itself: no Le on commands that send and receive (§6.1). */
  dropLe?: boolean;
}

/**
 * One transaction. `start` gives the first request, `next` takes its answer and gives the next, until the request is the outcome.
 *
 * @example
 * const kernel = new Kernel({ applications: ["A000000333010101"], date: "261122" }, 10000);
 * for (let request = kernel.start(); request.ask !== "outcome"; ) request = kernel.next(await answerTo(request));
 */
export class Kernel {
  private readonly session: Session;
  private readonly steps: Step<Outcome>;
  private begun = false;
  private outcome: Outcome | undefined;

  /** Throws EmvError "value" when terminal or transaction cannot be read. */
  constructor(terminal: TerminalLike, transaction: TransactionLike, options: KernelOptions = {}) {
    const known = asTerminal(terminal);
    this.session = new Session(known, asTransaction(transaction, known), options.dropLe);
    this.steps =
      this.session.transaction.interface === "contact" ? contactTransaction(this.session) : contactlessTransaction(this.session);
  }

  start(): Request {
    if (this.begun) throw new EmvError("answer", "start", "the transaction has begun");
    this.begun = true;
    return this.step(() => this.steps.next());
  }

  /** Throws EmvError "answer" when it is not the answer to the last request; then nothing more comes of this transaction. */
  next(answer: Answer): Request {
    if (!this.begun || this.outcome !== undefined) throw new EmvError("answer", "next", "nothing was asked");
    return this.step(() => this.steps.next(answer));
  }

  private step(advance: () => IteratorResult<Asked, Outcome>): Request {
    const result = settled(this.session, advance);
    if (!result.done) return result.value;
    this.outcome = result.value;
    return { ask: "outcome", outcome: result.value };
  }
}

function settled(session: Session, advance: () => IteratorResult<Asked, Outcome>): IteratorResult<Asked, Outcome> {
  try {
    return advance();
  } catch (error) {
    if (error instanceof Ended) return { done: true, value: finish(session, error) };
    throw error;
  }
}
