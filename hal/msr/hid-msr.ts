/** Stripe reader with the 337-byte report (hal/HID.md, spec peripherals §4): one report a swipe, also when the swipe failed. */
import { decodeAscii } from "../../platform/guest/bytes.ts";
import type { Port, System } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import { DeviceError } from "../errors.ts";
import type { Msr, MsrErrorCode, Swipe, TrackFaultMark } from "./msr.ts";

const REPORT_BYTES = 337;
const STATUS_AT = 0;
const LENGTH_AT = 3;
const TRACKS_AT = 7;
const TRACK_BYTES = 110;
const DECODE_ERROR = 0x01;

interface TrackFormat {
  start: string;
  /** Most characters between the sentinels (ISO/IEC 7811: 79, 40 and 107 with both sentinels and the LRC). */
  most: number;
  content: RegExp;
}

const FORMATS: readonly [TrackFormat, TrackFormat, TrackFormat] = [
  { start: "%", most: 76, content: /^[ -_]+$/ },
  { start: ";", most: 37, content: /^[0-9=]+$/ },
  { start: ";+", most: 104, content: /^[0-9=]+$/ },
];
const END_SENTINEL = "?";

type Track = string | TrackFaultMark | undefined;

export function openHidMsr(system: System, portName: string): Msr {
  let armed: ((swipe: Swipe) => void) | undefined;
  const failed = (code: MsrErrorCode, words: string) => msr.onError?.(new DeviceError("msr", code, words));

  const report = (bytes: Uint8Array) => {
    const swipe = readSwipe(bytes);
    // The report is card data: nobody needs it after this.
    bytes.fill(0);
    if (typeof swipe === "string") failed("bad-report", swipe);
    else armed?.(swipe);
  };
  const attachment = attach(
    system,
    portName,
    { messages: true },
    (port: Port) => {
      port.onReadable = () => {
        for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) report(bytes);
      };
    },
    (why) => failed("unplugged", why),
  );
  const msr: Msr = {
    arm(onSwipe) {
      armed = onSwipe;
    },
    disarm() {
      armed = undefined;
    },
    onError: undefined,
    close() {
      armed = undefined;
      attachment.close();
    },
  };
  return msr;
}

/** The swipe in a report, or what is wrong with the report. */
function readSwipe(bytes: Uint8Array): Swipe | string {
  if (bytes.length !== REPORT_BYTES) return `report of ${bytes.length} bytes, ${REPORT_BYTES} expected`;
  const tracks: Track[] = [];
  for (const [index, format] of FORMATS.entries()) {
    const length = bytes[LENGTH_AT + index] as number;
    if (length > TRACK_BYTES) return `track ${index + 1} claims ${length} bytes, ${TRACK_BYTES} are the most`;
    const from = TRACKS_AT + index * TRACK_BYTES;
    const status = bytes[STATUS_AT + index] as number;
    tracks.push(readTrack(status, bytes.subarray(from, from + length), format));
  }
  const [track1, track2, track3] = tracks;
  return { track1, track2, track3 };
}

function readTrack(status: number, field: Uint8Array, format: TrackFormat): Track {
  if ((status & DECODE_ERROR) !== 0) return { fault: "damaged" };
  if (field.length === 0) return undefined;
  if (field.some((byte) => byte > 0x7f)) return { fault: "damaged" };
  const whole = decodeAscii(field);
  const framed = whole.length > 2 && format.start.includes(whole.charAt(0)) && whole.endsWith(END_SENTINEL);
  if (!framed) return { fault: "damaged" };
  const inside = whole.slice(1, -1);
  // Some readers give the separator of tracks 2 and 3 as the letter a message carries.
  const content = format.start === "%" ? inside : inside.replaceAll("D", "=");
  const good = content.length <= format.most && format.content.test(content) && !content.includes(END_SENTINEL);
  return good ? content : { fault: "damaged" };
}
