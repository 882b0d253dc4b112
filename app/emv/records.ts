/** Reading the records the AFL names (§6.4). */
import { parseAfl } from "./afl.ts";
import { type Bytes, concat, NO_BYTES, toHex } from "./bytes.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { kindOf } from "./dictionary.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import { parsed, type Session } from "./session.ts";
import { onlyTlv, primitives } from "./tlv.ts";

export interface ApplicationData {
  /** Objects of the records by tag. */
  data: Record<string, Uint8Array>;
  /** What is signed, in order; undefined when a signed record was no template 70, which makes data authentication fail. */
  staticData: Uint8Array | undefined;
  /** Records as read, in order. */
  records: { sfi: number; record: number; bytes: Uint8Array }[];
}

/** Files 1–10 are the payment system's; what lies in others the terminal does not look into. */
const LAST_OWN_FILE = 10;
/** What the terminal itself acts on and has but one size: in another it cannot be meant (Book 3 7.5). Data authentication judges its own objects. */
const SIZED = ["5F24", "5F25", "5F28", "5F34", "9F07", "9F08", "9F0D", "9F0E", "9F0F", "9F14", "9F23", "9F42"];
const DATES = ["5F24", "5F25"];
export const MANDATORY: readonly string[] = ["5F24", "5A", "8C", "8D"];

/** `read` is filled as it goes. Ends the transaction on a status other than 9000, a record that is no template, an object that comes twice. */
export function* readRecords(
  session: Session,
  afl: Bytes,
  read: ApplicationData = { data: {}, staticData: NO_BYTES, records: [] },
): Step<ApplicationData> {
  for (const { sfi, first, last, signed } of parsed("bad-afl", () => parseAfl(afl))) {
    for (let record = first; record <= last; record++) {
      const { status, data } = yield* send(session, commands.readRecord(sfi, record));
      if (status !== OK) throw new Ended("terminated", "command-failed", statusWords("READ RECORD", status));
      addRecord(read, { sfi, record, bytes: data }, record < first + signed);
    }
  }
  return read;
}

/** Takes one record in. Ends the transaction as `readRecords` says. */
function addRecord(read: ApplicationData, record: { sfi: number; record: number; bytes: Uint8Array }, signed: boolean): void {
  const { sfi, bytes } = record;
  const template = onlyTlv(bytes, "70");
  read.records.push(record);
  if (sfi <= LAST_OWN_FILE) {
    if (template === undefined || bytes[0] !== 0x70 || template.raw?.length !== bytes.length) {
      throw new Ended("terminated", "bad-record", `record ${record.record} of file ${sfi} is not one template 70`);
    }
    for (const { tag, value } of primitives(template.children ?? [])) keep(read.data, tag, value);
  }
  if (!signed) return;
  if (bytes[0] !== 0x70 || read.staticData === undefined) read.staticData = undefined;
  else read.staticData = concat(read.staticData, sfi <= LAST_OWN_FILE ? (template?.value ?? NO_BYTES) : bytes);
}

/** What is not the card's to say is passed over; an empty object is none (§5). */
function keep(data: Record<string, Uint8Array>, tag: string, value: Uint8Array): void {
  if ((kindOf(tag)?.source ?? "card") !== "card" || value.length === 0) return;
  if (data[tag] !== undefined) throw new Ended("terminated", "duplicate-object", `${tag} comes twice`);
  data[tag] = value;
}

function checkSize(tag: string, value: Uint8Array | undefined): void {
  const size = kindOf(tag)?.max;
  if (value !== undefined && value.length !== size)
    throw new Ended("terminated", "bad-record", `${tag} has ${value.length} bytes instead of ${size}`);
}

/** A thirteenth month cannot be meant (Book 3 7.5). Day 00 is found on cards that know no day. */
function checkDate(tag: string, value: Uint8Array | undefined): void {
  if (value !== undefined && !/^\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$/.test(toHex(value)))
    throw new Ended("terminated", "bad-record", `${tag} is no date`);
}

/** Reads all records into the session's data and sees that what no transaction can do without is there. */
export function* readApplication(session: Session, mandatory: readonly string[] = MANDATORY): Step<void> {
  const read = yield* readRecords(session, session.store.value("94"));
  for (const [tag, value] of Object.entries(read.data)) session.store.setCard(tag, value);
  session.staticData = read.staticData;
  for (const tag of SIZED) checkSize(tag, session.store.card.get(tag));
  for (const tag of DATES) checkDate(tag, session.store.card.get(tag));
  const missing = mandatory.filter((tag) => session.store.get(tag) === undefined);
  if (missing.length > 0) throw new Ended("terminated", "mandatory-missing", missing.join(" "));
}
