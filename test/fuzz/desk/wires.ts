/** What a hostile firmware or terminal can send to the tools: the desk's devices, the acquirer's line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AcquirerHost, AcquirerOptions } from "../../../tools/acquirer/contract.ts";
import { createAcquirer } from "../../../tools/acquirer/index.ts";
import { accounts } from "../../../tools/cards/index.ts";
import type { DeviceContext, SimDevice } from "../../../tools/sim/contract.ts";
import { DebugChannel } from "../../../tools/sim/debug.ts";
import { SimFiles, SimIcc, SimLcd, SimPicc, SimPinPad, SimPrinter } from "../../../tools/sim/devices/index.ts";
import { Framer } from "../../../tools/sim/frames.ts";
import { hostReader } from "../../../tools/sim/host-reader.ts";
import { readProfile } from "../../../tools/sim/profile.ts";
import { inspect } from "../../../tools/inspect/inspect.ts";
import { type Check, ensure, pieces } from "../guest/bench.ts";
import { T1Card, TestField } from "../../conform/chip-cards.ts";
import { TestClock } from "../../tools/acquirer/bench.ts";
import { bench } from "../../tools/sim/devices/bench.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

/** A host that has seen so many lines is replaced: its books grow with what it was told, as they should. */
const LINES_OF_A_HOST = 200;
let host: { acquirer: AcquirerHost; clock: TestClock; lines: number } | undefined;

function hostNow(): NonNullable<typeof host> {
  if (host === undefined || host.lines >= LINES_OF_A_HOST) {
    const clock = new TestClock();
    const profile = JSON.parse(readFileSync(join(root, "tools/sim/profiles/demo.json"), "utf8")) as AcquirerOptions["profile"];
    host = { acquirer: createAcquirer({ profile, clock, accounts: accounts(), seed: 1 }), clock, lines: 0 };
  }
  host.lines++;
  return host;
}

/** Frames of a terminal, split anyhow: each is answered, or the line is closed; nothing is thrown. */
export const acquirerLine: Check = (bytes) => {
  const { acquirer, clock } = hostNow();
  let answers = 0;
  const line = acquirer.connect({ send: () => answers++, close: () => {} });
  for (const piece of pieces(bytes)) line.receive(piece);
  clock.advance(100);
  line.ended();
  const { transactions } = acquirer.ledger({ clear: true });
  for (const { amountFen } of transactions) ensure(Number.isSafeInteger(amountFen) && amountFen >= 0, "an amount is whole fen");
  ensure(answers <= bytes.length / 21 + 1, "no more answers than messages");
};

const reader = hostReader(readProfile("demo", root));

/** The desk's own look at the host wire, and `npm run inspect`. */
export const wireView: Check = (bytes) => {
  const framer = new Framer();
  for (const frame of pieces(bytes).flatMap((piece) => framer.push(piece))) {
    plainError(() => reader.decode(frame));
    reader.learn(frame);
    reader.wrongMac(frame.subarray(2));
    reader.wrongTrace(frame.subarray(2));
  }
  framer.rest();
};

/** One way to say no: an Error with words. A more particular one is the engine's, and a mistake. */
export function plainError<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && !ENGINE_ERRORS.has(error.constructor.name)) return undefined;
    throw error;
  }
}
const ENGINE_ERRORS = new Set([
  "TypeError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "EvalError",
  "InternalError",
  "AssertionError",
]);

const PAN = /(?<!\d)6222021234567890128(?!\d)/;

/** Text as somebody pastes it: hex of a message, TLV, a trace of APDUs. */
export const inspectText: Check = (bytes) => {
  const lines = plainError(() => inspect(new TextDecoder().decode(bytes), false)) ?? [];
  for (const line of lines) ensure(!PAN.test(line), "a card number is masked");
};

type Make = (context: DeviceContext) => SimDevice;

/** Anything the terminal may write to a device of the desk. */
const device = (make: Make): Check => {
  return (bytes) => {
    const { context, clock } = bench();
    const made = make(context);
    made.attached(true);
    for (const piece of pieces(bytes)) {
      made.receive(piece);
      clock.advance(50);
    }
    clock.advance(5_000);
    made.describe();
    made.attached(false);
    clock.advance(5_000);
  };
};

export const simPrinter: Check = device((context) => new SimPrinter(context));
export const simPinpad: Check = device((context) => {
  const pad = new SimPinPad(context);
  pad.injectMasterKey(1, "0123456789ABCDEFFEDCBA9876543210", "3des");
  return pad;
});
export const simIcc: Check = device((context) => {
  const icc = new SimIcc(context);
  icc.insert("t1", new T1Card());
  return icc;
});
export const simPicc: Check = device((context) => {
  const picc = new SimPicc(context);
  picc.tap("card", [new TestField()]);
  return picc;
});
export const simFiles: Check = device((context) => new SimFiles(context));
export const simLcd: Check = device((context) => new SimLcd(context));

export const simDebug: Check = (bytes) => {
  const channel = new DebugChannel(() => {});
  for (const piece of pieces(bytes)) channel.receive(piece);
  channel.lost();
};
