/** What a device on a port may say: reports, frames, status bytes, lines. */
import { parseTrack2 } from "../../../app/model/card.ts";
import { openJsonLines } from "../../../hal/debug/json-lines.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { openFileLine } from "../../../hal/files/file-line.ts";
import { openHidKeypad } from "../../../hal/keypad/hid-keypad.ts";
import { openHidMsr } from "../../../hal/msr/hid-msr.ts";
import { FrameReader, frameOf } from "../../../hal/pinpad/frames.ts";
import type { PinPad } from "../../../hal/pinpad/pinpad.ts";
import { openTpp } from "../../../hal/pinpad/tpp.ts";
import { MODELS } from "../../../hal/printer/models.ts";
import { automaticStatus, realTimeStatus, StatusReader } from "../../../hal/printer/status.ts";
import { concat } from "../../../platform/guest/bytes.ts";
import { type Check, ensure, makeBench, noFailures, onlyLater, pieces, rest } from "./bench.ts";

/** Bytes a printer sends on its own or when asked, whole or split. */
export const printerStatus: Check = (bytes) => {
  let nowMs = 0;
  const answers: number[] = [];
  const reader = new StatusReader(() => nowMs, {
    realTime: (byte) => answers.push(byte),
    paper: (byte) => ensure(byte < 128, "a paper answer has its fixed bits"),
    automatic: (four) => {
      ensure(four.length === 4, "an automatic status has four bytes");
      for (const model of Object.values(MODELS)) automaticStatus(four, model);
    },
  });
  for (const piece of pieces(bytes)) {
    reader.take(piece);
    // Now and then a pause that ends a status begun.
    nowMs += piece.length % 3 === 0 ? 150 : 10;
  }
  for (const model of Object.values(MODELS)) realTimeStatus(answers, model);
};

/** The pad's line: frames, ACK, NAK and noise. */
export const pinpadFrames: Check = (bytes) => {
  const bench = makeBench();
  let taken = 0;
  const reader = new FrameReader(bench.system.scheduler, {
    ack: () => taken++,
    nak: () => taken++,
    damaged: () => {},
    frame: (sequence, body) => {
      ensure(body.length > 0 && sequence >= 0 && sequence < 256, "a frame has a body");
      taken += body.length + 6;
    },
  });
  for (const piece of pieces(bytes)) reader.take(piece);
  ensure(taken <= bytes.length, "no frame is made of nothing");
  while (bench.wake());
  // Whatever came before, after a silence the next frame is heard.
  let heard = false;
  const next = frameOf(1, Uint8Array.of(1));
  const again = new FrameReader(bench.system.scheduler, {
    ack: () => {},
    nak: () => {},
    damaged: () => {},
    frame: () => {
      heard = true;
    },
  });
  again.take(next);
  ensure(heard, "a good frame is heard");
  noFailures(bench);
};

type Ask = (pad: PinPad) => Promise<unknown>;
const PIN = { pan: "6222021234567890128", amountFen: 100, minDigits: 4, maxDigits: 12, allowEmpty: true, timeoutMs: 5_000 };
const KEY = { algorithm: "3des" as const, key: new Uint8Array(16), kcv: new Uint8Array(4) };
const ASKS: readonly Ask[] = [
  (pad) => pad.info(),
  (pad) => pad.masterKeyCheck(1),
  (pad) => pad.workingKeyCheck("MAK"),
  (pad) => pad.loadWorkingKey(1, "PIK", KEY),
  (pad) => pad.enterPin(PIN),
  (pad) => pad.mac("ecb", new Uint8Array(20)),
  (pad) => pad.verifyMac("ecb", new Uint8Array(20), new Uint8Array(8)),
  (pad) => pad.encryptTrack("6222021234567890128=3012"),
  (pad) => pad.enterCardPin({ ...PIN, prompt: "last-try", wrap: { kind: "sealed", challenge: new Uint8Array(8) } }),
];
const MOST_WAKES = 200;
const ACK = Uint8Array.of(0x06);

/**
 * A pad that answers one request with anything: byte 1 chooses the request, the rest is status and data. The answer is well framed; only what it
 * says is wrong.
 */
export const pinpadAnswers: Check = async (bytes) => {
  const bench = makeBench();
  const pad = openTpp(bench.system, "pad", { cardPins: true });
  const asked = ASKS[(bytes[0] ?? 0) % ASKS.length] as Ask;
  let over = false;
  const asking = onlyLater([DeviceError], asked(pad)).finally(() => {
    over = true;
  });
  await rest();
  for (let wakes = 0; !over && wakes < MOST_WAKES; wakes++) {
    const requests = bench.written("pad").filter(({ length }) => length > 6);
    for (const request of requests) {
      const [sequence, command] = [request[3] as number, request[4] as number];
      // The greeting after a start is answered as it should be, or nothing further would be reached.
      const greeting = command === 1 && asked !== ASKS[0];
      const says = greeting ? Uint8Array.of(0, 0, 0, 0, 0) : bytes.subarray(1);
      const body = concat(Uint8Array.of(command | 0x80), says.subarray(0, 1_000));
      bench.send("pad", concat(ACK, frameOf(sequence, body)));
    }
    await rest();
    if (requests.length === 0 && !over) bench.wake();
    await rest();
  }
  ensure(over, "a request to the pad ends");
  await asking;
  pad.close();
  noFailures(bench);
};

const MSR_REPORT_BYTES = 337;

/** A reader's report; one of another length is one, too. */
export const msrReport: Check = (bytes) => {
  const bench = makeBench();
  const msr = openHidMsr(bench.system, "msr");
  msr.onError = (error) => ensure(["bad-report", "unplugged"].includes(error.code), "an error of the reader's own");
  msr.arm(({ track1, track2, track3 }) => {
    for (const track of [track2, track3])
      ensure(typeof track !== "string" || /^[0-9=]+$/.test(track), "tracks 2 and 3 are digits and separators");
    if (typeof track1 === "string") ensure(!track1.includes("?"), "a track has no end sentinel inside");
    if (typeof track2 !== "string") return;
    const card = parseTrack2(track2);
    ensure(card === undefined || /^\d{13,19}$/.test(card.pan), "a card number is one");
  });
  const report = new Uint8Array(MSR_REPORT_BYTES);
  report.set(bytes.subarray(0, MSR_REPORT_BYTES));
  // Saved inputs stay short: what is missing is zeros, unless the first byte says that the report is short.
  bench.send("msr", bytes[0] === 0xff ? bytes.slice(1) : report);
  msr.close();
  noFailures(bench);
};

/** Reports of the keys, eight bytes each but for the last. */
export const keypadReports: Check = (bytes) => {
  const bench = makeBench();
  const keypad = openHidKeypad(bench.system, "keys");
  let keys = 0;
  keypad.onKey = () => keys++;
  for (let at = 0; at < bytes.length; at += 8) {
    bench.send("keys", bytes.slice(at, at + 8));
    if ((bytes[at + 1] ?? 0) > 0x7f) bench.wake(40_000);
  }
  ensure(keys <= Math.ceil(bytes.length / 8) * 6, "no more keys than reports can hold");
  keypad.close();
  noFailures(bench);
};

/** The debug line: JSON lines from whoever sits at its end. */
export const debugLines: Check = (bytes) => {
  const bench = makeBench();
  const debug = openJsonLines(bench.system, "debug");
  debug.onRequest = (request) => {
    ensure(typeof request === "object" && request !== null && !Array.isArray(request), "a request is an object");
    if (request.ask === "journal") debug.send({ kind: "journal", id: request.id });
  };
  for (const piece of pieces(bytes)) bench.send("debug", piece);
  noFailures(bench);
};

/** A file that comes over the file line: header, blocks, and lies about both. */
export const fileLine: Check = async (bytes) => {
  const bench = makeBench();
  const files = openFileLine(bench.system, "files");
  let over = false;
  const receiving = onlyLater([DeviceError], files.receive({ maxBytes: 65_536, timeoutMs: 60_000 })).finally(() => {
    over = true;
  });
  await rest();
  for (const piece of pieces(bytes)) {
    bench.send("files", piece);
    await rest();
  }
  for (let wakes = 0; !over && wakes < MOST_WAKES && bench.wake(); wakes++) await rest();
  ensure(over, "a file comes or does not");
  const file = await receiving;
  if (file !== undefined) {
    ensure(/^[A-Za-z0-9._-]{1,80}$/.test(file.name), "a file's name is one");
    ensure(file.bytes.length <= 65_536, "a file is no longer than allowed");
  }
  noFailures(bench);
};
