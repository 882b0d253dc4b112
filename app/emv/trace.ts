/** A transaction written down so that it can happen again: what was asked, what was answered (§5). Text, so that it travels. */
import { EmvError, toBytes, toHex } from "./bytes.ts";
import { Kernel, type KernelOptions } from "./kernel.ts";
import type { Outcome } from "./outcome.ts";
import type { Answer, Asked, Request } from "./requests.ts";
import type { TerminalLike, TransactionLike } from "./terminal.ts";

export interface TraceLine {
  ask: Asked["ask"];
  /** Of an APDU: its name, and the command as sent; a PIN block is left out. */
  about?: string;
  command?: string;
  /** Bytes are `{ hex: "…" }`. */
  answer: unknown;
}

export class Trace {
  readonly lines: TraceLine[] = [];

  push(request: Asked, answer: Answer): void {
    const apdu = request.ask === "apdu" ? { about: request.about, command: shown(request) } : {};
    this.lines.push({ ask: request.ask, ...apdu, answer: written(answer.value) });
  }
}

/** VERIFY carries a PIN: its data are stars. */
function shown(request: Asked & { ask: "apdu" }): string {
  const digits = toHex(request.command);
  return request.about === "VERIFY" ? digits.slice(0, 10) + "*".repeat(digits.length - 10) : digits;
}

/**
 * The same answers in the same order. Throws EmvError "answer" at the first request that is another one than then: kernel or configuration have
 * changed.
 */
export function replay(
  lines: readonly TraceLine[],
  terminal: TerminalLike,
  transaction: TransactionLike,
  options?: KernelOptions,
): Outcome {
  const kernel = new Kernel(terminal, transaction, options);
  let request: Request = kernel.start();
  for (const [position, line] of lines.entries()) {
    const asked = request.ask === "apdu" ? shown(request) : undefined;
    if (request.ask !== line.ask || asked !== line.command) {
      const now = `${request.ask} ${asked ?? ""}`.trim();
      throw new EmvError("answer", `line ${position + 1}`, `was ${line.ask} ${line.command ?? ""}, is ${now}`);
    }
    request = kernel.next({ to: line.ask, value: unwritten(line.answer) } as Answer);
  }
  if (request.ask !== "outcome")
    throw new EmvError("answer", `line ${lines.length + 1}`, `ends before ${request.ask} was answered`);
  return request.outcome;
}

/** A PIN block an answer carries is not written; without it the card's next answer still tells how it went. */
function written(value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: toHex(value) };
  if (typeof value !== "object" || value === null) return value;
  if ("block" in value) return { block: { hex: "00".repeat((value.block as Uint8Array).length) } };
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, written(part)]));
}

function unwritten(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("hex" in value && typeof value.hex === "string") return toBytes(value.hex);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unwritten(part)]));
}
