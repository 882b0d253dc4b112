/** One terminal that never restarts: sale after sale, a settlement after every hundred, and the engine's memory after each settlement (E6). */
import { ENGINES, type Engine } from "../../platform/node/engine.ts";
import { decodeChanges, decodeHeader, scanFile } from "../../platform/guest/store-format.ts";
import { STORE_FILE } from "../../platform/guest/store.ts";
import { World } from "../world/world.ts";

export interface LongRun {
  transactions: number;
  /** What the firmware has allocated after each sale, bytes; with whatever the engine has not collected yet. */
  usedBytes: number[];
  /** Keys and values of the store, which the firmware keeps in memory: closed transactions stay for as long as the parameters say. */
  keptBytes: number[];
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
  const run: LongRun = { transactions: 0, usedBytes: [], keptBytes: [], engineBytes: 0, seconds: 0 };
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
        run.usedBytes.push(watch.engine().usedBytes());
        run.keptBytes.push(keptBytes(world));
      }
      await world.press("menu", "9", "3");
      for (let presses = 0; world.screen !== "idle" && world.screen !== "login" && presses < 30; presses++)
        await world.press("enter");
      if (world.screen === "login") await world.logIn();
      const report = await world.desk.journal();
      if (report.transactions.length !== 0)
        throw new Error(`the batch was not closed: ${report.transactions.length} records stand`);
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

/**
 * Growth from the first third to the last, as a share, without what the store keeps. The engine collects now and then (every eight sales or so), so it is the
 * least of each third that counts.
 */
export function growth({ usedBytes, keptBytes }: LongRun): number {
  const own = usedBytes.map((used, at) => used - (keptBytes[at] ?? 0));
  const third = Math.floor(own.length / 3);
  const least = (from: number): number => own.slice(from, from + third).reduce((min, each) => Math.min(min, each));
  return least(own.length - third) / least(0) - 1;
}

/** What the store's file holds that still counts, read by its format alone. */
function keptBytes({ disk }: World): number {
  const bytes = disk.fileRead(STORE_FILE) ?? new Uint8Array(0);
  const header = decodeHeader(bytes);
  const table = new Map<string, number>();
  for (const { payload } of scanFile(bytes, header === undefined || "newer" in header ? undefined : header).frames) {
    for (const change of decodeChanges(payload) ?? []) {
      if ("put" in change) table.set(change.put, change.put.length + change.value.length);
      else table.delete(change.delete);
    }
  }
  return [...table.values()].reduce((sum, each) => sum + each, 0);
}
