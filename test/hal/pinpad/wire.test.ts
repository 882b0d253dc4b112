import fc from "fast-check";
import { expect, test } from "vitest";
import { crc16, FrameReader, frameOf } from "../../../hal/pinpad/frames.ts";
import { openTpp } from "../../../hal/pinpad/tpp.ts";
import { concat, fromHex, toHex } from "../../../platform/guest/bytes.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";

const ACK = Uint8Array.of(0x06);
const INFO_ANSWER = fromHex("81 00 00 01 4D 01 56 01 53");

interface Seen {
  frames: { sequence: number; body: string }[];
  acks: number;
  naks: number;
  damaged: number;
}

function reader(system: FakeSystem): { take(bytes: Uint8Array): void; seen: Seen } {
  const seen: Seen = { frames: [], acks: 0, naks: 0, damaged: 0 };
  const frames = new FrameReader(system.scheduler, {
    ack: () => seen.acks++,
    nak: () => seen.naks++,
    damaged: () => seen.damaged++,
    frame: (sequence, body) => seen.frames.push({ sequence, body: toHex(body) }),
  });
  return { take: (bytes) => frames.take(bytes.slice()), seen };
}

test("CRC-16 with polynomial 1021 and start FFFF: the published check value", () => {
  expect(crc16(Uint8Array.from("123456789", (char) => char.charCodeAt(0)))).toBe(0x29b1);
});

test("a frame as the page draws it", () => {
  const frame = frameOf(7, Uint8Array.of(0x01));
  expect(toHex(frame.subarray(0, 5))).toBe("0200010701");
  expect((frame[5]! << 8) | frame[6]!).toBe(crc16(frame.subarray(1, 5)));
});

test("frames come through in any pieces, with ACK, NAK and noise between them", () => {
  const system = createFakeSystem();
  fc.assert(
    fc.property(
      fc.array(fc.record({ sequence: fc.integer({ min: 0, max: 255 }), body: fc.uint8Array({ minLength: 1, maxLength: 200 }) }), {
        maxLength: 4,
      }),
      fc.integer({ min: 1, max: 50 }),
      (wanted, size) => {
        const { take, seen } = reader(system);
        const stream = concat(...wanted.flatMap(({ sequence, body }) => [fromHex("00 06 FF 15 41"), frameOf(sequence, body)]));
        for (let at = 0; at < stream.length; at += size) take(stream.subarray(at, at + size));
        expect(seen.frames).toEqual(wanted.map(({ sequence, body }) => ({ sequence, body: toHex(body) })));
        expect([seen.acks, seen.naks, seen.damaged]).toEqual([wanted.length, wanted.length, 0]);
      },
    ),
    { numRuns: 100 },
  );
});

test("after damage everything is dropped until 20 ms of silence", async () => {
  const system = createFakeSystem();
  const { take, seen } = reader(system);
  const bad = frameOf(1, Uint8Array.of(1, 2, 3));
  bad[5]! ^= 0xff;
  take(bad);
  await system.advance(10);
  take(frameOf(2, Uint8Array.of(9)));
  await system.advance(19);
  expect([seen.frames.length, seen.damaged]).toEqual([0, 0]);
  await system.advance(2);
  expect(seen.damaged).toBe(1);
  take(frameOf(3, Uint8Array.of(9)));
  expect(seen.frames).toEqual([{ sequence: 3, body: "09" }]);
});

test("a frame that stops in the middle, and a length that lies, are damage and not for ever", async () => {
  const system = createFakeSystem();
  for (const start of ["02 00", "02 00 05 01 01 02", "02 FF FF", "02 00 00"]) {
    const { take, seen } = reader(system);
    take(fromHex(start));
    await system.advance(60);
    expect(seen.damaged).toBe(1);
    take(frameOf(3, Uint8Array.of(9)));
    expect(seen.frames.length).toBe(1);
  }
});

/** A pad by hand: `answer` gives the bytes for each frame it gets. */
function pad(answer: (command: number, sequence: number, count: number) => (Uint8Array | undefined)[]) {
  const system = createFakeSystem();
  const wire = system.fakePort("pinpad");
  let count = 0;
  wire.onWrite = (bytes) => {
    for (const part of answer(bytes[4]!, bytes[3]!, count++)) if (part !== undefined) wire.toTerminal(part);
  };
  return { system, wire, pinpad: openTpp(system, "pinpad", { cardPins: true }) };
}

test("says INFO first, under a sequence of its own, and then what it was asked", async () => {
  const { system, wire, pinpad } = pad((command, sequence) => [ACK, frameOf(sequence, Uint8Array.of(command | 0x80, 0))]);
  const erased = pinpad.eraseWorkingKeys();
  await system.settle();
  await erased;
  expect(wire.writes.map((frame) => frame[4])).toEqual([0x01, 0x0a]);
  expect(wire.writes[1]![3]).toBe((wire.writes[0]![3]! % 255) + 1);
});

test("three tries, the same frame each time, then timeout; answers to other sequences are no answers", async () => {
  const { system, wire, pinpad } = pad((_command, sequence) => [ACK, frameOf((sequence % 255) + 1, INFO_ANSWER)]);
  const failed = pinpad.info().catch((error: unknown) => error);
  await system.advance(10_000);
  expect(await failed).toMatchObject({ code: "timeout" });
  expect(wire.writes.length).toBe(3);
  expect(new Set(wire.writes.map((frame) => toHex(frame))).size).toBe(1);
});

test("damaged answers three times over are bad-frame, and quick about it", async () => {
  const { system, pinpad } = pad((_command, sequence) => {
    const frame = frameOf(sequence, INFO_ANSWER);
    frame[6]! ^= 1;
    return [ACK, frame];
  });
  const startMs = system.scheduler.now();
  const failed = pinpad.info().catch((error: unknown) => error);
  await system.advance(100);
  expect(await failed).toMatchObject({ code: "bad-frame" });
  expect(system.scheduler.now() - startMs).toBeLessThan(200);
});

test("an answer without its ACK is an answer; a late ACK is none", async () => {
  const { system, pinpad } = pad((_command, sequence, count) => [
    count === 0 ? undefined : ACK,
    frameOf(sequence, INFO_ANSWER),
    ACK,
  ]);
  const info = pinpad.info();
  await system.advance(10);
  expect(await info).toEqual({ tampered: false, model: "M", version: "V", serial: "S" });
});

test("answers that are too short, or say nonsense, are bad-frame", async () => {
  for (const body of ["81 00", "81 00 00 05 41", "81 77"]) {
    const { system, pinpad } = pad((_command, sequence, count) => [
      ACK,
      frameOf(sequence, count === 0 ? INFO_ANSWER : fromHex(body)),
    ]);
    const failed = pinpad.info().catch((error: unknown) => error);
    await system.advance(100);
    expect(await failed).toMatchObject({ code: "bad-frame" });
  }
});

test("a pad that restarts in the middle: INFO is asked again, a PIN is given up", async () => {
  const restarted = frameOf(0, Uint8Array.of(0xe2));
  const { system, wire, pinpad } = pad((command, sequence, count) => {
    if (command === 0x04) return [ACK, restarted];
    return count === 0 ? [ACK, restarted] : [ACK, frameOf(sequence, INFO_ANSWER)];
  });
  const info = pinpad.info();
  await system.advance(100);
  expect((await info).model).toBe("M");
  wire.clear();
  const request = { pan: "6229990000000000019", amountFen: 1, minDigits: 4, maxDigits: 6, allowEmpty: false, timeoutMs: 30_000 };
  const failed = pinpad.enterPin(request).catch((error: unknown) => error);
  await system.advance(100);
  expect(await failed).toMatchObject({ code: "unplugged" });
  expect(wire.writes.filter((frame) => frame[4] === 0x04).length).toBe(1);
});

test("a PIN's frame says what was asked", async () => {
  const { system, wire, pinpad } = pad((command, sequence) => [
    ACK,
    frameOf(sequence, command === 0x04 ? fromHex("84 00 08 0011223344556677") : INFO_ANSWER),
  ]);
  const request = {
    pan: "6229990000000000019",
    amountFen: 12_345,
    minDigits: 4,
    maxDigits: 12,
    allowEmpty: true,
    timeoutMs: 90_000,
  };
  const result = pinpad.enterPin(request);
  await system.advance(10);
  expect(await result).toEqual({ outcome: "entered", block: fromHex("0011223344556677") });
  const frame = wire.writes.at(-1)!;
  const digits = toHex(Uint8Array.from("6229990000000000019", (char) => char.charCodeAt(0)));
  expect(toHex(frame.subarray(4, frame.length - 2))).toBe(`04000113${digits}000000012345040C01003C01`);
});

test("a card PIN's frame says what was asked, and how the PIN shall leave", async () => {
  const { system, wire, pinpad } = pad((command, sequence) => [
    ACK,
    frameOf(sequence, command === 0x0b ? fromHex("8B 00 10 00112233445566778899AABBCCDDEEFF") : INFO_ANSWER),
  ]);
  const entry = { amountFen: 12_345, minDigits: 4, maxDigits: 12, allowEmpty: true, timeoutMs: 30_000 };
  const challenge = fromHex("0102030405060708");
  const sealed = pinpad.enterCardPin({ ...entry, prompt: "last-try", wrap: { kind: "sealed", challenge } });
  await system.advance(10);
  expect(await sealed).toEqual({ outcome: "entered", block: fromHex("00112233445566778899AABBCCDDEEFF") });
  const body = (): string => toHex(wire.writes.at(-1)!.subarray(4, -2));
  expect(body()).toBe("0B000000012345040C01001E08020102030405060708");

  const modulus = new Uint8Array(96).fill(0xc1);
  const wrap = { kind: "enciphered" as const, modulus, exponent: Uint8Array.of(3), challenge };
  const enciphered = pinpad.enterCardPin({ ...entry, prompt: "enter-pin", wrap });
  await system.advance(10);
  expect((await enciphered).outcome).toBe("entered");
  expect(body()).toBe(`0B000000012345040C01001E0101${"0102030405060708"}010360${"C1".repeat(96)}`);
});

test("a pad that the board says knows no card PINs is not asked for one", async () => {
  const { system, wire } = pad(() => [ACK]);
  const asked = openTpp(system, "pinpad-2").enterCardPin({
    amountFen: 1,
    minDigits: 4,
    maxDigits: 12,
    allowEmpty: true,
    timeoutMs: 30_000,
    prompt: "enter-pin",
    wrap: { kind: "sealed", challenge: new Uint8Array(8) },
  });
  await expect(asked).rejects.toMatchObject({ device: "pinpad", code: "rejected" });
  expect(wire.writes).toHaveLength(0);
});
