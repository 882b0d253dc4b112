/**
 * The machine of a world: LocalMachine, with every byte group of every wire, every file operation and every wake-up passing one place that can
 * take the power away there. Bytes that have reached the host's line are the network's: it has its own power.
 */
import type { DoorErrorCode } from "../../platform/abi.ts";
import { ERRORS } from "../../platform/abi.ts";
import { DoorError } from "../../platform/node/errors.ts";
import type { FileLayer } from "../../platform/node/files.ts";
import { LocalMachine } from "../../platform/node/local.ts";
import type { Machine, MachineEvents, MachineOptions, MachineStatus, SimWires } from "../../platform/node/machine.ts";
import type { OpenPort } from "../../platform/node/ports/port.ts";
import type { FaultyDisk } from "../platform/guest/faulty-disk.ts";
import type { Moment } from "./moments.ts";

export type Does = Moment["does"];

export interface Tap {
  disk: FaultyDisk;
  /** Wires that nobody can open. */
  unplugged: ReadonlySet<string>;
  /** `act` does what happens, or the first `bytes` of it; it may not come to that. `inside`: in a call of the guest. */
  meet(inside: boolean, source: string, does: Does, bytes: number, name: string | undefined, act: (bytes: number) => void): void;
  /** Bytes of a wire, whole or what was left of them; file operations too (wire "disk"). */
  passed(wire: string, does: Does, bytes: Uint8Array, name?: string): void;
}

const NO_BYTES = new Uint8Array(0);

export function tappedMachine(options: MachineOptions, hostPort: OpenPort, tap: Tap): Machine {
  const inner = new LocalMachine(
    { ...options, files: files(tap), ...(options.wires === undefined ? {} : { wires: wires(options.wires, tap) }) },
    { ports: { tcp: tappedPort(hostPort, tap) }, inMemory: true },
  );
  return {
    get status(): MachineStatus {
      return inner.status;
    },
    on: <E extends keyof MachineEvents>(event: E, listener: MachineEvents[E]) => inner.on(event, listener),
    start: () => inner.start(),
    cut: () => inner.cut(),
    toTerminal(wire, bytes) {
      tap.meet(false, wire, "in", bytes.length, undefined, () => {
        tap.passed(wire, "in", bytes);
        inner.toTerminal(wire, bytes);
      });
    },
    closeWire: (wire, why) => inner.closeWire(wire, why),
    wake() {
      if (inner.status.wake === undefined) return inner.wake();
      tap.meet(false, "time", "wake", 0, undefined, () => inner.wake());
    },
    memory: (withImage) => inner.memory(withImage),
    cpuMs: () => inner.cpuMs(),
  };
}

function wires(desk: SimWires, tap: Tap): SimWires {
  return {
    opened: (wire, options) => !tap.unplugged.has(wire) && desk.opened(wire, options),
    control: (wire, request) => desk.control(wire, request),
    closed: (wire) => desk.closed(wire),
    fromTerminal: (wire, bytes) =>
      tap.meet(true, wire, "out", bytes.length, undefined, (part) => {
        const passed = part === bytes.length ? bytes : bytes.subarray(0, part);
        tap.passed(wire, "out", passed);
        desk.fromTerminal(wire, passed);
      }),
  };
}

function tappedPort(open: OpenPort, tap: Tap): OpenPort {
  const told = (name: string | undefined, bytes: number, act: () => void): void =>
    tap.meet(false, "host", "in", bytes, name, () => act());
  return (request) => {
    const { events } = request;
    const port = open({
      ...request,
      events: {
        data: (bytes) =>
          told(undefined, bytes.length, () => {
            tap.passed("host", "in", bytes);
            events.data(bytes);
          }),
        opened: () => told("opened", 0, () => events.opened()),
        closed: (why) => told(`closed: ${why}`, 0, () => events.closed(why)),
        signal: events.signal,
      },
    });
    return {
      write: (bytes) =>
        tap.meet(true, "host", "out", bytes.length, undefined, (part) => {
          tap.passed("host", "out", bytes.subarray(0, part));
          port.write(bytes.subarray(0, part));
        }),
      control: (asked) => port.control(asked),
      close: () => port.close(),
      cut: () => port.cut(),
    };
  };
}

function files(tap: Tap): FileLayer {
  const { disk } = tap;
  const operation = (does: Does, name: string, bytes: number, act: (part: number) => void): void =>
    named(() => tap.meet(true, "disk", does, bytes, name, act));
  return {
    read: (name) => named(() => disk.fileRead(name)),
    append: (name, at, bytes) =>
      operation("append", name, bytes.length, (part) => {
        tap.passed("disk", "append", bytes.subarray(0, part), `${name} ${at}`);
        disk.fileAppend(name, at, bytes.subarray(0, part));
      }),
    sync: (name) =>
      operation("sync", name, 0, () => {
        tap.passed("disk", "sync", NO_BYTES, name);
        disk.fileSync(name);
      }),
    replace: (from, to) =>
      operation("replace", `${from} → ${to}`, 0, () => {
        tap.passed("disk", "replace", NO_BYTES, `${from} ${to}`);
        disk.fileReplace(from, to);
      }),
    list: () => named(() => disk.fileList()),
  };
}

const codeOf = (error: unknown): DoorErrorCode | undefined =>
  ERRORS.find((code) => error instanceof Error && error.message.startsWith(`${code}:`));

/** The faulty disk's errors as the door knows them. */
function named<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new DoorError(code, (error as Error).message);
  }
}
