/** Every outside door: a row each. A new parser is a check (guest/ when it is the firmware's, desk/ when it is a tool's), seeds, and a row here. */
import { type Door, MIB } from "./door.ts";
import { DESK_DOORS } from "./desk/doors.ts";
import { useAssets } from "./guest/bench.ts";
import { GUEST_CHECKS, type GuestDoor } from "./guest/checks.ts";
import { changeJson, nest } from "./mutate.ts";
import * as devices from "./seeds/devices.ts";
import * as files from "./seeds/files.ts";
import * as host from "./seeds/host.ts";
import * as readers from "./seeds/readers.ts";

useAssets(files.packageFile);

const JSON_CHANGES = [changeJson, nest];

type GuestRow = Omit<Door, "name" | "check" | "inGuest" | "memoryBytes"> & { memoryBytes?: number };

const GUEST: Record<GuestDoor, GuestRow> = {
  "host-message": {
    what: "the host: a message behind TPDU and header, and what its fields mean (statement, download, balance, keys)",
    seeds: host.hostMessages,
    mutators: host.messageLies(0),
    make: host.anyMessage,
  },
  "host-stream": {
    what: "the host: bytes on the line, frames split anyhow, lengths that lie",
    seeds: () => host.split(host.answerFrames()),
  },
  "host-text": { what: "the host: text in GBK that goes on screen, slip and into a QR code", seeds: files.hostTexts },
  "printer-status": { what: "the printer: status bytes, asked for or not", seeds: devices.printerBytes },
  "pinpad-frames": { what: "the PIN pad's line: frames and noise", seeds: devices.padLine, make: devices.anyPadFrame },
  "pinpad-answers": { what: "the PIN pad: whole frames that say the wrong thing", seeds: devices.padAnswers },
  "msr-report": {
    what: "the stripe reader: reports, tracks",
    seeds: devices.swipes,
    words: [";", "?", "=", "D", "%B", "^"],
    longest: 400,
  },
  "reader-frames": {
    what: "the card reader's line: frames, notices and noise",
    seeds: readers.readerLine,
    make: readers.anyReaderFrame,
  },
  "reader-answers": { what: "the card reader: whole frames that say the wrong thing", seeds: readers.readerTalk },
  "answer-to-reset": { what: "a chip's answer to reset", seeds: readers.answersToReset, longest: 64 },
  "card-answers": { what: "a chip on T=0 and T=1: any answer, any block", seeds: readers.cardTalk },
  "keypad-reports": { what: "the keys: HID reports", seeds: devices.keys, longest: 256 },
  "debug-lines": { what: "the debug line: JSON lines", seeds: devices.debugText, mutators: JSON_CHANGES, longest: 16_384 },
  "file-line": {
    what: "the file line: header and blocks of a file to come",
    seeds: devices.files,
    mutators: JSON_CHANGES,
    longest: 16_384,
  },
  "board-file": {
    what: "the board profile of the firmware package",
    seeds: files.boards,
    mutators: JSON_CHANGES,
    longest: 16_384,
  },
  "profile-file": {
    what: "the merchant's profile of the firmware package",
    seeds: files.profiles,
    mutators: JSON_CHANGES,
    longest: 16_384,
  },
  "parameter-values": { what: "a parameter's bytes, downloaded; and as stored", seeds: files.values, longest: 200 },
  "print-font": { what: "the printer's font of the firmware package", seeds: files.printFonts },
  "screen-face": { what: "the screen's fonts of the firmware package", seeds: files.screenFaces },
  "gb-table": { what: "the character table of the firmware package", seeds: files.gbTables },
  "store-file": {
    what: "the disk: the store's log, its successor and its mark",
    seeds: files.storeFiles,
    make: files.anyStore,
    repair: files.rightStore,
  },
  "journal-record": {
    what: "the disk: a record of the journal, sealed by us but of any shape",
    seeds: () => [...files.records(), ...files.storedRecords()],
    mutators: JSON_CHANGES,
    words: ['"key":"@key"'],
  },
  "backup-file": { what: "a backup that is to be checked", seeds: files.backups, repair: files.rightBackup },
};

const guestDoor = ([name, row]: [string, GuestRow]): Door => ({
  memoryBytes: 16 * MIB,
  ...row,
  name,
  check: GUEST_CHECKS[name as GuestDoor],
  inGuest: true,
});

export const DOORS: readonly Door[] = [...Object.entries(GUEST).map(guestDoor), ...DESK_DOORS];
