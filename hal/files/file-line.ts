/** The file line (PROTOCOL.md): JSON lines around blocks of bare bytes, each block acknowledged. */
import { Mutex, Queue } from "../../platform/guest/async.ts";
import { concat, decodeAscii, encodeAscii } from "../../platform/guest/bytes.ts";
import { crc32 } from "../../platform/guest/crc32.ts";
import type { Cancel, Port, System } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import { DeviceError } from "../errors.ts";
import { nextWithin } from "../wait.ts";
import type { Files, FilesErrorCode, FileToSend, ReceiveOptions } from "./files.ts";

const BLOCK_BYTES = 4_096;
const LINE_BYTES = 512;
const ANSWER_MS = 10_000;
const NEW_LINE = 0x0a;
const NAME = /^[A-Za-z0-9._-]{1,80}$/;

const failure = (code: FilesErrorCode, words: string) => new DeviceError<FilesErrorCode>("files", code, words);
const hex8 = (sum: number): string => sum.toString(16).padStart(8, "0");

type Said = Record<string, unknown>;

interface Header {
  file: string;
  bytes: number;
  crc32: string;
}

/** Throws PortError when the port cannot be opened now. */
export function openFileLine(system: System, portName: string): Files {
  return new FileLine(system, portName);
}

class FileLine implements Files {
  readonly #system: System;
  readonly #turns = new Mutex();
  readonly #attachment: ReturnType<typeof attach>;
  #incoming = new Queue<Uint8Array>();
  #held: Uint8Array = new Uint8Array(0);

  constructor(system: System, portName: string) {
    this.#system = system;
    this.#attachment = attach(
      system,
      portName,
      { messages: false },
      (port) => this.#listen(port),
      (why) => {
        system.log.info(`files: gone: ${why}`);
        this.#incoming.close(failure("unplugged", why));
      },
    );
  }

  send(file: FileToSend, onProgress?: (bytes: number) => void): Promise<void> {
    return this.#turns.run(() => this.#send(file, onProgress));
  }

  receive(options: ReceiveOptions): Promise<FileToSend> {
    return this.#turns.run(() => this.#receive(options), options.cancel);
  }

  async #send({ name, bytes }: FileToSend, onProgress?: (bytes: number) => void): Promise<void> {
    if (!NAME.test(name)) throw new RangeError(`"${name}" cannot be the name of a file`);
    this.#forget();
    const sum = hex8(crc32(bytes));
    this.#say({ file: name, bytes: bytes.length, crc32: sum });
    await this.#answer((said) => said.ready === true);
    for (let at = 0; at < bytes.length; ) {
      const block = bytes.subarray(at, at + BLOCK_BYTES);
      this.#write(block);
      at += block.length;
      const last = at === bytes.length;
      await this.#answer((said) => (last ? said.done === sum : said.got === at));
      onProgress?.(at);
    }
    if (bytes.length === 0) await this.#answer((said) => said.done === sum);
  }

  async #receive({ maxBytes, timeoutMs, onProgress, cancel }: ReceiveOptions): Promise<FileToSend> {
    this.#forget();
    const header = await this.#header(timeoutMs, cancel);
    if (header.bytes > maxBytes) {
      this.#say({ refused: `more than ${maxBytes} bytes` });
      throw failure("damaged", `${header.file} has ${header.bytes} bytes, at most ${maxBytes} can be`);
    }
    const bytes = new Uint8Array(header.bytes);
    this.#say({ ready: true });
    for (let at = 0; at < bytes.length; ) {
      const block = await this.#take(Math.min(BLOCK_BYTES, bytes.length - at), cancel);
      bytes.set(block, at);
      at += block.length;
      onProgress?.(at, bytes.length);
      if (at < bytes.length) this.#say({ got: at });
    }
    const sum = hex8(crc32(bytes));
    if (sum !== header.crc32) {
      this.#say({ refused: `crc32 is ${sum}` });
      throw failure("damaged", `${header.file}: crc32 is ${sum}, its header says ${header.crc32}`);
    }
    this.#say({ done: sum });
    return { name: header.file, bytes };
  }

  /** What is no header is noise, or the end of something that was given up. */
  async #header(timeoutMs: number, cancel?: Cancel): Promise<Header> {
    const until = this.#system.scheduler.now() + timeoutMs;
    for (;;) {
      const said = await this.#line(Math.max(0, until - this.#system.scheduler.now()), "person", cancel);
      if (said === undefined) throw failure("no-answer", "no file came");
      const { file, bytes, crc32: sum } = said;
      if (typeof file !== "string" || !NAME.test(file)) continue;
      if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0 || typeof sum !== "string") continue;
      return { file, bytes, crc32: sum };
    }
  }

  /** Until the far end says what is wanted; other lines are passed over. */
  async #answer(wanted: (said: Said) => boolean): Promise<void> {
    for (;;) {
      const said = await this.#line(ANSWER_MS, "work");
      if (said === undefined) throw failure("no-answer", "the far end does not answer");
      if (typeof said.refused === "string") throw failure("refused", said.refused);
      if (wanted(said)) return;
    }
  }

  /** The next line that is a JSON object; undefined when none comes in time. */
  async #line(timeoutMs: number, patience: "work" | "person", cancel?: Cancel): Promise<Said | undefined> {
    for (;;) {
      const end = this.#held.indexOf(NEW_LINE);
      if (end >= 0) {
        const line = this.#held.subarray(0, end);
        this.#held = this.#held.subarray(end + 1);
        const said = line.length <= LINE_BYTES ? parse(line) : undefined;
        if (said !== undefined) return said;
        continue;
      }
      if (this.#held.length > LINE_BYTES) this.#held = new Uint8Array(0);
      if (!(await this.#more(timeoutMs, patience, cancel))) return undefined;
    }
  }

  async #take(count: number, cancel?: Cancel): Promise<Uint8Array> {
    while (this.#held.length < count) {
      if (!(await this.#more(ANSWER_MS, "work", cancel))) throw failure("no-answer", "the file stopped in the middle");
    }
    const taken = this.#held.slice(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async #more(timeoutMs: number, patience: "work" | "person", cancel?: Cancel): Promise<boolean> {
    const bytes = await nextWithin(this.#system.scheduler, this.#incoming, timeoutMs, patience, cancel);
    if (bytes !== undefined) this.#held = concat(this.#held, bytes);
    return bytes !== undefined;
  }

  #listen(port: Port): void {
    this.#incoming = new Queue();
    port.onReadable = () => {
      for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) this.#incoming.push(bytes);
    };
  }

  #forget(): void {
    this.#held = new Uint8Array(0);
    this.#incoming.clear();
  }

  #say(said: Said): void {
    this.#write(encodeAscii(`${JSON.stringify(said)}\n`));
  }

  #write(bytes: Uint8Array): void {
    const { port } = this.#attachment;
    if (port === undefined) throw failure("unplugged", "no line");
    try {
      port.write(bytes);
    } catch (error) {
      throw failure("unplugged", String(error));
    }
  }
}

function parse(line: Uint8Array): Said | undefined {
  try {
    const value: unknown = JSON.parse(decodeAscii(line));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Said) : undefined;
  } catch {
    return undefined;
  }
}
