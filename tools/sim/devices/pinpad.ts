/**
 * An external PIN pad with its own keys, display and secure memory, at the far end of the wire of hal/pinpad/PROTOCOL.md. It gives
 * out blocks, MACs and enciphered tracks; nothing here returns a key or a PIN.
 */
import type { ActiveFault, DeviceContext, FaultSpec, SimPinPadControls } from "../contract.ts";
import { BAUD, Device, UNPLUG } from "./device.ts";
import * as crypto from "./pinpad-crypto.ts";
import { type Algorithm, KEY_BYTES, type Key } from "./pinpad-crypto.ts";
import { Arguments, type PinRules, pinRules, PIN_MAX, Refusal, STATUS, type StatusWord } from "./pinpad-arguments.ts";
import { ACK, FrameReader, frame, NAK } from "./pinpad-frame.ts";
import { type KeyUse, type Secrets, SecureStore, type WorkingKey } from "./secure-store.ts";

export interface PinPadSettings {
  /** Where the pad keeps its secrets between runs; without it they end with the process. */
  storeFile?: string;
  model?: string;
  version?: string;
  serial?: string;
}

const CODE = { info: 0x01, pin: 0x04, cancel: 0x05, mac: 0x06, verifyMac: 0x07, cardPin: 0x0b } as const;
/** Under way from their ACK on, though nothing is shown yet. */
const ASKING: ReadonlySet<number> = new Set([CODE.pin, CODE.cardPin]);
const NOTICE = { digits: 0xe0, tamper: 0xe1, restarted: 0xe2 } as const;
const ANSWER_BIT = 0x80;

const ALGORITHMS: readonly (Algorithm | undefined)[] = [undefined, "des", "3des", "sm4"];
const USES: readonly (KeyUse | undefined)[] = [undefined, "PIK", "MAK", "TDK"];
const METHODS: readonly (crypto.MacMethod | undefined)[] = [undefined, "ecb", "x9.9", "x9.19", "sm4"];
/** What the pad can show; there is no way to make it show anything else. */
const PROMPTS = [
  { name: "welcome", zh: "欢迎使用", en: "WELCOME" },
  { name: "enter-pin", zh: "请输入密码", en: "ENTER PIN" },
  { name: "processing", zh: "正在处理", en: "PROCESSING" },
  { name: "approved", zh: "交易成功", en: "APPROVED" },
  { name: "declined", zh: "交易失败", en: "DECLINED" },
  { name: "remove-card", zh: "请取走卡片", en: "REMOVE CARD" },
  { name: "locked", zh: "终端已锁定", en: "LOCKED" },
  { name: "wrong-pin", zh: "密码错,请重输", en: "WRONG PIN, TRY AGAIN" },
  { name: "last-try", zh: "最后一次机会", en: "LAST TRY" },
] as const;
const WELCOME = 0;
const PROCESSING = 2;
/** Those under which a PIN for the card may be asked; the last two are for nothing else. */
const CARD_PIN_PROMPTS: ReadonlySet<number> = new Set([1, 7, 8]);
const isForAnyTime = (prompt: number): boolean => prompt < 7;
/** How a PIN leaves for the card. */
const ENCIPHERED = 1;
const SEALED = 2;
const CHALLENGE_BYTES = 8;
const PAIRING_KEY_BYTES = 16;

const MASTER_SLOTS = 50;
const WORK_MS = 30;
const SLOW_MS = 1500;
const RESTART_MS = 800;
const KEY_MS = 30;
const PIN_TOKENS = 20;
const PIN_REFILL_MS = 30_000;
const MAC_PART_BYTES = 512;
const MAC_MOST_BYTES = 64 * 1024;
const TRACK_MOST_DIGITS = 107;

/** A frame and, once the work is done, its answer: what rule 3 of the protocol asks to be remembered. */
interface Exchange {
  sequence: number;
  body: Uint8Array;
  answer?: Uint8Array;
}

interface PinEntry {
  exchange: Exchange;
  /** What leaves the pad for these digits. */
  wrap: (digits: Uint8Array) => Uint8Array;
  min: number;
  max: number;
  emptyAllowed: boolean;
  digits: Uint8Array;
  count: number;
  endsAt: number;
  timer: { stop(): void };
}

interface MacRun {
  command: number;
  method: number;
  parts: Uint8Array[];
  size: number;
}

/** One pad as a thing: the desk can hold two, and swap them. */
interface Unit {
  serial: string;
  /** Shared with the chip reader in the same housing; it is the housing's, so no store keeps it. */
  pairing: Uint8Array | undefined;
  store: SecureStore;
  secrets: Secrets;
  /** Virtual ms at which `secrets.pinTokens` was right. */
  tokensAt: number;
}

export class SimPinPad extends Device implements SimPinPadControls {
  readonly wire = "pinpad";
  readonly faultSpecs: readonly FaultSpec[] = [
    { fault: "silent", takes: "switch", words: { zh: "无应答", en: "Does not answer at all" } },
    { fault: "busy", takes: "switch", words: { zh: "一直忙", en: "Answers busy to everything" } },
    { fault: "slow", takes: "value", words: { zh: "应答慢(毫秒)", en: "Answers late (ms)" } },
    { fault: "bad-crc", takes: "count", words: { zh: "发出的帧校验错", en: "Sends frames with a wrong CRC" } },
    { fault: "nak", takes: "count", words: { zh: "拒收好帧(NAK)", en: "Sends NAK to good frames" } },
    { fault: "lost-ack", takes: "count", words: { zh: "ACK丢失", en: "Its ACK is lost" } },
    { fault: "lost-answer", takes: "count", words: { zh: "应答丢失", en: "Its answer is lost" } },
    { fault: "tamper", takes: "switch", words: { zh: "触发自毁,密钥清除", en: "Tampered: all keys wiped" } },
    { fault: "replaced", takes: "switch", words: { zh: "换成另一台(无密钥)", en: "Replaced by another unit without keys" } },
    { fault: "power-cycle", takes: "value", words: { zh: "掉电重启(毫秒)", en: "Loses power and restarts (ms)" } },
    BAUD,
    UNPLUG,
  ];
  readonly #model: string;
  readonly #version: string;
  readonly #own: Unit;
  #other: Unit | undefined;
  readonly #reader: FrameReader;
  #powered = true;
  #last: Exchange | undefined;
  #lastCancel: Exchange | undefined;
  #work: { stop(): void } | undefined;
  #pin: PinEntry | undefined;
  #mac: MacRun | undefined;
  #prompt = WELCOME;
  #amountFen: number | undefined;
  readonly #typed: string[] = [];
  #typing: { stop(): void } | undefined;

  constructor(context: DeviceContext, settings: PinPadSettings = {}) {
    super(context);
    this.#model = settings.model ?? "TPP-100";
    this.#version = settings.version ?? "1.0.0";
    this.#own = this.#unit(settings.serial ?? "TPP0000001", settings.storeFile);
    this.#reader = new FrameReader(
      context.clock,
      (sequence, body) => this.#frameCame(sequence, body),
      () => this.#sendRaw(new Uint8Array([NAK])),
    );
    if (this.#own.secrets.tampered) this.setFault({ fault: "tamper" });
  }

  // --- the wire

  receive(bytes: Uint8Array): void {
    if (this.#live) this.#reader.push(this.heard(bytes));
  }

  /** A terminal that opens the line is a new life: no answer of an earlier one may be taken for it. */
  attached(_open: boolean): void {
    this.#reader.reset();
    this.#abandon();
    this.#show(WELCOME);
  }

  #frameCame(sequence: number, body: Uint8Array): void {
    if (this.has("silent")) return;
    if (this.spend("nak")) {
      this.#sendRaw(new Uint8Array([NAK]));
      return;
    }
    if (!this.spend("lost-ack")) this.#sendRaw(new Uint8Array([ACK]));
    const isCancel = body[0] === CODE.cancel;
    const last = isCancel ? this.#lastCancel : this.#last;
    if (last !== undefined && last.sequence === sequence && sameBytes(last.body, body)) {
      if (last.answer !== undefined) this.#sendFrame(sequence, last.answer);
      return;
    }
    const exchange: Exchange = { sequence, body };
    if (isCancel) {
      this.#lastCancel = exchange;
      this.#cancelCommand(exchange);
      return;
    }
    if (this.#pin !== undefined || this.#work !== undefined) {
      this.#sendFrame(sequence, answerBody(body[0]!, "busy"));
      return;
    }
    this.#last = exchange;
    const ms = this.has("slow") ? this.valueOf("slow", SLOW_MS) : WORK_MS;
    this.#work = this.context.clock.after(ms, "busy", () => {
      this.#work = undefined;
      this.#perform(exchange);
    });
  }

  #perform(exchange: Exchange): void {
    const [command = 0, ...rest] = exchange.body;
    if (command !== CODE.mac && command !== CODE.verifyMac) this.#dropMac();
    try {
      const data = this.#run(command, new Uint8Array(rest), exchange);
      if (data !== "later") this.#finish(exchange, "ok", data);
    } catch (refused) {
      if (refused instanceof Refusal) this.#finish(exchange, refused.status, refused.data);
      else this.#finish(exchange, "busy");
    }
  }

  #finish(exchange: Exchange, status: StatusWord, data?: Uint8Array): void {
    exchange.answer = answerBody(exchange.body[0]!, status, data);
    this.#sendFrame(exchange.sequence, exchange.answer);
    this.context.changed();
  }

  #sendFrame(sequence: number, body: Uint8Array): void {
    if (this.spend("lost-answer")) return;
    const bytes = frame(sequence, body);
    if (this.spend("bad-crc")) bytes[bytes.length - 1]! ^= 0x5a;
    this.#sendRaw(bytes);
  }

  #notice(...body: number[]): void {
    this.#sendRaw(frame(0, new Uint8Array(body)));
  }

  #sendRaw(bytes: Uint8Array): void {
    if (this.#live && !this.has("silent")) this.toTerminal(bytes);
  }

  get #live(): boolean {
    return this.#powered && this.plugged;
  }

  // --- commands: each returns its answer's data, or throws Refusal

  #run(command: number, args: Uint8Array, exchange: Exchange): Uint8Array | undefined | "later" {
    if (command === CODE.info) return this.#info();
    if (this.#secrets.tampered) throw new Refusal("tampered");
    if (this.has("busy")) throw new Refusal("busy");
    const reader = new Arguments(args);
    switch (command) {
      case 0x02:
        return this.#keyCheck(reader);
      case 0x03:
        return this.#loadKey(reader);
      case CODE.pin:
        return this.#startPin(reader, exchange);
      case CODE.cardPin:
        return this.#startCardPin(reader, exchange);
      case CODE.mac:
      case CODE.verifyMac:
        return this.#macPart(command, reader);
      case 0x08:
        return this.#track(reader);
      case 0x09: {
        const prompt = reader.byte();
        const amountFen = reader.amount();
        reader.end();
        if (!isForAnyTime(prompt)) throw new Refusal("rejected");
        this.#show(prompt, amountFen);
        return undefined;
      }
      case 0x0a:
        reader.end();
        this.#commit((secrets) => secrets.working.clear());
        return undefined;
      default:
        throw new Refusal("unknownCommand");
    }
  }

  #info(): Uint8Array {
    const texts = [this.#model, this.#version, this.#here.serial].map((text) => Buffer.from(text, "ascii"));
    return new Uint8Array([this.#secrets.tampered ? 1 : 0, ...texts.flatMap((text) => [text.length, ...text])]);
  }

  #keyCheck(args: Arguments): Uint8Array {
    const kind = args.byte();
    const slot = args.byte();
    args.end();
    if (kind === 0) return crypto.checkValue(this.#master(slot));
    const use = USES[kind];
    if (use === undefined || slot !== 0) throw new Refusal("rejected");
    return crypto.checkValue(this.#working(use));
  }

  #loadKey(args: Arguments): undefined {
    const slot = args.byte();
    const use = USES[args.byte()];
    const algorithm = ALGORITHMS[args.byte()];
    const enciphered = args.bytes(args.byte());
    const expected = args.bytes(4);
    args.end();
    const master = this.#master(slot);
    if (use === undefined || algorithm === undefined) throw new Refusal("rejected");
    if (enciphered.length !== KEY_BYTES[algorithm]) throw new Refusal("rejected");
    if (enciphered.length % crypto.blockBytes(master.algorithm) !== 0) throw new Refusal("rejected");
    const key: WorkingKey = { master: slot, algorithm, bytes: crypto.decipher(master, enciphered) };
    if (!sameBytes(crypto.checkValue(key), expected)) {
      key.bytes.fill(0);
      throw new Refusal("kcvMismatch");
    }
    this.#commit((secrets) => secrets.working.set(use, key));
    return undefined;
  }

  #macPart(command: number, args: Arguments): Uint8Array | undefined {
    const method = args.byte();
    const flags = args.byte();
    const [first, last] = [(flags & 1) !== 0, (flags & 2) !== 0];
    const expected = command === CODE.verifyMac && last ? args.bytes(8) : undefined;
    const data = args.rest();
    const word = METHODS[method];
    if (word === undefined || data.length > MAC_PART_BYTES) this.#refuseMac("rejected");
    if (first) {
      this.#dropMac();
      this.#mac = { command, method, parts: [], size: 0 };
    }
    const run = this.#mac;
    if (run === undefined || run.command !== command || run.method !== method) this.#refuseMac("rejected");
    const key = this.#macKey(word);
    run.parts.push(data);
    run.size += data.length;
    if (run.size > MAC_MOST_BYTES) this.#refuseMac("rejected");
    if (!last) return undefined;
    const whole = new Uint8Array(Buffer.concat(run.parts));
    this.#dropMac();
    if (whole.length === 0) throw new Refusal("rejected");
    const value = crypto.mac(word, key, whole);
    whole.fill(0);
    if (expected === undefined) return value;
    if (!sameBytes(value, expected)) throw new Refusal("macMismatch");
    return undefined;
  }

  #macKey(method: crypto.MacMethod): Key {
    const key = this.#secrets.working.get("MAK");
    if (key === undefined) this.#refuseMac("keyMissing");
    if ((method === "sm4") !== (key.algorithm === "sm4")) this.#refuseMac("notPermitted");
    if (method === "x9.19" && key.bytes.length !== 16) this.#refuseMac("rejected");
    return key;
  }

  #refuseMac(status: StatusWord): never {
    this.#dropMac();
    throw new Refusal(status);
  }

  #dropMac(): void {
    for (const part of this.#mac?.parts ?? []) part.fill(0);
    this.#mac = undefined;
  }

  #track(args: Arguments): Uint8Array {
    const algorithm = args.byte();
    const track = Buffer.from(args.rest()).toString("latin1");
    if (!/^[0-9D]+$/.test(track) || track.length > TRACK_MOST_DIGITS) throw new Refusal("rejected");
    const key = this.#working("TDK");
    permit(algorithm, key);
    return new Uint8Array([track.length, ...crypto.encryptTrack(key, track)]);
  }

  // --- PIN

  #startPin(args: Arguments, exchange: Exchange): "later" {
    const algorithm = args.byte();
    const withPan = args.byte();
    const pan = Buffer.from(args.bytes(args.byte())).toString("latin1");
    const rules = pinRules(args);
    const prompt = args.byte();
    args.end();
    const panFits = withPan === 1 ? /^\d{13,19}$/.test(pan) : withPan === 0 && pan === "";
    if (!panFits || !isForAnyTime(prompt)) throw new Refusal("rejected");
    const { algorithm: own, bytes } = this.#working("PIK");
    permit(algorithm, { algorithm: own, bytes });
    const wrap = (digits: Uint8Array) => crypto.pinBlock({ algorithm: own, bytes }, digits, withPan === 1 ? pan : undefined);
    return this.#ask(exchange, rules, prompt, wrap);
  }

  /** A PIN the card compares: it leaves under the card's own key, or for the paired reader's eyes alone. */
  #startCardPin(args: Arguments, exchange: Exchange): "later" {
    const rules = pinRules(args);
    const prompt = args.byte();
    const kind = args.byte();
    const challenge = args.bytes(CHALLENGE_BYTES);
    const key = kind === ENCIPHERED ? { exponent: args.bytes(args.byte()), modulus: args.bytes(args.byte()) } : undefined;
    args.end();
    if (!CARD_PIN_PROMPTS.has(prompt) || (kind !== ENCIPHERED && kind !== SEALED)) throw new Refusal("rejected");
    if (key !== undefined) {
      if (!crypto.soundCardKey(key)) throw new Refusal("notPermitted");
      const random = () => this.context.random();
      return this.#ask(exchange, rules, prompt, (digits) => crypto.encipherForCard(key, challenge, digits, random));
    }
    const { pairing } = this.#here;
    if (pairing === undefined) throw new Refusal("keyMissing");
    return this.#ask(exchange, rules, prompt, (digits) => crypto.sealForReader(pairing, challenge, digits));
  }

  #ask(exchange: Exchange, { amountFen, ms, ...rules }: PinRules, prompt: number, wrap: PinEntry["wrap"]): "later" {
    this.#refillTokens();
    const tokens = this.#secrets.pinTokens;
    if (tokens < 1) {
      const wait = Math.ceil(((1 - tokens) * PIN_REFILL_MS) / 1000);
      throw new Refusal("rateLimited", new Uint8Array([wait >> 8, wait & 0xff]));
    }
    this.#pin = {
      ...rules,
      exchange,
      wrap,
      digits: new Uint8Array(PIN_MAX),
      count: 0,
      endsAt: this.context.clock.now() + ms,
      timer: this.context.clock.after(ms, "background", () => this.#endPin("timedOut")),
    };
    this.#show(prompt, amountFen);
    return "later";
  }

  /** However it ends, nothing of the PIN stays in the pad. */
  #endPin(status: StatusWord, data?: Uint8Array): void {
    const pin = this.#pin;
    if (pin === undefined) return;
    this.#wipePin();
    this.#show(status === "ok" || status === "empty" ? PROCESSING : WELCOME);
    this.#finish(pin.exchange, status, data);
  }

  #wipePin(): void {
    this.#typing?.stop();
    this.#typing = undefined;
    this.#typed.length = 0;
    this.#pin?.timer.stop();
    this.#pin?.digits.fill(0);
    this.#pin = undefined;
  }

  #cancelCommand(exchange: Exchange): void {
    this.#finish(exchange, "ok");
    const taken = this.#last;
    if (this.#work === undefined || taken === undefined || !ASKING.has(taken.body[0] ?? 0)) {
      this.#endPin("cancelled");
      return;
    }
    this.#work.stop();
    this.#work = undefined;
    this.#finish(taken, "cancelled");
  }

  #key(name: string): void {
    const pin = this.#pin;
    if (pin === undefined) return;
    if (name === "cancel") {
      this.#endPin("cancelled");
      return;
    }
    if (name === "enter") {
      this.#enter(pin);
      return;
    }
    if (name === "clear") {
      pin.digits.fill(0);
      pin.count = 0;
    } else {
      if (pin.count === pin.max) return;
      pin.digits[pin.count] = Number(name);
      pin.count += 1;
    }
    this.#notice(NOTICE.digits, pin.count);
    this.context.changed();
  }

  /** Too few digits: the key does nothing, as the cardholder sees. */
  #enter(pin: PinEntry): void {
    if (pin.count === 0 && pin.emptyAllowed) {
      this.#endPin("empty");
      return;
    }
    if (pin.count < pin.min) return;
    try {
      this.#refillTokens();
      this.#commit((secrets) => {
        secrets.pinTokens -= 1;
      });
    } catch {
      this.#endPin("busy");
      return;
    }
    const block = pin.wrap(pin.digits.subarray(0, pin.count));
    this.#endPin("ok", new Uint8Array([block.length, ...block]));
  }

  #refillTokens(): void {
    const { clock } = this.context;
    const elapsed = Math.max(0, clock.now() - this.#here.tokensAt);
    this.#secrets.pinTokens = Math.min(PIN_TOKENS, this.#secrets.pinTokens + elapsed / PIN_REFILL_MS);
    this.#here.tokensAt = clock.now();
  }

  // --- hands on the pad

  get asking(): boolean {
    return this.#pin !== undefined;
  }

  /** Keys: `0`–`9`, `clear`, `cancel`, `enter`. Keys pressed when nothing is asked do nothing. */
  type(keys: readonly string[]): void {
    const wrong = keys.find((key) => !/^([0-9]|clear|cancel|enter)$/.test(key));
    if (wrong !== undefined) throw new Error(`the PIN pad has no key "${wrong}": it has 0-9 clear cancel enter`);
    if (this.#pin === undefined) return;
    this.#typed.push(...keys);
    if (this.#typing === undefined) this.#typeNext();
  }

  cancel(): void {
    this.type(["cancel"]);
  }

  #typeNext(): void {
    this.#typing = undefined;
    const key = this.#typed.shift();
    if (key === undefined) return;
    this.#key(key);
    if (this.#pin !== undefined) this.#typing = this.context.clock.after(KEY_MS, "busy", () => this.#typeNext());
  }

  /** Throws while the pad is tampered: clear the fault "tamper" (the maker's reset) first. */
  injectMasterKey(slot: number, keyHex: string, algorithm: Algorithm): void {
    if (!Number.isInteger(slot) || slot < 0 || slot >= MASTER_SLOTS) throw new Error(`no master key slot ${slot}: 0-49`);
    const bytes = new Uint8Array(Buffer.from(keyHex, "hex"));
    if (bytes.length !== KEY_BYTES[algorithm] || keyHex.length !== bytes.length * 2) {
      throw new Error(`a ${algorithm} master key has ${KEY_BYTES[algorithm] * 2} hex digits`);
    }
    if (this.#secrets.tampered) throw new Error('the pad is tampered: clear the fault "tamper" (the maker\'s reset) first');
    const old = this.#secrets.masters.get(slot);
    if (old?.algorithm === algorithm && sameBytes(old.bytes, bytes)) return;
    this.#commit((secrets) => {
      secrets.masters.set(slot, { algorithm, bytes });
      for (const [use, key] of secrets.working) if (key.master === slot) secrets.working.delete(use);
    });
    this.context.changed();
  }

  /** The key it shares with the chip reader it is built together with, 32 hex digits. */
  pair(keyHex: string): void {
    const bytes = new Uint8Array(Buffer.from(keyHex, "hex"));
    if (bytes.length !== PAIRING_KEY_BYTES) throw new Error(`a pairing key has ${PAIRING_KEY_BYTES * 2} hex digits`);
    this.#own.pairing = bytes;
  }

  get screen(): { prompt: string; lines: string[]; digits: number } {
    const digits = this.#pin?.count ?? 0;
    if (!this.#powered) return { prompt: "off", lines: [], digits };
    if (this.#secrets.tampered) return { prompt: "tampered", lines: ["设备已自毁", "TAMPERED"], digits };
    const prompt = PROMPTS[this.#prompt] ?? PROMPTS[WELCOME];
    const lines: string[] = [prompt.zh, prompt.en];
    if (this.#amountFen !== undefined) lines.push(`¥${(this.#amountFen / 100).toFixed(2)}`);
    if (this.#pin !== undefined) lines.push("*".repeat(digits));
    return { prompt: prompt.name, lines, digits };
  }

  describe(): Record<string, unknown> {
    this.#refillTokens();
    const check = (key: Key) => ({
      algorithm: key.algorithm,
      kcv: Buffer.from(crypto.checkValue(key)).toString("hex").toUpperCase(),
    });
    const pin = this.#pin;
    return {
      ...this.screen,
      asking: this.asking,
      secondsLeft: pin === undefined ? null : Math.max(0, Math.ceil((pin.endsAt - this.context.clock.now()) / 1000)),
      model: this.#model,
      version: this.#version,
      serial: this.#here.serial,
      tampered: this.#secrets.tampered,
      powered: this.#powered,
      plugged: this.plugged,
      masterKeys: [...this.#secrets.masters].sort(([a], [b]) => a - b).map(([slot, key]) => ({ slot, ...check(key) })),
      workingKeys: Object.fromEntries([...this.#secrets.working].map(([use, key]) => [use, check(key)])),
      pinEntriesLeft: Math.floor(this.#secrets.pinTokens),
    };
  }

  #show(prompt: number, amountFen?: number): void {
    this.#prompt = prompt;
    this.#amountFen = amountFen;
    this.context.changed();
  }

  // --- what goes wrong

  protected override faultSet(fault: ActiveFault): void {
    if (fault.fault === "tamper") this.#tamper();
    if (fault.fault === "replaced") this.#restart(0);
    if (fault.fault === "power-cycle") this.#restart(this.valueOf("power-cycle", RESTART_MS));
    if (fault.fault === "unplug") {
      this.#reader.reset();
      this.#abandon();
    }
  }

  protected override faultCleared(fault: string): void {
    if (fault === "replaced") this.#restart(0);
    if (fault === "unplug") this.#restart(0);
    if (fault === "tamper" && this.#secrets.tampered) {
      this.#commit((secrets) => {
        secrets.tampered = false;
      });
    }
  }

  #tamper(): void {
    const fresh = emptySecrets(this.context.clock.wallMs());
    fresh.tampered = true;
    fresh.pinTokens = this.#secrets.pinTokens;
    for (const key of [...this.#secrets.masters.values(), ...this.#secrets.working.values()]) key.bytes.fill(0);
    this.#here.pairing?.fill(0);
    this.#here.pairing = undefined;
    this.#here.secrets = fresh;
    this.#here.store.save(fresh);
    this.#dropMac();
    this.#endPin("tampered");
    this.#notice(NOTICE.tamper);
  }

  /** Power gone for `ms`: whatever was under way ends without an answer. */
  #restart(ms: number): void {
    this.#reader.reset();
    this.#abandon();
    this.#show(WELCOME);
    this.#powered = false;
    this.context.clock.after(ms, "busy", () => {
      this.#powered = true;
      if (this.has("power-cycle")) this.clearFault("power-cycle");
      this.#notice(NOTICE.restarted);
      this.context.changed();
    });
  }

  #abandon(): void {
    this.#work?.stop();
    this.#work = undefined;
    this.#wipePin();
    this.#dropMac();
    this.#last = undefined;
    this.#lastCancel = undefined;
  }

  // --- memory

  get #here(): Unit {
    if (!this.has("replaced")) return this.#own;
    this.#other ??= this.#unit(`${this.#own.serial}-B`, undefined);
    return this.#other;
  }

  get #secrets(): Secrets {
    return this.#here.secrets;
  }

  #unit(serial: string, storeFile: string | undefined): Unit {
    const { clock } = this.context;
    const store = new SecureStore(storeFile);
    const stored = store.load();
    const secrets = stored === undefined || stored === "damaged" ? emptySecrets(clock.wallMs()) : stored;
    if (stored === "damaged") secrets.tampered = true;
    const away = Math.max(0, clock.wallMs() - secrets.wallMs);
    secrets.pinTokens = Math.min(PIN_TOKENS, secrets.pinTokens + away / PIN_REFILL_MS);
    return { serial, pairing: undefined, store, secrets, tokensAt: clock.now() };
  }

  /** All of the change or nothing: memory follows the disk. */
  #commit(change: (secrets: Secrets) => void): void {
    const old = this.#secrets;
    const next: Secrets = {
      ...old,
      masters: new Map(old.masters),
      working: new Map(old.working),
      wallMs: this.context.clock.wallMs(),
    };
    change(next);
    this.#here.store.save(next);
    this.#here.secrets = next;
  }

  #master(slot: number): Key {
    if (slot >= MASTER_SLOTS) throw new Refusal("rejected");
    const key = this.#secrets.masters.get(slot);
    if (key === undefined) throw new Refusal("keyMissing");
    return key;
  }

  #working(use: KeyUse): Key {
    const key = this.#secrets.working.get(use);
    if (key === undefined) throw new Refusal("keyMissing");
    return key;
  }
}

/** A key works with its own algorithm only; 0 leaves the choice to the key. */
function permit(algorithm: number, key: Key): void {
  if (algorithm === 0) return;
  if (ALGORITHMS[algorithm] === undefined) throw new Refusal("rejected");
  if (ALGORITHMS[algorithm] !== key.algorithm) throw new Refusal("notPermitted");
}

function answerBody(command: number, status: StatusWord, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return new Uint8Array([(command + ANSWER_BIT) & 0xff, STATUS[status], ...data]);
}

function emptySecrets(wallMs: number): Secrets {
  return { tampered: false, masters: new Map(), working: new Map(), pinTokens: PIN_TOKENS, wallMs };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
