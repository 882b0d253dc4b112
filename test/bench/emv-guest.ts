/** The chip kernel inside QuickJS: one event is one piece of work, or a whole transaction a command at a time. */
import { Kernel, sm2Verify, type Request } from "../../app/emv/index.ts";
import { rsa } from "../../app/emv/rsa.ts";
import { toBytes } from "../../app/emv/bytes.ts";
import type { TerminalInput, TransactionDetails } from "../../app/emv/terminal.ts";

interface Inputs {
  rsa: Record<string, { modulus: string; exponent: string; data: string }>;
  sm2: { key: string; message: string; signature: string };
  runs: Record<
    string,
    { terminal: TerminalInput; transaction: TransactionDetails; script: [command: string, answer: string][]; host: string }
  >;
}

const inputs = JSON.parse(door.facts()) as Inputs;

function bench(what: string, times: number): void {
  const key = inputs.rsa[what];
  for (let n = 0; n < times; n++) {
    if (key !== undefined) rsa(toBytes(key.data), { modulus: toBytes(key.modulus), exponent: toBytes(key.exponent) });
    else sm2Verify(toBytes(inputs.sm2.key), toBytes(inputs.sm2.message), toBytes(inputs.sm2.signature));
  }
}

let kernel: Kernel | undefined;
let request: Request | undefined;
let script: [string, string][] = [];

/** Starts one and stops before its first answer is taken in. */
function begin(name: string): void {
  const run = inputs.runs[name];
  if (run === undefined) throw new Error(`no run ${name}`);
  script = [...run.script];
  kernel = new Kernel(run.terminal, run.transaction);
  request = kernel.start();
}

/** Takes in one answer: everything the kernel does between two commands. */
function answer(name: string): void {
  if (kernel === undefined || request === undefined || request.ask === "outcome") return;
  if (request.ask === "apdu") request = kernel.next({ to: "apdu", value: toBytes(script.shift()?.[1] ?? "6D00") });
  else if (request.ask === "online") request = kernel.next({ to: "online", value: { code: inputs.runs[name]?.host ?? "00" } });
  else request = kernel.next({ to: "message", value: undefined });
  if (request.ask === "outcome" && !request.outcome.result.startsWith("approved"))
    throw new Error(`${name}: ${request.outcome.reason} ${request.outcome.words}`);
  if (request.ask === "outcome" && !request.outcome.authenticated) throw new Error(`${name}: not authenticated`);
}

const EVENTS: Record<string, (name: string, times: number) => void> = { bench, begin, answer };
(globalThis as { onDoorEvent?: unknown }).onDoorEvent = (what: string, name: string, times: number) =>
  EVENTS[what]?.(name, times);
