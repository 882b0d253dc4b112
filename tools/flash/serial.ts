/** A terminal at the end of a serial cable, whose loader listens there (`loader line`): questions as JSON lines, the package by ZMODEM with Debian's `sz`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Line } from "../../platform/node/loader/line.ts";
import type { Arrived, OutsideStatus } from "../../platform/node/loader/receive.ts";
import { FlashError, type Target } from "./target.ts";

/** One file of the batch: what is sent again, at most, when the line breaks. Nine seconds at 115200 baud. */
const PIECE_BYTES = 96 * 1024;
const ANSWER_MS = 20_000;
/** To verify a package and write it, on a slow terminal with slow flash. */
const JUDGED_WITHIN_MS = 180_000;
const GREETING_MS = 2_000;
const GREETINGS = 3;

/** `answerMs`: how long a terminal may take to answer before nobody is taken to be there. */
export function serialTarget(device: string, baud: number, answerMs = ANSWER_MS): Target {
  const line = new Line(device, baud);
  /** The first answer of this kind: what was asked twice is answered twice. */
  const hear = async (kind: readonly string[], ms: number): Promise<Record<string, unknown> | undefined> => {
    const until = performance.now() + ms;
    for (;;) {
      const heard = line.hear(0);
      if (heard !== undefined && (kind.some((name) => name in heard) || typeof heard.error === "string")) return heard;
      if (heard === undefined && performance.now() >= until) return undefined;
      // Each look at the line holds the thread for a moment: whatever else runs here gets its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const ask = async <T>(asked: Record<string, unknown>, kind: readonly string[], ms = answerMs): Promise<T> => {
    line.say(asked);
    const heard = await hear(kind, ms);
    if (heard === undefined)
      throw new FlashError(`${device}: nobody answers; is the terminal's loader listening on this line, at ${baud} baud?`);
    if (typeof heard.error === "string") throw new FlashError(heard.error);
    return heard as T;
  };
  /** What is asked while the far end is still busy with `rz` is lost: asked again. */
  const again = async <T>(asked: Record<string, unknown>, kind: readonly string[]): Promise<T> => {
    for (let tries = 0; tries < GREETINGS; tries++) {
      line.say(asked);
      const heard = await hear(kind, GREETING_MS);
      if (heard !== undefined && heard.error === undefined) return heard as T;
    }
    return await ask<T>(asked, kind);
  };
  return {
    name: device,
    status: async () => {
      // What an earlier try left on the line is heard first.
      while (line.hear(0) !== undefined);
      return await again<OutsideStatus>({ ask: "status" }, ["slots"]);
    },
    have: async (sum) => (await again<{ have: number }>({ ask: "have", sha256: sum }, ["have"])).have,
    send: async (sum, bytes, at, progress) => {
      await ask({ ask: "receive", sha256: sum }, ["ready"]);
      await sendBatch(line, bytes, at, progress);
    },
    finish: (sum) => ask<Arrived>({ ask: "finish", sha256: sum }, ["arrived", "refused"], Math.max(JUDGED_WITHIN_MS, answerMs)),
    restart: async () => void (await ask({ ask: "restart" }, ["restarting"])),
    close: () => Promise.resolve(line.close()),
  };
}

async function sendBatch(line: Line, bytes: Uint8Array, from: number, progress: (have: number) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tael-sz-"));
  try {
    const names: string[] = [];
    for (let at = from; at < bytes.length; at += PIECE_BYTES) {
      const name = String(at).padStart(9, "0");
      writeFileSync(join(folder, name), bytes.subarray(at, at + PIECE_BYTES));
      names.push(name);
    }
    let piece = -1;
    await line.lend("sz", ["--binary", ...names], folder, (words) => {
      // `sz` tells each file as it begins, and then how much of it is sent.
      for (const [, begun, sent] of words.matchAll(/Sending: (\d{9})|Bytes Sent:\s*(\d+)/g)) {
        if (begun !== undefined) piece = Number(begun);
        else if (piece >= 0) progress(Math.min(bytes.length, piece + Number(sent)));
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
