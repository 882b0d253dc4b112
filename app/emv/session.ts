/** One transaction under way: its data, its TVR and TSI, and how it speaks to card and people. */
import { or, tsi, type TsiBit, tvr, type TvrBit } from "./bits.ts";
import { EmvError } from "./bytes.ts";
import { DataStore } from "./data.ts";
import type { PublicKey } from "./keys.ts";
import { Ended, type Reason, type Torn } from "./outcome.ts";
import type { Answers, Ask, Asked, Requests, Step } from "./requests.ts";
import type { Application, Terminal, Transaction } from "./terminal.ts";

/** Yields one request and gives the value of its answer. Throws EmvError "answer" when the answer belongs to another request. */
export function* ask<K extends Ask>(kind: K, request: Requests[K]): Step<Answers[K]> {
  const answer = yield { ask: kind, ...request } as unknown as Asked;
  if (answer?.to !== kind) throw new EmvError("answer", kind, `answered with one to ${String(answer?.to)}`);
  return answer.value as Answers[K];
}

export class Session {
  readonly store: DataStore;
  /** Undefined until one is selected. */
  application: Application | undefined;
  /** Hex digits of the selected application's full name. */
  aid = "";
  /** Records that are signed, in order; undefined when one of them was no template 70. */
  staticData: Uint8Array | undefined = new Uint8Array(0);
  /** Data sent with GPO and with each GENERATE AC: CDA signs over them. */
  sent: { pdol: Uint8Array; cdol1: Uint8Array; cdol2: Uint8Array } = {
    pdol: new Uint8Array(0),
    cdol1: new Uint8Array(0),
    cdol2: new Uint8Array(0),
  };
  /** The card's key when the cryptogram has to come signed. */
  combinedKey: PublicKey | undefined;
  /** CDA was chosen, whatever became of its keys. */
  combinedChosen = false;
  /** The last data authentication that was tried and did not fail. */
  authenticated = false;
  /** Why data authentication failed, in one word. */
  refusedAuthentication: string | undefined;
  pinBypassed = false;
  onlinePin = false;
  signature = false;
  cardholderDevice = false;
  /** Pays from the card's electronic cash. */
  ecash = false;
  /** Electronic cash does not reach, or is being loaded: it has to go online, and only online will do (§8). */
  onlineOnly = false;
  /** What the purse held before, and after, where it was asked. */
  purseBeforeFen: number | undefined;
  purseAfterFen: number | undefined;
  torn: Torn | undefined;
  /** The card has given what makes it pay out of its purse. */
  charged = false;
  advice = false;
  refused: { aid: string; why: string }[] = [];
  /** Commands sent, by name: loops a card can drive are bounded (§5). */
  readonly sentCommands = new Map<string, number>();

  constructor(
    readonly terminal: Terminal,
    readonly transaction: Transaction,
    /** T=0: no Le on the wire where data goes out and comes in (§6.1). */
    readonly dropLe = false,
  ) {
    this.store = new DataStore(transaction.data, terminal.data);
    this.resetResults();
  }

  /** A newly selected application knows nothing of the one before (§6.2). */
  take(application: Application, aid: string): void {
    this.application = application;
    this.aid = aid;
    this.store.card.clear();
    this.store.kernel.clear();
    this.store.config = new Map([...this.terminal.data, ...application.data]);
    this.staticData = new Uint8Array(0);
    this.combinedKey = undefined;
    this.combinedChosen = false;
    this.authenticated = false;
    this.resetResults();
  }

  private resetResults(): void {
    this.store.kernel.set("95", tvr());
    this.store.kernel.set("9B", tsi());
  }

  get tvr(): Uint8Array {
    return this.store.value("95");
  }

  setTvr(...bits: readonly TvrBit[]): void {
    this.addTvr(tvr(...bits));
  }

  addTvr(bits: Uint8Array): void {
    this.store.kernel.set("95", or(this.tvr, bits));
  }

  setTsi(...bits: readonly TsiBit[]): void {
    this.store.kernel.set("9B", or(this.store.value("9B"), tsi(...bits)));
  }

  /** Counts towards a limit; ends the transaction beyond it. */
  count(what: string, most: number): void {
    const times = (this.sentCommands.get(what) ?? 0) + 1;
    this.sentCommands.set(what, times);
    if (times > most) throw new Ended("terminated", "too-many-commands", `more than ${most} ${what}`);
  }

  /** Selected by now; anything else is a mistake of the kernel. */
  get chosen(): Application {
    if (this.application === undefined) throw new EmvError("missing", "application", "none is selected");
    return this.application;
  }

  /** YYMMDD. */
  get date(): string {
    if (this.transaction.date === undefined)
      throw new EmvError("missing", "9A", "no date was given with terminal or transaction");
    return this.transaction.date;
  }
}

/** Ends with "terminated" when what a card sent does not parse. */
export function parsed<T>(reason: Reason, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EmvError) throw new Ended("terminated", reason, error.message);
    throw error;
  }
}

/** 9F37, once for the transaction: as given, else asked for. */
export function* unpredictableNumber(session: Session): Step<Uint8Array> {
  const known = session.store.get("9F37");
  if (known !== undefined) return known;
  const fresh = yield* ask("random", { count: 4 });
  if (fresh.length !== 4) throw new EmvError("answer", "random", `${fresh.length} bytes instead of 4`);
  session.store.kernel.set("9F37", fresh);
  return fresh;
}
