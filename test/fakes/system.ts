/**
 * A System that works without a machine: the real platform/guest on a fake door. Time stands until `advance`; wires end in
 * `fakePort`s; the disk is in memory. Only what lies outside the door is fake.
 */
import type { Door, DoorErrorCode } from "../../platform/abi.ts";
import { concat, equalBytes } from "../../platform/guest/bytes.ts";
import { assemble, type GuestSystem } from "../../platform/guest/index.ts";
import type { Facts, Patience } from "../../platform/guest/system.ts";
import { FaultyDisk } from "../platform/guest/faulty-disk.ts";

export interface FakePort {
  readonly name: string;
  readonly open: boolean;
  /** The options it was last opened with. */
  readonly options: Record<string, unknown>;
  /** Everything written since it was last opened, in one piece · write by write. */
  readonly fromTerminal: Uint8Array;
  readonly writes: readonly Uint8Array[];
  /** Requests given to `control`. */
  readonly controls: readonly Record<string, unknown>[];
  /** A device that answers: called with each write. What it sends arrives after the firmware's present work, as on a wire. */
  onWrite: ((bytes: Uint8Array) => void) | undefined;
  /** Answers `control`; its result goes back to the firmware. */
  onControl: ((request: Record<string, unknown>) => unknown) | undefined;
  /** Called when the firmware opens the port; throw `doorError(…)` here to refuse. */
  onOpen: ((options: Record<string, unknown>) => void) | undefined;
  /** Called when the firmware closes the port. */
  onClose: (() => void) | undefined;
  /** The next writes throw with this code, until set back to undefined. */
  writeError: DoorErrorCode | undefined;
  /** A connecting port (tcp, tls) is ready by itself after `open`. Default false: call `accept`. */
  autoAccept: boolean;
  /** The device sends bytes (HID: one report), now or at `atMs` with the firmware busy since. Silently lost when the port is not open, as on a wire. */
  toTerminal(bytes: Uint8Array, atMs?: number): void;
  /** A connecting port is ready. */
  accept(): void;
  signal(name: string, level: boolean): void;
  /** The far side goes away. */
  close(why: DoorErrorCode | "ended"): void;
  /** Forgets `fromTerminal`, `writes` and `controls`. */
  clear(): void;
}

export interface FakeOptions {
  /** Wall clock at the start, ms since 1970. Default 2026-11-21 09:00 in Beijing. */
  wallMs?: number;
  /** Default 1. The same seed gives the same entropy. */
  seed?: number;
  assets?: Record<string, Uint8Array>;
  facts?: Partial<Facts>;
  /** The disk of an earlier system: what a restart finds. Default an empty one. */
  disk?: FaultyDisk;
  /** The loader behind the door's `stage` and `firmware`. Default: none, as where the firmware was started by hand. */
  firmware?: Pick<Door, "stage" | "firmware">;
}

export interface FakeSystem extends GuestSystem {
  /** Where the store lies. Cut, tear and fill it as you like; `createFakeSystem({ disk })` is the restart. */
  readonly disk: FaultyDisk;
  fakePort(name: string): FakePort;
  /** Moves time on, firing each timer at its deadline and letting all work it sets off end before the next. */
  advance(ms: number): Promise<void>;
  /** Lets all work end that needs no time. */
  settle(): Promise<void>;
  /** Advances from deadline to deadline until no timer of this patience or a more urgent one is left. */
  advanceUntilIdle(patience?: Patience): Promise<void>;
  /** Steps the wall clock; monotonic time is not touched. */
  setWall(wallMs: number): void;
  /** The one wake-up asked for. */
  readonly wake: { readonly atMs: number; readonly patience: Patience } | undefined;
  readonly logs: readonly { readonly level: "debug" | "info" | "warn" | "error"; readonly words: string }[];
  /** What `scheduler.run` tasks, timers and callbacks threw, unless the test sets `onTaskFailed` itself. */
  readonly taskFailures: readonly { readonly task: string; readonly error: unknown }[];
  /** Calls of `power`. They return here, where they do not on a machine. */
  readonly powers: readonly ("restart" | "halt")[];
  /** Tells the firmware that the battery will last so long. */
  powerWarning(batteryMs: number): void;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
const PATIENCES: readonly Patience[] = ["work", "dwell", "person"];
const LONGEST_CHAIN = 100_000;

/** An error as the door throws it. */
export function doorError(code: DoorErrorCode, words: string = code): Error {
  const error = new Error(`${code}: ${words}`);
  error.name = "DoorError";
  return error;
}

/** A small generator with known output for each seed (mulberry32): a number in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SEAL_MARK = Uint8Array.from([0x53, 0x45, 0x41, 0x4c]);

function checksum(bytes: Uint8Array): Uint8Array {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return Uint8Array.from([sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255]);
}

const keystream = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => byte ^ ((i * 89 + 0xa5) & 255));

/** Reversible by everybody, but nothing of the plain bytes is seen in it and an altered byte is noticed. */
export function fakeSeal(bytes: Uint8Array): Uint8Array {
  return concat(SEAL_MARK, checksum(bytes), keystream(bytes));
}

export function fakeUnseal(sealed: Uint8Array): Uint8Array {
  const bytes = keystream(sealed.subarray(8));
  const whole = equalBytes(sealed.subarray(0, 4), SEAL_MARK) && equalBytes(sealed.subarray(4, 8), checksum(bytes));
  if (!whole) throw doorError("corrupt", "the sealed bytes were altered");
  return bytes;
}

const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

const noSlots: Pick<Door, "stage" | "firmware"> = {
  stage: () => {
    throw doorError("unsupported", "no slots");
  },
  firmware: (action) => {
    if (action === "state" || action === "flashed") return "null";
    throw doorError("unsupported", "no slots");
  },
};

export function createFakeSystem(options: FakeOptions = {}): FakeSystem {
  const disk = options.disk ?? new FaultyDisk(options.seed);
  const random = seededRandom(options.seed ?? 1);
  const logs: { level: (typeof LEVELS)[number]; words: string }[] = [];
  const taskFailures: { task: string; error: unknown }[] = [];
  const powers: ("restart" | "halt")[] = [];
  const ports = new Map<string, Wire>();
  const byHandle = new Map<number, Wire>();
  let handles = 0;
  let nowMs = 1000;
  let wallOffset = (options.wallMs ?? Date.UTC(2026, 10, 21, 1, 0, 0)) - nowMs;
  let wake: { atMs: number; patience: Patience } | undefined;
  /** How deep inside calls out of the guest we are: events wait until the guest's work is done. */
  let depth = 0;
  const events: unknown[][] = [];

  class Wire implements FakePort {
    handle = 0;
    options: Record<string, unknown> = {};
    writes: Uint8Array[] = [];
    controls: Record<string, unknown>[] = [];
    onWrite: FakePort["onWrite"];
    onControl: FakePort["onControl"];
    onOpen: FakePort["onOpen"];
    onClose: FakePort["onClose"];
    writeError: DoorErrorCode | undefined;
    autoAccept = false;
    constructor(readonly name: string) {}
    get open(): boolean {
      return this.handle !== 0;
    }
    get fromTerminal(): Uint8Array {
      return concat(...this.writes);
    }
    toTerminal(bytes: Uint8Array, atMs = nowMs): void {
      if (this.open) emit("data", this.handle, buffer(bytes), atMs);
    }
    accept(): void {
      if (this.open) emit("opened", this.handle);
    }
    signal(name: string, level: boolean): void {
      if (this.open) emit("signal", this.handle, name, level ? 1 : 0);
    }
    close(why: DoorErrorCode | "ended"): void {
      if (!this.open) return;
      const handle = this.handle;
      byHandle.delete(handle);
      this.handle = 0;
      emit("closed", handle, why);
    }
    clear(): void {
      this.writes = [];
      this.controls = [];
    }
  }

  function wireOf(handle: number): Wire {
    const wire = byHandle.get(handle);
    if (wire === undefined) throw doorError("bad-handle", `${handle} is no open port`);
    return wire;
  }

  function wireNamed(name: string): Wire {
    let wire = ports.get(name);
    if (wire === undefined) ports.set(name, (wire = new Wire(name)));
    return wire;
  }

  /** Runs a device's reaction; what it sends meanwhile arrives later. */
  function outside<T>(action: () => T): T {
    depth++;
    try {
      return action();
    } finally {
      depth--;
    }
  }

  const door: Door = {
    open: (name, json) =>
      outside(() => {
        const wire = wireNamed(name);
        if (wire.open) throw doorError("busy", `port ${name} has an owner`);
        const given = JSON.parse(json) as Record<string, unknown>;
        wire.onOpen?.(given);
        wire.handle = ++handles;
        wire.options = given;
        wire.clear();
        byHandle.set(wire.handle, wire);
        if (wire.autoAccept) wire.accept();
        return wire.handle;
      }),
    write: (handle, bytes) =>
      outside(() => {
        const wire = wireOf(handle);
        if (wire.writeError !== undefined) throw doorError(wire.writeError);
        const copy = new Uint8Array(bytes.slice(0));
        wire.writes.push(copy);
        wire.onWrite?.(copy);
      }),
    control: (handle, json) =>
      outside(() => {
        const wire = wireOf(handle);
        const request = JSON.parse(json) as Record<string, unknown>;
        wire.controls.push(request);
        return JSON.stringify(wire.onControl?.(request) ?? null);
      }),
    close: (handle) =>
      outside(() => {
        const wire = wireOf(handle);
        byHandle.delete(handle);
        wire.handle = 0;
        wire.onClose?.();
      }),
    fileRead: (name) => {
      const bytes = disk.fileRead(name);
      return bytes === undefined ? undefined : buffer(bytes);
    },
    fileAppend: (name, at, bytes) => disk.fileAppend(name, at, new Uint8Array(bytes)),
    fileSync: (name) => disk.fileSync(name),
    fileReplace: (from, to) => disk.fileReplace(from, to),
    fileList: () => JSON.stringify(disk.fileList()),
    seal: (bytes) => buffer(fakeSeal(new Uint8Array(bytes))),
    unseal: (bytes) => buffer(fakeUnseal(new Uint8Array(bytes))),
    clock: () => Math.floor(nowMs + wallOffset),
    monotonic: () => nowMs,
    wake: (atMs, patience) => {
      wake = atMs < 0 ? undefined : { atMs, patience: PATIENCES[patience] as Patience };
    },
    entropy: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)).buffer,
    log: (level, words) => {
      logs.push({ level: LEVELS[level] ?? "error", words });
    },
    power: (action) => {
      powers.push(action as "restart" | "halt");
    },
    facts: () =>
      JSON.stringify({
        manager: "fake",
        loader: "fake",
        kernel: "fake",
        fileSystem: "memory",
        engine: "node",
        app: "0.0.0",
        abi: "1.0",
        serial: "TL00000001",
        ...options.facts,
      }),
    stage: (at, bytes) => (options.firmware ?? noSlots).stage(at, bytes),
    firmware: (action, name) => (options.firmware ?? noSlots).firmware(action, name),
    asset: (name) => {
      const bytes = options.assets?.[name];
      return bytes === undefined ? undefined : buffer(bytes);
    },
  };

  const { system, onDoorEvent } = assemble(door);
  system.onTaskFailed = (task, error) => {
    taskFailures.push({ task, error });
  };

  function emit(...event: unknown[]): void {
    if (depth === 0 && events.length === 0) {
      onDoorEvent(...(event as [string]));
      return;
    }
    events.push(event);
    // After every job the guest has ready, as the door does it.
    setImmediate(deliver);
  }

  function deliver(): void {
    const event = events.shift();
    if (event !== undefined) onDoorEvent(...(event as [string]));
  }

  /** One turn of Node's loop runs every promise job there is. */
  const jobs = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function settle(): Promise<void> {
    await jobs();
    for (let turn = 0; events.length > 0; turn++) {
      if (turn > LONGEST_CHAIN) throw new Error("the firmware and a fake device answer each other without end");
      await jobs();
    }
    await jobs();
  }

  async function fireNext(): Promise<void> {
    nowMs = Math.max(nowMs, wake?.atMs ?? nowMs);
    wake = undefined;
    onDoorEvent("wake");
    await settle();
  }

  async function advance(ms: number): Promise<void> {
    const untilMs = nowMs + ms;
    await settle();
    while (wake !== undefined && wake.atMs <= untilMs) await fireNext();
    nowMs = untilMs;
  }

  async function advanceUntilIdle(patience: Patience = "dwell"): Promise<void> {
    await settle();
    for (let turn = 0; wake !== undefined && PATIENCES.indexOf(wake.patience) <= PATIENCES.indexOf(patience); turn++) {
      if (turn > LONGEST_CHAIN) throw new Error(`the firmware keeps setting ${patience} timers`);
      await fireNext();
    }
  }

  const fake: Omit<FakeSystem, keyof GuestSystem | "wake"> = {
    disk,
    fakePort: (name: string) => wireNamed(name),
    advance,
    settle,
    advanceUntilIdle,
    setWall: (wallMs: number) => {
      wallOffset = wallMs - nowMs;
    },
    logs,
    taskFailures,
    powers,
    powerWarning: (batteryMs: number) => emit("power", batteryMs),
  };
  Object.assign(system, fake);
  // A getter of its own: Object.assign would copy the wake-up of this moment.
  return Object.defineProperty(system as FakeSystem, "wake", { get: () => wake });
}
