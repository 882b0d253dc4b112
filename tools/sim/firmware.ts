/**
 * The desk terminal's firmware slots, in a directory beside its store. While nothing was ever flashed the desk runs what the build made; from the first
 * package on it runs what its loader chooses, as a terminal does.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Board } from "../../hal/boards/board.ts";
import { DirectoryFiles } from "../../platform/node/files.ts";
import type { Machine, MachineOptions } from "../../platform/node/machine.ts";
import { BOARD } from "../../platform/node/loader/manifest.ts";
import { PackageError, readPackage } from "../../platform/node/loader/package.ts";
import { type Arrived, type OutsideStatus, Receiver } from "../../platform/node/loader/receive.ts";
import { type Provision, Slots } from "../../platform/node/loader/slots.ts";
import { SlottedMachine } from "../../platform/node/loader/slotted-machine.ts";

export interface FirmwareOptions {
  /** Directory of the slots. */
  dir: string;
  /** A directory that stands for a memory stick. */
  media?: string;
  /** Public keys the terminal trusts, hexadecimal; without them it keeps to the signer of its first package. */
  signers?: readonly string[];
}

export interface FirmwareHooks {
  log(words: string): void;
  /** The package's board with the desk's own wires. */
  board(fromPackage: Board): Board;
}

type Common = Omit<MachineOptions, "bundle" | "assets" | "board">;

export class DeskFirmware {
  readonly #options: FirmwareOptions;
  readonly #hooks: FirmwareHooks;
  readonly #provision: Provision;

  /** `boardName`: what the desk is; a package for another board is refused. */
  constructor(options: FirmwareOptions, boardName: string, hooks: FirmwareHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#provision = { board: boardName, signers: options.signers };
  }

  /** Nothing was ever flashed. */
  get empty(): boolean {
    return this.#with(({ slots }) => slots.empty);
  }

  get status(): OutsideStatus {
    return this.#with(({ receiver }) => receiver.status);
  }

  have(sum: string): number {
    return this.#with(({ receiver }) => receiver.have(sum));
  }

  add(sum: string, at: number, bytes: Uint8Array): number {
    return this.#with(({ receiver }) => receiver.add(sum, at, bytes));
  }

  finish(sum: string): Arrived {
    return this.#with(({ receiver }) => receiver.finish(sum));
  }

  /** The machine that starts from the slots. `overlay`: assets of the desk's own. */
  machine(common: Common, overlay: Record<string, Uint8Array>, make: (options: MachineOptions) => Machine): Machine {
    const { dir, media } = this.#options;
    const board = (fromPackage: unknown): unknown => this.#hooks.board(fromPackage as Board);
    return new SlottedMachine({ ...common, slotsDir: dir, media, provision: this.#provision, overlay, board }, make);
  }

  #with<T>(work: (at: { slots: Slots; receiver: Receiver }) => T): T {
    const files = new DirectoryFiles(this.#options.dir);
    try {
      const slots = new Slots(files, this.#provision, (words) => this.#hooks.log(`loader: ${words}`));
      return work({ slots, receiver: new Receiver(files, slots) });
    } finally {
      files.close();
    }
  }
}

/** The package that runs, or is to be tried, out of these slots; undefined when there is none. */
export function installedPackage(dir: string): string | undefined {
  if (!existsSync(dir)) return undefined;
  const files = new DirectoryFiles(dir);
  try {
    const { trial, active } = new Slots(files).status;
    const slot = active ?? trial?.slot;
    return slot && join(dir, `slot-${slot}`);
  } finally {
    files.close();
  }
}

/** The board inside a package. Throws Error with words. */
export function boardOf(file: string): { bytes: Uint8Array; board: unknown } {
  const bytes = new Uint8Array(readFileSync(file));
  try {
    return { bytes, board: JSON.parse(Buffer.from(readPackage(bytes).files.get(BOARD) ?? new Uint8Array()).toString("utf8")) };
  } catch (error) {
    if (error instanceof PackageError) throw new Error(`${file}: ${error.message}`);
    throw error;
  }
}
