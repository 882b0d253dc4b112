/**
 * The firmware package and the loader's memory. A change behind the signature would be met by nothing but the signature, so the repair signs again: what is
 * judged then is a package of a signer who lies.
 */
import { sign } from "node:crypto";
import { MemoryFiles } from "../../../platform/node/files.ts";
import { PackageError, publicHex, readPackage, sha256 } from "../../../platform/node/loader/package.ts";
import { Receiver } from "../../../platform/node/loader/receive.ts";
import { Slots } from "../../../platform/node/loader/slots.ts";
import { keyOf, packageOf } from "../../platform/node/loader/packages.ts";
import { type Check, ensure, only } from "../guest/bench.ts";

const KEY = keyOf(1);
const HEAD_BYTES = 12;
const SIGNATURE_BYTES = 64;

/** Read, judged, received by an empty terminal and by one that runs something: refused in words, or installed and then started. */
export const firmwarePackage: Check = (bytes) => {
  const read = only([PackageError], () => readPackage(bytes));
  const files = new MemoryFiles();
  const slots = new Slots(files, { signers: [publicHex(KEY)] });
  const arrived = receive(files, slots, bytes);
  ensure("refused" in arrived || read !== undefined, "what cannot be read was taken");
  const chosen = slots.choose();
  ensure("refused" in arrived === (chosen === undefined), "what was taken is not what is started");
  if (chosen !== undefined) {
    slots.confirm(chosen.slot);
    ensure(slots.status.securityCounter === chosen.manifest.securityCounter, "the counter is not the confirmed one's");
  }

  const working = new MemoryFiles();
  const old = new Slots(working, { signers: [publicHex(KEY)], board: "desk" });
  old.install(OLD);
  old.confirm(old.choose()!.slot);
  receive(working, old, bytes);
  ensure(old.choose()?.manifest.version === "1.0.0", "what works is started no more");
};

const OLD = packageOf({ fontBytes: 10 });

function receive(files: MemoryFiles, slots: Slots, bytes: Uint8Array) {
  const receiver = new Receiver(files, slots);
  const sum = sha256(bytes);
  receiver.add(sum, 0, bytes);
  return receiver.finish(sum);
}

/** Both files of the state hold the input: whatever it is, the loader reads a state and writes the next. */
export const loaderState: Check = (bytes) => {
  const files = new MemoryFiles();
  for (const name of ["state-0", "state-1"]) files.append(name, 0, bytes);
  const slots = new Slots(files);
  const before = slots.status.securityCounter;
  slots.choose();
  slots.reject("a", "fuzz");
  slots.confirm("b");
  ensure(slots.status.securityCounter >= before, "the counter fell");
};

export const packages = (): Uint8Array[] => [
  packageOf({ fontBytes: 4 }),
  packageOf({ fontBytes: 0, board: "kiosk", counter: 7, closed: ["batch"] }),
  packageOf({ fontBytes: 4, leaveOut: "board.json" }),
  packageOf({ fontBytes: 4, key: keyOf(2) }),
];

/** Signed again where the head still says where the signature is. */
export function signedAgain(bytes: Uint8Array): Uint8Array {
  if (bytes.length < HEAD_BYTES) return bytes;
  const end = HEAD_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (end + SIGNATURE_BYTES > bytes.length) return bytes;
  const copy = bytes.slice();
  copy.set(sign(null, copy.subarray(0, end), KEY), end);
  return copy;
}

export function states(): Uint8Array[] {
  const files = new MemoryFiles();
  const slots = new Slots(files);
  slots.install(OLD);
  slots.confirm(slots.choose()!.slot);
  slots.install(packageOf({ version: "1.1.0", fontBytes: 10 }));
  return ["state-0", "state-1"].flatMap((name) => files.read(name) ?? []);
}

export function checkedAgain(bytes: Uint8Array): Uint8Array {
  const text = bytes.subarray(0, Math.max(0, bytes.length - SIGNATURE_BYTES - 1));
  return new Uint8Array(Buffer.concat([text, Buffer.from(`\n${sha256(text)}`, "latin1")]));
}
