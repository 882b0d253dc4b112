/** The doors of the tools and of the outside: what a hostile firmware, a network or a person can give them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Door, MIB } from "../door.ts";
import { bytesOf, changeJson, nest } from "../mutate.ts";
import * as devices from "../seeds/devices.ts";
import * as files from "../seeds/files.ts";
import * as host from "../seeds/host.ts";
import * as readers from "../seeds/readers.ts";
import { anyRequest, api, closeApi, requests } from "./api.ts";
import { checkedAgain, firmwarePackage, loaderState, packages, signedAgain, states } from "./firmware.ts";
import { bundleFile, deskBoard, RECORDING, recording, scenario } from "./files.ts";
import { doorCalls, programs } from "./guest.ts";
import {
  acquirerLine,
  inspectText,
  simDebug,
  simFiles,
  simLcd,
  simIcc,
  simPicc,
  simPinpad,
  simPrinter,
  wireView,
} from "./wires.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

const scenarios = (): Uint8Array[] =>
  ["test/flow/scenarios", "tools/sim/scenario/examples"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.ya?ml$/.test(name))
      .slice(0, 8)
      .map((name) => new Uint8Array(readFileSync(join(root, folder, name)))),
  );

const hex = (bytes: Uint8Array): Uint8Array => bytesOf(Buffer.from(bytes).toString("hex").toUpperCase());

const APDUS =
  "00A4040007A0000000031010\n6F1A8407A0000000031010A50F500A4D617374657263617264870101 9000\n> 0020008008241234FFFFFFFFFF\n< 63C2";
const TLV = "70395A0862220212345678909F1A020156570F6222021234567890D30122010000012F5F2004574149499F3303E0F8C8";

const word = (bytes: number[]): Uint8Array => Uint8Array.from([0, ...bytes]);
const printed = (): Uint8Array[] => [
  word([0x1b, 0x40, 0x1c, 0x26, 0x1b, 0x33, 30, 0x41, 0x42, 0x0a, 0x1d, 0x72, 1]),
  word([0x1d, 0x76, 0x30, 0, 2, 0, 2, 0, 0xff, 0x00, 0xaa, 0x55, 0x10, 0x04, 1, 0x1d, 0x56, 1]),
  word([
    0x1d, 0x28, 0x6b, 3, 0, 0x31, 0x43, 6, 0x1d, 0x28, 0x6b, 5, 0, 0x31, 0x50, 0x30, 0x41, 0x42, 0x1d, 0x28, 0x6b, 3, 0, 0x31,
    0x51, 0x30,
  ]),
  word([0x1d, 0x6b, 73, 4, 0x7b, 0x42, 0x31, 0x32, 0x10, 0x05, 2, 0x1b, 0x64, 255, 0xd5, 0xd0, 0x81, 0x30, 0x81, 0x30]),
];
const padRequests = (): Uint8Array[] => devices.padLine();
const readerCommands = (): Uint8Array[] => readers.readerRequests();
const rectangles = (): Uint8Array[] => [
  word([0, 0, 0, 0, 1, 0, 1, 0, 0xff, 0xff]),
  word([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  word([0]),
];

const told = (): Uint8Array[] =>
  [
    '{"kind":"screen","screen":{"id":"idle","title":""},"lines":[],"hints":[]}\n',
    '{"kind":"journal","id":1}\n',
    '{"kind":"state"}\nnull\n[]\n1\n',
  ].map((text) => bytesOf(`\0${text}`));
const sent = (): Uint8Array[] =>
  [
    '{"file":"a.csv","bytes":3,"crc32":"352441c2"}\nabc',
    '{"ready":true}\n',
    '{"refused":"no"}\nnull\n[]\n',
    '{"file":"../x","bytes":1e99,"crc32":""}\n',
  ].map((text) => bytesOf(`\0${text}`));

const JSON_CHANGES = [changeJson, nest];
const YAML_WORDS = [
  "expect ",
  "rule ",
  "fault ",
  "keys ",
  "\n  - ",
  "&a ",
  "*a",
  "<<: ",
  "!!js/function",
  "amount ",
  "wait ",
  "desk:",
  "steps:",
  "? ",
  "| ",
  "1e999",
];

export const DESK_DOORS: readonly Door[] = [
  {
    name: "acquirer-line",
    what: "the acquirer's line: frames of any terminal",
    check: acquirerLine,
    seeds: () => host.split(host.requestFrames()),
    mutators: host.messageLies(3),
    memoryBytes: 32 * MIB,
  },
  {
    name: "wire-view",
    what: "the desk's look at the host wire",
    check: wireView,
    seeds: () => host.split([...host.answerFrames(), ...host.requestFrames()]),
    mutators: host.messageLies(3),
    memoryBytes: 16 * MIB,
  },
  {
    name: "inspect",
    what: "what is given to npm run inspect",
    check: inspectText,
    seeds: () => [...host.answerFrames().map(hex), bytesOf(APDUS), bytesOf(TLV), hex(host.hostMessages()[0]!)],
    words: ["9F", "7F", "84FFFFFFFF", "70", "81", "00A4", "9000", "\n> "],
    memoryBytes: 32 * MIB,
  },
  {
    name: "api",
    what: "the automation API: any HTTP, any JSON, any Host and Origin; its WebSocket",
    check: api,
    seeds: requests,
    mutators: JSON_CHANGES,
    make: anyRequest,
    longest: 16_384,
    memoryBytes: 64 * MIB,
    close: closeApi,
  },
  {
    name: "scenario",
    what: "scenario files",
    check: scenario,
    seeds: scenarios,
    words: YAML_WORDS,
    mutators: [nest],
    longest: 8_192,
    memoryBytes: 32 * MIB,
  },
  {
    name: "desk-board",
    what: "board and profile files as the desk and the machine read them",
    check: deskBoard,
    seeds: () => [...files.boards(), ...files.profiles()],
    mutators: JSON_CHANGES,
    longest: 16_384,
    memoryBytes: 16 * MIB,
  },
  {
    name: "recording",
    what: "a recording that is played back",
    check: recording,
    seeds: () => [RECORDING],
    mutators: JSON_CHANGES,
    longest: 8_192,
    memoryBytes: 64 * MIB,
  },
  {
    name: "bundle-file",
    what: "a bundle's first line, and its source map in a crash report",
    check: bundleFile,
    seeds: () => [bytesOf("//! tael abi 1.0\n"), bytesOf('{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA;AACA"}')],
    mutators: JSON_CHANGES,
    memoryBytes: 64 * MIB,
  },
  {
    name: "firmware-package",
    what: "a firmware package from anywhere: a cable, a login, a stick; also of a signer who lies",
    check: firmwarePackage,
    seeds: packages,
    repair: signedAgain,
    longest: 4_096,
    memoryBytes: 64 * MIB,
  },
  {
    name: "loader-state",
    what: "the disk: what the loader remembers of its slots",
    check: loaderState,
    seeds: states,
    repair: checkedAgain,
    mutators: JSON_CHANGES,
    longest: 4_096,
    memoryBytes: 64 * MIB,
  },
  {
    name: "door-calls",
    what: "the system-call table, from a hostile firmware",
    check: doorCalls,
    seeds: programs,
    longest: 240,
    memoryBytes: 96 * MIB,
  },
  {
    name: "sim-printer",
    what: "the desk's printer: ESC/POS from a hostile firmware",
    check: simPrinter,
    seeds: printed,
    memoryBytes: 64 * MIB,
  },
  {
    name: "sim-pinpad",
    what: "the desk's PIN pad: frames from a hostile firmware",
    check: simPinpad,
    seeds: padRequests,
    make: devices.anyPadFrame,
    memoryBytes: 16 * MIB,
  },
  {
    name: "sim-icc",
    what: "the desk's chip slot: frames from a hostile firmware",
    check: simIcc,
    seeds: readerCommands,
    make: readers.anyReaderFrame,
    memoryBytes: 16 * MIB,
  },
  {
    name: "sim-picc",
    what: "the desk's contactless reader: frames from a hostile firmware",
    check: simPicc,
    seeds: readerCommands,
    make: readers.anyReaderFrame,
    memoryBytes: 16 * MIB,
  },
  {
    name: "sim-files",
    what: "the desk's end of the file line",
    check: simFiles,
    seeds: sent,
    mutators: JSON_CHANGES,
    memoryBytes: 32 * MIB,
  },
  {
    name: "sim-lcd",
    what: "the desk's screen: rectangles from a hostile firmware",
    check: simLcd,
    seeds: rectangles,
    memoryBytes: 16 * MIB,
  },
  {
    name: "sim-debug",
    what: "the desk's end of the debug line",
    check: simDebug,
    seeds: told,
    mutators: JSON_CHANGES,
    memoryBytes: 16 * MIB,
  },
];
