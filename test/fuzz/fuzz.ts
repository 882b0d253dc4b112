/** Fuzzing one door: corpus and seeds first, then changes of whatever reached new blocks, until the time is over. */
import type { Coverage } from "./coverage.ts";
import type { Door } from "./door.ts";
import { type Failure, judge, signature, smallest } from "./judge.ts";
import { change, type Draw, drawFrom } from "./mutate.ts";
import { readCorpus } from "./corpus.ts";
import type { Watch } from "./watch.ts";

export interface FuzzOptions {
  seconds: number;
  seed: number;
  /** So many beyond corpus and seeds, however long they take; the time does not count then. */
  inputs?: number | undefined;
  watch?: Watch | undefined;
  /** Absent: inputs are changed blindly. */
  coverage?: Coverage | undefined;
  /** Gives the smallest set of inputs that reaches what was reached. */
  distil?: boolean;
}

export interface Report {
  door: string;
  seed: number;
  corpus: number;
  runs: number;
  /** Inputs that reached something new, beyond corpus and seeds. */
  found: number;
  blocks: { ran: number; known: number };
  slowestMs: number;
  mostGrownBytes: number;
  failures: Failure[];
  distilled?: Uint8Array[];
}

/** Coverage is asked after so many inputs; one of a batch that reached something is looked for alone. */
const BATCH = 40;
const MOST_FAILURES = 8;

class Fuzzer {
  readonly pool: Uint8Array[] = [];
  readonly report: Report;
  readonly #known = new Set<string>();

  constructor(
    readonly door: Door,
    readonly options: FuzzOptions,
  ) {
    const { seed } = options;
    this.report = {
      door: door.name,
      seed,
      corpus: 0,
      runs: 0,
      found: 0,
      blocks: { ran: 0, known: 0 },
      slowestMs: 0,
      mostGrownBytes: 0,
      failures: [],
    };
  }

  async run(input: Uint8Array): Promise<void> {
    const { report, door } = this;
    const { ms, grownBytes, failure } = await judge(door, input, this.options.watch);
    report.runs++;
    report.slowestMs = Math.max(report.slowestMs, ms);
    report.mostGrownBytes = Math.max(report.mostGrownBytes, grownBytes);
    if (failure === undefined || this.#known.has(signature(failure))) return;
    this.#known.add(signature(failure));
    report.failures.push(await smallest(door, { ...failure, input }));
  }

  /** Corpus, then seeds; all of them stay in the pool. */
  async begin(): Promise<void> {
    const corpus = readCorpus(this.door.name).map(({ input }) => input);
    this.report.corpus = corpus.length;
    for (const input of [...corpus, ...this.door.seeds()]) {
      await this.run(input);
      this.pool.push(input);
    }
    this.options.coverage?.take();
  }

  next(draw: Draw): Uint8Array {
    const { make } = this.door;
    if (make !== undefined && draw.chance(0.15)) return make(draw);
    // The newest finds are the most promising.
    const from = draw.chance(0.3) ? this.pool.slice(-20) : this.pool;
    return change(draw.pick(from), draw, draw.pick(this.pool), this.door);
  }

  async batch(draw: Draw, until: number): Promise<void> {
    const { coverage } = this.options;
    const inputs: Uint8Array[] = [];
    while (inputs.length < BATCH && performance.now() < until) {
      const input = this.next(draw);
      inputs.push(input);
      await this.run(input);
    }
    if (coverage !== undefined && coverage.take() > 0) await this.#blame(inputs, coverage);
  }

  /** Which inputs of the batch reached the new blocks: each is run alone, until all of them have been seen again. */
  async #blame(inputs: readonly Uint8Array[], coverage: Coverage): Promise<void> {
    const wanted = coverage.takeNews();
    for (const input of inputs) {
      if (wanted.size === 0) return;
      await this.run(input);
      if (!coverage.claims(wanted)) continue;
      this.report.found++;
      this.pool.push(input);
    }
  }
}

/** The least inputs, shortest first, that together reach every block the pool reaches. */
async function distilled(door: Door, pool: readonly Uint8Array[], coverage: Coverage): Promise<Uint8Array[]> {
  const kept: Uint8Array[] = [];
  coverage.forget();
  for (const input of [...pool].sort((a, b) => a.length - b.length)) {
    await judge(door, input);
    if (coverage.take() > 0) kept.push(input);
  }
  return kept;
}

export async function fuzzDoor(door: Door, options: FuzzOptions): Promise<Report> {
  const { seconds, seed, coverage, inputs } = options;
  const fuzzer = new Fuzzer(door, options);
  const { report } = fuzzer;
  coverage?.forget();
  await fuzzer.begin();
  const until = inputs === undefined ? performance.now() + seconds * 1000 : Number.POSITIVE_INFINITY;
  const most = report.runs + (inputs ?? Number.POSITIVE_INFINITY);
  const draw = drawFrom(seed);
  while (performance.now() < until && report.runs < most && report.failures.length < MOST_FAILURES)
    await fuzzer.batch(draw, until);
  report.blocks = { ran: coverage?.ran ?? 0, known: coverage?.known ?? 0 };
  if (options.distil === true && coverage !== undefined) report.distilled = await distilled(door, fuzzer.pool, coverage);
  await door.close?.();
  return report;
}
