/**
 * The host over TLS: the terminal's own tls port against node:tls, with authorities made here. The desk's cable (`tcpOverride`) is plain
 * TCP, so this terminal runs without it, goes where its parameters say, and a TLS front passes on to the desk's cable what it
 * has let in.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, type Server, connect, createServer as createPlainServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TLSSocket, type TlsOptions, createServer } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { PortSpec } from "../../hal/boards/board.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { readProfile } from "../../tools/sim/profile.ts";
import { type InProcess, finish, logIn, root, sale, startInProcess } from "../flow/in-process.ts";

const CARD = { track2: "6222021234567890128=30121010000012300", pin: "246810" };
const folder = mkdtempSync(join(tmpdir(), "tael-tls-"));
const file = (name: string): string => join(folder, name);
const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "pipe", cwd: folder });
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function makeAuthority(name: string): void {
  openssl("req", "-x509", ...NEW_KEY, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${name}`);
}

function makeCertificate(name: string, authority: string, host: string): void {
  writeFileSync(file(`${name}.ext`), `subjectAltName=DNS:${host}\n`);
  openssl("req", "-new", ...NEW_KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${host}`);
  const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
  openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, ...signer, "-days", "2", "-extfile", `${name}.ext`);
}

const identity = (name: string): TlsOptions => ({
  key: readFileSync(file(`${name}.key`)),
  cert: readFileSync(file(`${name}.pem`)),
});

/** The acquirer's front door; what stands behind it can be changed while the terminal runs. */
class Front {
  readonly sessions: { protocol: string | null; client: string | undefined; servername: string | false | null }[] = [];
  /** Where the desk's cable is plugged in. */
  cable = 0;
  #server: Server | undefined;
  #port = 0;

  async listen(options: TlsOptions | "plain"): Promise<number> {
    await this.close();
    this.#server =
      options === "plain"
        ? createPlainServer((socket) =>
            socket
              .on("error", () => undefined)
              .end("220 this host greets in plain words\r\n")
              .resume(),
          )
        : createServer(options, (socket) => this.#letIn(socket)).on("tlsClientError", () => undefined);
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    return this.#port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #letIn(socket: TLSSocket): void {
    const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string } };
    this.sessions.push({ protocol: socket.getProtocol(), client: subject?.CN, servername: socket.servername });
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

beforeAll(() => {
  makeAuthority("authority");
  makeAuthority("stranger");
  makeCertificate("host", "authority", "acquirer.test");
  makeCertificate("terminal", "authority", "terminal-10000001");
  makeCertificate("stranger-host", "stranger", "acquirer.test");
  makeCertificate("other-name", "authority", "elsewhere.test");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let front: Front;
let running: InProcess | undefined;
beforeEach(() => {
  front = new Front();
});
afterEach(async () => {
  await running?.desk.close();
  if (running !== undefined) rmSync(running.dataDir, { recursive: true, force: true });
  running = undefined;
  await front.close();
});

async function terminal(host: TlsOptions, more: Partial<Extract<PortSpec, { kind: "tls" }>> = {}): Promise<InProcess> {
  const board = readBoard("desk", root);
  board.ports.host = { kind: "tls", caFile: file("authority.pem"), serverName: "acquirer.test", ...more };
  const profile = readProfile("demo", root);
  profile.host = { host: "127.0.0.1", port: await front.listen(host), tls: true };
  running = await startInProcess({ board, profile }, (options) => new WorkerMachine({ ...options, tcpOverride: undefined }));
  const { desk } = running;
  front.cable = Number(desk.line.describe().port);
  desk.addAccount({ pan: "6222021234567890128", pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
  return running;
}

const balance = ({ desk }: InProcess): number | undefined =>
  desk.acquirer?.state({ clear: true }).accounts.find(({ pan }) => pan === "6222021234567890128")?.balanceFen;
const log = ({ desk }: InProcess): string => desk.log.map(({ words }) => words).join("\n");

test("a sale over TLS with both ends' certificates: approved, and the money agrees", async () => {
  const client = { certFile: file("terminal.pem"), keyFile: file("terminal.key") };
  const host = { ...identity("host"), ca: readFileSync(file("authority.pem")), requestCert: true, rejectUnauthorized: true };
  const at = await terminal(host, client);
  await logIn(at);
  await sale(at, CARD.track2, 10_000, CARD.pin);
  expect(at.desk.screen.id).toBe("approved");
  await finish(at.desk);
  expect(balance(at)).toBe(90_000);
  expect(await at.desk.check()).toMatchObject({ ok: true });
  expect(front.sessions.length).toBeGreaterThanOrEqual(2);
  for (const session of front.sessions) {
    expect(session).toEqual({ protocol: "TLSv1.3", client: "terminal-10000001", servername: "acquirer.test" });
  }
});

const REFUSED: [string, () => TlsOptions | "plain"][] = [
  ["an authority the board does not name", () => identity("stranger-host")],
  ["a certificate of another name", () => identity("other-name")],
  [
    "a host of the days of TLS 1.1",
    () => ({ ...identity("host"), minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }),
  ],
  ["a host without TLS", () => "plain"],
];

test.each(REFUSED)("%s: refused in the handshake, nothing is sent, no money moves", async (_what, host) => {
  const at = await terminal(identity("host"));
  await logIn(at);
  await front.listen(host());
  const before = { sessions: front.sessions.length, messages: at.desk.messages().length, log: at.desk.log.length };
  await sale(at, CARD.track2, 10_000, CARD.pin);
  expect(at.desk.screen.id).toBe("notice");
  expect(log(at)).toMatch(/certificate or handshake is not accepted/);
  expect(at.desk.state.debt).toEqual({ reversals: 0, offline: 0 });
  expect(at.desk.messages().length).toBe(before.messages);
  expect(front.sessions.length).toBe(before.sessions);
  expect(balance(at)).toBe(100_000);
  await finish(at.desk);

  await front.listen(identity("host"));
  await sale(at, CARD.track2, 10_000, CARD.pin);
  expect(at.desk.screen.id).toBe("approved");
  expect(balance(at)).toBe(90_000);
  await finish(at.desk);
  expect(await at.desk.check()).toMatchObject({ ok: true });
});

test("an authority file that is not there is named, and the terminal stays up", async () => {
  const at = await terminal(identity("host"), { caFile: file("no-such.pem") });
  await at.desk.keys(["0", "1", "enter", "0", "0", "0", "0", "enter"], 30_000);
  await finish(at.desk);
  expect(at.desk.state.level).toBe("signed-off");
  expect(log(at)).toContain(`cannot read ${file("no-such.pem")}, named by the board profile`);
  expect(front.sessions).toEqual([]);
});

test("parameters that ask for TLS on a plain port: nothing leaves", async () => {
  const profile = readProfile("demo", root);
  profile.host = { ...profile.host, tls: true };
  running = await startInProcess({ profile });
  const at = running;
  await at.desk.keys(["0", "1", "enter", "0", "0", "0", "0", "enter"], 30_000);
  await finish(at.desk);
  expect(at.desk.state.level).toBe("signed-off");
  expect(log(at)).toMatch(/the parameters ask for TLS, the board's port "host" is plain tcp/);
  expect(at.desk.messages()).toEqual([]);
});
