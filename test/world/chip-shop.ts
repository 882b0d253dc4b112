/** A terminal that has downloaded what it needs to read chips, photographed before its first customer: the download is long, and the same for all. */
import { Cashier } from "./cashier.ts";
import type { WorldImage } from "./image.ts";
import { World, type WorldOptions } from "./world.ts";

type Bundle = WorldOptions["bundle"];

const taken = new Map<Bundle, Promise<WorldImage>>();

/** Taken once in a process for each firmware; undefined: the one in dist. */
export function chipShop(bundle: Bundle): Promise<WorldImage> {
  const known = taken.get(bundle) ?? take(bundle);
  taken.set(bundle, known);
  return known;
}

async function take(bundle: Bundle): Promise<WorldImage> {
  const world = await World.create({ seed: 1, chips: true, bundle });
  try {
    await new Cashier(world).home();
    world.cutNow();
    await world.fallen();
    return world.image();
  } finally {
    await world.close();
  }
}
