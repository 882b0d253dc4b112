/** What both loaders are made to do, to be compared: free of Node, so that native `qjs` runs it too. */
import type { FileLayer } from "../../../platform/node/files.ts";
import { wordsOf } from "../../../platform/node/errors.ts";
import { type Provision, Slots } from "../../../platform/node/loader/slots.ts";

export interface Job {
  dir: string;
  provision: Provision;
  /** Files that it is asked to judge, one after the other. */
  packages: string[];
}

/** What the loader says and does: each package judged, the slots as they are, and one start. */
export function told({ provision, packages }: Job, files: FileLayer, read: (path: string) => Uint8Array): unknown {
  const log: string[] = [];
  const slots = new Slots(files, provision, (words) => log.push(words));
  const attempt = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return `threw ${wordsOf(error)}`;
    }
  };
  const judged = packages.map((path) => attempt(() => slots.check(read(path))));
  const started = attempt(() => {
    const chosen = slots.choose();
    return chosen && [chosen.slot, chosen.manifest.version, chosen.trial];
  });
  return { judged, started, status: attempt(() => slots.status), log };
}

export type Phase = "before" | "torn" | "emptied" | "after";

/** Files at whose n-th write the power goes: before it, in its middle, after it. */
export function dying(files: FileLayer, n: number, phase: Phase, die: () => void): FileLayer & { writes: number } {
  const write = (work: () => void, part: () => void): void => {
    const now = ++all.writes === n;
    if (now && phase === "before") die();
    if (now && (phase === "torn" || phase === "emptied")) {
      part();
      die();
    }
    work();
    if (now) die();
  };
  const all: FileLayer & { writes: number } = {
    writes: 0,
    read: (name) => files.read(name),
    list: () => files.list(),
    append: (name, at, bytes) =>
      write(
        () => files.append(name, at, bytes),
        () => files.append(name, at, bytes.subarray(0, phase === "torn" ? bytes.length >> 1 : 0)),
      ),
    sync: (name) =>
      write(
        () => files.sync(name),
        () => undefined,
      ),
    replace: (from, to) =>
      write(
        () => files.replace(from, to),
        () => undefined,
      ),
  };
  return all;
}

/** Each is installed and started; what is newer than 1.1.0 never confirms itself. */
export function life(open: () => Slots, packages: readonly Uint8Array[]): void {
  for (const bytes of packages) {
    open().install(bytes);
    for (let starts = 0; starts < 4; starts++) if (startOnce(open()) < "1.2.0") break;
  }
}

/** One start: gives the version. */
export function startOnce(slots: Slots): string {
  const chosen = slots.choose();
  if (chosen === undefined) return "";
  const { version } = chosen.manifest;
  if (version < "1.2.0") slots.confirm(chosen.slot);
  return version;
}
