/**
 * Training (M31): every flow as it is, against a host inside the terminal and a journal in memory. Nothing reaches the network or the store, and both
 * are gone when training ends. PIN blocks are thrown away unread.
 */
import type { System } from "../../platform/guest/system.ts";
import type { ExchangeOptions, Fate, Host, Message, Request } from "../acquirer/host.ts";
import { requestSecurity } from "../acquirer/requests.ts";
import type { Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open.ts";
import type { Profile } from "../model/profile.ts";
import type { LocalTime } from "../model/time.ts";
import { MemoryStore } from "./memory-store.ts";
import { TRAINING_ANSWERS, TRAINING_BALANCE_FEN, TRAINING_SILENCE } from "./training.table.ts";

/** What stands in for the real ones while somebody practises. */
export interface Training {
  readonly journal: Journal;
  readonly host: Host;
}

export interface TrainingOptions {
  system: System;
  profile: Profile;
  now(): LocalTime;
}

/** Signed on, with an empty batch. */
export function beginTraining({ system, profile, now }: TrainingOptions): Training {
  const journal = openJournal(inMemory(system), { copies: profile.receipt.copies });
  journal.signOn(journal.batch);
  return { journal, host: new TrainingHost(system, profile, now) };
}

/** The same system, but for a store that forgets and ports that stay shut. */
function inMemory(system: System): System {
  return {
    scheduler: system.scheduler,
    log: system.log,
    store: new MemoryStore(),
    openPort: () => {
      throw new Error("training opens no port");
    },
    wallMs: () => system.wallMs(),
    entropy: (count) => system.entropy(count),
    seal: (bytes) => bytes.slice(),
    unseal: (bytes) => bytes.slice(),
    asset: (name) => system.asset(name),
    facts: () => system.facts(),
    firmware: system.firmware,
    power: () => {
      throw new Error("training does not touch the power");
    },
  };
}

/** Long enough to see the phases go by. */
const ANSWER_MS = 600;
const SILENCE_MS = 3_000;

class TrainingHost implements Host {
  readonly lineState = "up";
  #references = 0;

  constructor(
    private readonly system: System,
    private readonly profile: Profile,
    private readonly now: () => LocalTime,
  ) {}

  describe(request: Request): { entryMode: string; security: string | undefined } {
    return requestSecurity(request, this.profile);
  }

  async exchange(request: Request, { onPhase, cancel, beforeSend }: ExchangeOptions = {}): Promise<Fate> {
    if ("pinBlock" in request) request.pinBlock?.fill(0);
    if (cancel?.cancelled) return { fate: "not-sent", why: "cancelled", words: "cancelled" };
    const seconds = Math.ceil(this.profile.responseTimeoutMs / 1_000);
    onPhase?.("sending", seconds);
    try {
      beforeSend?.();
    } catch (error) {
      return { fate: "not-sent", why: "journal", words: error instanceof Error ? error.message : "the journal refused" };
    }
    onPhase?.("waiting", seconds);
    const code = codeOf(request);
    await this.system.scheduler.sleep(code === undefined ? SILENCE_MS : ANSWER_MS, "work");
    if (code === undefined) return { fate: "silent", words: "the training host was asked to be silent" };
    onPhase?.("receiving", seconds);
    return { fate: "answered", code, headerRequest: 0, answer: this.#answer(request, code) };
  }

  #answer(request: Request, code: string): Message {
    const { date, time } = this.now();
    const fields: Message["fields"] = new Map<number, string | Uint8Array>([
      [12, time],
      [13, date.slice(4)],
      [15, date.slice(4)],
      [37, this.#reference()],
      ...(code === "" ? [] : ([[39, code]] as const)),
    ]);
    if (request.about === "settlement") fields.set(48, balancedTotals);
    if (request.about === "balance") fields.set(54, balance);
    if (request.about === "statement") fields.set(62, Uint8Array.of(0x31));
    if (code === "00" && "card" in request) fields.set(38, this.#reference().slice(-6));
    return { mti: "", fields };
  }

  #reference(): string {
    return `TRAIN${String(++this.#references).padStart(7, "0")}`;
  }
}

const half = `${"0".repeat(30)}1`;
/** Both regions balanced (§3.6): only the last digit of each half is read. */
const balancedTotals = half + half;
const balance = `1002156C${String(TRAINING_BALANCE_FEN).padStart(12, "0")}`;

/** undefined: silence. The answer to a settlement has no code. */
function codeOf(request: Request): string | undefined {
  if (request.about === "settlement") return "";
  if (!("amountFen" in request)) return "00";
  const cents = String(request.amountFen).padStart(2, "0").slice(-2);
  return cents === TRAINING_SILENCE ? undefined : (TRAINING_ANSWERS[cents] ?? "00");
}
