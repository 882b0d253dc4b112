/** Small packages, keys out of a seed, and the faulty disk as a place for slots. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { ABI, ABI_BANNER, type DoorErrorCode } from "../../../../platform/abi.ts";
import { DoorError } from "../../../../platform/node/errors.ts";
import type { FileLayer } from "../../../../platform/node/files.ts";
import type { Manifest } from "../../../../platform/node/loader/manifest.ts";
import { writePackage } from "../../../../platform/node/loader/package.ts";
import type { FaultyDisk } from "../../guest/faulty-disk.ts";

/** Ed25519 out of one byte. */
export function keyOf(seed: number): KeyObject {
  const head = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({ key: Buffer.concat([head, Buffer.alloc(32, seed)]), format: "der", type: "pkcs8" });
}

export interface Made {
  version?: string;
  board?: string;
  counter?: number;
  key?: KeyObject;
  code?: string;
  development?: boolean;
  abi?: { major: number; minor: number };
  closed?: Manifest["closed"];
  /** Bytes of a font, to make it as long as a test needs. */
  fontBytes?: number;
  leaveOut?: string;
}

export function packageOf(made: Made = {}): Uint8Array {
  const { version = "1.0.0", board = "desk", counter = 1, key = keyOf(1), development = true, abi = { ...ABI } } = made;
  const files: Record<string, Uint8Array> = {
    "firmware.js": Buffer.from(made.code ?? `${ABI_BANNER}\n"${version}";`),
    "board.json": Buffer.from(JSON.stringify({ name: board, ports: {} })),
    "font.bin": new Uint8Array(made.fontBytes ?? 3000).fill(version.length),
  };
  if (made.leaveOut !== undefined) delete files[made.leaveOut];
  const contents = { messages: "m", parameters: "p", fonts: "f", texts: "t" };
  return writePackage(
    {
      format: 1,
      product: "tael",
      board,
      version,
      securityCounter: counter,
      abi,
      contents,
      development,
      closed: made.closed ?? [],
    },
    files,
    key,
  );
}

/** The faulty disk's calls under the names of the outside. */
export function layer(disk: FaultyDisk): FileLayer {
  return {
    read: (name) => disk.fileRead(name),
    append: (name, at, bytes) => named(() => disk.fileAppend(name, at, bytes)),
    sync: (name) => named(() => disk.fileSync(name)),
    replace: (from, to) => named(() => disk.fileReplace(from, to)),
    list: () => disk.fileList(),
  };
}

/** What the disk refuses is a DoorError outside; a power cut stays one. */
function named<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "DoorError") throw error;
    const [code = "io", ...words] = error.message.split(": ");
    throw new DoorError(code as DoorErrorCode, words.join(": "));
  }
}
