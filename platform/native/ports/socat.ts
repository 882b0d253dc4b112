/** TCP and TLS through a kept `socat`: our pipes, its socket, its words on how it goes. */
import * as os from "os";
import type { SpecOf } from "../../node/board.ts";
import { DoorError } from "../../node/errors.ts";
import { type TcpOverride, address } from "../../node/ports/address.ts";
import { option } from "../../node/ports/options.ts";
import type { ClosedWhy, OpenPort, OutPort, PortRequest } from "../../node/ports/port.ts";
import { NOT_FOUND, SIGKILL, asciiOf, pipe } from "../calls.ts";
import { Writer, readFrom } from "../stream.ts";

const MAX_PENDING_BYTES = 4 * 1024 * 1024;
/** A far end that never closes its half must not hold the connection for ever. */
const LONGEST_CLOSE_MS = 5000;
const MAX_WORDS = 2000;

export function tcpPort(override: TcpOverride | undefined): OpenPort {
  return (request) => {
    const to = override ?? address(request);
    return new SocatPort(request, `TCP:${named(request, to.host)}:${to.port},nodelay`, override?.callProgress === true);
  };
}

export function tlsPort(override: TcpOverride | undefined): OpenPort {
  return (request) => {
    const spec = request.spec as SpecOf<"tls">;
    const to = override ?? address(request);
    const server = option(request, "serverName", "string") ?? spec.serverName ?? option(request, "host", "string") ?? spec.host;
    const name = named(request, server ?? to.host);
    const files = { cafile: spec.caFile, cert: spec.certFile, key: spec.keyFile };
    const given = Object.entries(files).flatMap(([key, path]) => (path === undefined ? [] : [`${key}=${filed(request, path)}`]));
    const settings = [
      "nodelay",
      "verify=1",
      `commonname=${name}`,
      `snihost=${name}`,
      "openssl-min-proto-version=TLS1.2",
      ...given,
    ];
    return new SocatPort(
      request,
      `OPENSSL:${named(request, to.host)}:${to.port},${settings.join(",")}`,
      override?.callProgress === true,
    );
  };
}

/** A host goes into socat's own language: nothing but a name or an address may stand there. */
function named({ name }: PortRequest, host: string): string {
  if (/^[0-9A-Za-z]([0-9A-Za-z.-]{0,252}[0-9A-Za-z])?$/.test(host)) return host;
  if (/^[0-9A-Fa-f:.]{2,45}$/.test(host)) return `[${host}]`;
  throw new DoorError("bad-argument", `${name}: ${JSON.stringify(host.slice(0, 64))} is neither a host's name nor an address`);
}

function filed({ name }: PortRequest, path: string): string {
  if (/^[^,:!"'\\\s]+$/.test(path)) return path;
  throw new DoorError("bad-argument", `${name}: the path ${JSON.stringify(path)} has signs in it that socat cannot take`);
}

class SocatPort implements OutPort {
  readonly #request: PortRequest;
  /** The far end says with one byte that the call was taken. */
  readonly #progress: boolean;
  readonly #pid: number;
  readonly #fds: { input: number; output: number; words: number };
  readonly #writer: Writer;
  #words = "";
  #ready = false;
  #gone = false;
  #inputOpen = true;
  /** Of `output` and `words`; when both have ended the program has. */
  #open = 2;

  constructor(request: PortRequest, target: string, progress: boolean) {
    this.#request = request;
    this.#progress = progress;
    const [toIn, toOut, toErr] = [pipe(), pipe(), pipe()];
    // -d -d: socat tells when it is through; -t: how long it waits for the other half at the end.
    const pid = os.exec(["socat", "-d", "-d", "-t", "1", "STDIO", target], {
      block: false,
      stdin: toIn.read,
      stdout: toOut.write,
      stderr: toErr.write,
    });
    for (const fd of [toIn.read, toOut.write, toErr.write]) os.close(fd);
    this.#fds = { input: toIn.write, output: toOut.read, words: toErr.read };
    this.#pid = pid;
    this.#writer = new Writer(toIn.write, () => undefined);
    readFrom(toErr.read, { data: (bytes) => this.#said(asciiOf(bytes)), ended: () => this.#ended(toErr.read) });
    readFrom(toOut.read, { data: (bytes) => this.#data(bytes), ended: () => this.#ended(toOut.read) });
  }

  write(bytes: Uint8Array): void {
    if (!this.#ready) throw new DoorError("no-answer", `${this.#request.name}: not connected yet`);
    if (this.#writer.pending + bytes.length > MAX_PENDING_BYTES)
      throw new DoorError("busy", `${this.#request.name}: the far end takes nothing`);
    this.#writer.write(bytes.slice());
  }

  control(): unknown {
    throw new DoorError("unsupported", `${this.#request.name}: a connection has nothing to control`);
  }

  close(): void {
    this.#gone = true;
    if (!this.#ready) {
      this.#kill();
      return;
    }
    this.#writer.whenWritten(() => this.#closeInput());
    os.setTimeout(() => this.#kill(), LONGEST_CLOSE_MS);
  }

  cut(): void {
    this.#gone = true;
    this.#kill();
  }

  #said(text: string): void {
    this.#words = (this.#words + text).slice(-MAX_WORDS);
    if (!this.#ready && !this.#progress && this.#words.includes("starting data transfer loop")) this.#isReady();
  }

  #isReady(): void {
    this.#ready = true;
    if (!this.#gone) this.#request.events.opened();
  }

  #data(bytes: Uint8Array): void {
    const skip = !this.#ready && this.#progress ? 1 : 0;
    // Both pipes are read in any order: bytes say as well that the connection stands.
    if (!this.#ready) this.#isReady();
    if (!this.#gone && bytes.length > skip) this.#request.events.data(bytes.slice(skip));
  }

  #ended(fd: number): void {
    os.close(fd);
    this.#open--;
    // The far end has closed, or there was no connection: nothing is left to be written either.
    this.#closeInput();
    if (this.#open > 0) return;
    const [, status] = os.waitpid(this.#pid, 0);
    if (this.#gone) return;
    this.#gone = true;
    const why = status >> 8 === NOT_FOUND ? "missing-library" : this.#why(status === 0);
    const words = why === "missing-library" ? "connections need socat: apt-get install socat" : faultIn(this.#words);
    if (why !== "ended") this.#request.warn(`${this.#request.name}: ${words}`);
    this.#request.events.closed(why);
  }

  #why(inOrder: boolean): ClosedWhy {
    if (this.#ready) return inOrder ? "ended" : "io";
    if (/Connection refused|Connection reset/.test(this.#words)) return "refused";
    if (/timed out|unreachable|[Nn]ame or service not known|No address|Temporary failure/.test(this.#words)) return "no-answer";
    if (/SSL|certificate/.test(this.#words)) return "corrupt";
    return this.#progress ? "refused" : "io";
  }

  #closeInput(): void {
    if (!this.#inputOpen) return;
    this.#inputOpen = false;
    this.#writer.stop();
    os.close(this.#fds.input);
  }

  #kill(): void {
    this.#closeInput();
    if (this.#open > 0) os.kill(this.#pid, SIGKILL);
  }
}

/** socat's error lines; without date and process number. */
const faultIn = (words: string): string =>
  words
    .split("\n")
    .filter((line) => / [EF] /.test(line))
    .map((line) => line.replace(/^.* ([EF]) /, ""))
    .join("; ")
    .slice(0, 400) || "socat ended without a word";
