/** The host as its lines see it: frames in, rules applied, answers out in time, every message in the log. */
import { createServer, type Server, type Socket } from "node:net";
import { split60 } from "./check.ts";
import { type DecodedFrame, decodeMessage, maskPan, swapTpdu } from "./codec.ts";
import type {
  Account,
  AcquirerConnection,
  AcquirerHost,
  AcquirerOptions,
  AcquirerState,
  ContactlessTables,
  LedgerView,
  Rule,
  StatementRow,
} from "./contract.ts";
import { deliveryOf, sealedFrame } from "./faults.ts";
import { FrameSplitter } from "./framing.ts";
import type { LedgerStorage } from "./ledger.ts";
import { checkParameters } from "./parameters.ts";
import { checkBlacklist } from "./services/blacklist.ts";
import { checkContactless } from "./services/contactless.ts";
import { Rules } from "./rules.ts";
import { Service } from "./service.ts";
import { localTime } from "./time.ts";

const LOG_LINES = 1000;
/** A terminal that holds a line open and says nothing. Real time: the line is a real one. */
const IDLE_LINE_MS = 300_000;

interface Far {
  send(bytes: Uint8Array): void;
  close(): void;
}

/** Mulberry32: the same seed, the same garbage. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One line to a terminal. Nothing is sent after it ended. */
class Line implements AcquirerConnection {
  readonly #splitter = new FrameSplitter();
  #open = true;

  constructor(
    readonly far: Far,
    readonly host: Host,
  ) {}

  receive(bytes: Uint8Array): void {
    for (const piece of this.#open ? this.#splitter.push(bytes) : []) {
      if ("frame" in piece) this.host.received(this, piece.frame);
      else {
        this.host.note("refused", `${piece.broken}; the line is closed`);
        this.close();
      }
    }
  }

  ended(): void {
    if (!this.#open) return;
    this.#open = false;
    const words = this.#splitter.unfinished();
    if (words !== undefined) this.host.note("refused", words);
  }

  /** False: the line is gone. */
  send(bytes: Uint8Array): boolean {
    if (this.#open) this.far.send(bytes);
    return this.#open;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.far.close();
  }
}

export class Host implements AcquirerHost {
  onChange: (() => void) | undefined;
  readonly #options: AcquirerOptions;
  readonly #storage: LedgerStorage;
  readonly #service: Service;
  readonly #rules = new Rules();
  readonly #log: AcquirerState["log"] = [];
  readonly #pending = new Set<{ stop(): void }>();
  readonly #sockets = new Set<Socket>();
  readonly #random: () => number;
  #server: Server | undefined;
  #closed = false;

  constructor(options: AcquirerOptions, storage: LedgerStorage) {
    this.#options = options;
    this.#storage = storage;
    this.#random = seeded(options.seed ?? 0);
    this.#service = new Service(options, storage);
    if (storage.repaired !== undefined) this.note("info", storage.repaired);
  }

  get busy(): boolean {
    return this.#pending.size > 0;
  }

  note(level: "info" | "refused", words: string): void {
    const { wallMs } = this.#options.clock;
    const line = {
      at: localTime(wallMs.call(this.#options.clock), this.#options.profile.utcOffsetMinutes ?? 480).iso,
      level,
      words,
    };
    this.#log.push(line);
    if (this.#log.length > LOG_LINES) this.#log.shift();
    this.#options.onLog?.(line);
    this.onChange?.();
  }

  received(line: Line, bytes: Uint8Array): void {
    const frame = decodeMessage(bytes);
    const pan = this.#service.panOf(frame);
    const rule = this.#rules.take(frame, pan);
    const name = nameOf(frame, pan);
    if (rule !== undefined) this.note("info", `${name}: a rule applies: ${ruleWords(rule)}`);
    if (rule?.fault === "drop-request") return;
    if (rule?.fault === "late-request")
      this.#later(rule.delayMs ?? 0, () => this.#serve(line, frame, name, { ...rule, fault: undefined, delayMs: 0 }));
    else this.#serve(line, frame, name, rule);
  }

  #serve(line: Line, frame: DecodedFrame, name: string, rule: Rule | undefined): void {
    const reply = this.#service.serve(frame, rule?.answer, rule?.chip);
    if (!("mti" in reply)) {
      this.note("refused", `not a message: ${reply.words}; the line is closed`);
      line.close();
      return;
    }
    this.note(reply.refused ? "refused" : "info", `${name}: ${reply.refused ? `${reply.fields[39]}, ` : ""}${reply.words}`);
    const header = frame.header.slice(0, 5) + String(rule?.headerRequest ?? 0) + frame.header.slice(6);
    this.#deliver(line, sealedFrame(reply, swapTpdu(frame.tpdu), header, rule?.fault), rule);
  }

  #deliver(line: Line, frame: Uint8Array, rule: Rule | undefined): void {
    const { pieces, betweenMs, closes } = deliveryOf(frame, rule, this.#random);
    const step = (index: number): void => {
      const piece = pieces[index];
      if (piece !== undefined && !line.send(piece)) this.note("info", "an answer was ready, but its line had ended");
      else if (index + 1 >= pieces.length) {
        if (closes) line.close();
      } else if (betweenMs > 0) this.#later(betweenMs, () => step(index + 1));
      else step(index + 1);
    };
    const delayMs = rule?.fault === "drip" ? 0 : (rule?.delayMs ?? 0);
    if (delayMs > 0) this.#later(delayMs, () => step(0));
    else step(0);
  }

  #later(ms: number, callback: () => void): void {
    const timer = this.#options.clock.after(ms, () => {
      this.#pending.delete(timer);
      if (!this.#closed) callback();
      this.onChange?.();
    });
    this.#pending.add(timer);
  }

  connect(far: Far): AcquirerConnection {
    if (this.#closed) throw new Error("acquirer: closed");
    return new Line(far, this);
  }

  listen(port: number): Promise<number> {
    if (this.#server !== undefined) throw new Error("acquirer: listens already");
    const server = createServer((socket) => this.#attach(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        server.on("error", (error) => this.note("info", `listening: ${error.message}`));
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  #attach(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_LINE_MS, () => socket.destroy());
    const line = this.connect({ send: (bytes) => socket.write(bytes), close: () => socket.end() });
    socket.on("data", (bytes) => line.receive(bytes));
    socket.on("error", (error) => this.note("info", `a line broke: ${error.message}`));
    socket.on("end", () => line.ended());
    socket.on("close", () => {
      line.ended();
      this.#sockets.delete(socket);
    });
  }

  state(options: { clear?: boolean } = {}): AcquirerState {
    const clear = options.clear === true;
    const accounts = [...this.#service.book.accounts.values()].map(({ account }) => {
      const { pin, ...rest } = account;
      const heldFen = this.#service.book.heldFen(account.pan);
      const shown: Account = clear ? { ...account } : { ...rest, pan: maskPan(account.pan) };
      return heldFen === 0 ? shown : { ...shown, heldFen };
    });
    return {
      accounts,
      rules: this.#rulesShown(clear),
      terminals: this.#terminalsShown(),
      parameters: this.#service.parameters,
      log: [...this.#log],
    };
  }

  #rulesShown(clear: boolean): AcquirerState["rules"] {
    return this.#rules.all().map((rule) => {
      const { card } = rule.match;
      return clear || card === undefined
        ? rule
        : { ...rule, match: { ...rule.match, card: card.length < 13 ? card : maskPan(card) } };
    });
  }

  #terminalsShown(): AcquirerState["terminals"] {
    const { terminals, statuses } = this.#service.book;
    return [...terminals.values()].map(({ terminal, merchant, signedOn, batch }) => {
      const status = statuses.get(terminal);
      return { terminal, merchant, signedOn, batch, ...(status === undefined ? {} : { status: structuredClone(status) }) };
    });
  }

  ledger(options: { clear?: boolean } = {}): LedgerView {
    return this.#service.book.view(options.clear === true ? (pan) => pan : maskPan);
  }

  addRule(rule: Rule): void {
    this.#rules.add(rule);
    this.onChange?.();
  }

  clearRules(): void {
    this.#rules.clear();
    this.onChange?.();
  }

  forget(records: number): void {
    if (!Number.isInteger(records) || records < 0) throw new Error(`${records} records: a whole number from 0`);
    this.#service.record({ record: "forgotten", count: records });
    this.note("info", `the last ${records} records of the ledger are lost`);
  }

  setAccount(account: Account): void {
    checkAccount(account);
    const { heldFen: _view, ...own } = account;
    this.#service.record({ record: "account", account: own });
    this.onChange?.();
  }

  setParameters(parameters: Record<string, string>): void {
    checkParameters(parameters);
    this.#service.record({ record: "parameters", parameters: { ...parameters } });
    this.onChange?.();
  }

  setBlacklist(entries: readonly string[]): void {
    checkBlacklist(entries);
    this.#service.record({ record: "blacklist", entries: [...entries] });
    this.onChange?.();
  }

  setContactless(tables: ContactlessTables): void {
    checkContactless(tables);
    this.#service.record({ record: "contactless", tables: structuredClone(tables) });
    this.onChange?.();
  }

  statement(terminal: string, date: string, options: { clear?: boolean } = {}): StatementRow[] {
    if (!/^\d{8}$/.test(date)) throw new Error(`statement: date ${JSON.stringify(date)} must be YYYYMMDD`);
    return this.#service.book.statement(terminal, date, options.clear === true ? (pan) => pan : maskPan);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#pending) timer.stop();
    this.#pending.clear();
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
    this.#storage.close();
  }
}

function checkAccount({ pan, pin, balanceFen, expiry, status }: Account): void {
  if (!/^\d{13,19}$/.test(pan)) throw new Error("account: pan must have 13 to 19 digits");
  if (pin !== undefined && !/^\d{4,12}$/.test(pin)) throw new Error("account: pin must have 4 to 12 digits");
  if (!Number.isSafeInteger(balanceFen)) throw new Error("account: balanceFen must be a whole number of fen");
  if (expiry !== undefined && !/^\d\d(0[1-9]|1[0-2])$/.test(expiry)) throw new Error("account: expiry must be YYMM");
  if (status !== undefined && !/^([0-9A-Z]{2})?$/.test(status))
    throw new Error("account: status must be an answer code of two characters");
}

/** "0200 terminal 10000001 batch 000001 trace 000123 card 622999*********0019". */
function nameOf(frame: DecodedFrame, pan: string | undefined): string {
  const { fields } = frame;
  const { batch, management } = split60(fields[60]);
  const parts = [
    frame.mti,
    management === "" || management === "000" ? "" : management,
    fields[41] === undefined ? "" : `terminal ${fields[41]}`,
    batch === "" ? "" : `batch ${batch}`,
    fields[11] === undefined ? "" : `trace ${fields[11]}`,
    fields[4] === undefined ? "" : `amount ${fields[4]}`,
    pan === undefined ? "" : `card ${maskPan(pan)}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function ruleWords(rule: Rule): string {
  const answer = Object.entries(rule.answer ?? {}).map(([de, value]) => `${de}=${value}`);
  const chip =
    rule.chip === undefined
      ? ""
      : `chip ${rule.chip.arpc ?? ""} ${(rule.chip.scripts ?? []).map((one) => one.do).join(" ")}`.trim();
  const parts = [rule.fault, answer.join(" "), chip, rule.delayMs === undefined ? "" : `delay ${rule.delayMs} ms`];
  return parts.filter((part) => part !== undefined && part !== "").join(", ");
}
