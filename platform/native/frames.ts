/**
 * Frames between this program and the desk that started it, over its standard input and output: two lengths (u32, little endian), a JSON text of ASCII,
 * bytes. The desk's end is platform/node/native-machine.ts.
 */
import type { SlotRun } from "../node/loader/calls.ts";
import type { LogLine, MachineStatus } from "../node/machine.ts";

/** The desk's time as it was when the frame was sent. */
export interface Now {
  nowMs: number;
  wallMs: number;
  /** It goes on with real time; else it stands until the desk says otherwise. */
  running: boolean;
}

/** Desk → terminal. */
export type ToTerminal = Now &
  (
    | ({
        kind: "start";
        bundlePath: string;
        assetsDir: string;
        dataDir: string;
        board: unknown;
        facts: Record<string, string>;
      } & {
        /** The terminal starts from slots of its own, as this loader.json says; bundle, assets and board are not for it. */
        loader?: string;
        /** The owner's loader started it from a slot: the firmware may look after its slots. */
        slots?: SlotRun & { dir: string };
        sealKey?: string;
        seed?: { seed: number; stream: string };
        tcpOverride?: { host: string; port: number; callProgress?: boolean };
      })
    | { kind: "answer"; yes: boolean }
    | { kind: "time" }
    | { kind: "data"; wire: string }
    | { kind: "wire-closed"; wire: string; why: string }
    | { kind: "plug"; wire: string }
    | { kind: "wake" }
    | { kind: "ask"; id: number }
  );

/** Terminal → desk. `now` and `opened` are answered before anything else goes on. */
export type FromTerminal =
  | { kind: "started" }
  | { kind: "refused"; words: string }
  | { kind: "status"; status: MachineStatus; workedOff: number }
  | { kind: "log"; line: LogLine }
  | { kind: "crash"; words: string; stack: string }
  | { kind: "power"; action: "restart" | "halt" }
  | { kind: "now" }
  | { kind: "opened"; wire: string; options: Record<string, unknown> }
  | { kind: "write"; wire: string }
  | { kind: "control"; wire: string; request: Record<string, unknown> }
  | { kind: "closed"; wire: string }
  | { kind: "told"; id: number; usedBytes: number; cpuMs: number };

export const HEADER_BYTES = 8;

/** JSON of nothing but ASCII, so that characters are bytes. */
export const jsonOf = (message: unknown): string =>
  JSON.stringify(message).replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Cuts a stream of bytes into frames. */
export class FrameReader<Message> {
  #held = new Uint8Array(0);

  /** Whole frames, oldest first. */
  push(bytes: Uint8Array): { message: Message; bytes: Uint8Array }[] {
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    const frames: { message: Message; bytes: Uint8Array }[] = [];
    let at = 0;
    const view = new DataView(all.buffer);
    while (all.length - at >= HEADER_BYTES) {
      const textBytes = view.getUint32(at, true);
      const end = at + HEADER_BYTES + textBytes + view.getUint32(at + 4, true);
      if (end > all.length) break;
      const text = asciiText(all.subarray(at + HEADER_BYTES, at + HEADER_BYTES + textBytes));
      frames.push({ message: JSON.parse(text) as Message, bytes: all.slice(at + HEADER_BYTES + textBytes, end) });
      at = end;
    }
    this.#held = all.slice(at);
    return frames;
  }
}

function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

/** A frame as bytes. */
export function frameOf(message: unknown, bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = jsonOf(message);
  const frame = new Uint8Array(HEADER_BYTES + text.length + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, bytes.length, true);
  for (let n = 0; n < text.length; n++) frame[HEADER_BYTES + n] = text.charCodeAt(n);
  frame.set(bytes, HEADER_BYTES + text.length);
  return frame;
}
