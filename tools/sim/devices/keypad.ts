/** The terminal's key matrix as a USB boot keyboard: 8-byte reports (hal/HID.md). */
import type { ActiveFault, FaultSpec, SimKeypadControls } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

/** Usages on page 07. */
const USAGES: Readonly<Record<string, number>> = {
  "1": 0x59,
  "2": 0x5a,
  "3": 0x5b,
  "4": 0x5c,
  "5": 0x5d,
  "6": 0x5e,
  "7": 0x5f,
  "8": 0x60,
  "9": 0x61,
  "0": 0x62,
  "00": 0xb0,
  clear: 0xd8,
  cancel: 0x29,
  enter: 0x58,
  up: 0x52,
  down: 0x51,
  menu: 0x76,
  func: 0x3a,
  alpha: 0x3b,
};
export const KEY_NAMES: readonly string[] = Object.keys(USAGES);

const HOLD_MS = 30;
const BETWEEN_MS = 20;
const BOUNCE_MS = 3;
const ROLL_OVER_REPORT = [0, 0, 1, 1, 1, 1, 1, 1];

interface Step {
  report: Uint8Array;
  /** How long the keys then stay so. */
  forMs: number;
}

export class SimKeypad extends Device implements SimKeypadControls {
  readonly wire = "keypad";
  readonly faultSpecs: readonly FaultSpec[] = [
    { fault: "stuck-key", takes: "switch", words: { zh: "按键卡住(下一个按下的键)", en: "The next key pressed stays down" } },
    { fault: "bounce", takes: "switch", words: { zh: "按键抖动", en: "Contacts bounce" } },
    { fault: "double-report", takes: "switch", words: { zh: "报告重复发送", en: "Every report is sent twice" } },
    { fault: "roll-over", takes: "count", words: { zh: "多键冲突报告", en: "Roll-over error before a key" } },
    UNPLUG,
  ];
  readonly #steps: Step[] = [];
  #running = false;
  #stuck: number | undefined;
  #last: string | undefined;
  #presses = 0;

  press(key: string): void {
    const usage = USAGES[key];
    if (usage === undefined) throw new Error(`no key "${key}": the keypad has ${KEY_NAMES.join(" ")}`);
    if (!this.plugged) return;
    this.#last = key;
    this.#presses += 1;
    if (this.spend("roll-over")) this.#push(new Uint8Array(ROLL_OVER_REPORT), BOUNCE_MS);
    if (this.has("bounce")) {
      this.#push(this.#report(usage), BOUNCE_MS);
      this.#push(this.#report(), BOUNCE_MS);
    }
    this.#push(this.#report(usage), HOLD_MS);
    if (this.has("bounce")) {
      this.#push(this.#report(), BOUNCE_MS);
      this.#push(this.#report(usage), BOUNCE_MS);
    }
    if (this.has("stuck-key") && this.#stuck === undefined) this.#stuck = usage;
    this.#push(this.#report(), BETWEEN_MS);
    this.#run();
    this.context.changed();
  }

  receive(_bytes: Uint8Array): void {}
  attached(_open: boolean): void {}

  describe(): Record<string, unknown> {
    const stuck = Object.entries(USAGES).find(([, usage]) => usage === this.#stuck)?.[0];
    return { keys: KEY_NAMES, lastKey: this.#last ?? null, presses: this.#presses, stuck: stuck ?? null, plugged: this.plugged };
  }

  protected override faultSet(fault: ActiveFault): void {
    if (fault.fault === "unplug") this.#steps.length = 0;
  }

  protected override faultCleared(fault: string): void {
    if (fault !== "stuck-key" || this.#stuck === undefined) return;
    this.#stuck = undefined;
    this.#push(this.#report(), BETWEEN_MS);
    this.#run();
  }

  #report(usage?: number): Uint8Array {
    const report = new Uint8Array(8);
    const held = [this.#stuck, usage].filter((key) => key !== undefined);
    report.set([...new Set(held)], 2);
    return report;
  }

  #push(report: Uint8Array, forMs: number): void {
    this.#steps.push({ report, forMs });
  }

  #run(): void {
    if (this.#running) return;
    const step = this.#steps.shift();
    if (step === undefined) return;
    this.#running = true;
    this.context.send(step.report);
    if (this.has("double-report")) this.context.send(step.report.slice());
    this.context.clock.after(step.forMs, "busy", () => {
      this.#running = false;
      this.#run();
    });
  }
}
