/** The store's bytes, one by one: what is written, and what is not believed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "../../../platform/guest/crc32.ts";
import { judge } from "../../../platform/guest/store-check.ts";
import {
  changeBytes,
  decodeChanges,
  decodeHeader,
  decodeMark,
  encodeChanges,
  encodeFrame,
  encodeHeader,
  encodeMark,
  type Frame,
  HEADER_BYTES,
  type Header,
  MOST_GENERATION,
  MOST_SEQUENCE,
  PAYLOAD_LIMIT,
  RECORD_BYTES,
  scanFile,
} from "../../../platform/guest/store-format.ts";
import type { Change } from "../../../platform/guest/system.ts";

const HEADER: Omit<Header, "version"> = { generation: 7, base: 3 * 2 ** 32 + 5, snapshotFrames: 2, damages: 1 };
const put = (key: string, ...value: number[]): Change => ({ put: key, value: Uint8Array.from(value) });
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** With a checksum that is right again, as a wrong program would write it. */
function changedHeader(change: (view: DataView) => void): Uint8Array {
  const bytes = encodeHeader(HEADER);
  change(view(bytes));
  const length = view(bytes).getUint16(10);
  view(bytes).setUint32(length - 4, crc32(bytes.subarray(0, length - 4)));
  return bytes;
}
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

test("a header is what its bytes say, also with a sequence beyond 32 bits", () => {
  expect(decodeHeader(encodeHeader(HEADER))).toEqual({ version: 1, ...HEADER });
  expect(Buffer.from(encodeHeader(HEADER)).toString("hex", 0, 32)).toBe(
    `5441454c53544f52${"0001"}${"0028"}${"00000007"}${"0000000300000005"}${"00000002"}${"00000001"}`,
  );
});

test("a header that is not quite one is none", () => {
  const whole = encodeHeader(HEADER);
  expect(decodeHeader(whole.subarray(0, HEADER_BYTES - 1))).toBeUndefined();
  for (let at = 0; at < 8; at++)
    expect(decodeHeader(changedHeader((bytes) => bytes.setUint8(at, 0))), `byte ${at}`).toBeUndefined();
  expect(decodeHeader(changedHeader((bytes) => bytes.setUint16(8, 0))), "version 0").toBeUndefined();
  expect(decodeHeader(changedHeader((bytes) => bytes.setUint16(10, 36))), "version 1 is 40 bytes long").toBeUndefined();
  expect(decodeHeader(changedHeader((bytes) => bytes.setUint16(8, 2)))).toEqual({ newer: 2 });
});

test("a later version's header may be shorter or longer, within reason", () => {
  const later = (length: number, room = 64): ReturnType<typeof decodeHeader> => {
    const bytes = new Uint8Array(room);
    bytes.set(encodeHeader(HEADER));
    view(bytes).setUint16(8, 9);
    view(bytes).setUint16(10, length);
    if (length >= 4 && length <= room) view(bytes).setUint32(length - 4, crc32(bytes.subarray(0, length - 4)));
    return decodeHeader(bytes);
  };
  expect(later(16)).toEqual({ newer: 9 });
  expect(later(64)).toEqual({ newer: 9 });
  expect(later(15)).toBeUndefined();
  expect(later(65)).toBeUndefined();
  expect(later(3)).toBeUndefined();
});

test("a mark is 24 bytes, no fewer and no more, and a sequence beyond 32 bits is whole", () => {
  const mark = encodeMark(9, 2 ** 40 + 1);
  expect(decodeMark(mark)).toMatchObject({ generation: 9, sequence: 2 ** 40 + 1 });
  expect(decodeMark(undefined)).toBeUndefined();
  expect(decodeMark(joined(mark, Uint8Array.of(0)))).toBeUndefined();
  expect(decodeMark(mark.subarray(0, 23))).toBeUndefined();
  expect(decodeMark(encodeFrame(9, 1, new Uint8Array(0)))).toBeUndefined();
});

const changes = fc.array(
  fc.oneof(
    fc.record({ put: fc.constantFrom("a", "键", "z".repeat(255)), value: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ delete: fc.constantFrom("a", "键/1") }),
  ),
  { maxLength: 5 },
);

test("changes come back as they were, take the bytes they say, and no part of them is changes", () => {
  fc.assert(
    fc.property(changes, (list) => {
      const payload = encodeChanges(list);
      expect(decodeChanges(payload)).toEqual(list);
      expect(payload.length).toBe(4 + list.reduce((sum, change) => sum + changeBytes(change), 0));
      for (let length = 0; length < payload.length; length++) expect(decodeChanges(payload.slice(0, length))).toBeUndefined();
      expect(decodeChanges(joined(payload, Uint8Array.of(0)))).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

test("a key that no commit takes is none: it could not be written again", () => {
  const payloadOf = (...key: number[]): Uint8Array => Uint8Array.of(0, 0, 0, 1, 0, 0, key.length, ...key);
  expect(decodeChanges(payloadOf(0x6b))).toEqual([{ delete: "k" }]);
  expect(decodeChanges(payloadOf(0xe9, 0x94, 0xae))).toEqual([{ delete: "键" }]);
  expect(decodeChanges(payloadOf(0xef, 0xbf, 0xbd))).toEqual([{ delete: "\ufffd" }]);
  expect(decodeChanges(payloadOf())).toBeUndefined();
  // Ill-formed; read as U+FFFD it would have three bytes.
  for (const key of [[0xfe], [0x6b, 0xe9, 0x94], Array<number>(254).fill(0x6b).concat(0x80)])
    expect(decodeChanges(payloadOf(...key)), key.join(" ")).toBeUndefined();
  const long = (length: number): Uint8Array => {
    const payload = new Uint8Array(4 + 3 + length).fill(0x6b);
    payload.set([0, 0, 0, 1, 0, length >> 8, length & 255]);
    return payload;
  };
  expect(decodeChanges(long(255))).toEqual([{ delete: "k".repeat(255) }]);
  expect(decodeChanges(long(256))).toBeUndefined();
});

test("a frame whose length lies is none, and one as large as can be is one", () => {
  const header = { version: 1, ...HEADER, generation: 1 };
  const file = (frame: Uint8Array) => joined(encodeHeader({ ...HEADER, generation: 1 }), frame);
  const frame = encodeFrame(1, 1, Uint8Array.of(1, 2, 3));
  expect(scanFile(file(frame), header).frames).toHaveLength(1);
  view(frame).setUint32(16, 4);
  expect(scanFile(file(frame), header)).toMatchObject({ frames: [], unreadable: [{ from: 40, to: 40 + 27 }] });
  const largest = encodeFrame(1, 1, new Uint8Array(PAYLOAD_LIMIT));
  const image = new Uint8Array(HEADER_BYTES + largest.length + 1);
  image.set(largest, HEADER_BYTES);
  expect(scanFile(image.subarray(0, -1), header).frames).toHaveLength(1);
  expect(() => encodeFrame(1, 1, new Uint8Array(PAYLOAD_LIMIT + 1))).toThrow("not above its limit");
  // One byte more, and right in all else.
  const beyond = new Uint8Array(RECORD_BYTES + PAYLOAD_LIMIT + 1);
  beyond.set(largest);
  view(beyond).setUint32(16, PAYLOAD_LIMIT + 1);
  view(beyond).setUint32(20, crc32(beyond.subarray(RECORD_BYTES), crc32(beyond.subarray(0, 20))));
  expect(scanFile(beyond, undefined).frames).toHaveLength(0);
});

test("without a header frames are found from the first byte on, and all of one generation", () => {
  const frames = [encodeFrame(4, 8, Uint8Array.of(1)), encodeFrame(5, 9, Uint8Array.of(2)), encodeFrame(4, 9, Uint8Array.of(3))];
  expect(scanFile(joined(...frames), undefined)).toMatchObject({
    frames: [
      { at: 0, sequence: 8 },
      { at: 50, sequence: 9 },
    ],
    unreadable: [{ from: 25, to: 50 }],
  });
  expect(scanFile(joined(Uint8Array.of(0, 0), frames[0] as Uint8Array), undefined).unreadable).toEqual([{ from: 0, to: 2 }]);
  expect(scanFile(Uint8Array.of(1, 2, 3), undefined)).toMatchObject({ frames: [], unreadable: [{ from: 0, to: 3 }] });
});

test("a frame within a frame's bytes is that frame's payload", () => {
  const inner = encodeFrame(1, 2, Uint8Array.of(7));
  expect(scanFile(encodeFrame(1, 1, inner), undefined).frames).toMatchObject([{ sequence: 1, end: RECORD_BYTES + inner.length }]);
});

// ── what a scanned file means ──

let place = 0;
const payload = encodeChanges([put("k", 1)]);
const frameOf = (sequence: number, at = place, bytes = payload): Frame => {
  place = at + RECORD_BYTES + bytes.length;
  return { at, end: place, generation: 7, sequence, payload: bytes };
};
const headerOf = (more: Partial<Header> = {}): Header => ({
  version: 1,
  generation: 7,
  base: 10,
  snapshotFrames: 0,
  damages: 0,
  ...more,
});
const fresh = (): void => {
  place = HEADER_BYTES;
};
const mark = (sequence: number, generation = 7) => ({ generation, sequence });
const damageOf = (verdict: ReturnType<typeof judge>) => verdict?.damage.map(({ kind, words }) => `${kind}: ${words}`);

test("in order, and marked: nothing to say", () => {
  fresh();
  const frames = [frameOf(11), frameOf(12)];
  expect(judge({ header: headerOf(), frames, unreadable: [] }, place, mark(12))).toMatchObject({
    commits: [[put("k", 1)], [put("k", 1)]],
    damage: [],
    tornBytes: 0,
    sequence: 12,
    generation: 7,
    end: place,
    settled: true,
    appendable: true,
  });
  expect(judge({ header: headerOf(), frames, unreadable: [] }, place, mark(11))?.settled).toBe(false);
  expect(judge({ header: headerOf(), frames, unreadable: [] }, place, undefined)?.settled).toBe(false);
});

test("numbers that no store of ours reaches are no store of ours", () => {
  const at = (base: number, generation = 7) =>
    judge({ header: headerOf({ base, generation }), frames: [], unreadable: [] }, 40, undefined);
  expect(at(MOST_SEQUENCE)?.sequence).toBe(MOST_SEQUENCE);
  expect(at(MOST_SEQUENCE + 1)).toBeUndefined();
  expect(at(1, MOST_GENERATION)?.generation).toBe(MOST_GENERATION);
  expect(at(1, MOST_GENERATION + 1)).toBeUndefined();
  expect(judge({ header: headerOf(), frames: [], unreadable: [] }, 40, mark(3, MOST_GENERATION + 1))).toBeUndefined();
});

test("one hole and many are told by their commits", () => {
  fresh();
  const frames = [frameOf(12), frameOf(16), frameOf(17)];
  expect(damageOf(judge({ header: headerOf(), frames, unreadable: [] }, place, mark(20)))).toEqual([
    "lost: commit 11 was stored and is not there any more",
    "lost: commits 13 to 15 was stored and is not there any more",
    "lost: commits 18 to 20 was stored and is not there any more",
  ]);
  expect(judge({ header: headerOf({ snapshotFrames: 9 }), frames: [], unreadable: [] }, place, undefined)?.sequence).toBe(19);
});

test("frames before the file's own beginning are no loss and no help", () => {
  fresh();
  const frames = [frameOf(5), frameOf(11), frameOf(12)];
  expect(damageOf(judge({ header: headerOf(), frames, unreadable: [] }, place, mark(12)))).toEqual([]);
});

test("frames out of order, and twice, are in the wrong place; commits are read in theirs", () => {
  fresh();
  const [twelve, eleven, again] = [frameOf(12), frameOf(11), frameOf(12)];
  expect(damageOf(judge({ header: headerOf(), frames: [twelve, eleven, again], unreadable: [] }, place, mark(12)))).toEqual([
    `misplaced: commit 11 stands at byte ${eleven.at}, where it does not belong`,
    `misplaced: commit 12 stands at byte ${again.at}, where it does not belong`,
  ]);
});

test("without a header the file begins with its first frame; without either there is nothing", () => {
  place = 0;
  const frames = [frameOf(31), frameOf(32)];
  const verdict = judge({ header: undefined, frames, unreadable: [] }, place, undefined);
  expect(damageOf(verdict)).toEqual(["header: the file's header cannot be read; its commits were found without it"]);
  expect(verdict).toMatchObject({ generation: 7, sequence: 32, appendable: true });
  // Where a header belongs no frame begins.
  const ending = (at: number): boolean | undefined => {
    const frame = frameOf(31, 0, encodeChanges([put("k", ...new Uint8Array(at - RECORD_BYTES - 12))]));
    return judge({ header: undefined, frames: [frame], unreadable: [] }, frame.end, undefined)?.appendable;
  };
  expect([ending(HEADER_BYTES - 1), ending(HEADER_BYTES)]).toEqual([false, true]);
  expect(judge({ header: undefined, frames: [], unreadable: [{ from: 0, to: 9 }] }, 9, undefined)).toBeUndefined();
});

test("unreadable at the end is torn unless something is missing; amid the file it is damage", () => {
  fresh();
  const frames = [frameOf(11), frameOf(12, place + 30)];
  const amid = { from: 40 + RECORD_BYTES + payload.length, to: 40 + RECORD_BYTES + payload.length + 30 };
  const end = { from: place, to: place + 17 };
  const whole = judge({ header: headerOf(), frames, unreadable: [amid, end] }, end.to, mark(12));
  expect(damageOf(whole)).toEqual([`unreadable: 30 bytes from byte ${amid.from} cannot be read`]);
  expect(whole).toMatchObject({ tornBytes: 17, end: end.from, settled: false, appendable: true });
  const missing = judge({ header: headerOf(), frames, unreadable: [end] }, end.to, mark(13));
  expect(damageOf(missing)).toEqual([
    `unreadable: 17 bytes from byte ${end.from} cannot be read`,
    "lost: commit 13 was stored and is not there any more",
  ]);
  // What comes next might be read together with them.
  expect(missing).toMatchObject({ tornBytes: 0, end: end.to, appendable: false });
  const behind = judge({ header: headerOf(), frames, unreadable: [amid] }, place, mark(13));
  expect(behind).toMatchObject({ end: place, appendable: true });
});

test("an older file come back, and damage carried along, are told", () => {
  fresh();
  const verdict = judge({ header: headerOf({ damages: 2 }), frames: [frameOf(11)], unreadable: [] }, place, mark(40, 9));
  expect(damageOf(verdict)).toEqual([
    "lost: this is file 7, and file 9 was there before: what came after is lost",
    "earlier: 2 damages were found earlier and nobody has accepted them yet",
  ]);
  expect(verdict).toMatchObject({ appendable: false, generation: 9, sequence: 11 });
});

test("a whole frame with nonsense in it is damage, and the others are read", () => {
  fresh();
  const frames = [frameOf(11), frameOf(12, place, Uint8Array.of(0, 0, 0, 9))];
  const verdict = judge({ header: headerOf(), frames, unreadable: [] }, place, mark(12));
  expect(damageOf(verdict)).toEqual(["unreadable: commit 12 is whole, but what is in it makes no sense"]);
  expect(verdict?.commits).toEqual([[put("k", 1)]]);
});
