/**
 * The door from the outside: each call checked against the table, then worked off. The guest is not trusted: whatever it hands over, the
 * worst that comes of it is a named error in the guest and a line in the log.
 */
import { CALLS, type CallName, ERRORS, type EventName } from "../abi.ts";
import type { Patience } from "../guest/system.ts";
import type { PortSpec } from "./board.ts";
import type { Entropy } from "./entropy.ts";
import { DoorError, Stopped, wordsOf } from "./errors.ts";
import { FILE_NAME } from "./file-name.ts";
import type { FileLayer } from "./files.ts";
import type { FirmwareCalls } from "./loader/calls.ts";
import type { LogLine } from "./machine.ts";
import type { PortTable } from "./ports/index.ts";
import { CONNECTS } from "./ports/kinds.ts";
import type { ClosedWhy, OutPort, PortEvents } from "./ports/port.ts";
import type { Sealer } from "./seal.ts";
import type { HostClock } from "./time.ts";
import { FOREIGN, type FromGuest, type ToGuest } from "./values.ts";

export interface DoorEvent {
  name: EventName;
  args: readonly (number | string | Uint8Array)[];
}

export interface DoorOptions {
  board: ReadonlyMap<string, PortSpec>;
  ports: PortTable;
  files: FileLayer;
  sealer: Sealer;
  entropy: Entropy;
  clock: HostClock;
  facts: Record<string, string>;
  assets: Record<string, Uint8Array>;
  /** Undefined: the owner gave the firmware; there are no slots. */
  firmware?: FirmwareCalls | undefined;
  /** An event for the guest; may come at any time, also in the middle of a call. */
  emit(event: DoorEvent): void;
  log(level: LogLine["level"], words: string): void;
  power(action: "restart" | "halt"): void;
}

interface Holding {
  name: string;
  port: OutPort;
  connecting: boolean;
  /** Why it is gone; set when the port says so, before the guest has heard. */
  gone: ClosedWhy | undefined;
  traffic: Traffic;
}

export interface Traffic {
  fromTerminal: number;
  toTerminal: number;
  open: boolean;
  connecting: boolean;
}

const PATIENCE: readonly Patience[] = ["work", "dwell", "person"];
const LEVELS: readonly LogLine["level"][] = ["debug", "info", "warn", "error"];
const MAX_ENTROPY = 1024;
const MAX_LOGGED_REFUSALS = 20;
const INT_MAX = 2 ** 31 - 1;

type Checked = number | string | Uint8Array | Record<string, unknown>;
type Handler = (...args: never[]) => ToGuest;

export class Door {
  readonly #options: DoorOptions;
  readonly #held = new Map<number, Holding>();
  readonly #traffic = new Map<string, Traffic>();
  /** As it was told last; nothing has moved since. */
  #told: Readonly<Record<string, Traffic>> | undefined;
  #nextHandle = 1;
  #wake: { atMs: number; patience: Patience } | undefined;
  #shut = false;
  #refusals = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  get wake(): { atMs: number; patience: Patience } | undefined {
    return this.#wake;
  }

  /** Takes the wake-up when it is due. */
  takeWake(): boolean {
    if (this.#wake === undefined || this.#options.clock.now() < this.#wake.atMs) return false;
    this.#wake = undefined;
    return true;
  }

  /** The same object while nothing has moved. */
  get traffic(): Readonly<Record<string, Traffic>> {
    this.#told ??= Object.fromEntries([...this.#traffic].map(([name, traffic]) => [name, { ...traffic }]));
    return this.#told;
  }

  /** A call of the guest. Throws DoorError, or Stopped when the machine is off. */
  call(name: CallName, args: readonly FromGuest[]): ToGuest {
    if (this.#shut) throw new Stopped("the machine is off");
    try {
      const checked = checkArguments(name, args);
      return (this.#handlers[name] as Handler)(...(checked as never[]));
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const refused = error instanceof DoorError ? error : new DoorError("io", `the outside failed: ${wordsOf(error)}`);
      this.#logRefusal(`door: ${name} refused: ${refused.message}`);
      throw refused;
    }
  }

  /** A guest that is refused in a loop must not fill the log. */
  #logRefusal(words: string): void {
    this.#refusals++;
    if (this.#refusals <= MAX_LOGGED_REFUSALS) this.#options.log("warn", words);
    if (this.#refusals === MAX_LOGGED_REFUSALS) this.#options.log("warn", "door: further refusals of this event are not logged");
  }

  /** Whether the guest is still to hear of this event; keeps the books on what it hears. */
  delivers(event: DoorEvent): boolean {
    this.#refusals = 0;
    if (event.name === "wake" || event.name === "power") return !this.#shut;
    const holding = this.#held.get(event.args[0] as number);
    if (holding === undefined || this.#shut) return false;
    if (event.name === "data") this.#count(holding, "toTerminal", (event.args[1] as Uint8Array).length);
    if (event.name === "opened") this.#mark(holding, true, false);
    if (event.name === "closed") {
      holding.gone ??= event.args[1] as ClosedWhy;
      this.#mark(holding, false, false);
    }
    return true;
  }

  /** No call is served any more, and every port is cut. */
  cut(): void {
    if (this.#shut) return;
    this.#shut = true;
    this.#wake = undefined;
    for (const holding of this.#held.values()) {
      this.#mark(holding, false, false);
      if (holding.gone === undefined) quietly(() => holding.port.cut());
    }
    this.#held.clear();
    quietly(() => this.#options.files.close?.());
  }

  readonly #handlers: { [N in CallName]: (...args: never[]) => ToGuest } = {
    open: (name: string, options: Record<string, unknown>) => this.#open(name, options),
    write: (handle: number, bytes: Uint8Array) => {
      const holding = this.#live(handle);
      holding.port.write(bytes);
      this.#count(holding, "fromTerminal", bytes.length);
      return undefined;
    },
    control: (handle: number, request: Record<string, unknown>) => JSON.stringify(this.#live(handle).port.control(request) ?? {}),
    close: (handle: number) => {
      const holding = this.#holding(handle);
      this.#held.delete(handle);
      this.#mark(holding, false, false);
      if (holding.gone === undefined) holding.port.close();
      return undefined;
    },
    fileRead: (name: string) => this.#options.files.read(fileName(name)),
    fileAppend: (name: string, at: number, bytes: Uint8Array) => {
      if (!Number.isSafeInteger(at) || at < 0)
        throw new DoorError("bad-argument", "fileAppend: at must be a whole number from 0");
      this.#options.files.append(fileName(name), at, bytes);
      return undefined;
    },
    fileSync: (name: string) => {
      this.#options.files.sync(fileName(name));
      return undefined;
    },
    fileReplace: (from: string, to: string) => {
      this.#options.files.replace(fileName(from), fileName(to));
      return undefined;
    },
    fileList: () => JSON.stringify(this.#options.files.list()),
    seal: (bytes: Uint8Array) => this.#options.sealer.seal(bytes),
    unseal: (bytes: Uint8Array) => this.#options.sealer.unseal(bytes),
    clock: () => this.#options.clock.wallMs(),
    monotonic: () => this.#options.clock.now(),
    wake: (atMs: number, patience: number) => {
      const kind = PATIENCE[patience];
      if (kind === undefined) throw new DoorError("bad-argument", "wake: patience is 0, 1 or 2");
      if (atMs !== -1 && atMs < 0) throw new DoorError("bad-argument", "wake: the time is monotonic ms, or -1 for none");
      this.#wake = atMs === -1 ? undefined : { atMs, patience: kind };
      return undefined;
    },
    entropy: (count: number) => {
      if (count < 0 || count > MAX_ENTROPY) throw new DoorError("bad-argument", `entropy: 0 to ${MAX_ENTROPY} bytes`);
      return this.#options.entropy(count);
    },
    log: (level: number, words: string) => {
      const named = LEVELS[level];
      if (named === undefined) throw new DoorError("bad-argument", "log: level is 0 to 3");
      this.#options.log(named, words);
      return undefined;
    },
    power: (action: string) => {
      if (action !== "restart" && action !== "halt") throw new DoorError("bad-argument", `power: "restart" or "halt"`);
      this.#options.power(action);
      this.cut();
      throw new Stopped(action);
    },
    facts: () => JSON.stringify(this.#options.facts),
    asset: (name: string) => (Object.hasOwn(this.#options.assets, name) ? this.#options.assets[name] : undefined),
    stage: (at: number, bytes: Uint8Array) => {
      this.#slots().stage(at, bytes);
      return undefined;
    },
    firmware: (action: string, name: string) =>
      this.#options.firmware === undefined && (action === "state" || action === "flashed")
        ? "null"
        : JSON.stringify(this.#slots().call(action, name)),
  };

  #slots(): FirmwareCalls {
    const { firmware } = this.#options;
    if (firmware === undefined) throw new DoorError("unsupported", "this terminal has no firmware slots");
    return firmware;
  }

  #open(name: string, options: Record<string, unknown>): number {
    const spec = this.#options.board.get(name);
    if (spec === undefined) throw new DoorError("no-such-port", `the board has no port ${JSON.stringify(name.slice(0, 64))}`);
    for (const [handle, holding] of this.#held) {
      if (holding.name !== name) continue;
      if (holding.gone === undefined) throw new DoorError("busy", `${name} is open already`);
      this.#held.delete(handle);
    }
    const handle = this.#nextHandle++;
    const connecting = CONNECTS.has(spec.kind);
    const port = this.#options.ports[spec.kind]({
      name,
      spec,
      options,
      events: this.#eventsOf(handle),
      warn: (words) => this.#options.log("warn", words),
    });
    const traffic = this.#traffic.get(name) ?? { fromTerminal: 0, toTerminal: 0, open: false, connecting: false };
    this.#traffic.set(name, traffic);
    const holding: Holding = { name, port, connecting, gone: undefined, traffic };
    this.#held.set(handle, holding);
    this.#mark(holding, !connecting, connecting);
    return handle;
  }

  /** Events may come before `open` has returned (a device greets); they wait in the queue, and the handle is known when they are delivered. */
  #eventsOf(handle: number): PortEvents {
    const emit = (event: DoorEvent): void => {
      if (!this.#shut) this.#options.emit(event);
    };
    return {
      data: (bytes, atMs = this.#options.clock.now()) => emit({ name: "data", args: [handle, bytes, atMs] }),
      opened: () => emit({ name: "opened", args: [handle] }),
      signal: (name, level) => emit({ name: "signal", args: [handle, name, level] }),
      closed: (why) => {
        const holding = this.#held.get(handle);
        if (holding !== undefined) holding.gone = why;
        emit({ name: "closed", args: [handle, why] });
      },
    };
  }

  #holding(handle: number): Holding {
    const holding = this.#held.get(handle);
    if (holding === undefined) throw new DoorError("bad-handle", `handle ${handle} is not open`);
    return holding;
  }

  #live(handle: number): Holding {
    const holding = this.#holding(handle);
    if (holding.gone === undefined) return holding;
    const code = ERRORS.find((error) => error === holding.gone) ?? "unplugged";
    throw new DoorError(code, `${holding.name} is gone (${holding.gone})`);
  }

  #count({ traffic }: Holding, direction: "fromTerminal" | "toTerminal", bytes: number): void {
    traffic[direction] += bytes;
    this.#told = undefined;
  }

  #mark(holding: Holding, open: boolean, connecting: boolean): void {
    this.#told = undefined;
    holding.connecting = connecting;
    holding.traffic.open = open;
    holding.traffic.connecting = connecting;
  }
}

/** Every argument against its row: count, kind, size. */
function checkArguments(name: CallName, args: readonly FromGuest[]): Checked[] {
  const { args: kinds, limit } = CALLS[name];
  if (args.length !== kinds.length)
    throw new DoorError("bad-argument", `${name} takes ${kinds.length} arguments, not ${args.length}`);
  return kinds.map((kind, index) => {
    const value = args[index];
    const where = `${name}, argument ${index + 1}`;
    if (value === FOREIGN || value === undefined) throw new DoorError("bad-argument", `${where} must be ${kind}`);
    return checkKind(kind, value, limit, where);
  });
}

function checkKind(kind: string, value: number | string | Uint8Array, limit: number, where: string): Checked {
  const tooLarge = (): DoorError => new DoorError("too-large", `${where} is longer than ${limit} bytes`);
  switch (kind) {
    case "int":
      if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > INT_MAX) break;
      return value;
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) break;
      return value;
    case "bytes":
      if (!(value instanceof Uint8Array)) break;
      if (value.length > limit) throw tooLarge();
      return value;
    case "text":
    case "json":
      if (typeof value !== "string") break;
      if (value.length > limit || utf8Length(value) > limit) throw tooLarge();
      return kind === "text" ? value : parseObject(value, where);
  }
  throw new DoorError("bad-argument", `${where} must be ${kind}`);
}

/** Bytes of a text in UTF-8; half a surrogate pair counts as the sign that takes its place. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    const whole = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    // A pair is two units and four bytes.
    bytes += unit < 0x800 ? 1 : 2;
    if (whole) at++;
  }
  return bytes;
}

function parseObject(text: string, where: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new DoorError("bad-argument", `${where} is not JSON`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new DoorError("bad-argument", `${where} must be a JSON object`);
  }
  return parsed as Record<string, unknown>;
}

function fileName(name: string): string {
  if (!FILE_NAME.test(name))
    throw new DoorError("bad-argument", "a file name is 1 to 64 of a-z, 0-9, dot and hyphen, the first a letter or digit");
  return name;
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // The machine is going off; there is nobody left to tell.
  }
}
