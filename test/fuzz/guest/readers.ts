/** What a card reader's line may bring, and what a card may say through it. */
import { parseApdu } from "../../../hal/icc/apdu.ts";
import { emvProblem, parseAtr } from "../../../hal/icc/atr.ts";
import { FrameReader, frameOf } from "../../../hal/icc/ccid-frames.ts";
import { openCcidSerial } from "../../../hal/icc/ccid-serial.ts";
import type { Icc } from "../../../hal/icc/icc.ts";
import { ProtocolBroken, transmitT0 } from "../../../hal/icc/t0.ts";
import { T1 } from "../../../hal/icc/t1.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { type Bench, type Check, ensure, makeBench, noFailures, onlyLater, pieces, rest } from "./bench.ts";

/** The reader's line: frames, notices, NAK, noise. Whatever came before, after a silence the next frame is heard. */
export const ccidFrames: Check = (bytes) => {
  const bench = makeBench();
  let taken = 0;
  let heard = false;
  const reader = new FrameReader(bench.system.scheduler, {
    message: ({ sequence, data }) => {
      ensure(data.length <= 261, "a message is no longer than a frame holds");
      taken += data.length + 13;
      heard = sequence === 77;
    },
    nak: () => (taken += 3),
    slots: () => (taken += 2),
    moreTime: () => (taken += 1),
    damaged: () => {},
  });
  for (const piece of pieces(bytes)) reader.take(piece);
  ensure(taken <= bytes.length, "no frame is made of nothing");
  while (bench.wake());
  reader.take(frameOf({ type: 0x81, slot: 0, sequence: 77, own: [0, 0, 0], data: new Uint8Array(0) }));
  ensure(heard, "a good frame is heard");
  noFailures(bench);
};

/** An answer to reset. */
export const answerToReset: Check = (bytes) => {
  const atr = parseAtr(bytes);
  if (typeof atr === "string") {
    ensure(atr !== "", "a refusal has words");
    return;
  }
  ensure(atr.historical.length === ((bytes[1] ?? 0) & 0x0f), "the historical bytes are as many as T0 says");
  ensure(
    atr.protocols.every((protocol) => protocol < 15),
    "a protocol is one",
  );
  for (const reset of ["cold", "warm"] as const) emvProblem(atr, reset);
};

const COMMANDS = ["00A4040007A0000003330101", "00B2010C00", "80CA9F1700", "00A404000E315041592E5359532E444446303100"].map(
  (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
);
const MOST_ANSWER_BYTES = 65_540;

/** Byte by byte a length and so many bytes: what is said in turn. Undefined when there is no more. */
function turns(bytes: Uint8Array): () => Uint8Array | undefined {
  let at = 0;
  return () => {
    const length = bytes[at];
    if (length === undefined) return undefined;
    const said = bytes.slice(at + 1, at + 1 + length);
    at += 1 + length;
    return said;
  };
}

/** The last byte made right, as of a block that was not damaged on its way. */
function sealed(block: Uint8Array): Uint8Array {
  if (block.length > 3) block[block.length - 1] = block.subarray(0, -1).reduce((sum, byte) => sum ^ byte, 0);
  return block;
}

/** A card that says anything: bit 0 of the first byte chooses T=1, bit 1 makes its checksums right, the rest a command. Every command ends. */
export const cardAnswers: Check = async (bytes) => {
  const [how = 0] = bytes;
  const next = turns(bytes.subarray(1));
  const command = COMMANDS[(how >> 2) % COMMANDS.length] as Uint8Array;
  const answer = (how & 1) === 0 ? overT0(command, next) : overT1(command, next, (how & 2) !== 0);
  const said = await onlyLater([ProtocolBroken], answer);
  if (said !== undefined) ensure(said.length <= MOST_ANSWER_BYTES, "an answer has an end");
};

function overT0(command: Uint8Array, next: () => Uint8Array | undefined): Promise<Uint8Array> {
  const apdu = parseApdu(command);
  ensure(apdu !== undefined, "a good command is one");
  return transmitT0(apdu, () => Promise.resolve(next() ?? Uint8Array.of(0x6f, 0)));
}

async function overT1(command: Uint8Array, next: () => Uint8Array | undefined, right: boolean): Promise<Uint8Array> {
  const t1 = new T1({
    ifsc: 32,
    checksum: "lrc",
    exchange: (block) => {
      ensure(block.length >= 4 && block.length <= 259, "a block is one");
      const said = next();
      return Promise.resolve(said === undefined || !right ? said : sealed(said));
    },
  });
  await t1.start();
  return t1.transmit(command);
}

const ANSWER_TYPES: Readonly<Record<number, number>> = { 98: 0x80, 111: 0x80, 99: 0x81, 101: 0x81, 97: 0x82, 107: 0x83 };
const MOST_TURNS = 2_000;

/** A reader that answers each command with what comes next: status, error, data. Well framed; only what it says is wrong. */
export const readerAnswers: Check = async (bytes) => {
  const bench = makeBench();
  const icc = openCcidSerial(bench.system, "icc");
  const next = turns(bytes);
  let over = false;
  const asking = onlyLater([DeviceError], session(icc)).finally(() => {
    over = true;
  });
  for (let turn = 0; !over && turn < MOST_TURNS; turn++) {
    await rest();
    const commands = bench.written("icc");
    for (const command of commands) answer(bench, command, next());
    if (commands.length === 0 && !over) bench.wake();
  }
  ensure(over, "a card session comes to an end");
  await asking;
  icc.close();
  noFailures(bench);
};

async function session(icc: Icc): Promise<void> {
  await icc.powerOn();
  for (const command of COMMANDS) ensure((await icc.transmit(command)).length >= 2, "an answer has a status");
  await icc.powerOff();
}

function answer(bench: Bench, command: Uint8Array, said: Uint8Array | undefined): void {
  const [type = 0, slot = 0, sequence = 0] = [command[2], command[7], command[8]];
  // The start-up is answered as it should be, or nothing further would be reached.
  const startUp = type === 0x6b || type === 0x65;
  const [status, error, ...data] = startUp ? [1, 0] : [...(said ?? [0x42, 0xfe])];
  const own = [status ?? 0, error ?? 0, 0] as const;
  bench.send("icc", frameOf({ type: ANSWER_TYPES[type] ?? 0x81, slot, sequence, own, data: Uint8Array.from(data) }));
}
