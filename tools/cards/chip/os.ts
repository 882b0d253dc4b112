/** The card's operating system: one command in, one answer out, whatever wire it came over. Commands are files beside this one. */
import { createHash } from "node:crypto";
import type { Answer, Command } from "./apdu.ts";
import { status, SW } from "./apdu.ts";
import { externalAuthenticate, internalAuthenticate } from "./authenticate.ts";
import { getData } from "./data.ts";
import { generateAc } from "./generate-ac.ts";
import type { Hex } from "./hex.ts";
import type { Issued } from "./issue.ts";
import { challenge, verify } from "./pin.ts";
import type { ChipProfile } from "./profile.ts";
import { readRecord } from "./records.ts";
import { scripts } from "./scripts.ts";
import { select } from "./select.ts";
import { getProcessingOptions } from "./start.ts";
import { type ApplicationState, type CardState, newProgress, type Progress } from "./state.ts";

export type Face = "contact" | "field";

/** The application that is selected, all it is made of. */
export interface Current {
  issued: Issued;
  state: ApplicationState;
  progress: Progress;
}

export interface Os {
  readonly card: ChipProfile;
  readonly face: Face;
  readonly state: CardState;
  readonly applications: readonly Issued[];
  /** Undefined: none, or the directory. */
  current: Current | undefined;
  directory: boolean;
  /** For "next occurrence": the name asked last and the application it found. */
  found: { name: Hex; position: number } | undefined;
  random(bytes: number): Hex;
}

/** "mute": the card has stopped answering. */
export type Handled = Answer | "mute";
export type Handler = (os: Os, command: Command) => Handled;

/** By class and instruction. 04 and 84 are the same commands with secure messaging. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  "00A4": select,
  "00B2": readRecord,
  "0020": verify,
  "0084": challenge,
  "0088": internalAuthenticate,
  "0082": externalAuthenticate,
  "80A8": getProcessingOptions,
  "80CA": getData,
  "80AE": generateAc,
  ...scripts,
};
const CLASSES = new Set(Object.keys(HANDLERS).map((name) => name.slice(0, 2)));
/** What still answers on a card its issuer has blocked: SELECT, to say so. */
const SELECT = "00A4";

const two = (value: number): Hex => value.toString(16).toUpperCase().padStart(2, "0");

export function handle(os: Os, command: Command): Handled {
  const name = two(command.cla) + two(command.ins);
  if (os.state.blocked && name === SELECT) return status(SW.notSupported);
  // What is under way when the block comes ends as it should.
  if (os.state.blocked && os.current === undefined) return status(SW.conditions);
  const handler = HANDLERS[name];
  if (handler !== undefined) {
    const { current } = os;
    const answered = handler(os, command);
    // A challenge is good for the very next command.
    if (current !== undefined && name !== "0084") current.progress.challenge = undefined;
    return answered;
  }
  return status(CLASSES.has(name.slice(0, 2)) ? SW.unknownInstruction : SW.unknownClass);
}

export function createOs(card: ChipProfile, applications: readonly Issued[], state: CardState, face: Face, seed: number): Os {
  return {
    card,
    face,
    state,
    applications,
    current: undefined,
    directory: false,
    found: undefined,
    random(bytes) {
      const digest = createHash("sha256")
        .update(`${seed}|${card.id}|${state.randoms++}`)
        .digest("hex");
      return digest.slice(0, bytes * 2).toUpperCase();
    },
  };
}

/** Power is gone: what was under way is forgotten. */
export function forget(os: Os): void {
  os.current = undefined;
  os.directory = false;
  os.found = undefined;
}

export function take(os: Os, position: number): Current {
  const current = { issued: os.applications[position]!, state: os.state.applications[position]!, progress: newProgress() };
  os.current = current;
  os.directory = false;
  return current;
}
