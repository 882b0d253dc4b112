/**
 * Two hosts (M27): the terminal's own tcp port goes where its parameters say, to one of two doors that lead to the desk's cable. When the first is shut
 * it goes to the second, stays there for as long as configured, and goes back.
 */
import { rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { readProfile } from "../../tools/sim/profile.ts";
import { finish, type InProcess, logIn, root, sale, startInProcess } from "../flow/in-process.ts";

const CARD = { track2: "6222021234567890128=30121010000012300", pin: "246810" };
const LONG_MS = 60_000;

/** A way to the host that can be shut. */
class Door {
  calls = 0;
  cable = 0;
  port = 0;
  #server: Server | undefined;

  async open(): Promise<void> {
    const server = createServer((socket) => this.#letIn(socket));
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #letIn(socket: Socket): void {
    this.calls += 1;
    const cable = connect(this.cable, "127.0.0.1");
    cable.on("error", () => socket.destroy());
    socket.on("error", () => cable.destroy());
    socket.pipe(cable);
    // The cable's first byte says that the host took the call; it is none of the host's.
    cable.once("data", (bytes: Buffer) => {
      if (bytes.length > 1) socket.write(bytes.subarray(1));
      cable.pipe(socket);
    });
  }
}

let running: InProcess | undefined;
const first = new Door();
const second = new Door();
afterEach(async () => {
  await running?.desk.close();
  if (running !== undefined) rmSync(running.dataDir, { recursive: true, force: true });
  await first.shut();
  await second.shut();
});

test("the second host when the first is shut, without losing a sale; back after the time configured", async () => {
  await first.open();
  await second.open();
  const profile = readProfile("demo", root);
  profile.host = {
    host: "127.0.0.1",
    port: first.port,
    backup: { host: "127.0.0.1", port: second.port },
    backAfterMinutes: 5,
    redials: 1,
  };
  running = await startInProcess({ profile }, (options) => new WorkerMachine({ ...options, tcpOverride: undefined }));
  const at = running;
  const { desk } = at;
  first.cable = second.cable = Number(desk.line.describe().port);
  desk.addAccount({ pan: "6222021234567890128", pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
  const buy = async (): Promise<void> => {
    await sale(at, CARD.track2, 1_000, CARD.pin);
    expect(desk.screen.id).toBe("approved");
    await finish(desk);
  };
  await logIn(at);
  expect([first.calls > 0, second.calls]).toEqual([true, 0]);

  await first.shut();
  await buy();
  expect(second.calls).toBe(1);

  // The first is there again, and not called before its time.
  await first.open();
  const before = first.calls;
  await buy();
  expect([first.calls, second.calls]).toEqual([before, 2]);

  await desk.advance(5 * 60_000, LONG_MS);
  await buy();
  expect([first.calls > before, second.calls]).toEqual([true, 2]);
  expect(await desk.check()).toMatchObject({ ok: true });
});
