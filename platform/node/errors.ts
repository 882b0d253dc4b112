import type { DoorErrorCode } from "../abi.ts";

/** A refused call: reaches the guest as an Error with this name and `code: words` as its message. */
export class DoorError extends Error {
  override readonly name = "DoorError";
  constructor(
    readonly code: DoorErrorCode,
    readonly words: string,
  ) {
    super(`${code}: ${words}`);
  }
}

/** The machine was refused before anything ran: bundle, board or data directory is wrong. The message says which and why. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** error: an exception left the guest · runaway: event limit reached · engine: the engine itself broke. */
export type GuestFailureKind = "error" | "runaway" | "engine";

/** The guest cannot go on. `guestStack` has the places in the bundle, not yet mapped to the sources. */
export class GuestFailure extends Error {
  override readonly name = "GuestFailure";
  constructor(
    readonly kind: GuestFailureKind,
    words: string,
    readonly guestStack: string,
  ) {
    super(words);
  }
}

/** Thrown into the guest by a call that must not return (power, cut); never reported as a failure. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? "";

export function wordsOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "something was thrown that cannot be read";
  }
}
