/**
 * The door: everything the firmware can ask of the world outside it, and everything the world can tell it.
 * Nothing else crosses. The outside (platform/node, platform/native) checks every argument against this table before
 * it acts; the inside (platform/guest) is its only caller. Changing a row without a new version fails the build.
 */
export const ABI = { major: 1, minor: 1 } as const;

/** Kinds of value that cross the door. `json` is a JSON text; bytes are copied, never shared. */
export type Kind = "void" | "int" | "number" | "text" | "json" | "bytes" | "bytes?";

export interface Call {
  readonly args: readonly Kind[];
  readonly result: Kind;
  /** Largest accepted length of each bytes/text/json argument, in bytes; 0 where it has none. */
  readonly limit: number;
}

/**
 * Calls out; all synchronous. A refused call throws an Error in the guest whose `name` is "DoorError" and whose
 * `message` starts with one of ERRORS, then ": ", then words.
 */
export const CALLS = {
  /** open(port, options) → handle > 0. Only ports named in the board profile; one owner at a time. */
  open: { args: ["text", "json"], result: "int", limit: 4096 },
  /** write(handle, bytes): all or throws. HID: one report. Framebuffer: x,y,w,h u16 LE, then w·h RGB565 LE. */
  write: { args: ["int", "bytes"], result: "void", limit: 262_144 },
  /** control(handle, request) → reply. Serial: baud, dtr, rts, break, drain. HID: feature reports. */
  control: { args: ["int", "json"], result: "json", limit: 4096 },
  /** close(handle): no event of this handle arrives afterwards. */
  close: { args: ["int"], result: "void", limit: 0 },

  /** Five file calls in one private directory. Names match /^[a-z0-9][a-z0-9.-]{0,63}$/. */
  fileRead: { args: ["text"], result: "bytes?", limit: 64 },
  /** fileAppend(name, at, bytes): writes at offset `at` ≤ length; what stood beyond `at` is cut off first. */
  fileAppend: { args: ["text", "number", "bytes"], result: "void", limit: 4_194_304 },
  /** fileSync(name): returns when the file's bytes are on the disk. */
  fileSync: { args: ["text"], result: "void", limit: 64 },
  /** fileReplace(from, to): atomic rename, then the directory is synced. */
  fileReplace: { args: ["text", "text"], result: "void", limit: 64 },
  /** fileList() → [{name, size}], sorted by name. */
  fileList: { args: [], result: "json", limit: 0 },

  /** Sealing under a key the guest never sees; unseal throws "corrupt" when the bytes were altered. */
  seal: { args: ["bytes"], result: "bytes", limit: 1_048_576 },
  unseal: { args: ["bytes"], result: "bytes", limit: 1_048_640 },

  /** Wall clock, ms since 1970 UTC; may step. */
  clock: { args: [], result: "number", limit: 0 },
  /** Monotonic clock, ms since an unknown start. */
  monotonic: { args: [], result: "number", limit: 0 },
  /**
   * wake(atMonotonicMs, patience): the one next wake-up, replacing any earlier one; -1 for none. patience says what the
   * firmware waits for, so that the outside can choose how deep to sleep: 0 work, 1 a pause that ends by itself,
   * 2 a person.
   */
  wake: { args: ["number", "int"], result: "void", limit: 0 },

  /** entropy(n) → n random bytes, n ≤ 1024. */
  entropy: { args: ["int"], result: "bytes", limit: 0 },
  /** log(level, text): level 0 debug, 1 info, 2 warn, 3 error. Already masked by the caller. */
  log: { args: ["int", "text"], result: "void", limit: 16_384 },
  /** power("restart" | "halt"). Does not return to the guest. */
  power: { args: ["text"], result: "void", limit: 16 },
  /** facts() → {manager, loader, kernel, fileSystem, engine, app, abi, serial}: versions and the machine number. */
  facts: { args: [], result: "json", limit: 0 },
  /** asset(name) → a read-only file of the firmware package (fonts, board.json, profile.json), or undefined. */
  asset: { args: ["text"], result: "bytes?", limit: 64 },

  /** stage(at, bytes): a piece of a firmware package, kept by the outside under the name "staged"; `at` 0 begins anew. Since 1.1. */
  stage: { args: ["number", "bytes"], result: "void", limit: 262_144 },
  /**
   * firmware(action, name) → JSON; where the outside has no slots: null for "state" and "flashed", else "unsupported". Since 1.1.
   * "state": which slot runs, whether on trial, what waits to be installed · "flashed": whether a package came from outside ·
   * "wait": what `name` says must be closed before that is installed, for those outside · "check" | "install":
   * judges the package `name`; install also writes it to the other slot, which the next start tries · "confirm": this firmware works, and is kept ·
   * "reject": it does not, for the reason `name`; the next start goes back.
   */
  firmware: { args: ["text", "text"], result: "json", limit: 1024 },
} as const satisfies Record<string, Call>;

export type CallName = keyof typeof CALLS;

/** First word of a refused call's message. A closed set. */
export const ERRORS = [
  "bad-argument",
  "bad-handle",
  "no-such-port",
  "busy",
  "unsupported",
  "too-large",
  "refused",
  "no-answer",
  "unplugged",
  "disk-full",
  "io",
  "no-such-file",
  "corrupt",
  "missing-library",
] as const;
export type DoorErrorCode = (typeof ERRORS)[number];

/**
 * Events in. The outside calls the one function the guest registers as `globalThis.onDoorEvent`, with these arguments,
 * one event a call, then runs the engine's pending jobs until none is left.
 */
export const EVENTS = {
  /** Bytes arrived (HID: one whole report), and when: monotonic ms at the port, however long the event then waited. */
  data: ["int", "bytes", "number"],
  /** A port that connects (tcp, tls) is ready. */
  opened: ["int"],
  /** The port is gone; why is one of ERRORS or "ended" (the far side closed in order). Silence afterwards. */
  closed: ["int", "text"],
  /** A line changed: "dcd" | "cts" | "dsr" | "ri" …, 1 or 0. */
  signal: ["int", "text", "int"],
  /** The wake-up asked for is due. */
  wake: [],
  /** Power warning: the battery's milliseconds left. */
  power: ["number"],
} as const satisfies Record<string, readonly Kind[]>;

export type EventName = keyof typeof EVENTS;

/** TypeScript value of each kind as the guest sees it. */
type ValueOf<K extends Kind> = K extends "void"
  ? void
  : K extends "int" | "number"
    ? number
    : K extends "bytes"
      ? ArrayBuffer
      : K extends "bytes?"
        ? ArrayBuffer | undefined
        : string;
type ValuesOf<A extends readonly Kind[]> = { -readonly [I in keyof A]: ValueOf<A[I]> };

/** The object the outside puts into the guest's globals as `door`. */
export type Door = {
  readonly [N in CallName]: (...args: ValuesOf<(typeof CALLS)[N]["args"]>) => ValueOf<(typeof CALLS)[N]["result"]>;
};

/** The bundle's first line; the loader reads it before it runs anything. */
export const ABI_BANNER = `//! tael abi ${ABI.major}.${ABI.minor}`;
