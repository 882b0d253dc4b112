/** The desk's end of the debug channel (hal/debug/README.md): what the terminal says about itself. */
export interface DebugScreen {
  screen: { id: string; title: string; [part: string]: unknown };
  status: Record<string, unknown>;
  lines: string[];
  hints: string[];
}

export interface DebugState {
  level: string;
  batch: string;
  trace: string;
  time: string;
  indicators: Record<string, unknown>;
  debt: { reversals: number; offline: number };
  language?: string;
}

export interface JournalReport {
  batch: string;
  transactions: Record<string, unknown>[];
  reversals: Record<string, unknown>[];
  owed: Record<string, unknown> | null;
  totals: Record<string, number>;
}

interface Waiting {
  resolve(report: JournalReport): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** Real ms the terminal may take over a question. */
const ANSWER_MS = 10_000;

export class DebugChannel {
  screen: DebugScreen | undefined;
  state: DebugState | undefined;
  onChange: ((what: "screen" | "state") => void) | undefined;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #decoder = new TextDecoder();
  #held = "";
  #id = 0;

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  receive(bytes: Uint8Array): void {
    this.#held += this.#decoder.decode(bytes, { stream: true });
    for (let end = this.#held.indexOf("\n"); end >= 0; end = this.#held.indexOf("\n")) {
      const line = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + 1);
      if (line.trim() !== "") this.#line(line);
    }
  }

  #line(text: string): void {
    let line: Record<string, unknown>;
    try {
      // Whatever the firmware says: null has no kind.
      line = Object(JSON.parse(text)) as Record<string, unknown>;
    } catch {
      return;
    }
    if (line.kind === "screen") {
      this.screen = line as unknown as DebugScreen;
      this.onChange?.("screen");
    } else if (line.kind === "state") {
      this.state = line as unknown as DebugState;
      this.onChange?.("state");
    } else if (line.kind === "journal") {
      const waiting = this.#waiting.get(Number(line.id));
      this.#waiting.delete(Number(line.id));
      if (waiting === undefined) return;
      clearTimeout(waiting.timer);
      const { kind: _, id: __, ...report } = line;
      waiting.resolve(report as unknown as JournalReport);
    }
  }

  /** Rejects when the terminal has no debug channel, loses power, or does not answer. */
  journal(): Promise<JournalReport> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error("the terminal did not answer on its debug channel"));
      }, ANSWER_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send(new TextEncoder().encode(`${JSON.stringify({ ask: "journal", id })}\n`));
    });
  }

  /** Power is gone: nothing said so far holds any more. */
  lost(): void {
    this.screen = undefined;
    this.state = undefined;
    this.#held = "";
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(new Error("the terminal lost its power"));
    }
    this.#waiting.clear();
  }
}
