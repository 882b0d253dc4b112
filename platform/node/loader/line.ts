/**
 * The loader at the end of a serial line: JSON lines for questions, ZMODEM for bytes, by Debian's `rz` (package lrzsz). A package comes as a batch of
 * files, each named by the offset it begins at, so that what arrived before a line broke need not be sent again.
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wordsOf } from "../errors.ts";
import type { LoaderConfig } from "./config.ts";
import { type Ask, answer, withReceiver } from "./console.ts";

const LONGEST_LINE = 4_096;
/** A read gives up after this long, so that whoever waits can look at the clock; tenths of a second, as stty has it. */
const READ_TENTHS = 5;

/** A serial line for turns: one side asks, the other answers. Between turns the line may be lent to `sz` or `rz`. */
export class Line {
  readonly #path: string;
  readonly #baud: number;
  /** Open for the line's whole life: a serial port that nobody has open loses what arrives. */
  readonly #fd: number;
  #held = "";

  /** Throws Error when there is no such line. */
  constructor(path: string, baud: number) {
    this.#path = path;
    this.#baud = baud;
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    this.#set();
  }

  say(said: unknown): void {
    writeSync(this.#fd, `${JSON.stringify(said)}\n`);
  }

  /** The next line that is a JSON object; undefined when none came within `ms`. */
  hear(ms: number): Record<string, unknown> | undefined {
    const until = performance.now() + ms;
    const bytes = Buffer.alloc(1024);
    do {
      const heard = this.#taken();
      if (heard !== undefined) return heard;
      const count = readSync(this.#fd, bytes, 0, bytes.length, null);
      this.#held = (this.#held + bytes.toString("latin1", 0, count)).slice(-LONGEST_LINE);
    } while (performance.now() < until);
    return this.#taken();
  }

  /** Runs `sz` or `rz` on the line; resolves whether it ended well. Its words about the progress go to `said`. */
  async lend(program: string, args: string[], cwd: string, said: (words: string) => void = () => undefined): Promise<boolean> {
    try {
      const child = spawn(program, args, { cwd, stdio: [this.#fd, this.#fd, "pipe"] });
      child.stderr?.on("data", (words: Buffer) => said(words.toString("latin1")));
      return await new Promise((resolve, reject) => {
        child.on("error", () => reject(new Error(`there is no program ${program}: apt-get install lrzsz`)));
        child.on("exit", (status) => resolve(status === 0));
      });
    } finally {
      this.#held = "";
      this.#set();
    }
  }

  #taken(): Record<string, unknown> | undefined {
    for (let end = this.#held.indexOf("\n"); end >= 0; end = this.#held.indexOf("\n")) {
      const line = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + 1);
      // Noise, or the end of something that was given up, is no JSON.
      const from = line.indexOf("{");
      try {
        if (from >= 0) return JSON.parse(line.slice(from)) as Record<string, unknown>;
      } catch {}
    }
    return undefined;
  }

  #set(): void {
    const mode = ["raw", "-echo", "-hupcl", String(this.#baud), "min", "0", "time", String(READ_TENTHS)];
    const run = spawnSync("stty", ["-F", this.#path, ...mode], { encoding: "utf8" });
    if (run.status !== 0) throw new Error(`${this.#path}: ${run.stderr?.trim() || run.error?.message || "stty failed"}`);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

const KEEP_MS = 500;

/** Answers for ever, or until `ended` says so. */
export async function serveLine(config: LoaderConfig, line: Line, ended: () => boolean = () => false): Promise<void> {
  while (!ended()) {
    const asked = line.hear(1_000);
    if (asked === undefined) {
      // Lets signals and timers in: the reads above hold the thread.
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    try {
      if (asked.ask === "receive") await receive(config, line, String(asked.sha256));
      else line.say(answer(config, asked as Ask));
    } catch (error) {
      line.say({ error: wordsOf(error) });
    }
  }
}

/** Says nothing at its end, which the other side's `sz` might swallow: "have" tells how much came. */
async function receive(config: LoaderConfig, line: Line, sum: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tael-rz-"));
  // Kept as they come: whoever pulls the plug now loses no more than the file under way.
  const keeper = setInterval(() => keep(config, sum, folder, false), KEEP_MS);
  try {
    line.say({ ready: true });
    const whole = await line.lend("rz", ["--binary", "--overwrite", "--quiet"], folder);
    keep(config, sum, folder, whole);
  } finally {
    clearInterval(keeper);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last file may still be coming, unless all came whole. */
function keep(config: LoaderConfig, sum: string, folder: string, whole: boolean): void {
  withReceiver(config, (receiver) => {
    const names = readdirSync(folder)
      .filter((name) => /^\d{9}$/.test(name))
      .sort();
    for (const name of whole ? names : names.slice(0, -1)) {
      if (Number(name) === receiver.have(sum)) receiver.add(sum, Number(name), readFileSync(join(folder, name)));
    }
  });
}
