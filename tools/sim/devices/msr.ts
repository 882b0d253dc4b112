/** A stripe reader that sends MagTek's 337-byte report for each swipe (spec peripherals §4, hal/HID.md). */
import type { FaultSpec, SimMsrControls } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

const REPORT_BYTES = 337;
const FIELD_BYTES = 110;
const FIELDS_AT = 7;
const ENCODE_ISO = 0;
const ENCODE_BLANK = 3;
const ENCODE_UNDETERMINED = 5;
const SECOND_SWIPE_MS = 80;
const SHORT_BYTES = 64;

/** Undefined: blank; null: there, and not readable. */
export type TrackOnStripe = string | null | undefined;

/** The track as the reader sends it: start sentinel, `=` between the fields, end sentinel. Throws when it cannot be on a stripe. */
export function withSentinels(track: string, number: 1 | 2 | 3): string {
  const start = number === 1 ? "%" : ";";
  const body = track.replace(/^[%;]/, "").replace(/\?$/, "");
  const text = `${start}${number === 1 ? body : body.replaceAll("D", "=")}?`;
  const allowed = number === 1 ? /^%[ -_]*\?$/ : /^;[0-9:<=>]*\?$/;
  if (!allowed.test(text)) throw new Error(`track ${number} has characters that a stripe cannot hold`);
  if (text.length > FIELD_BYTES) throw new Error(`track ${number} has ${text.length} characters: at most ${FIELD_BYTES} fit`);
  return text;
}

/** One report for one swipe. */
export function swipeReport(tracks: readonly TrackOnStripe[]): Uint8Array {
  const report = new Uint8Array(REPORT_BYTES);
  for (const number of [1, 2, 3] as const) {
    const track = tracks[number - 1];
    if (track === null) report[number - 1] = 1;
    if (typeof track !== "string" || track === "") continue;
    const text = withSentinels(track, number);
    report[2 + number] = text.length;
    for (let i = 0; i < text.length; i++) report[FIELDS_AT + (number - 1) * FIELD_BYTES + i] = text.charCodeAt(i);
  }
  const read = report[3]! + report[4]! + report[5]! > 0;
  const damaged = report[0]! + report[1]! + report[2]! > 0;
  report[6] = read ? ENCODE_ISO : damaged ? ENCODE_UNDETERMINED : ENCODE_BLANK;
  return report;
}

export class SimMsr extends Device implements SimMsrControls {
  readonly wire = "msr";
  readonly faultSpecs: readonly FaultSpec[] = [
    { fault: "damaged-track-1", takes: "switch", words: { zh: "一磁道损坏", en: "Track 1 cannot be read" } },
    { fault: "damaged-track-2", takes: "switch", words: { zh: "二磁道损坏", en: "Track 2 cannot be read" } },
    { fault: "damaged-track-3", takes: "switch", words: { zh: "三磁道损坏", en: "Track 3 cannot be read" } },
    { fault: "two-swipes", takes: "count", words: { zh: "100毫秒内刷两次", en: "Swiped twice within 100 ms" } },
    { fault: "short-report", takes: "count", words: { zh: "报告不完整", en: "A report is cut short" } },
    UNPLUG,
  ];
  #swipes = 0;
  #lastStatus: string | undefined;

  swipe(tracks: { track1?: string | null; track2?: string | null; track3?: string | null }): void {
    const stripe = [tracks.track1, tracks.track2, tracks.track3].map((track, i) =>
      this.has(`damaged-track-${i + 1}`) ? null : track,
    );
    const report = swipeReport(stripe);
    if (!this.plugged) return;
    this.#swipes += 1;
    this.#lastStatus = stripe.map((track) => (track === null ? "damaged" : track ? "read" : "blank")).join(" ");
    this.#send(report);
    if (this.spend("two-swipes")) this.context.clock.after(SECOND_SWIPE_MS, "busy", () => this.#send(report.slice()));
    this.context.changed();
  }

  receive(_bytes: Uint8Array): void {}
  attached(_open: boolean): void {}

  /** How the tracks were read; never what stood on them. */
  describe(): Record<string, unknown> {
    return { swipes: this.#swipes, lastSwipe: this.#lastStatus ?? null, plugged: this.plugged };
  }

  #send(report: Uint8Array): void {
    if (this.plugged) this.context.send(this.spend("short-report") ? report.slice(0, SHORT_BYTES) : report);
  }
}
