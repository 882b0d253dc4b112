/** READ RECORD: directory, application files, logs. Reading the last record of a payment in one tap makes it true (§9.6). */
import { type Answer, answer, type Command, status, SW } from "./apdu.ts";
import type { Hex } from "./hex.ts";
import { LOAD_LOG_FILE, LOG_FILE } from "./issue.ts";
import type { Current, Os } from "./os.ts";
import { commitPending } from "./purse.ts";
import { DIRECTORY_FILE, directoryRecords } from "./select.ts";

const BY_NUMBER = 4;

export function readRecord(os: Os, { p1, p2, data }: Command): Answer {
  if ((p2 & 7) !== BY_NUMBER || data !== "") return status(SW.wrongParameters);
  const file = p2 >> 3;
  if (p1 === 0) return status(SW.wrongParameters);
  const records = os.directory ? directoryFile(os, file) : fileOf(os.current, file);
  if (records === undefined) return status(SW.notFound);
  const record = records[p1 - 1];
  if (record === undefined) return status(SW.noRecord);
  if (os.current?.progress.path?.sfi === file) commitPending(os.current, p1);
  return answer(record);
}

const directoryFile = (os: Os, file: number): Hex[] | undefined => (file === DIRECTORY_FILE ? directoryRecords(os) : undefined);

export function fileOf(current: Current | undefined, file: number): Hex[] | undefined {
  if (current === undefined) return undefined;
  const { issued, state } = current;
  if (file === LOG_FILE) return state.log;
  if (file === LOAD_LOG_FILE) return issued.profile.purse === undefined ? undefined : state.loads;
  return issued.pathOf(file)?.records.map((record, i) => state.records[`${file}.${i + 1}`] ?? record);
}
