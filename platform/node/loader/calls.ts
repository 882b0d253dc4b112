/** The firmware's own hand on its slots: what stands behind the door's `stage` and `firmware`. */
import type { FirmwareState } from "../../guest/system.ts";
import { DoorError } from "../errors.ts";
import type { FileLayer } from "../files.ts";
import { FLASHED, Inbox } from "./inbox.ts";
import type { Installed, Judged, Provision } from "./slots.ts";
import { Slots } from "./slots.ts";
import type { Refused } from "./judge.ts";
import type { Slot } from "./state.ts";

/** What a machine that was started from a slot knows of it. */
export interface SlotRun {
  slot: Slot;
  /** Starts left after this one, while on trial. */
  trial: { left: number } | undefined;
  /** Directory of a memory stick. */
  media?: string | undefined;
  provision?: Provision;
}

const MOST_WHY_CHARS = 200;

export class FirmwareCalls {
  readonly #run: SlotRun;
  readonly #open: () => FileLayer;
  readonly #log: (words: string) => void;

  /** `open` gives the slots' files anew for each call: another program may have put a package there in between. */
  constructor(run: SlotRun, open: () => FileLayer, log: (words: string) => void) {
    this.#run = run;
    this.#open = open;
    this.#log = log;
  }

  stage(at: number, bytes: Uint8Array): void {
    this.#with(({ inbox }) => inbox.stage(at, bytes));
  }

  /** Throws DoorError for an action there is not. */
  call(action: string, name: string): unknown {
    return this.#with((at) => {
      switch (action) {
        case "state":
          return this.#state(at);
        case "flashed":
          return at.inbox.has(FLASHED);
        case "wait":
          at.inbox.waitFor(name.slice(0, MOST_WHY_CHARS));
          return {};
        case "check":
          return this.#judge(at, name, (bytes) => at.slots.check(bytes));
        case "install":
          return this.#judge(at, name, (bytes) => this.#install(at, name, bytes));
        case "confirm":
          at.slots.confirm(this.#run.slot);
          this.#run.trial = undefined;
          return {};
        case "reject":
          at.slots.reject(this.#run.slot, name.slice(0, MOST_WHY_CHARS));
          return {};
      }
      throw new DoorError("bad-argument", "firmware: state, flashed, wait, check, install, confirm or reject");
    });
  }

  #judge(
    { inbox }: { inbox: Inbox },
    name: string,
    work: (bytes: Uint8Array) => Judged | Installed | Refused,
  ): Judged | Installed | Refused {
    const bytes = inbox.read(name);
    return bytes === undefined ? { refused: "no-package", words: "there is no package of that name" } : work(bytes);
  }

  #install({ slots, inbox }: { slots: Slots; inbox: Inbox }, name: string, bytes: Uint8Array): Installed | Refused {
    const result = slots.install(bytes);
    // A full disk may have room tomorrow; everything else stays refused.
    if (!("refused" in result) || (result.refused !== "no-room" && result.refused !== "on-trial")) inbox.forget(name);
    return result;
  }

  #state({ slots, inbox }: { slots: Slots; inbox: Inbox }): FirmwareState {
    const { status } = slots;
    const { slot, trial } = this.#run;
    const own = status.slots[slot];
    const other = status.slots[slot === "a" ? "b" : "a"];
    return {
      slot,
      version: own?.version ?? "",
      securityCounter: status.securityCounter,
      signer: status.signers[0] ?? "",
      development: own?.development ?? false,
      trial: trial ?? null,
      other: other === undefined ? null : { version: other.version, verdict: other.verdict },
      back: status.back ?? null,
      waiting: inbox.list(own?.sha256),
    };
  }

  #with<T>(work: (at: { slots: Slots; inbox: Inbox }) => T): T {
    const files = this.#open();
    try {
      return work({ slots: new Slots(files, this.#run.provision, this.#log), inbox: new Inbox(files, this.#run.media) });
    } finally {
      files.close?.();
    }
  }
}
