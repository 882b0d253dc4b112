/** What lies on the disk and in the firmware package: board, profile, fonts, tables, store, journal, backups, stored parameters. */
import { PARAMETERS } from "../../../app/admin/parameters.table.ts";
import { checkBackup } from "../../../app/journal/backup.ts";
import { JournalError } from "../../../app/journal/journal.ts";
import { openJournal } from "../../../app/journal/open.ts";
import { openFace } from "../../../app/screens/fonts.ts";
import { openAudit } from "../../../app/steps/audit.ts";
import { fromWire } from "../../../app/steps/download.ts";
import { openParameters } from "../../../app/steps/parameters.ts";
import { ProfileError, readProfile } from "../../../app/steps/profile.ts";
import type { Terminal } from "../../../app/steps/terminal.ts";
import { BoardError, readBoard } from "../../../hal/boards/validate.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { PrintFont } from "../../../hal/printer/font.ts";
import { Gb18030 } from "../../../hal/printer/gb18030.ts";
import { layout } from "../../../hal/printer/layout.ts";
import { MODELS } from "../../../hal/printer/models.ts";
import { decodeUtf8, encodeUtf8 } from "../../../platform/guest/bytes.ts";
import { STORE_FILE, STORE_MARK, STORE_SUCCESSOR } from "../../../platform/guest/store.ts";
import { StoreError } from "../../../platform/guest/system.ts";
import { asset, Broken, type Check, ensure, makeBench, noFailures, only } from "./bench.ts";

export const boardFile: Check = (bytes) => {
  const board = only([BoardError], () => readBoard(bytes));
  if (board !== undefined)
    ensure(JSON.stringify(readBoard(JSON.stringify(board))) === JSON.stringify(board), "a good board stays one");
};

export const profileFile: Check = (bytes) => {
  only([ProfileError], () => readProfile(bytes));
};

/** Every glyph that the file says it has can be taken out of it. */
export const printFont: Check = (bytes) => {
  const font = PrintFont.open(bytes);
  if (font === undefined) return;
  for (let cp = 0; cp < 0x10000; cp += 37) ensure((font.glyph(cp)?.length ?? 72) === 72, "a glyph is whole");
};

export const screenFace: Check = (bytes) => {
  let face: ReturnType<typeof openFace>;
  try {
    face = openFace("face", bytes);
  } catch (error) {
    // Its one way to say no; anything more particular is the engine's.
    if (error instanceof Error && error.constructor === Error && error.message.startsWith("face.bin")) return;
    throw error;
  }
  for (let cp = 0; cp < 0x10000; cp += 37) {
    const glyph = face.glyph(cp);
    if (glyph === undefined) continue;
    const end = glyph.offset + ((glyph.width + 1) >> 1) * glyph.height;
    ensure(end <= face.bytes.length, "a glyph's picture lies within the file");
  }
};

/** As gb18030.bin of the package, and then used. */
export const gbTable: Check = (bytes) => {
  const table = only([DeviceError], () => new Gb18030(bytes));
  if (table === undefined) return;
  table.encode("a中😀\ud800");
  table.decode(bytes.subarray(0, 64));
};

let table: Gb18030 | undefined;

function gbk(): Gb18030 {
  const bytes = asset("gb18030.bin");
  if (table === undefined && bytes !== undefined) table = new Gb18030(bytes);
  if (table === undefined) throw new Broken("the package has its table");
  return table;
}

/** Text of a host, shown and printed: lines, and the same as a QR code. */
export const hostText: Check = (bytes) => {
  const text = gbk().decode(bytes);
  const back = gbk().decode(gbk().encode(text));
  ensure(back === text || text.includes("\ufffd"), "text survives the way there and back");
  const font = PrintFont.open(asset("font-print-24.bin"));
  for (const model of Object.values(MODELS)) {
    const items = [{ text }, { left: text, right: text }, { qr: text.slice(0, 200) }];
    const blocks = only([RangeError, DeviceError], () => layout(items, { model, table: gbk(), font }));
    for (const block of blocks ?? []) ensure(Number.isFinite(block.dots) && block.dots >= 0, "a block has a length");
  }
};

/** Byte 0: which of the store's files it is. A store that opens can be read and written, and opens again. */
export const storeFile: Check = (bytes) => {
  const names = [STORE_FILE, STORE_MARK, STORE_SUCCESSOR];
  const name = names[(bytes[0] ?? 0) % names.length] as string;
  const bench = makeBench();
  bench.system.store.commit([{ put: "a", value: Uint8Array.of(1) }]);
  bench.files.set(name, bytes.slice(1));
  const { system } = makeBench(bench.files);
  const { failure } = system.storeReport;
  if (failure !== undefined) return ensure(failure instanceof StoreError, "a store that cannot be opened says why");
  for (const key of system.store.keys("")) ensure(system.store.get(key) !== undefined, "a key has its value");
  const committed = only([StoreError], () => {
    system.store.commit([{ put: "b", value: Uint8Array.of(2) }]);
    return true;
  });
  if (committed === undefined) return;
  const again = makeBench(bench.files).system;
  ensure(again.store.get("b")?.[0] === 2, "what was committed is there after a restart");
};

const KEYS = ["meta", "debt", "settle", "last", "hold/000001/000001", "dec/000000000001", "arc/000000", "txn/000001/000001"];

/** Byte 0 chooses a key; the rest is the JSON that lies sealed under it. The journal opens and lists the damage, or reads it. */
export const journalRecord: Check = (bytes) => {
  const { system } = makeBench();
  openJournal(system).takeTrace();
  const key = KEYS[(bytes[0] ?? 0) % KEYS.length] as string;
  system.store.commit([{ put: key, value: encodeUtf8(decodeUtf8(bytes.subarray(1)).replaceAll("@key", key)) }]);
  const journal = openJournal(system);
  const looks: (() => unknown)[] = [
    () => journal.list(),
    () => journal.owed,
    () => journal.settlement,
    () => journal.last(),
    () => journal.holds("20261121"),
    () => journal.declines(),
    () => journal.pendingAdvices(),
    () => journal.lastSettlement(),
    () => journal.totalsBy(),
    () => journal.takeTrace(),
  ];
  for (const look of looks) only([JournalError], look);
};

const BACKUP_RESULTS = new Set(["altered", "foreign", "sound"]);

export const backupFile: Check = (bytes) => {
  const { system } = makeBench();
  openJournal(system).takeTrace();
  ensure(BACKUP_RESULTS.has(checkBackup(system, bytes).check), "a backup is one of three things");
};

const own = { date: "20261121", time: "090000" };

/** What a download brings for each parameter, byte for byte; and the same bytes as what is stored. */
export const parameterValues: Check = (bytes) => {
  const profile = readProfile(asset("profile.json"));
  const bench = makeBench();
  const audit = openAudit(bench.system, { now: () => own });
  const parameters = openParameters(bench.system, profile, PARAMETERS, audit);
  const terminal = { system: bench.system, parameters } as unknown as Terminal;
  const row = PARAMETERS[(bytes[0] ?? 0) % PARAMETERS.length]!;
  const value = fromWire(terminal, row, bytes.subarray(1));
  if (value !== undefined && parameters.refusal(row, value) === undefined) {
    parameters.set("99", "download", [{ id: row.id, value }]);
    const after = openParameters(bench.system, profile, PARAMETERS, audit);
    ensure(after.value(row.id) === value, "a parameter is after a restart as it was set");
  }
  noFailures(bench);
};
