/** The host line with somebody else's host behind it. */
import { createServer, type Server, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TinyDesk, tinyDesk } from "./tiny-desk.ts";

let tiny: TinyDesk;
let server: Server;
let port: number;
let onData: (socket: Socket, bytes: Buffer) => void | Promise<void>;
const sockets = new Set<Socket>();

beforeEach(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => void onData(socket, bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
  tiny = await tinyDesk({ acquirer: { host: "127.0.0.1", port } });
});
afterEach(async () => {
  await tiny.end();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

const press = async (): Promise<string> => {
  expect(await tiny.desk.keys(["1"], 10_000)).toBe(true);
  return tiny.desk.screen.id;
};

test("a host that takes its real time is waited for before virtual time moves", async () => {
  const before = tiny.desk.clock.now();
  const TURNS = 50;
  // It answers when the desk has had turn after turn in which it could have gone on without it.
  onData = async (socket, bytes) => {
    for (let n = 0; n < TURNS; n++) await turn();
    expect(tiny.desk.line.outstanding).toBe(true);
    socket.write(bytes);
  };
  expect(await press()).toBe("answered");
  expect(tiny.desk.clock.now() - before).toBeLessThan(1_000);
  expect(tiny.desk.acquirer).toBeUndefined();
});

test("after two real seconds of silence it is taken to be silent", async () => {
  onData = () => undefined;
  const began = performance.now();
  expect(await press()).toBe("unknown");
  expect(performance.now() - began).toBeGreaterThan(1_900);
});

test("a host that closes without a word", async () => {
  onData = (socket) => void socket.end();
  expect(await press()).toBe("dropped");
});

test("faults of the line work with any host", async () => {
  let asked = 0;
  onData = (socket, bytes) => {
    asked++;
    socket.write(bytes);
  };
  tiny.desk.setFault("host", { fault: "drop-response", count: 1 });
  expect(await press()).toBe("unknown");
  expect(asked).toBe(1);
  expect(await tiny.desk.check()).toMatchObject({ ok: true, compared: { ledger: null } });
});

test("a host that is not there", async () => {
  server.close();
  onData = () => undefined;
  await turn();
  expect(["dropped", "refused"]).toContain(await press());
});
