/**
 * The desk's network cable between the terminal and whichever host stands at the far end: a TCP relay on loopback, or, for a desk in one thread,
 * calls (./cable.ts). It records whole frames of both directions and can do to them what a bad line or a bad host does.
 */
import { createServer, type Server, type Socket } from "node:net";
import { openBlackhole } from "./blackhole.ts";
import type { ActiveFault, FaultSpec } from "./contract.ts";
import type { SimClock } from "./clock.ts";
import { FaultSet } from "./faults.ts";
import { Framer, framed } from "./frames.ts";
import type { Upstream, UpstreamConnection } from "./upstream.ts";

export const LINE_FAULTS: readonly FaultSpec[] = [
  { fault: "drop-request", takes: "count", words: { zh: "请求丢失，主机没有收到", en: "the request is lost before the host" } },
  {
    fault: "drop-response",
    takes: "count",
    words: { zh: "应答丢失，主机已记账", en: "the answer is lost; the host has booked it" },
  },
  { fault: "delay-response", takes: "value", words: { zh: "应答延迟（毫秒）", en: "the answer comes late by this many ms" } },
  {
    fault: "late-response",
    takes: "count",
    words: { zh: "应答在下一笔应答之前才到", en: "the answer comes just before the next one" },
  },
  { fault: "duplicate-response", takes: "count", words: { zh: "应答重复两次", en: "the answer comes twice" } },
  { fault: "garbage", takes: "count", words: { zh: "应答是乱码", en: "the answer is noise" } },
  { fault: "wrong-mac", takes: "count", words: { zh: "应答 MAC 错一位", en: "one bit of the answer's MAC is wrong" } },
  { fault: "wrong-trace", takes: "count", words: { zh: "应答流水号不符", en: "the answer carries another trace number" } },
  {
    fault: "cut-at-byte",
    takes: "value",
    words: { zh: "应答到第 N 字节断线", en: "the line breaks after N bytes of the answer" },
  },
  {
    fault: "change-byte",
    takes: "value",
    words: { zh: "应答第 N 字节错一位", en: "one bit of the answer's Nth byte is wrong" },
  },
  { fault: "disconnect", takes: "count", words: { zh: "收到请求后断线", en: "the line breaks once the request is through" } },
  { fault: "drip", takes: "count", words: { zh: "应答逐字节到达", en: "the answer comes byte by byte" } },
  { fault: "oversize", takes: "count", words: { zh: "应答超长", en: "the answer is far too long" } },
  { fault: "refuse", takes: "switch", words: { zh: "拒绝连接", en: "connections are refused" } },
  { fault: "unplugged", takes: "switch", words: { zh: "网线拔出", en: "the cable is out; nothing connects" } },
];

/** Changes inside an answer; each gives undefined when the frame has nothing to change. Frames come without their length. */
export interface Tamper {
  wrongMac(body: Uint8Array): Uint8Array | undefined;
  wrongTrace(body: Uint8Array): Uint8Array | undefined;
}

export interface LineOptions {
  clock: SimClock;
  random(): number;
  upstream: Upstream;
  tamper: Tamper;
  /** A frame as the terminal sent it ("out") or got it ("in"), length bytes included. */
  record(dir: "out" | "in", frame: Uint8Array): void;
  /** Bytes moved, a connection came or went, a fault changed. */
  changed(): void;
  log(words: string): void;
}

/** Real ms of silence after which an external host is taken to have nothing to say. */
const SILENCE_MS = 2000;
const DRIP_MS = 20;
/** What the relay says when the host has taken the call (platform/node/ports/tcp.ts `callProgress`); no byte of the host's. */
const CALL_TAKEN = Uint8Array.of(1);
const LONGEST_FRAME = 0xffff;

/** The terminal's end of one connection. */
export interface LineEnd {
  /** Bytes that are not on their way yet. */
  readonly pendingBytes: number;
  /** Nothing that is sent arrives any more. */
  readonly over: boolean;
  /** The host has taken the call. */
  taken(): void;
  send(bytes: Uint8Array): void;
  /** In order: what was sent still arrives. */
  end(): void;
  /** Breaks off; `refused`: nobody has taken the call. */
  reset(why: "broken" | "refused"): void;
}

/** What the terminal's end tells of itself. */
export interface LineCall {
  receive(bytes: Uint8Array): void;
  /** Once, when the connection is over for the terminal. */
  gone(): void;
}

interface Session {
  terminal: LineEnd;
  out: Framer;
  in: Framer;
  upstream: UpstreamConnection | undefined;
  ready: boolean;
  /** The host has not taken the connection for so long that nobody waits for it. */
  slow: boolean;
  /** Bytes of the terminal that wait for the connection upwards. */
  waiting: Uint8Array[];
  /** What comes from the host any more goes nowhere. */
  deaf: boolean;
  /** Answers on their way; with nobody left to get them they are forgotten. */
  readonly delays: Set<{ stop(): void }>;
}

type Door =
  | { state: "open"; server: Server | undefined }
  | { state: "unplugged"; hole: { close(): Promise<void> } | undefined }
  | { state: "refusing" };

export class HostLine {
  readonly wire = "host";
  readonly faultSpecs = LINE_FAULTS;
  readonly #faults = new FaultSet(LINE_FAULTS);
  readonly #options: LineOptions;
  readonly #sessions = new Set<Session>();
  #door: Door = { state: "refusing" };
  #port = 0;
  #inProcess = false;
  #moving: Promise<void> = Promise.resolve();
  #moves = 0;
  #late: Uint8Array | undefined;
  #unanswered = 0;
  #silence: NodeJS.Timeout | undefined;
  #closed = false;
  /** Bytes of the terminal since `restart`, and bytes written to it. */
  received = 0;
  sent = 0;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  get faults(): readonly ActiveFault[] {
    return this.#faults.active;
  }

  setFault(fault: ActiveFault): void {
    this.#faults.set(fault);
    this.#moveDoor();
  }
  clearFault(fault?: string): void {
    this.#faults.clear(fault);
    this.#moveDoor();
  }

  /** Resolves the port the terminal's cable is plugged into. */
  async listen(): Promise<number> {
    this.#port = await this.#openServer(0);
    return this.#port;
  }

  /** Instead of `listen`: connections come by `accept` alone, and nothing here takes real time. */
  listenInProcess(): void {
    this.#inProcess = true;
    this.#door = { state: "open", server: undefined };
  }

  get door(): Door["state"] {
    return this.#door.state;
  }

  /** Something is on the wire that the virtual clock does not know of. */
  get outstanding(): boolean {
    if (this.#moves > 0) return true;
    if (this.#unanswered > 0) return true;
    for (const session of this.#sessions) {
      if (!session.ready && !session.deaf && !session.slow) return true;
      if (session.terminal.pendingBytes > 0) return true;
    }
    return false;
  }

  get connected(): boolean {
    return this.#sessions.size > 0;
  }
  /** Whether a connection the terminal begins will be heard of. */
  get answersCalls(): boolean {
    return this.#door.state !== "unplugged";
  }

  describe(): Record<string, unknown> {
    return { port: this.#port, connections: this.#sessions.size, door: this.#door.state };
  }

  /** The terminal starts counting its bytes anew. */
  restart(): void {
    this.received = 0;
    this.sent = 0;
    for (const session of [...this.#sessions]) session.terminal.reset("broken");
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#silence);
    for (const session of [...this.#sessions]) session.terminal.reset("broken");
    await this.#moving;
    await this.#shut();
  }

  // — the plug —

  #moveDoor(): void {
    if (this.#inProcess) {
      const state = this.#wantedDoor();
      this.#door =
        state === "open" ? { state, server: undefined } : state === "unplugged" ? { state, hole: undefined } : { state };
      this.#options.changed();
      return;
    }
    this.#moves++;
    this.#moving = this.#moving
      .then(() => this.#settleDoor())
      .catch((error: unknown) => this.#options.log(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.#moves--;
        this.#options.changed();
      });
    this.#options.changed();
  }

  #wantedDoor(): Door["state"] {
    return this.#faults.has("unplugged") ? "unplugged" : this.#faults.has("refuse") ? "refusing" : "open";
  }

  async #settleDoor(): Promise<void> {
    const wanted = this.#wantedDoor();
    if (this.#closed || this.#door.state === wanted) return;
    await this.#shut();
    if (wanted === "open") await this.#openServer(this.#port);
    if (wanted === "unplugged") this.#door = { state: "unplugged", hole: await openBlackhole(this.#port) };
  }

  async #shut(): Promise<void> {
    const door = this.#door;
    this.#door = { state: "refusing" };
    if (door.state === "unplugged") await door.hole?.close();
    // Only the listener stops: connections that are up live on, and server.close() calls back after the last of them.
    if (door.state === "open") door.server?.close();
  }

  async #openServer(port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#acceptSocket(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port }, () => resolve());
    });
    this.#door = { state: "open", server };
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  // — one connection —

  #acceptSocket(socket: Socket): void {
    const call = this.accept({
      get pendingBytes() {
        return socket.writableLength;
      },
      get over() {
        return socket.destroyed || socket.writableEnded;
      },
      taken: () => void socket.write(CALL_TAKEN),
      send: (bytes) => void socket.write(bytes, () => this.#options.changed()),
      end: () => void socket.end(),
      reset: (why) => void (why === "refused" ? socket.resetAndDestroy() : socket.destroy()),
    });
    socket.on("data", (bytes) => call.receive(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => call.gone());
  }

  /** A connection of the terminal's, with the door open. */
  accept(terminal: LineEnd): LineCall {
    const session: Session = {
      terminal,
      out: new Framer(),
      in: new Framer(),
      upstream: undefined,
      ready: false,
      slow: false,
      waiting: [],
      deaf: false,
      delays: new Set(),
    };
    this.#sessions.add(session);
    session.upstream = this.#options.upstream.open({
      ready: () => {
        session.ready = true;
        terminal.taken();
        for (const bytes of session.waiting.splice(0)) this.#frames(session, bytes);
        this.#options.changed();
      },
      data: (bytes) => this.#fromHost(session, bytes),
      closed: () => this.#hostGone(session),
      failed: (words) => {
        this.#options.log(`the host did not take the connection: ${words}`);
        session.deaf = true;
        terminal.reset("refused");
      },
    });
    const patience = session.ready
      ? undefined
      : setTimeout(() => {
          session.slow = true;
          this.#options.changed();
        }, SILENCE_MS);
    // The built-in host is ready before it has been handed back.
    for (const bytes of session.waiting.splice(0)) this.#frames(session, bytes);
    this.#options.changed();
    return {
      receive: (bytes) => this.#fromTerminal(session, bytes),
      gone: () => {
        clearTimeout(patience);
        this.#over(session);
      },
    };
  }

  #over(session: Session): void {
    this.#sessions.delete(session);
    for (const delay of session.delays) delay.stop();
    session.delays.clear();
    const rest = session.out.rest();
    if (rest.length > 0) this.#options.record("out", rest);
    if (!session.deaf) session.upstream?.end();
    session.deaf = true;
    this.#heard(Number.POSITIVE_INFINITY);
    this.#options.changed();
  }

  #hostGone(session: Session): void {
    this.#heard(Number.POSITIVE_INFINITY);
    if (session.deaf) return;
    session.deaf = true;
    session.terminal.end();
    this.#options.changed();
  }

  #fromTerminal(session: Session, bytes: Uint8Array): void {
    this.received += bytes.length;
    if (session.upstream === undefined || !session.ready) session.waiting.push(bytes);
    else this.#frames(session, bytes);
    this.#options.changed();
  }

  #frames(session: Session, bytes: Uint8Array): void {
    for (const frame of session.out.push(bytes)) this.#request(session, frame);
  }

  #request(session: Session, frame: Uint8Array): void {
    this.#options.record("out", frame);
    if (this.#faults.has("unplugged")) return;
    if (this.#faults.take("drop-request")) return;
    if (session.deaf) return;
    if (this.#faults.take("disconnect")) {
      session.deaf = true;
      session.upstream?.send(frame);
      session.upstream?.end();
      session.terminal.end();
      return;
    }
    this.#asked();
    session.upstream?.send(frame);
  }

  #fromHost(session: Session, bytes: Uint8Array): void {
    const frames = session.in.push(bytes);
    if (frames.length === 0) this.#stillTalking();
    for (const frame of frames) {
      this.#heard(1);
      if (!session.deaf && !this.#faults.has("unplugged")) this.#response(session, frame);
    }
    this.#options.changed();
  }

  // — what a bad line does to an answer —

  #response(session: Session, answer: Uint8Array): void {
    const frame = this.#changedInside(answer);
    if (this.#faults.take("drop-response")) return;
    if (this.#faults.take("late-response")) {
      this.#late = frame;
      return;
    }
    const late = this.#late;
    this.#late = undefined;
    if (late !== undefined) this.#deliver(session, late);
    const delay = this.#faults.take("delay-response");
    if (delay === undefined) this.#arrive(session, frame);
    else this.#later(session, delay.value ?? 0, () => this.#arrive(session, frame));
  }

  #changedInside(frame: Uint8Array): Uint8Array {
    let body: Uint8Array = frame.slice(2);
    const trace = this.#faults.has("wrong-trace") ? this.#options.tamper.wrongTrace(body) : undefined;
    if (trace !== undefined && this.#faults.take("wrong-trace")) body = trace;
    const mac = this.#faults.has("wrong-mac") ? this.#options.tamper.wrongMac(body) : undefined;
    if (mac !== undefined && this.#faults.take("wrong-mac")) body = mac;
    if (this.#faults.take("garbage")) body = Uint8Array.from(body, () => Math.floor(this.#options.random() * 256));
    if (this.#faults.take("oversize")) {
      const long = new Uint8Array(LONGEST_FRAME);
      long.set(body);
      body = long;
    }
    return framed(body);
  }

  #arrive(session: Session, whole: Uint8Array): void {
    const change = this.#faults.take("change-byte");
    const frame = change === undefined ? whole : whole.map((byte, at) => (at === change.value ? byte ^ 1 : byte));
    const cut = this.#faults.take("cut-at-byte");
    if (cut !== undefined) {
      this.#deliver(session, frame.slice(0, Math.max(0, cut.value ?? 0)));
      session.deaf = true;
      session.upstream?.end();
      session.terminal.end();
      return;
    }
    if (this.#faults.take("drip")) this.#drip(session, frame, 0);
    else this.#deliver(session, frame);
    if (this.#faults.take("duplicate-response")) this.#deliver(session, frame);
  }

  #drip(session: Session, frame: Uint8Array, at: number): void {
    if (at === 0) this.#options.record("in", frame);
    this.#write(session, frame.slice(at, at + 1));
    if (at + 1 < frame.length) this.#later(session, DRIP_MS, () => this.#drip(session, frame, at + 1));
  }

  #later(session: Session, ms: number, act: () => void): void {
    const timer = this.#options.clock.after(ms, "busy", () => {
      session.delays.delete(timer);
      act();
    });
    session.delays.add(timer);
  }

  #deliver(session: Session, bytes: Uint8Array): void {
    if (bytes.length === 0 || session.terminal.over) return;
    this.#options.record("in", bytes);
    this.#write(session, bytes);
  }

  #write(session: Session, bytes: Uint8Array): void {
    if (session.terminal.over) return;
    this.sent += bytes.length;
    session.terminal.send(bytes);
    this.#options.changed();
  }

  // — whether an external host still owes an answer —

  #asked(): void {
    if (!this.#options.upstream.external) return;
    this.#unanswered++;
    this.#stillTalking();
  }

  #stillTalking(): void {
    if (this.#unanswered === 0) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#heard(Number.POSITIVE_INFINITY), SILENCE_MS);
  }

  #heard(count: number): void {
    if (this.#unanswered === 0) return;
    clearTimeout(this.#silence);
    this.#unanswered = Math.max(0, this.#unanswered - count);
    this.#stillTalking();
    this.#options.changed();
  }
}
