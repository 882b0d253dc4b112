/** The log a card keeps of its payments and loads (§8). */
import { type Bytes, toBytes, toHex } from "./bytes.ts";
import { commands, OK, send } from "./command.ts";
import { parseDol } from "./dol.ts";
import { getData } from "./get-data.ts";
import type { Step } from "./requests.ts";
import { parsed, type Session } from "./session.ts";

export type LogKind = "payments" | "loads";
/** One entry by tag, as the format says: 9A, 9F02, 9F36, 9F4E … hex digits. */
export type LogEntry = Readonly<Record<string, string>>;

const KINDS = { payments: { entry: "9F4D", format: 0x9f4f }, loads: { entry: "DF4D", format: 0xdf4f } } as const;
const MAX_ENTRIES = 30;

const NO_RECORD = 0x6a83;

/** Newest first; empty: nothing was written yet. Undefined when the card keeps none, or does not show it. The application is selected. */
export function* readCardLog(session: Session, kind: LogKind): Step<LogEntry[] | undefined> {
  const place = session.store.get(KINDS[kind].entry) ?? (yield* getData(session, Number.parseInt(KINDS[kind].entry, 16)));
  const format = yield* getData(session, KINDS[kind].format);
  if (place?.length !== 2 || format === undefined) return undefined;
  const [sfi = 0, count = 0] = place;
  const entries: LogEntry[] = [];
  for (let record = 1; record <= Math.min(count, MAX_ENTRIES); record++) {
    const { status, data } = yield* send(session, commands.readRecord(sfi, record));
    if (status !== OK && status !== NO_RECORD && entries.length === 0) return undefined;
    if (status !== OK) break;
    const entry = parsed("bad-record", () => logEntry(format, data));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** Undefined when the record is shorter than its format. Throws EmvError "dol" when the format is no list. */
export function logEntry(format: Bytes, record: Bytes): LogEntry | undefined {
  const bytes = toBytes(record, "log record");
  const entry: Record<string, string> = {};
  let at = 0;
  for (const { tag, length } of parseDol(format)) {
    if (at + length > bytes.length) return undefined;
    entry[tag] = toHex(bytes.subarray(at, at + length));
    at += length;
  }
  return entry;
}
