/**
 * Driver for ESC/POS printers. A slip goes out in groups of at most 1 KB, each followed by GS r 1: its answer comes only when all before it
 * is on paper, so answers are both the proof of printing and the leave to send more.
 */
import { Mutex, Queue } from "../../platform/guest/async.ts";
import { concat } from "../../platform/guest/bytes.ts";
import { type Cancel, type Port, PortError, type System } from "../../platform/guest/system.ts";
import { nextWithin } from "../wait.ts";
import { PrintFont } from "./font.ts";
import { Gb18030 } from "./gb18030.ts";
import { type Block, type LayoutTools, layout, RESET } from "./layout.ts";
import { MODELS, type PrinterModel } from "./models.ts";
import { type Printer, PrinterError, type PrinterErrorCode, type PrinterStatus, type PrintItem } from "./printer.ts";
import { automaticStatus, realTimeStatus, StatusReader } from "./status.ts";

const DLE = 0x10;
const GS = 0x1d;
const CLEAR = Uint8Array.of(DLE, 0x05, 2);
const TELL_CHANGES = Uint8Array.of(GS, 0x61, 0x0f);
const REPORT_WHEN_PRINTED = Uint8Array.of(GS, 0x72, 1);
const STATUS_KINDS = [1, 2, 3, 4];

const GROUP_BYTES = 1_024;
const ANSWER_MS = 500;
const ANSWER_TRIES = 2;
/** Grace on top of what the paper takes at the slowest speed. */
const GRACE_MS = 3_000;
/** While nothing is heard, the printer is asked how it is. */
const LOOK_MS = 1_500;
/** Answers that an old job left behind have stopped when it is quiet for so long. */
const QUIET_MS = 100;

interface Group {
  bytes: Uint8Array;
  dots: number;
}

type JobEvent = { kind: "printed" } | { kind: "problem"; code: PrinterErrorCode };

const failure = (code: PrinterErrorCode, words?: string) => new PrinterError("printer", code, words);

/** Throws PortError when the port cannot be opened, RangeError when there is no such model. */
export function openEscpos(system: System, portName: string, modelName: string): Printer {
  const model = Object.hasOwn(MODELS, modelName) ? MODELS[modelName] : undefined;
  if (model === undefined) throw new RangeError(`no printer model "${modelName}"; there are ${Object.keys(MODELS).join(", ")}`);
  return new Escpos(system, portName, model);
}

class Escpos implements Printer {
  readonly columns: number;
  readonly widthDots: number;
  lastStatus: PrinterStatus | undefined;
  onStatus: ((status: PrinterStatus) => void) | undefined;

  readonly #system: System;
  readonly #portName: string;
  readonly #model: PrinterModel;
  readonly #jobs = new Mutex();
  readonly #questions = new Mutex();
  #tools: LayoutTools | undefined;
  #port: Port | undefined;
  #closed = false;
  /** The printer may still hold, or answer for, what an earlier job or life of the terminal sent. */
  #unknown = true;
  #answers = new Queue<number>(16);
  #job: Queue<JobEvent> | undefined;

  constructor(system: System, portName: string, model: PrinterModel) {
    this.#system = system;
    this.#portName = portName;
    this.#model = model;
    this.columns = model.columns;
    this.widthDots = model.widthDots;
    this.#open();
    this.#tellChanges();
  }

  print(items: readonly PrintItem[], cancel?: Cancel): Promise<void> {
    return this.#jobs.run(() => this.#print(items, cancel), cancel);
  }

  async status(): Promise<PrinterStatus> {
    this.#reopen();
    return this.#ask();
  }

  close(): void {
    this.#closed = true;
    this.#lose("closed here");
  }

  async #print(items: readonly PrintItem[], cancel: Cancel | undefined): Promise<void> {
    const groups = grouped(layout(items, this.#layoutTools()));
    await this.#ready();
    cancel?.throwIfCancelled();
    const job = new Queue<JobEvent>(256);
    this.#job = job;
    try {
      if (this.#unknown) await this.#startClean(job, cancel);
      this.#write(concat(RESET, TELL_CHANGES));
      await this.#send(groups, job, cancel);
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      this.#job = undefined;
    }
  }

  async #send(groups: readonly Group[], job: Queue<JobEvent>, cancel: Cancel | undefined): Promise<void> {
    const inPrinter: Group[] = [];
    const filled = () => inPrinter.reduce((sum, group) => sum + group.bytes.length, 0);
    for (const group of groups) {
      while (inPrinter.length > 0 && filled() + group.bytes.length > this.#model.bufferBytes) {
        await this.#printed(inPrinter, job, cancel);
      }
      this.#write(concat(group.bytes, REPORT_WHEN_PRINTED));
      inPrinter.push(group);
    }
    while (inPrinter.length > 0) await this.#printed(inPrinter, job, cancel);
  }

  /** Waits until the oldest group is on paper and takes it out. */
  async #printed(inPrinter: Group[], job: Queue<JobEvent>, cancel: Cancel | undefined): Promise<void> {
    const dots = (inPrinter[0] as Group).dots;
    const dueMs = this.#system.scheduler.now() + GRACE_MS + (dots * 1000) / this.#model.slowestDotsPerS;
    await this.#untilPrinted(dueMs, job, cancel);
    inPrinter.shift();
  }

  async #untilPrinted(dueMs: number, job: Queue<JobEvent>, cancel: Cancel | undefined): Promise<void> {
    const { scheduler } = this.#system;
    for (;;) {
      const leftMs = dueMs - scheduler.now();
      if (leftMs <= 0) throw failure("timeout", "it does not say that it has printed");
      const event = await nextWithin(scheduler, job, Math.min(leftMs, LOOK_MS), "work", cancel);
      if (event?.kind === "printed") return;
      if (event?.kind === "problem") throw failure(event.code);
      // Nothing heard. A printer that cannot tell changes by itself still answers when asked.
      const { problem } = await this.#ask();
      if (problem !== undefined && job.length === 0) throw failure(problem);
    }
  }

  /** Rejects PrinterError, untouched, when the printer could not print now. */
  async #ready(): Promise<void> {
    try {
      this.#reopen();
      const { problem } = await this.#ask();
      if (problem !== undefined) throw failure(problem);
    } catch (error) {
      if (error instanceof PrinterError) error.untouched = true;
      throw error;
    }
  }

  /** Empties the printer and waits until no answer of an earlier job is on its way. */
  async #startClean(job: Queue<JobEvent>, cancel: Cancel | undefined): Promise<void> {
    this.#write(concat(CLEAR, RESET, REPORT_WHEN_PRINTED));
    const { scheduler } = this.#system;
    const leftoverMs = (this.#model.bufferBytes * 1000) / this.#model.slowestDotsPerS;
    await this.#untilPrinted(scheduler.now() + GRACE_MS + leftoverMs, job, cancel);
    for (;;) {
      const event = await nextWithin(scheduler, job, QUIET_MS, "work", cancel);
      if (event === undefined) break;
      if (event.kind === "problem") throw failure(event.code);
    }
    this.#unknown = false;
  }

  /** What the printer still holds must not come out later. */
  #abandon(): void {
    this.#unknown = true;
    try {
      this.#write(concat(CLEAR, RESET));
    } catch (error) {
      this.#system.log.debug(`printer: not cleared: ${String(error)}`);
    }
  }

  /** The four real-time questions, one after the other, since an answer does not say which it is for. */
  #ask(): Promise<PrinterStatus> {
    return this.#questions.run(async () => {
      const answers: (number | undefined)[] = [];
      for (const kind of STATUS_KINDS) {
        answers.push(await this.#question(kind));
        if (answers[0] === undefined) throw failure("timeout", "no answer; is it on, and its cable in?");
      }
      const status = realTimeStatus(answers, this.#model);
      this.#note(status);
      return status;
    });
  }

  async #question(kind: number): Promise<number | undefined> {
    for (let tries = 0; tries < ANSWER_TRIES; tries++) {
      this.#answers.clear();
      this.#write(Uint8Array.of(DLE, 0x04, kind));
      const answer = await nextWithin(this.#system.scheduler, this.#answers, ANSWER_MS, "work");
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  #note(status: PrinterStatus): void {
    const was = this.lastStatus;
    this.lastStatus = status;
    if (was === undefined || was.online !== status.online || was.problem !== status.problem || was.nearEnd !== status.nearEnd) {
      this.onStatus?.(status);
    }
  }

  #layoutTools(): LayoutTools {
    this.#tools ??= { model: this.#model, table: this.#table(), font: PrintFont.open(this.#system.asset("font-print-24.bin")) };
    return this.#tools;
  }

  #table(): Gb18030 | undefined {
    const bytes = this.#system.asset("gb18030.bin");
    if (bytes !== undefined) return new Gb18030(bytes);
    this.#system.log.error("printer: gb18030.bin is missing from the firmware package; only ASCII can be printed");
    return undefined;
  }

  #open(): void {
    const { scheduler } = this.#system;
    const port = this.#system.openPort(this.#portName);
    const reader = new StatusReader(() => scheduler.now(), {
      realTime: (byte) => this.#answers.push(byte),
      paper: (byte) => this.#paperAnswer(byte),
      automatic: (bytes) => this.#automatic(bytes),
    });
    port.onReadable = () => {
      for (let bytes = port.read(); bytes !== undefined; bytes = port.read()) reader.take(bytes);
    };
    port.onClosed = (why) => this.#lose(why);
    this.#answers = new Queue<number>(16);
    this.#port = port;
    this.#unknown = true;
  }

  #reopen(): void {
    if (this.#port !== undefined) return;
    if (this.#closed) throw failure("unplugged", "closed here");
    try {
      this.#open();
    } catch (error) {
      if (error instanceof PortError) throw failure("unplugged", error.message);
      throw error;
    }
  }

  #tellChanges(): void {
    try {
      this.#write(TELL_CHANGES);
    } catch (error) {
      this.#system.log.warn(String(error));
    }
  }

  #paperAnswer(byte: number): void {
    // Stopped by the end of the roll, the last lines may be below the head and not on it.
    const ended = (byte & this.#model.bits.auto.paperEnd) !== 0;
    this.#job?.push(ended ? { kind: "problem", code: "paper-out" } : { kind: "printed" });
  }

  #automatic(bytes: readonly number[]): void {
    const status = automaticStatus(bytes, this.#model);
    if (status.problem !== undefined) this.#job?.push({ kind: "problem", code: status.problem });
    this.#note(status);
  }

  #lose(why: string): void {
    const lost = failure("unplugged", why);
    this.#port?.close();
    this.#port = undefined;
    this.#job?.close(lost);
    this.#answers.close(lost);
    if (this.#closed) return;
    this.#note({ online: false, problem: "unplugged", nearEnd: this.lastStatus?.nearEnd ?? false });
  }

  #write(bytes: Uint8Array): void {
    if (this.#port === undefined) throw failure("unplugged", "the line is gone");
    try {
      this.#port.write(bytes);
    } catch (error) {
      if (error instanceof PortError) throw failure("unplugged", error.message);
      throw error;
    }
  }
}

/** Whole blocks, joined up to the size of a group; a block longer than that is a group of its own. */
function grouped(blocks: readonly Block[]): Group[] {
  const groups: Group[] = [];
  let parts: Uint8Array[] = [];
  let size = 0;
  let dots = 0;
  const close = () => {
    if (parts.length > 0) groups.push({ bytes: concat(...parts), dots });
    [parts, size, dots] = [[], 0, 0];
  };
  for (const block of blocks) {
    if (size + block.bytes.length > GROUP_BYTES) close();
    parts.push(block.bytes);
    size += block.bytes.length;
    dots += block.dots;
  }
  close();
  return groups;
}
