/** The checks that run in both engines, by the names of their doors. Nothing here or below may need Node. */
import type { Check } from "./bench.ts";
import { debugLines, fileLine, keypadReports, msrReport, pinpadAnswers, pinpadFrames, printerStatus } from "./devices.ts";
import {
  backupFile,
  boardFile,
  gbTable,
  hostText,
  journalRecord,
  parameterValues,
  printFont,
  profileFile,
  screenFace,
  storeFile,
} from "./files.ts";
import { hostMessage, hostStream } from "./host.ts";
import { answerToReset, cardAnswers, ccidFrames, readerAnswers } from "./readers.ts";

export const GUEST_CHECKS = {
  "host-message": hostMessage,
  "host-stream": hostStream,
  "host-text": hostText,
  "printer-status": printerStatus,
  "pinpad-frames": pinpadFrames,
  "pinpad-answers": pinpadAnswers,
  "msr-report": msrReport,
  "reader-frames": ccidFrames,
  "reader-answers": readerAnswers,
  "answer-to-reset": answerToReset,
  "card-answers": cardAnswers,
  "keypad-reports": keypadReports,
  "debug-lines": debugLines,
  "file-line": fileLine,
  "board-file": boardFile,
  "profile-file": profileFile,
  "parameter-values": parameterValues,
  "print-font": printFont,
  "screen-face": screenFace,
  "gb-table": gbTable,
  "store-file": storeFile,
  "journal-record": journalRecord,
  "backup-file": backupFile,
} as const satisfies Record<string, Check>;

export type GuestDoor = keyof typeof GUEST_CHECKS;
