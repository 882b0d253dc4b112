/** A store that an earlier release wrote opens, whatever cuts it short; what was owed is paid, its batch is settled, and the books agree (I11). */
import { expect, test } from "vitest";
import { closing, type Violation, Watch } from "../closing.ts";
import { World } from "../world.ts";
import { imageOf, type Kept, keptNames, readKept } from "./kept.ts";

const LONG_MS = 300_000;
/** TAEL_POWER=all: at every one of them. */
const STEP = process.env.TAEL_POWER === "all" ? 1 : 4;

async function opened(world: World, { transactions }: Kept): Promise<void> {
  expect(world.errors).toEqual([]);
  expect((await world.desk.journal()).transactions.length).toBe(transactions);
}

async function closed(world: World): Promise<Violation[]> {
  const watch = new Watch(world);
  await closing(world, watch);
  return watch.violations;
}

for (const name of keptNames()) {
  const kept = readKept(name);

  test(`${name} (${kept.of}): opens, pays and settles`, { timeout: LONG_MS }, async () => {
    const world = await World.create({ image: imageOf(kept) });
    try {
      await opened(world, kept);
      expect(await closed(world)).toEqual([]);
    } finally {
      await world.close();
    }
  });

  test(`${name}: opens after a cut at each file operation of its first start`, { timeout: LONG_MS }, async () => {
    const first = await World.create({ image: imageOf(kept) });
    const writes = first.moments.filter(({ source }) => source === "disk").length;
    await first.close();
    for (let n = 1; n <= writes; n += STEP) {
      const moment = { source: "disk", n };
      const world = await World.create({ image: imageOf(kept), cut: { moment, phase: { torn: 7 }, survival: "sectors" } });
      if (world.isOff) await world.powerOn();
      await opened(world, kept);
      await world.close();
    }
  });
}
