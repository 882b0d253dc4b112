/** Good files of disk and package, made by the parts that write them, and checksums told right again. */
import { readFileSync } from "node:fs";
import { join as path } from "node:path";
import { makeBackup } from "../../../app/journal/backup.ts";
import { openJournal } from "../../../app/journal/open.ts";
import { crc32 } from "../../../platform/guest/crc32.ts";
import {
  encodeChanges,
  encodeFrame,
  encodeHeader,
  encodeMark,
  HEADER_BYTES,
  RECORD_BYTES,
} from "../../../platform/guest/store-format.ts";
import { STORE_FILE } from "../../../platform/guest/store.ts";
import { makeBench } from "../guest/bench.ts";
import { bytesOf, type Draw, join } from "../mutate.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(path(root, name)));

export const packageFile = (name: string): Uint8Array | undefined => {
  if (name === "profile.json") return profile();
  try {
    return file(`dist/assets/${name}`);
  } catch {
    return undefined;
  }
};

export const boards = (): Uint8Array[] => [
  file("hal/boards/counter.json"),
  file("hal/boards/desk.json"),
  bytesOf("{}"),
  bytesOf("["),
];

function profile(): Uint8Array {
  const { testKeys: _, ...rest } = JSON.parse(readFileSync(path(root, "tools/sim/profiles/demo.json"), "utf8")) as {
    testKeys: unknown;
  };
  return bytesOf(JSON.stringify(rest));
}

export const profiles = (): Uint8Array[] => [profile(), bytesOf("{}"), bytesOf("null")];

/** A font of a few glyphs, as the package has larger ones. */
export function printFonts(): Uint8Array[] {
  const font = (count: number): Uint8Array => {
    const bytes = new Uint8Array(8 + count * 74);
    bytes.set([0x54, 0x50, 0x46, 0x31, count & 255, count >> 8, 24, 24]);
    for (let n = 0; n < count; n++) bytes.set([(n * 37) & 255, (n * 37) >> 8], 8 + n * 2);
    return bytes;
  };
  return [font(0), font(3), font(10)];
}

export function screenFaces(): Uint8Array[] {
  const face = (count: number): Uint8Array => {
    const head = 12 + count * 12;
    const bytes = new Uint8Array(head + count * 8);
    const view = new DataView(bytes.buffer);
    bytes.set(bytesOf("TSF1"));
    view.setUint16(4, count, true);
    bytes.set([16, 4, 13, 18], 6);
    for (let n = 0; n < count; n++) {
      view.setUint16(12 + n * 12, n * 37, true);
      bytes.set([8, 0, 2, 4, 4], 14 + n * 12);
      view.setUint32(20 + n * 12, head + n * 8, true);
    }
    return bytes;
  };
  return [face(0), face(1), face(5), bytesOf("TSF1")];
}

/** A table of one page and two runs. */
export function gbTables(): Uint8Array[] {
  const bytes = new Uint8Array(264 + 512 + 12);
  bytes.set([0x47, 0x42, 0x31, 0x38, 1, 0, 2, 0]);
  bytes.fill(0xff, 8, 264);
  bytes[8 + 0x4e] = 0;
  bytes.set([0x2d, 0xd6], 264 + 0x2d * 2);
  bytes.set([0x80, 0, 0, 0, 36, 0, 0x00, 0xe0, 0x40, 0x80, 2, 0], 264 + 512);
  return [bytes, new Uint8Array(0), bytes.subarray(0, 300)];
}

export const hostTexts = (): Uint8Array[] => [
  bytesOf("APPROVED"),
  new Uint8Array(Buffer.from("d5d0c9ccd2f8d0d0", "hex")),
  new Uint8Array(Buffer.from("81308130a2e3848130fe39fe39ff80", "hex")),
  bytesOf("\n\t \x1b@|%"),
  new Uint8Array(0),
];

// — the store —

function storeOf(changes: readonly (readonly { put: string; value: Uint8Array }[])[]): Uint8Array {
  const header = encodeHeader({ generation: 1, base: 0, snapshotFrames: 0, damages: 0 });
  return join(header, ...changes.map((each, at) => encodeFrame(1, at + 1, encodeChanges(each))));
}

export function storeFiles(): Uint8Array[] {
  const { files, system } = makeBench();
  system.store.commit([{ put: "meta", value: bytesOf("x") }]);
  const one = { put: "a", value: Uint8Array.of(1) };
  return [
    join(Uint8Array.of(0), files.get(STORE_FILE)!),
    join(Uint8Array.of(0), storeOf([[one], [one, { put: "b", value: new Uint8Array(40) }]])),
    join(Uint8Array.of(1), encodeMark(1, 1)),
    join(Uint8Array.of(1), encodeMark(9, 99)),
    join(Uint8Array.of(2), storeOf([[one]])),
    Uint8Array.of(0),
  ];
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Every checksum of a store file (behind the byte that chooses it) told right for what stands there. */
export function rightStore(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const body = copy.subarray(1);
  if ((copy[0] ?? 0) % 3 === 1) {
    if (body.length >= RECORD_BYTES) view(body).setUint32(RECORD_BYTES - 4, crc32(body.subarray(0, RECORD_BYTES - 4)));
    return copy;
  }
  if (body.length < HEADER_BYTES) return copy;
  view(body).setUint32(HEADER_BYTES - 4, crc32(body.subarray(0, HEADER_BYTES - 4)));
  for (let at = HEADER_BYTES; at + RECORD_BYTES <= body.length; ) {
    const length = view(body).getUint32(at + 16);
    const end = at + RECORD_BYTES + length;
    if (end > body.length) break;
    view(body).setUint32(at + 20, crc32(join(body.subarray(at, at + 20), body.subarray(at + RECORD_BYTES, end))));
    at = end;
  }
  return copy;
}

/** A whole store of changes that nobody would write. */
export function anyStore(draw: Draw): Uint8Array {
  const key = (): string => draw.pick(["meta", "debt", "a", "txn/000001/000001", "__proto__", "k".repeat(255), "\u4e2d"]);
  const commits = Array.from({ length: draw.below(5) }, () =>
    Array.from({ length: draw.below(4) }, () => ({ put: key(), value: draw.bytes(draw.below(60)) })),
  );
  return join(Uint8Array.of(draw.pick([0, 0, 0, 2])), storeOf(commits));
}

// — the journal —

const RECORD = {
  kind: "sale",
  state: "approved",
  batch: 1,
  trace: 1,
  amountFen: 100,
  approvedFen: 100,
  date: "20261121",
  time: "090000",
  pan: "6222021234567890128",
  expiry: "3012",
  entry: "swipe",
  operator: "01",
  responseCode: "00",
  reference: "123456789012",
  authCode: "654321",
  remarks: [],
  pinEntered: true,
  copiesPrinted: 0,
};
const VALUES: readonly unknown[] = [
  { batch: 1, nextTrace: 2, signedOn: true, order: 3 },
  { ...RECORD, reason: "silent", attempts: 0 },
  { batch: 1, totals: {}, step: "begun", uploaded: 0, failed: [] },
  { batch: 1, totals: {}, closed: {} },
  { record: RECORD },
  { order: 1, record: RECORD },
  { entries: [{ order: 1, record: RECORD }] },
  { order: 1, record: RECORD },
];

/** `@key` stands for the key it will lie under. */
export const records = (): Uint8Array[] =>
  VALUES.map((value, at) => join(Uint8Array.of(at), bytesOf(JSON.stringify({ key: "@key", value }))));

export function storedRecords(): Uint8Array[] {
  const bench = makeBench();
  openJournal(bench.system).takeTrace();
  const meta = bench.system.store.get("meta");
  return meta === undefined ? [] : [join(Uint8Array.of(0), meta)];
}

// — a backup —

export function backups(): Uint8Array[] {
  const { system } = makeBench();
  openJournal(system).takeTrace();
  const { bytes } = makeBackup(system, { terminal: "10000001", batch: 1, at: "2026-11-21T09:00:00+08:00" });
  return [bytes, bytesOf("TAELBK1\n"), rightBackup(bytesOf("TAELBK1\n{}\n????"))];
}

export function rightBackup(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) return bytes;
  const copy = bytes.slice();
  view(copy).setUint32(copy.length - 4, crc32(copy.subarray(0, copy.length - 4)));
  return copy;
}

export const values = (): Uint8Array[] =>
  ["", "0", "1", "60", "000000010000", "6000030000", "10.0.0.1:80", "2359", "SHOP", "****"].flatMap((text, at) =>
    [0, 10, 20, 30].map((row) => join(Uint8Array.of(row + at), bytesOf(text))),
  );
