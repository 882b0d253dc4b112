/** The firmware's own system on this machine's real ports and clock, for drivers alone: no engine, no screen. */
import { CALLS, type CallName, type Door as GuestDoor } from "../../platform/abi.ts";
import { assemble, type GuestSystem } from "../../platform/guest/index.ts";
import { portsOf } from "../../platform/node/board.ts";
import { Door, type DoorEvent } from "../../platform/node/door.ts";
import { systemEntropy } from "../../platform/node/entropy.ts";
import { MemoryFiles } from "../../platform/node/files.ts";
import { portTable } from "../../platform/node/ports/index.ts";
import { SimHub } from "../../platform/node/ports/sim.ts";
import { newSealKey, sealerOf } from "../../platform/node/seal.ts";
import { hostClock } from "../../platform/node/time.ts";

export interface Cable {
  system: GuestSystem;
  /** Lets go of the port. */
  close(): void;
}

/** `ports`: as in a board profile. `tell` hears what goes to the log. Throws Refused when a port's description is wrong. */
export function openCable(
  ports: Record<string, unknown>,
  assets: Record<string, Uint8Array>,
  tell: (words: string) => void,
): Cable {
  const clock = hostClock({ kind: "system" });
  let timer: NodeJS.Timeout | undefined;
  let onDoorEvent: (...event: unknown[]) => void = () => {};
  const emit = ({ name, args }: DoorEvent): void => {
    // After the driver's present work, as an engine would hand it over.
    setImmediate(() => {
      if (door.delivers({ name, args })) onDoorEvent(name, ...args.map(toGuest));
      arm();
    });
  };
  const door = new Door({
    board: portsOf({ ports }),
    ports: portTable(new SimHub(undefined), undefined),
    files: new MemoryFiles(),
    sealer: sealerOf(newSealKey(systemEntropy), systemEntropy),
    entropy: systemEntropy,
    clock,
    facts: {},
    assets,
    emit,
    log: (level, words) => {
      if (level === "warn" || level === "error") tell(words);
    },
    power: () => {},
  });
  const arm = (): void => {
    clearTimeout(timer);
    const { wake } = door;
    if (wake === undefined) return;
    const due = Math.max(0, Math.ceil(wake.atMs - clock.now()));
    timer = setTimeout(() => (door.takeWake() ? emit({ name: "wake", args: [] }) : arm()), Math.min(due, 2 ** 31 - 1));
  };
  const call = (name: CallName, args: readonly unknown[]): unknown => {
    const result = toGuest(
      door.call(name, args.map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : value)) as never),
    );
    if (name === "wake") arm();
    return result;
  };
  const names = Object.keys(CALLS) as CallName[];
  const calls = Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => call(name, args)])) as unknown as GuestDoor;
  const assembled = assemble(calls);
  onDoorEvent = assembled.onDoorEvent as (...event: unknown[]) => void;
  return {
    system: assembled.system,
    close: () => {
      clearTimeout(timer);
      door.cut();
    },
  };
}

const toGuest = (value: unknown): unknown => (value instanceof Uint8Array ? Uint8Array.from(value).buffer : value);
