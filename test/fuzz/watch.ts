/**
 * Ends the process when one input never comes to an end: nothing in the thread that hangs could. The thread beside it sees the input in shared
 * memory, writes it to a file and says so.
 */
import { Worker } from "node:worker_threads";

const HEAD_BYTES = 64;
const ROOM_BYTES = 1_048_576;
/** Far beyond the limit for an input, which is measured and retried; this is for what never ends, on however busy a machine. */
export const HANG_MS = 30_000;

const THREAD = `
const { workerData: { shared, folder, limitMs, headBytes } } = require("node:worker_threads");
const { mkdirSync, writeFileSync } = require("node:fs");
const head = new Int32Array(shared, 0, 16);
let last = 0, since = 0;
for (;;) {
  Atomics.wait(head, 15, 0, 500);
  const running = Atomics.load(head, 0), turn = Atomics.load(head, 1);
  if (!running || turn !== last) { last = turn; since = Date.now(); continue; }
  if (Date.now() - since < limitMs) continue;
  const nameLength = Atomics.load(head, 2), length = Atomics.load(head, 3);
  const text = Buffer.from(Buffer.from(shared, headBytes, nameLength + length));
  const door = text.subarray(0, nameLength).toString();
  mkdirSync(folder, { recursive: true });
  const file = folder + "/" + door + "-hang.bin";
  writeFileSync(file, text.subarray(nameLength));
  process.stderr.write("fuzz: " + door + " hangs: an input of " + length + " bytes is not done after " + limitMs + " ms; it is in " + file + "\\n");
  require("node:fs").writeSync(2, "fuzz: " + door + " hangs: input in " + file + "\\n");
  process.kill(process.pid, "SIGKILL");
}`;

export class Watch {
  readonly #shared = new SharedArrayBuffer(HEAD_BYTES + ROOM_BYTES);
  readonly #head = new Int32Array(this.#shared, 0, 16);
  readonly #room = new Uint8Array(this.#shared, HEAD_BYTES);
  readonly #worker: Worker;

  constructor(folder: string, limitMs = HANG_MS) {
    const workerData = { shared: this.#shared, folder, limitMs, headBytes: HEAD_BYTES };
    this.#worker = new Worker(THREAD, { eval: true, workerData });
    this.#worker.unref();
  }

  begin(door: string, input: Uint8Array): void {
    const name = new TextEncoder().encode(door);
    const kept = input.subarray(0, ROOM_BYTES - name.length);
    this.#room.set(name);
    this.#room.set(kept, name.length);
    Atomics.store(this.#head, 2, name.length);
    Atomics.store(this.#head, 3, kept.length);
    Atomics.add(this.#head, 1, 1);
    Atomics.store(this.#head, 0, 1);
  }

  end(): void {
    Atomics.store(this.#head, 0, 0);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
