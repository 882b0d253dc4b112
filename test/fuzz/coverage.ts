/**
 * Which blocks of the product ran, from V8's precise block coverage through node:inspector. Programs here run as one bundle (build/run.mjs); the
 * bundler's comments say which file a place of it comes from.
 */
import { Session } from "node:inspector";

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}
interface ScriptCoverage {
  scriptId: string;
  functions: { ranges: Range[] }[];
}

const PRODUCT = /^(?:app|hal|platform|tools)\//;
const FILE_COMMENT = /^\/\/ ([\w./-]+\.tsx?)$/gm;

/** A file of the bundle, from its offset on. */
interface Part {
  from: number;
  product: boolean;
}

const idleAt = (ranges: readonly Range[], at: number): boolean =>
  ranges.some(({ count, startOffset, endOffset }) => count === 0 && startOffset <= at && at < endOffset);

export class Coverage {
  readonly #session = new Session();
  readonly #parts = new Map<string, Part[]>();
  readonly #scripts = new Map<string, string>();
  /** Function → start of each block known of it → whether it ran. */
  readonly #blocks = new Map<string, Map<number, boolean>>();
  #ran = 0;
  /** What the last `take` found. */
  #news: { name: string; start: number }[] = [];

  constructor() {
    this.#session.connect();
    this.#session.on("Debugger.scriptParsed", ({ params }) => this.#scripts.set(params.scriptId, params.url));
    this.#post("Debugger.enable");
    this.#post("Profiler.enable");
    this.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Blocks that have run so far. */
  get ran(): number {
    return this.#ran;
  }

  /** Blocks known, whether they ran or not: those of every function that ran. */
  get known(): number {
    let sum = 0;
    for (const blocks of this.#blocks.values()) sum += blocks.size;
    return sum;
  }

  forget(): void {
    this.take();
    this.#blocks.clear();
    this.#ran = 0;
  }

  /** How many blocks ran since the last call that never ran before. */
  take(): number {
    this.#news = [];
    for (const { name, ranges } of this.#productRuns()) this.#look(name, ranges);
    this.#ran += this.#news.length;
    return this.#news.length;
  }

  /** What the last `take` found is handed out, to be looked for in single runs. */
  takeNews(): Set<string> {
    return new Set(this.#news.map(({ name, start }) => `${name}/${start}`));
  }

  /** Takes out of `wanted` whatever ran since the last call; true when there was any. */
  claims(wanted: Set<string>): boolean {
    const before = wanted.size;
    const runs = new Map(this.#productRuns().map(({ name, ranges }) => [name, ranges]));
    for (const each of wanted) {
      const [name = "", start] = each.split("/");
      const ranges = runs.get(name);
      if (ranges !== undefined && !idleAt(ranges, Number(start))) wanted.delete(each);
    }
    return wanted.size < before;
  }

  /** Functions of the product that ran since the last call. */
  #productRuns(): { name: string; ranges: readonly Range[] }[] {
    const { result } = this.#post<{ result: ScriptCoverage[] }>("Profiler.takePreciseCoverage");
    return result
      .filter(({ scriptId }) => this.#partsOf(scriptId).length > 0)
      .flatMap(({ scriptId, functions }) =>
        functions
          .filter(({ ranges: [whole] }) => whole !== undefined && whole.count > 0 && this.#isProduct(scriptId, whole.startOffset))
          .map(({ ranges }) => ({ name: `${scriptId}:${ranges[0]!.startOffset}`, ranges })),
      );
  }

  close(): void {
    this.#session.disconnect();
  }

  /** V8 joins neighbours that ran equally often, but always tells of a block that did not run: so blocks are known by not having run once. */
  #look(name: string, ranges: readonly Range[]): void {
    let blocks = this.#blocks.get(name);
    if (blocks === undefined) {
      blocks = new Map([[ranges[0]!.startOffset, false]]);
      this.#blocks.set(name, blocks);
    }
    for (const { startOffset, count } of ranges) if (count === 0 && !blocks.has(startOffset)) blocks.set(startOffset, false);
    for (const [start, ran] of blocks) {
      if (ran || idleAt(ranges, start)) continue;
      blocks.set(start, true);
      this.#news.push({ name, start });
    }
  }

  #isProduct(scriptId: string, offset: number): boolean {
    const parts = this.#partsOf(scriptId);
    let low = 0;
    let high = parts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (parts[middle]!.from <= offset) low = middle + 1;
      else high = middle;
    }
    return parts[low - 1]?.product === true;
  }

  #partsOf(scriptId: string): Part[] {
    let parts = this.#parts.get(scriptId);
    if (parts !== undefined) return parts;
    parts = [];
    if ((this.#scripts.get(scriptId) ?? "").includes("/dist/run/")) {
      const { scriptSource } = this.#post<{ scriptSource: string }>("Debugger.getScriptSource", { scriptId });
      for (const match of scriptSource.matchAll(FILE_COMMENT))
        parts.push({ from: match.index, product: PRODUCT.test(match[1]!) });
    }
    this.#parts.set(scriptId, parts);
    return parts;
  }

  #post<T>(method: string, params: object = {}): T {
    let answer: unknown;
    // The session of one's own thread answers before `post` returns.
    this.#session.post(method, params, (error: Error | null, result?: object) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer as T;
  }
}
