/**
 * One start out of the slots. The loader and what it starts are one program, so whoever started it starts it anew: each start chooses again, by what the
 * slots remember. An attempt was counted before it was made, so a start that ends in whatever way is one attempt less.
 */
import * as os from "os";
import * as std from "std";
import { wordsOf } from "../../node/errors.ts";
import { checkBundle } from "../../node/loader/bundle.ts";
import type { LoaderConfig } from "../../node/loader/config.ts";
import { offerFactory } from "../../node/loader/factory.ts";
import { BOARD, BUNDLE, PROFILE } from "../../node/loader/manifest.ts";
import { type Chosen, Slots } from "../../node/loader/slots.ts";
import { CONFIRM_WITHIN_MS, LATE, LOADER, takenBack, WHY } from "../../node/loader/trial.ts";
import { makeDirectory } from "../files.ts";
import { AGAIN, type Log, logTo, serve } from "../serve.ts";
import { fileSystemOf, type TerminalOptions } from "../terminal.ts";
import { filesIn, readFile, textOf } from "./needs.ts";
import { systemdTeller } from "./systemd.ts";

/** `confirmWithinMs`: that a firmware on trial has. Throws Error with words when there is no firmware to start, or the only one there is does not. */
export function runFromSlots(config: LoaderConfig, confirmWithinMs = CONFIRM_WITHIN_MS): void {
  const { slots: dir, data, board, signers } = config;
  offerFactory(config);
  makeDirectory(data);
  const log = logTo(data);
  const withSlots = <T>(work: (slots: Slots) => T): T => {
    const files = filesIn(dir);
    try {
      return work(new Slots(files, { board, signers }, (words) => log("info", `loader: ${words}`)));
    } finally {
      files.close?.();
    }
  };
  const chosen = withSlots((slots) => slots.choose());
  if (chosen === undefined) throw new Error(`there is no firmware in ${dir} that may be started; install a signed package`);
  new Start(config, chosen, log, withSlots).begin(confirmWithinMs);
}

class Start {
  readonly #config: LoaderConfig;
  readonly #chosen: Chosen;
  readonly #log: Log;
  readonly #withSlots: <T>(work: (slots: Slots) => T) => T;

  constructor(config: LoaderConfig, chosen: Chosen, log: Log, withSlots: <T>(work: (slots: Slots) => T) => T) {
    this.#config = config;
    this.#chosen = chosen;
    this.#log = log;
    this.#withSlots = withSlots;
  }

  begin(confirmWithinMs: number): void {
    const settled = systemdTeller(() => this.#confirmed);
    try {
      serve(this.#options(), this.#log, { settled, failed: (words) => this.#failed(words) });
    } catch (error) {
      if (!this.#takenBack(WHY.noStart(wordsOf(error)))) throw error;
      std.exit(AGAIN);
    }
    if (this.#chosen.trial !== undefined) os.setTimeout(() => this.#late(), confirmWithinMs);
  }

  #options(): Parameters<typeof serve>[0] {
    const { slots: dir, data: dataDir, board, signers, media, sealKey, profile, serial } = this.#config;
    const { slot, trial, files, manifest } = this.#chosen;
    const code = textOf(files.get(BUNDLE) ?? new Uint8Array());
    checkBundle(code);
    const assets = Object.fromEntries([...files].filter(([name]) => name !== BUNDLE));
    if (profile !== undefined) assets[PROFILE] = readFile(profile);
    const facts: TerminalOptions["facts"] = {
      app: `tael ${manifest.version}`,
      loader: `${LOADER} ${slot}`,
      fileSystem: fileSystemOf(dir),
    };
    return {
      bundle: { code },
      board: JSON.parse(textOf(files.get(BOARD) ?? new Uint8Array())),
      assets,
      dataDir,
      sealKey,
      slots: { dir, slot, trial, media, provision: { board, signers } },
      facts: serial === undefined ? facts : { ...facts, serial },
    };
  }

  /** Something is kept, and nothing on trial. */
  get #confirmed(): boolean {
    return this.#withSlots(({ status: { active, trial } }) => active !== undefined && trial === undefined);
  }

  #failed(words: string): boolean {
    return this.#chosen.trial?.left === 0 && this.#takenBack(WHY.failed(words));
  }

  #late(): void {
    const { slot } = this.#chosen;
    if (this.#withSlots(({ status }) => status.trial?.slot !== slot)) return;
    this.#log("error", `the firmware failed: ${LATE}`);
    this.#takenBack(WHY.failed(LATE));
    std.exit(AGAIN);
  }

  /** Whether there is something to go back to. */
  #takenBack(why: string): boolean {
    const { slot, trial } = this.#chosen;
    return trial !== undefined && this.#withSlots((slots) => takenBack(slots, slot, why));
  }
}
