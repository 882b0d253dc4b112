/** A suite on a device at the end of a cable. */
import { gb18030Table } from "../../build/gb18030.ts";
import { openTpp } from "../../hal/pinpad/tpp.ts";
import { openEscpos } from "../../hal/printer/escpos.ts";
import { pinPadConformance } from "../../test/conform/pinpad.ts";
import { printerConformance } from "../../test/conform/printer.ts";
import { type Cable, openCable } from "./cable.ts";
import { type Entries, withEntries } from "./entries.ts";
import { pinPadHands, printerHands } from "./hands.ts";
import { NotPossible } from "./runner.ts";
import type { Person } from "./person.ts";

export const DEVICES = ["printer", "pinpad"] as const;
export type DeviceClass = (typeof DEVICES)[number];

export interface BenchOptions {
  device: DeviceClass;
  path: string;
  baud: number;
  /** Printer: 58mm, 80mm, 58mm-basic. */
  model: string;
  /** Of a PIN pad: it knows CARD PIN, and the pairing key of test/conform/pinpad.ts. */
  cardPins: boolean;
  person: Person;
  tell(words: string): void;
}

/** In real time nothing has to be moved on: promises end by themselves. */
const ended = <T>(promise: Promise<T>): Promise<T> => promise;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`should have failed, gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => {
      if (error instanceof NotPossible) throw error;
      return error;
    },
  );
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A line is free again a moment after it was let go. */
const LETTING_GO_MS = 200;

/** Registers the class's suite; each test opens the line anew. `letGo` before each and after the last. */
export function bench(options: BenchOptions): { letGo(): Promise<void> } {
  const { device, path, baud, model, cardPins, person, tell } = options;
  let cable: Cable | undefined;
  let entries: Entries | undefined;
  const assets = { "gb18030.bin": new Uint8Array(gb18030Table()) };
  const open = (): Cable["system"] => {
    cable = openCable({ [device]: { kind: "serial", path, baud } }, assets, tell);
    return cable.system;
  };
  const name = `${device} at ${path}`;
  if (device === "printer") {
    const hands = printerHands(person);
    printerConformance(name, () => ({ printer: openEscpos(open(), device, model), ended, failure, pass, hands }));
  } else {
    const hands = pinPadHands(person);
    pinPadConformance(name, () => {
      entries = withEntries(openTpp(open(), device, { cardPins }), cardPins);
      return { pad: entries.pad, ended, failure, pass, hands };
    });
  }
  return {
    letGo: async () => {
      await entries?.giveUp();
      entries = undefined;
      cable?.close();
      cable = undefined;
      await pass(LETTING_GO_MS);
    },
  };
}
