/** Puts a simulated device at the far end of a fake system's port, on the fake system's time. */
import type { DeviceContext, DeskClock, SimDevice } from "../../tools/sim/contract.ts";
import { createFakeSystem, doorError, type FakeOptions, type FakeSystem, seededRandom } from "../fakes/system.ts";

export interface Rig<Device extends SimDevice> {
  system: FakeSystem;
  device: Device;
  port: string;
  /** Advances time step by step until the promise has ended, then gives its outcome. Fails after `limitMs` of virtual time. */
  ended<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** Fails like `ended`, and gives what the promise was rejected with. */
  failure(promise: Promise<unknown>, limitMs?: number): Promise<unknown>;
}

export function rig<Device extends SimDevice>(
  port: string,
  make: (context: DeviceContext) => Device,
  options: FakeOptions = {},
  /** Where other devices stand already. */
  system: FakeSystem = createFakeSystem(options),
): Rig<Device> {
  const wire = system.fakePort(port);
  const clock: DeskClock = {
    now: () => system.scheduler.now(),
    wallMs: () => system.wallMs(),
    after: (ms, _kind, callback) => system.scheduler.after(ms, "work", callback),
  };
  const device = make({
    clock,
    send: (bytes) => wire.toTerminal(bytes),
    changed: () => {},
    random: seededRandom(7),
    unplug: () => wire.close("unplugged"),
  });
  wire.onOpen = () => {
    if (device.plugged === false) throw doorError("unplugged");
    device.attached(true);
  };
  wire.onClose = () => device.attached(false);
  wire.onWrite = (bytes) => device.receive(bytes);
  return { system, device, port, ...endings(system) };
}

const STEP_MS = 10;

export function endings(system: FakeSystem): Pick<Rig<SimDevice>, "ended" | "failure"> {
  async function ended<T>(promise: Promise<T>, limitMs = 300_000): Promise<T> {
    let over = false;
    promise.then(
      () => (over = true),
      () => (over = true),
    );
    await system.settle();
    for (let ms = 0; !over; ms += STEP_MS) {
      if (ms >= limitMs) throw new Error(`not ended within ${limitMs} ms`);
      await system.advance(STEP_MS);
    }
    return promise;
  }
  const failure = (promise: Promise<unknown>, limitMs?: number): Promise<unknown> =>
    ended(
      promise.then(
        (value) => {
          throw new Error(`should have failed, gave ${JSON.stringify(value)}`);
        },
        (error: unknown) => error,
      ),
      limitMs,
    );
  return { ended, failure };
}
