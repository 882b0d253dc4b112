/**
 * Two slots and the rules by which they are written, tried, confirmed and taken back. The order of writes is what keeps a terminal starting: the slot that
 * works is never written to, an attempt is counted before it is made, and the security counter rises last.
 */
import { DoorError, wordsOf } from "../errors.ts";
import type { FileLayer } from "../files.ts";
import { judge, type PackageSummary, type Refused, summaryOf } from "./judge.ts";
import type { Manifest } from "./manifest.ts";
import { sha256 } from "./needs.ts";
import { CannotVerify, type FirmwarePackage, readPackage } from "./read-package.ts";
import { type LoaderState, otherSlot, type Slot, type SlotNote, StateFiles } from "./state.ts";

/** Starts that a new firmware has to confirm itself. */
export const ATTEMPTS = 3;
const WRITE_BYTES = 256 * 1024;

export interface Provision {
  board?: string | undefined;
  /** Public keys, hexadecimal. */
  signers?: readonly string[] | undefined;
}

export interface Chosen extends FirmwarePackage {
  slot: Slot;
  /** Not confirmed yet; how many starts are left after this one. */
  trial: { left: number } | undefined;
}

/** What the loader tells a person or a program. */
export interface LoaderStatus {
  board: string | undefined;
  signers: readonly string[];
  securityCounter: number;
  active: Slot | undefined;
  trial: LoaderState["trial"];
  slots: LoaderState["slots"];
  back: LoaderState["back"];
}

export type Installed = { installed: PackageSummary; slot: Slot };
export type Judged = { package: PackageSummary };

const slotFile = (slot: Slot): string => `slot-${slot}`;

export class Slots {
  readonly #files: FileLayer;
  readonly #states: StateFiles;
  readonly #provision: Provision;
  readonly #log: (words: string) => void;

  /** What `provision` says goes before what the terminal was provisioned with. */
  constructor(files: FileLayer, provision: Provision = {}, log: (words: string) => void = () => undefined) {
    this.#files = files;
    this.#states = new StateFiles(files);
    this.#provision = provision;
    this.#log = log;
  }

  get status(): LoaderStatus {
    const { securityCounter, active, trial, slots, back, ...known } = this.#states.read();
    const { board = known.board, signers = known.signers ?? [] } = this.#provision;
    return { board, signers, securityCounter, active, trial, slots, back };
  }

  /** Nothing has ever been installed here. */
  get empty(): boolean {
    const { slots } = this.#states.read();
    return slots.a === undefined && slots.b === undefined;
  }

  /** Something confirmed, or on trial, could be started now. */
  get startable(): boolean {
    const state = this.#states.read();
    const candidates = [state.trial?.slot, ...(["a", "b"] as const).filter((slot) => state.slots[slot]?.verdict === "good")];
    return candidates.some((slot) => slot !== undefined && !("bad" in this.#readSlot(slot, state)));
  }

  /** What would come of installing it. */
  check(bytes: Uint8Array): Judged | Refused {
    const judged = this.#judge(bytes);
    return "refused" in judged ? this.#refuse(judged) : { package: summaryOf(judged.manifest, bytes.length) };
  }

  /** Writes it to the slot that does not run; the next start tries it. Refused: nothing has changed but perhaps the spare slot's bytes. */
  install(bytes: Uint8Array): Installed | Refused {
    const judged = this.#judge(bytes);
    if ("refused" in judged) return this.#refuse(judged);
    try {
      return this.#write(bytes, judged.manifest);
    } catch (error) {
      const words = `the package is not installed: ${wordsOf(error)}`;
      if (error instanceof DoorError) return this.#refuse({ refused: "no-room", words });
      throw error;
    }
  }

  /** The firmware to start now, known to be what its signer signed; undefined when there is none. Counts the attempt of one on trial. Throws CannotVerify. */
  choose(): Chosen | undefined {
    const state = this.#states.read();
    return this.#onTrial(state) ?? this.#confirmed(this.#states.read());
  }

  /** The firmware in `slot` works: it is kept, and then what is older is shut out. */
  confirm(slot: Slot): void {
    const state = this.#states.read();
    const note = state.slots[slot];
    if (note === undefined) return;
    if (state.active !== slot || state.trial?.slot === slot) {
      const { trial: _trial, back: _back, ...rest } = state;
      this.#states.write({ ...rest, active: slot, slots: { ...state.slots, [slot]: { ...note, verdict: "good" } } });
      this.#log(`firmware ${note.version} in slot ${slot} is confirmed`);
    }
    this.#raiseCounter(note.securityCounter);
  }

  /** The firmware in `slot` says, or has shown, that it does not work. Only one on trial is taken back. */
  reject(slot: Slot, why: string): void {
    const state = this.#states.read();
    if (state.trial?.slot === slot && this.#fallback(state) !== undefined) this.#takeBack(state, why);
  }

  #judge(bytes: Uint8Array): FirmwarePackage | Refused {
    const state = this.#states.read();
    const note = state.active && state.slots[state.active];
    const { board = state.board, signers = state.signers } = this.#provision;
    const judged = judge(bytes, sha256(bytes), { board, signers, securityCounter: state.securityCounter, running: note });
    if ("refused" in judged || state.trial === undefined || state.active === undefined) return judged;
    const tried = state.slots[state.trial.slot]?.version ?? "";
    return {
      refused: "on-trial",
      words: `the package is refused: ${tried} was installed just now and is not confirmed yet; restart first`,
    };
  }

  #refuse(refused: Refused): Refused {
    this.#log(refused.words);
    return refused;
  }

  #write(bytes: Uint8Array, manifest: Manifest): Installed {
    const before = this.#states.read();
    const slot = before.active === undefined ? "a" : otherSlot(before.active);
    // What stood there is gone from here on, and nothing may take the half of the new for it.
    if (before.slots[slot] !== undefined) this.#states.write({ ...before, slots: { ...before.slots, [slot]: undefined } });
    const name = slotFile(slot);
    for (let at = 0; at < bytes.length; at += WRITE_BYTES) this.#files.append(name, at, bytes.subarray(at, at + WRITE_BYTES));
    this.#files.sync(name);
    const sum = sha256(bytes);
    const written = this.#files.read(name);
    if (written === undefined || sha256(written) !== sum) throw new DoorError("io", `slot ${slot} reads back otherwise`);
    const { version, securityCounter, development, board, signer } = manifest;
    const note: SlotNote = { version, securityCounter, sha256: sum, development, verdict: "written" };
    const { board: provisioned = board, signers = [signer] } = before;
    this.#states.write({
      ...before,
      board: provisioned,
      signers,
      slots: { ...before.slots, [slot]: note },
      trial: { slot, left: ATTEMPTS },
    });
    this.#log(`firmware ${version} is installed in slot ${slot}, to be tried at the next start`);
    return { installed: summaryOf(manifest, bytes.length), slot };
  }

  #onTrial(state: LoaderState): Chosen | undefined {
    if (state.trial === undefined) return undefined;
    const { slot, left } = state.trial;
    const fallback = this.#fallback(state);
    const read = this.#readSlot(slot, state);
    if ("bad" in read) return this.#takeBack(state, read.bad);
    // With nothing to go back to, trying again is all there is.
    if (left === 0 && fallback !== undefined)
      return this.#takeBack(state, `it was started ${ATTEMPTS} times and never confirmed itself`);
    const next = { slot, left: Math.max(0, left - 1) };
    try {
      this.#states.write({ ...state, trial: next });
    } catch (error) {
      if (fallback !== undefined) {
        this.#log(`the attempt cannot be counted, so the confirmed firmware is started: ${wordsOf(error)}`);
        return undefined;
      }
    }
    this.#log(`starting firmware ${read.manifest.version} in slot ${slot}, on trial, ${next.left} more starts left`);
    return { ...read, slot, trial: { left: next.left } };
  }

  #confirmed(state: LoaderState): Chosen | undefined {
    const { active } = state;
    if (active === undefined) return undefined;
    for (const slot of [active, otherSlot(active)]) {
      if (state.slots[slot]?.verdict !== "good") continue;
      const read = this.#readSlot(slot, state);
      if ("bad" in read) {
        this.#log(`slot ${slot} is not started: ${read.bad}`);
        continue;
      }
      if (slot !== active) this.#log(`starting slot ${slot} in place of ${active}`);
      return { ...read, slot, trial: undefined };
    }
    return undefined;
  }

  /** What a firmware on trial can be taken back to. */
  #fallback(state: LoaderState): Slot | undefined {
    const { active } = state;
    if (active === undefined || active === state.trial?.slot) return undefined;
    return "bad" in this.#readSlot(active, state) ? undefined : active;
  }

  #takeBack(state: LoaderState, why: string): undefined {
    const { trial, ...rest } = state;
    if (trial === undefined) return undefined;
    const note = state.slots[trial.slot];
    const version = note?.version ?? "?";
    const marked = note && { ...note, verdict: "bad" as const };
    this.#log(`firmware ${version} in slot ${trial.slot} is taken back: ${why}`);
    try {
      this.#states.write({ ...rest, slots: { ...state.slots, [trial.slot]: marked }, back: { version, why } });
    } catch (error) {
      // It is decided anew at the next start; the confirmed one is started all the same.
      this.#log(`this could not be written down: ${wordsOf(error)}`);
    }
    return undefined;
  }

  /** Verified before each start: signature, hashes, its signer and board still trusted, not older than what was confirmed. */
  #readSlot(slot: Slot, state: LoaderState): FirmwarePackage | { bad: string } {
    try {
      const bytes = this.#files.read(slotFile(slot));
      if (bytes === undefined) return { bad: "it is gone" };
      const read = readPackage(bytes);
      const { board = state.board, signers = state.signers } = this.#provision;
      if (signers !== undefined && !signers.includes(read.manifest.signer)) return { bad: "its signer is not trusted" };
      if (board !== undefined && read.manifest.board !== board) return { bad: `it is for the board "${read.manifest.board}"` };
      if (read.manifest.securityCounter < state.securityCounter) return { bad: "it is older than the security counter allows" };
      return read;
    } catch (error) {
      // No verdict on the slot: a good one must not be taken back for it.
      if (error instanceof CannotVerify) throw error;
      return { bad: wordsOf(error) };
    }
  }

  /** In both of the state's files, so that the loss of one does not bring the old count back. */
  #raiseCounter(counter: number): void {
    for (let copies = 0; copies < 2; copies++) {
      const state = this.#states.read();
      if (copies === 0 && state.securityCounter >= counter) return;
      this.#states.write({ ...state, securityCounter: Math.max(state.securityCounter, counter) });
    }
  }
}
