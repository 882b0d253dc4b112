/**
 * A clock that somebody drives: the simulator sets it, the machine (in another thread) reads it. Four doubles: running
 * (1 or 0), virtual ms at the anchor, the process's monotonic ms at the anchor, wall minus virtual.
 */
const RUNNING = 0;
const ANCHOR = 1;
const ANCHOR_REAL = 2;
const WALL_OFFSET = 3;

const realMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

export class DrivenClock {
  readonly #cells: Float64Array;
  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(32)) {
    this.#cells = new Float64Array(shared);
  }

  /** Virtual monotonic ms. */
  now(): number {
    const cells = this.#cells;
    const anchor = cells[ANCHOR] as number;
    return cells[RUNNING] === 1 ? anchor + realMs() - (cells[ANCHOR_REAL] as number) : anchor;
  }

  wallMs(): number {
    return Math.floor(this.now() + (this.#cells[WALL_OFFSET] as number));
  }

  /** Steps the wall clock; monotonic time is not touched. */
  setWall(wallMs: number): void {
    this.#cells[WALL_OFFSET] = wallMs - this.now();
  }

  /** Moves virtual time forward, or back to exactly `ms` when the clock stands. */
  setNow(ms: number): void {
    this.#cells[ANCHOR] = ms;
    this.#cells[ANCHOR_REAL] = realMs();
  }

  /** Lets the clock run with real time, or stand still. */
  run(running: boolean): void {
    const now = this.now();
    this.setNow(now);
    this.#cells[RUNNING] = running ? 1 : 0;
  }

  get running(): boolean {
    return this.#cells[RUNNING] === 1;
  }
}
