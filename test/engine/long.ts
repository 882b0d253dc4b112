/** One terminal that never restarts: sale after sale, a settlement after every hundred, and the engine's memory after each settlement (E6). */
import { ENGINES, type Engine } from "../../platform/node/engine.ts";
import { World } from "../world/world.ts";

export interface LongRun {
  transactions: number;
  /** What the firmware has allocated after each settlement, bytes. */
  usedBytes: number[];
  /** The engine's whole memory at the end, which never shrinks. */
  engineBytes: number;
  seconds: number;
}

export const SALES_OF_A_BATCH = 100;
const FEN = 200;
const NEXT_CUSTOMER_MS = 31_000;

/** The newest QuickJS, to be measured. */
function watched(): { engine(): Engine; done(): void } {
  const real = ENGINES.quickjs;
  let newest: Engine | undefined;
  ENGINES.quickjs = async () => {
    const create = await real();
    return async (options) => (newest = await create(options));
  };
  return {
    engine: () => newest as Engine,
    done: () => {
      ENGINES.quickjs = real;
    },
  };
}

/** `onBatch` hears of each settlement. Throws when a sale or a settlement does not end well. */
export async function longRun(
  transactions: number,
  seed: number,
  batch = SALES_OF_A_BATCH,
  onBatch?: (run: LongRun) => void,
): Promise<LongRun> {
  const watch = watched();
  const started = performance.now();
  const run: LongRun = { transactions: 0, usedBytes: [], engineBytes: 0, seconds: 0 };
  const world = await World.create({ seed, engine: "quickjs" });
  try {
    await world.logIn();
    while (run.transactions < transactions) {
      for (let n = 0; n < batch; n++, run.transactions++) {
        await world.sale(FEN);
        await world.expect("approved");
        await world.finish();
        // The PIN pad gives out only so many PIN entries an hour.
        await world.wait(NEXT_CUSTOMER_MS);
        // What the desk remembers is not what is measured.
        for (const list of [world.screens, world.counters, world.events]) list.length = 0;
        world.desk.tearPaper();
        world.desk.devices.printer.newRoll();
      }
      await world.press("menu", "9", "3");
      for (let presses = 0; world.screen !== "idle" && world.screen !== "login" && presses < 30; presses++)
        await world.press("enter");
      if (world.screen === "login") await world.logIn();
      const report = await world.desk.journal();
      if (report.transactions.length !== 0)
        throw new Error(`the batch was not closed: ${report.transactions.length} records stand`);
      run.usedBytes.push(watch.engine().usedBytes());
      run.engineBytes = watch.engine().image()?.length ?? 0;
      run.seconds = (performance.now() - started) / 1000;
      onBatch?.(run);
    }
    if (world.errors.length > 0) throw new Error(`logged as an error: ${world.errors[0]}`);
    return run;
  } finally {
    await world.close();
    watch.done();
  }
}

/** Growth of the last fifth over the second measurement, as a share: the first still has caches to fill. */
export function growth({ usedBytes }: LongRun): number {
  const from = usedBytes[Math.min(1, usedBytes.length - 1)] ?? 0;
  const last = usedBytes.slice(-Math.max(1, Math.floor(usedBytes.length / 5)));
  const mean = last.reduce((sum, each) => sum + each, 0) / last.length;
  return mean / from - 1;
}
