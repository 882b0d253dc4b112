import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import type { ReadStream } from "node:tty";
import * as pty from "@lydell/node-pty";
import { describe, expect, onTestFinished, test } from "vitest";
import { geometryOf, widenRow } from "../../../platform/node/ports/framebuffer.ts";
import { type Kind, bench, quiet, temporaryDirectory, until } from "./bench.ts";

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection);
  return listening(server);
}

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port nobody listens on: taken, then given back. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const LINK = (options: object): string => `
  const link = door.open("host", '${JSON.stringify(options)}');
  on.opened = () => { say("opened"); door.write(link, bytes(1, 2, 3)); };
  on.data = (_, data) => say("data " + [...new Uint8Array(data)]);
  on.closed = (_, why) => say("closed " + why);
  say(attempt(() => door.write(link, bytes(9))).slice(0, 19));`;

const BOARD = { ports: { host: { kind: "tcp" } } };

describe.each<Kind>(["local", "worker"])("tcp from a %s machine", (kind) => {
  test("connects, carries bytes, and tells when the far side ends", async () => {
    const got: number[] = [];
    const port = await serve((socket) => {
      socket.on("data", (bytes) => {
        got.push(...bytes);
        socket.end(Uint8Array.of(4, 5));
      });
    });
    const { machine, said } = bench(LINK({ host: "127.0.0.1", port }), { board: BOARD }, kind);
    await machine.start();
    await until(machine, () => said.at(-1)?.startsWith("closed") === true);
    expect(said).toEqual(["DoorError no-answer", "opened", "data 4,5", "closed ended"]);
    expect(got).toEqual([1, 2, 3]);
    await quiet(machine);
    expect(machine.status.ports.host).toEqual({ fromTerminal: 3, toTerminal: 2, open: false, connecting: false });
  });

  test("says that it is connecting until the guest has heard", async () => {
    const port = await serve(() => {});
    const { machine, said } = bench(LINK({ host: "127.0.0.1", port }), { board: BOARD }, kind);
    const seen: string[] = [];
    machine.on("status", ({ ports }) => seen.push(JSON.stringify([ports.host?.connecting, ports.host?.open])));
    await machine.start();
    await until(machine, () => said.includes("opened") && machine.status.quiet);
    expect(seen.filter((one, index) => one !== seen[index - 1])).toEqual(["[true,false]", "[false,true]"]);
  });

  test("refused is not the same as no answer", async () => {
    const port = await freePort();
    const refused = bench(LINK({ host: "127.0.0.1", port }), { board: BOARD }, kind);
    await refused.machine.start();
    await until(refused.machine, () => refused.said.length === 2);
    expect(refused.said[1]).toBe("closed refused");
    const unknown = bench(LINK({ host: "acquirer.invalid", port }), { board: BOARD }, kind);
    await unknown.machine.start();
    await until(unknown.machine, () => unknown.said.length === 2);
    expect(unknown.said[1]).toBe("closed no-answer");
  });

  test("goes where the desk's cable leads, whatever the parameters say", async () => {
    const port = await serve((socket) => socket.end());
    const tcpOverride = { host: "127.0.0.1", port };
    const { machine, said } = bench(LINK({ host: "acquirer.invalid", port: 1 }), { board: BOARD, tcpOverride }, kind);
    await machine.start();
    await until(machine, () => said.includes("closed ended"));
    expect(said).toContain("opened");
  });

  test("takes the board's address, and refuses none", async () => {
    const port = await serve((socket) => socket.end());
    const board = { ports: { host: { kind: "tcp", host: "127.0.0.1", port }, none: { kind: "tcp" } } };
    const { machine, said } = bench(
      `door.open("host", "{}"); on.opened = () => say("opened"); say(attempt(() => door.open("none", "{}")));`,
      { board },
      kind,
    );
    await machine.start();
    await until(machine, () => said.length === 2);
    expect(said).toEqual(["DoorError bad-argument: none: no host, neither in the options nor on the board", "opened"]);
  });

  test("a cut closes the socket", async () => {
    let closed: Promise<unknown> | undefined;
    const port = await serve((socket) => {
      socket.resume();
      closed = once(socket, "close");
    });
    const { machine, said } = bench(LINK({ host: "127.0.0.1", port }), { board: BOARD }, kind);
    await machine.start();
    await until(machine, () => said.includes("opened"));
    await machine.cut();
    await closed;
    await machine.start();
    await until(machine, () => said.filter((words) => words === "opened").length === 2);
  });

  test("a line that breaks is io, not an orderly end", async () => {
    const port = await serve((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const { machine, said } = bench(LINK({ host: "127.0.0.1", port }), { board: BOARD }, kind);
    await machine.start();
    await until(machine, () => said.at(-1)?.startsWith("closed") === true);
    expect(said.at(-1)).toBe("closed io");
  });
});

describe("tls", () => {
  const certificate = (directory: string, name: string): { cert: Buffer; key: Buffer } => {
    const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-days",
        "9999",
        ...subject,
      ],
      { stdio: "ignore" },
    );
    return { cert: readFileSync(cert), key: readFileSync(key) };
  };

  test("knows its host by the board's certificate, and no other", async () => {
    const directory = temporaryDirectory();
    const port = await listening(
      createTlsServer(certificate(directory, "acquirer.test"), (socket) => socket.on("data", (bytes) => socket.end(bytes))),
    );
    certificate(directory, "stranger.test");
    const board = (ca: string) => ({
      ports: { host: { kind: "tls", host: "127.0.0.1", port, serverName: "acquirer.test", caFile: join(directory, ca) } },
    });
    const known = bench(LINK({}), { board: board("acquirer.test.pem") });
    await known.machine.start();
    await until(known.machine, () => known.said.at(-1)?.startsWith("closed") === true);
    expect(known.said.slice(1)).toEqual(["opened", "data 1,2,3", "closed ended"]);
    const stranger = bench(LINK({}), { board: board("stranger.test.pem") });
    await stranger.machine.start();
    await until(stranger.machine, () => stranger.said.length === 2);
    expect(stranger.said[1]).toBe("closed corrupt");
  });
});

describe("framebuffer", () => {
  test("writes rectangles where they belong, and refuses those outside", async () => {
    const path = join(temporaryDirectory(), "fb0");
    writeFileSync(path, new Uint8Array(8 * 4 * 2));
    const board = { ports: { lcd: { kind: "framebuffer", path, width: 8, height: 4 } } };
    const { machine, said } = bench(
      `const lcd = door.open("lcd", "{}");
       const box = (x, y, w, h, count = w * h) => { const all = new Uint8Array(8 + count * 2).fill(0xee); all.set([x, 0, y, 0, w, 0, h, 0]); return all.buffer; };
       say(attempt(() => door.write(lcd, box(5, 1, 3, 2)))); say(attempt(() => door.write(lcd, box(6, 1, 3, 2)))); say(attempt(() => door.write(lcd, box(0, 3, 1, 2))));
       say(attempt(() => door.write(lcd, box(0, 0, 2, 2, 3)))); say(attempt(() => door.write(lcd, bytes(1, 2, 3))));`,
      { board },
    );
    await machine.start();
    expect(said[0]).toBe("undefined");
    for (const answer of said.slice(1)) expect(answer).toMatch(/^DoorError bad-argument: lcd: /);
    const lit = [...readFileSync(path)].flatMap((byte, at) => (byte === 0xee ? [at] : []));
    expect(lit).toEqual([26, 27, 28, 29, 30, 31, 42, 43, 44, 45, 46, 47]);
  });

  test("fits the pixel format the device has", () => {
    const sysfs = temporaryDirectory();
    mkdirSync(join(sysfs, "fb0"));
    writeFileSync(join(sysfs, "fb0", "bits_per_pixel"), "32\n");
    writeFileSync(join(sysfs, "fb0", "stride"), "1344\n");
    expect(geometryOf("/dev/fb0", 320, sysfs)).toEqual({ bitsPerPixel: 32, strideBytes: 1344 });
    expect(geometryOf("/dev/fb1", 320, sysfs)).toEqual({ bitsPerPixel: 16, strideBytes: 640 });
    expect([...widenRow(Uint8Array.of(0xff, 0xff, 0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00))]).toEqual([
      255, 255, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0,
    ]);
  });

  test("a device that is not there is unplugged", async () => {
    const board = { ports: { lcd: { kind: "framebuffer", path: "/nowhere/fb0", width: 8, height: 4 } } };
    const { machine, said } = bench(`say(attempt(() => door.open("lcd", "{}")));`, { board });
    await machine.start();
    expect(said[0]).toMatch(/^DoorError unplugged: lcd: cannot open \/nowhere\/fb0/);
  });
});

interface Line {
  path: string;
  master: ReadStream;
  got: number[];
}

/** A pseudo terminal: its slave is the terminal's serial port, its master the far end of the line. */
function line(): Line {
  const made = (pty as unknown as { open(options: object): unknown }).open({}) as {
    _pty: string;
    slave: Socket;
    master: ReadStream & { _readableState: { decoder: unknown; encoding: unknown } };
  };
  made.slave.destroy();
  made.master._readableState.decoder = null;
  made.master._readableState.encoding = null;
  const got: number[] = [];
  made.master.on("data", (bytes: Buffer) => got.push(...bytes));
  made.master.on("error", () => {});
  onTestFinished(() => void made.master.destroy());
  return { path: made._pty, master: made.master, got };
}

const SERIAL = `
  const line = door.open("line", '{"baud":9600}');
  door.write(line, bytes(1, 2));
  on.opened = () => { say("opened"); door.write(line, bytes(3)); };
  on.data = (_, data) => { say("data " + [...new Uint8Array(data)]); if (new Uint8Array(data)[0] === 7) say(door.control(line, '{"baud":115200,"drain":true,"dtr":true}')); };
  on.signal = (_, name, level) => say("signal " + name + " " + level);
  on.closed = (_, why) => say("closed " + why);`;

describe.each<Kind>(["local", "worker"])("serial from a %s machine", (kind) => {
  test("opens, sends what was written meanwhile first, and hears", async () => {
    const { path, master, got } = line();
    const { machine, said } = bench(SERIAL, { board: { ports: { line: { kind: "serial", path, baud: 115200 } } } }, kind);
    const three = new Promise<void>((resolve) => master.on("data", () => got.length >= 3 && resolve()));
    await machine.start();
    await until(machine, () => said.includes("opened"));
    await three;
    expect(got).toEqual([1, 2, 3]);
    master.write(Uint8Array.of(0, 255, 13) as never);
    await until(machine, () => said.length === 2);
    expect(said[1]).toBe("data 0,255,13");
    master.write(Uint8Array.of(7) as never);
    await until(machine, () => said.includes("signal drained 1"));
    expect(said).toContain('{"pending":0}');
  });

  test("an unplugged line is told, and the machine goes on", async () => {
    const { path, master } = line();
    const { machine, said } = bench(SERIAL, { board: { ports: { line: { kind: "serial", path, baud: 115200 } } } }, kind);
    await machine.start();
    await until(machine, () => said.includes("opened"));
    master.destroy();
    await until(machine, () => said.includes("closed unplugged"));
    await quiet(machine);
    expect(machine.status.running).toBe(true);
  });

  test.runIf(kind === "local")("a line that has hung up before it is read is unplugged as well", async () => {
    const { path, master } = line();
    // It writes nothing: a write that fails would tell as well.
    const script = `door.open("line", "{}"); on.opened = () => say("opened"); on.closed = (_, why) => say("closed " + why);`;
    const { machine, said } = bench(script, { board: { ports: { line: { kind: "serial", path, baud: 115200 } } } }, kind);
    // In the middle of the guest's first event, so before the port's first look at the line.
    machine.on("log", ({ words }) => void (words === "opened" && master.destroy()));
    await machine.start();
    await until(machine, () => said.includes("closed unplugged"));
  });

  test("a cut frees the line, so that the next start opens it again", async () => {
    const { path } = line();
    const { machine, said } = bench(SERIAL, { board: { ports: { line: { kind: "serial", path, baud: 115200 } } } }, kind);
    for (const starts of [1, 2, 3]) {
      await machine.start();
      await until(machine, () => said.filter((words) => words === "opened").length === starts);
      await machine.cut();
    }
    expect(said.filter((words) => words !== "opened")).toEqual([]);
  });

  test("a line that is not there, or somebody else's, is told by closed", async () => {
    const { path } = line();
    const board = {
      ports: {
        line: { kind: "serial", path: "/nowhere/ttyS9", baud: 9600 },
        mine: { kind: "serial", path, baud: 9600 },
        yours: { kind: "serial", path, baud: 9600 },
      },
    };
    const script = `door.open("line", "{}"); const mine = door.open("mine", "{}"); let yours;
      on.opened = (handle) => { if (handle === mine) yours = door.open("yours", "{}"); };
      on.closed = (handle, why) => say((handle === yours ? "yours" : "line") + " " + why);`;
    const { machine, said } = bench(script, { board }, kind);
    await machine.start();
    await until(machine, () => said.length === 2);
    expect([...said].sort()).toEqual(["line unplugged", "yours busy"]);
  });

  test("nonsense settings are refused at once", async () => {
    const board = { ports: { line: { kind: "serial", path: "/dev/null", baud: 9600 } } };
    const { machine, said } = bench(
      `say(attempt(() => door.open("line", '{"baud":1}'))); say(attempt(() => door.open("line", '{"parity":"maybe"}')));`,
      { board },
      kind,
    );
    await machine.start();
    await until(machine, () => said.length === 2);
    expect(said).toEqual([
      "DoorError bad-argument: line: baud must be 50 to 4000000",
      "DoorError bad-argument: line: parity must be one of none, even, odd",
    ]);
  });
});

test("a HID device that is not plugged in is told by closed, with the words in the log", async () => {
  const board = { ports: { panel: { kind: "hid", vendorId: 0x16c0, productId: 0xffff } } };
  const { machine, said } = bench(
    `const panel = door.open("panel", "{}"); door.write(panel, bytes(1)); on.closed = (_, why) => say(why);`,
    { board },
  );
  await machine.start();
  await until(machine, () => said.length === 1);
  // Without the system's libraries the answer is the other one; both leave the terminal running.
  expect(["unplugged", "missing-library"]).toContain(said[0]);
  expect(machine.status.running).toBe(true);
});
