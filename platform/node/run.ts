/** One power-on of the guest: engine, door, the queue of events, and the order in which things happen. */
import type { CallName } from "../abi.ts";
import type { Door, DoorEvent } from "./door.ts";
import { BUNDLE_FILE, type Engine, type FromGuest, type ToGuest } from "./engine.ts";
import { GuestFailure, Stopped } from "./errors.ts";
import type { Recorder } from "./recording.ts";
import type { CpuMeter } from "./time.ts";

export interface RunOptions {
  code: string;
  eventLimitMs: number;
  meter: CpuMeter;
  recorder: Recorder | undefined;
  /** All events are worked off. */
  settled(): void;
  failed(failure: GuestFailure): void;
  /** The guest has left the engine for good after `cut` or a power call. */
  /** `left`: what the engine could not free, in words. */
  ended(left: string | undefined): void;
}

export class Run {
  readonly #options: RunOptions;
  readonly #queue: DoorEvent[] = [];
  /** Set right after the constructor: door and engine both need the run to be made first. */
  door!: Door;
  engine!: Engine;
  #busy = false;
  #working = false;
  #ended = false;
  #over = false;
  #runaway = false;
  #now = "start";

  constructor(options: RunOptions) {
    this.#options = options;
  }

  get quiet(): boolean {
    return !this.#busy && this.#queue.length === 0;
  }

  /** Inside the guest, so that ending it takes until it has left. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Evaluates the bundle. Throws GuestFailure when it cannot even start; then nothing runs any more. */
  boot(): void {
    this.#busy = true;
    // A device may answer at once: what it says waits until the bundle has been evaluated.
    this.#working = true;
    this.#options.recorder?.start();
    try {
      this.#inGuest("start", () => this.engine.evaluate(this.#options.code, BUNDLE_FILE));
    } catch (error) {
      const cut = this.#over;
      if (!cut) this.#stop((error as GuestFailure).kind);
      this.#busy = false;
      this.#end();
      if (!cut) throw error;
    }
    this.#workOff();
  }

  enqueue(event: DoorEvent): void {
    if (this.#over) return;
    this.#queue.push(event);
    if (!this.#working) this.#workOff();
  }

  /** Ends it: no call is served any more, and the guest is stopped at the engine's next look. */
  cut(why: string): void {
    if (this.#over) return;
    this.#stop(why);
    if (!this.#busy) this.#end();
  }

  /** The engine asks while the guest runs. */
  shouldStop(): boolean {
    if (!this.#over && this.#options.meter.exceeds(this.#options.eventLimitMs)) this.#runaway = true;
    return this.#over || this.#runaway;
  }

  /** A call of the guest, on its way to the door. */
  call(name: CallName, args: readonly FromGuest[]): ToGuest {
    const { meter, recorder } = this.#options;
    meter.pause();
    try {
      const result = this.door.call(name, args);
      // Cut while the call was worked off: the guest never learns how it went.
      if (this.#over) throw new Stopped("the machine is off");
      recorder?.called(name, args, result);
      return result;
    } catch (error) {
      if (!this.#over && error instanceof Error) recorder?.refused(name, args, error);
      throw error;
    } finally {
      meter.resume();
    }
  }

  /** Works off the queue; what `settled` puts into it is worked off as well. */
  #workOff(): void {
    this.#working = true;
    do {
      this.#busy = true;
      for (let event = this.#queue.shift(); event !== undefined && !this.#over; event = this.#queue.shift()) this.#deliver(event);
      this.#busy = false;
      if (!this.#over) this.#options.settled();
    } while (!this.#over && this.#queue.length > 0);
    this.#working = false;
    if (this.#over) this.#end();
  }

  #deliver(event: DoorEvent): void {
    if (!this.door.delivers(event)) return;
    const { recorder, failed } = this.#options;
    recorder?.event(event);
    try {
      this.#inGuest(event.name, () => this.engine.event(event.name, event.args));
    } catch (error) {
      if (this.#over) return;
      this.#stop((error as GuestFailure).kind);
      failed(error as GuestFailure);
    }
    recorder?.flush();
  }

  #stop(why: string): void {
    this.#over = true;
    this.#queue.length = 0;
    this.door.cut();
    this.#options.recorder?.stop(why);
  }

  #inGuest(now: string, run: () => void): void {
    const { meter } = this.#options;
    this.#now = now;
    meter.begin();
    try {
      run();
    } catch (error) {
      if (!this.#runaway) throw error;
    } finally {
      meter.pause();
    }
    // An engine that was stopped does not always throw: a promise job may have swallowed the stop.
    if (this.#runaway) throw this.#runawayFailure();
  }

  #runawayFailure(): GuestFailure {
    return new GuestFailure(
      "runaway",
      `runaway: the event ${this.#now} took more than ${this.#options.eventLimitMs} ms of CPU`,
      "",
    );
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.ended(this.engine.dispose());
  }
}
