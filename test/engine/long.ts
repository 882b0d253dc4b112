/** One terminal that never restarts: sale after sale, a settlement after every hundred, and the engine's memory in between (E6). */
import { PARAMETER_GROUPS, PARAMETERS } from "../../app/admin/parameters.table.ts";
import { ENGINES, type Engine } from "../../platform/node/engine.ts";
import { decodeChanges, decodeHeader, scanFile } from "../../platform/guest/store-format.ts";
import { STORE_FILE } from "../../platform/guest/store.ts";
import { World } from "../world/world.ts";

export interface LongRun {
  transactions: number;
  /** What the firmware has allocated after each of a batch's last sales, bytes; with whatever the engine has not collected yet. */
  usedBytes: number[];
  /** At the same moments: keys and values of the store, which the firmware keeps in memory. Closed transactions stay as long as the parameters say. */
  keptBytes: number[];
  /** The engine's whole memory at the end, which never shrinks. */
  engineBytes: number;
  seconds: number;
}

export const SALES_OF_A_BATCH = 100;
/** The engine collects every eight sales or so: among so many is one just after it has. */
export const MEASURED_OF_A_BATCH = 16;
const FEN = 5;
const NEXT_CUSTOMER_MS = 31_000;
const DAY_MS = 86_400_000;

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
    // Of every byte that passes nothing is kept: a long run has hundreds of millions.
    world.bus.keeps = false;
    await world.logIn();
    await keepOneDay(world);
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
        if (batch - n > MEASURED_OF_A_BATCH) continue;
        run.usedBytes.push(watch.engine().usedBytes());
        run.keptBytes.push(keptBytes(world));
      }
      await world.press("menu", "9", "3");
      for (let presses = 0; world.screen !== "idle" && world.screen !== "login" && presses < 30; presses++)
        await world.press("enter");
      if (world.screen === "login") await world.logIn();
      // A settlement is a day's, so the day book never holds more than two of them.
      world.desk.clock.setWall(world.desk.clock.wallMs() + DAY_MS);
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

/** The day book keeps a day and no more, so that its own growth hides nothing. The terminal restarts for it, once, before anything is measured. */
async function keepOneDay(world: World): Promise<void> {
  const { group } = PARAMETERS.find(({ id }) => id === "count.book-days")!;
  const row = PARAMETERS.filter((each) => each.group === group).findIndex(({ id }) => id === "count.book-days");
  const down = (times: number): string[] => Array<string>(times).fill("down");
  await world.press("menu", "9", "8", ..."12345678", "enter");
  await world.press(...down(PARAMETER_GROUPS.indexOf(group)), "enter", ...down(row), "enter");
  await world.press("clear", "clear", "1", "enter", "cancel", "cancel");
  await world.logIn();
}

/** Measurements of the first thousand sales of a long run, in which what is bounded (the audit trail, the day book) becomes full. */
const FILLING = (1_000 / SALES_OF_A_BATCH) * MEASURED_OF_A_BATCH;

/**
 * Growth from the first third, without its filling, to the last, as a share, without what the store keeps. The engine collects now and then (every eight
 * sales or so), so it is the least of each that counts.
 */
export function growth({ usedBytes, keptBytes }: Pick<LongRun, "usedBytes" | "keptBytes">): number {
  const own = usedBytes.map((used, at) => used - (keptBytes[at] ?? 0));
  const third = Math.floor(own.length / 3);
  const least = (from: number, to: number): number => own.slice(from, to).reduce((min, each) => Math.min(min, each));
  return least(own.length - third, own.length) / least(Math.min(FILLING, third >> 1), third) - 1;
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
