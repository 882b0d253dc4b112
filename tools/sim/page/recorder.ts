/** Turns what a person does on the page into the steps of a scenario file (../scenario). */
export class Recorder {
  #steps: string[] | undefined;
  #keys: string[] = [];
  #screen = "";
  onChange: (() => void) | undefined;

  get running(): boolean {
    return this.#steps !== undefined;
  }

  start(screen: string): void {
    this.#steps = [];
    this.#keys = [];
    this.#screen = screen;
    this.onChange?.();
  }

  key(key: string): void {
    if (this.#steps === undefined) return;
    this.#keys.push(key);
  }

  step(step: string): void {
    if (this.#steps === undefined) return;
    this.#flush();
    this.#steps.push(step);
  }

  /** The terminal has come to rest at a screen: what was done so far led here. */
  settledAt(screen: string): void {
    if (this.#steps === undefined || screen === this.#screen || screen === "") return;
    this.#screen = screen;
    this.#flush();
    this.#steps.push(`expect screen ${screen}`);
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
    if (this.#keys.length > 0) this.#steps?.push(`keys ${this.#keys.join(" ")}`);
    this.#keys = [];
  }
}

export const recorder = new Recorder();
