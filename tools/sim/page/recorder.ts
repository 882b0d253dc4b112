/** Turns what a person does on the page into the steps of a scenario file (../scenario). */
/** Screens that pass by themselves: on a free clock nobody would ever see some of them. */
const PASSING = new Set(["selfcheck", "signing-on", "downloading", "online", "reversing", "printing", "settling"]);

export class Recorder {
  #steps: string[] | undefined;
  #keys: string[] = [];
  /** Typed on the PIN pad since the last other step. */
  #pin: string[] = [];
  #screen = "";
  onChange: (() => void) | undefined;

  get running(): boolean {
    return this.#steps !== undefined;
  }

  start(screen: string): void {
    this.#steps = [];
    this.#keys = [];
    this.#pin = [];
    this.#screen = screen;
    this.onChange?.();
  }

  key(key: string): void {
    if (this.#steps === undefined) return;
    this.#flushPin();
    this.#keys.push(key);
  }

  pinpadKey(key: string): void {
    if (this.#steps === undefined) return;
    this.#flushKeys();
    this.#pin.push(key);
    if (key === "enter" || key === "cancel") this.#flushPin();
  }

  step(step: string): void {
    if (this.#steps === undefined) return;
    this.#flush();
    this.#steps.push(step);
  }

  /** The terminal has come to rest at a screen: what was done so far led here. */
  settledAt(screen: string): void {
    if (this.#steps === undefined || screen === this.#screen || screen === "" || PASSING.has(screen)) return;
    this.#screen = screen;
    this.#flush();
    // Where it went by itself before anybody did anything is no part of the recording.
    if (this.#steps.length > 0) this.#steps.push(`expect screen ${screen}`);
  }

  /** The file's text. */
  stop(): string {
    this.#flush();
    const steps = this.#steps ?? [];
    this.#steps = undefined;
    this.onChange?.();
    const lines = steps.map((step) => `  - ${/[:#"'{}[\]&*!|>%@`]/.test(step) ? JSON.stringify(step) : step}`);
    return ["name: recorded", "steps:", ...lines, "  - expect check ok", ""].join("\n");
  }

  #flush(): void {
    this.#flushKeys();
    this.#flushPin();
  }

  #flushKeys(): void {
    if (this.#keys.length > 0) this.#steps?.push(`keys ${this.#keys.join(" ")}`);
    this.#keys = [];
  }

  #flushPin(): void {
    const typed = this.#pin.join(" ");
    const pin = /^((?:\d ){4,12})enter$/.exec(typed)?.[1]?.replaceAll(" ", "");
    if (typed !== "") this.#steps?.push(pin === undefined ? `pinpad ${typed}` : `pin ${pin}`);
    this.#pin = [];
  }
}

export const recorder = new Recorder();
