/** Commands of the pad's wire as they come in (hal/pinpad/PROTOCOL.md): arguments in order, and the status that ends a command. */

export const STATUS = {
  ok: 0x00,
  keyMissing: 0x01,
  kcvMismatch: 0x02,
  rateLimited: 0x03,
  tampered: 0x04,
  notPermitted: 0x05,
  rejected: 0x06,
  busy: 0x07,
  cancelled: 0x08,
  timedOut: 0x09,
  empty: 0x0a,
  macMismatch: 0x0b,
  unknownCommand: 0x0c,
} as const;
export type StatusWord = keyof typeof STATUS;

const PIN_MIN = 4;
const PIN_LONGEST_MS = 60_000;
export const PIN_MAX = 12;

/** Ends a command with this status. */
export class Refusal extends Error {
  constructor(
    readonly status: StatusWord,
    readonly data: Uint8Array = new Uint8Array(0),
  ) {
    super(status);
  }
}

/** What is told about an entry whatever it is for. */
export interface PinRules {
  amountFen: number | undefined;
  min: number;
  max: number;
  emptyAllowed: boolean;
  ms: number;
}

/** Reads a command's arguments in order; too few or too many end it as rejected. */
export class Arguments {
  #at = 0;
  constructor(readonly all: Uint8Array) {}

  byte(): number {
    return this.bytes(1)[0]!;
  }

  bytes(count: number): Uint8Array {
    if (this.#at + count > this.all.length) throw new Refusal("rejected");
    this.#at += count;
    return this.all.slice(this.#at - count, this.#at);
  }

  /** Six bytes BCD, fen; `FF`×6 means none. */
  amount(): number | undefined {
    const hex = Buffer.from(this.bytes(6)).toString("hex");
    if (hex === "ffffffffffff") return undefined;
    if (!/^\d+$/.test(hex)) throw new Refusal("rejected");
    return Number(hex);
  }

  rest(): Uint8Array {
    return this.bytes(this.all.length - this.#at);
  }

  end(): void {
    if (this.#at !== this.all.length) throw new Refusal("rejected");
  }
}

/** Amount, shortest, longest, whether none will do, and how long it may take. */
export function pinRules(args: Arguments): PinRules {
  const amountFen = args.amount();
  const [min, max, emptyAllowed] = [args.byte(), args.byte(), args.byte()];
  const seconds = (args.byte() << 8) | args.byte();
  if (min < PIN_MIN || max > PIN_MAX || min > max || emptyAllowed > 1 || seconds === 0) throw new Refusal("rejected");
  return { amountFen, min, max, emptyAllowed: emptyAllowed === 1, ms: Math.min(seconds * 1000, PIN_LONGEST_MS) };
}
