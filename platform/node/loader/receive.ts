/**
 * Packages that come from outside, over whatever carries bytes: kept piece by piece under their own hash, so that a broken line goes on where it was, then
 * judged, then installed or left for the firmware, which knows whether money is open.
 */
import { DoorError } from "../errors.ts";
import type { FileLayer } from "../files.ts";
import { FLASHED, Inbox } from "./inbox.ts";
import type { PackageSummary, Refused } from "./judge.ts";
import { sha256 } from "./needs.ts";
import { MOST_PACKAGE_BYTES } from "./read-package.ts";
import type { LoaderStatus, Slots } from "./slots.ts";

const COMING = "coming";
const SHA256 = /^[0-9a-f]{64}$/;

/** installed: there was nothing to start here, so it is tried at the next start · waiting: the firmware will install it. */
export type Arrived = { arrived: "installed" | "waiting"; package: PackageSummary } | Refused;

export interface OutsideStatus extends LoaderStatus {
  /** Flashed and not yet installed. `for`: what the firmware waits for, as it said last. */
  waiting: { version: string; for: string } | undefined;
}

export class Receiver {
  readonly #files: FileLayer;
  readonly #slots: Slots;
  readonly #inbox: Inbox;

  constructor(files: FileLayer, slots: Slots) {
    this.#files = files;
    this.#slots = slots;
    this.#inbox = new Inbox(files, undefined);
  }

  get status(): OutsideStatus {
    const flashed = this.#inbox.list(undefined).find(({ name }) => name === FLASHED);
    const waiting = flashed && { version: flashed.version ?? "?", for: this.#inbox.reason };
    return { ...this.#slots.status, waiting };
  }

  /** Bytes of the package with this hash that are here already. */
  have(sum: string): number {
    return this.#files.list().find(({ name }) => name === fileOf(sum))?.size ?? 0;
  }

  /** Gives how many bytes are here now. Throws DoorError when `at` leaves a gap, or there is no room. */
  add(sum: string, at: number, bytes: Uint8Array): number {
    if (at + bytes.length > MOST_PACKAGE_BYTES)
      throw new DoorError("too-large", `a package has at most ${MOST_PACKAGE_BYTES} bytes`);
    this.#forgetOthers(sum);
    this.#files.append(fileOf(sum), at, bytes);
    this.#files.sync(fileOf(sum));
    return at + bytes.length;
  }

  /** All of it is here: judged, then installed or left for the firmware. What came altered is forgotten, so that the next try begins anew. */
  finish(sum: string): Arrived {
    const name = fileOf(sum);
    const bytes = this.#files.read(name) ?? new Uint8Array();
    this.#files.append(name, 0, new Uint8Array());
    if (sha256(bytes) !== sum) return { refused: "damaged", words: "the package is refused: it did not arrive as it was sent" };
    if (!this.#slots.startable) {
      const result = this.#slots.install(bytes);
      return "refused" in result ? result : { arrived: "installed", package: result.installed };
    }
    const judged = this.#slots.check(bytes);
    if ("refused" in judged) return judged;
    this.#inbox.putFlashed(bytes);
    return { arrived: "waiting", package: judged.package };
  }

  /** A package that was given up for another takes no room. */
  #forgetOthers(sum: string): void {
    for (const { name, size } of this.#files.list())
      if (name.startsWith(`${COMING}-`) && name !== fileOf(sum) && size > 0) this.#files.append(name, 0, new Uint8Array());
  }
}

function fileOf(sum: string): string {
  if (!SHA256.test(sum)) throw new DoorError("bad-argument", "sha256: 64 hexadecimal digits");
  return `${COMING}-${sum.slice(0, 16)}`;
}
