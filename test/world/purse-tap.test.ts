/**
 * The power goes while a card held near pays out of its purse: what the purse has lost is in the books, or the terminal says so at its next start and the same card clears it.
 * TAEL_PURSE_TAP=1: at every moment there is, else at the first of the disk.
 */
import { expect, test } from "vitest";
import type { ChipCard } from "../../tools/cards/contract.ts";
import { Cashier } from "./cashier.ts";
import type { WorldImage } from "./image.ts";
import type { Cut, Moment } from "./moments.ts";
import { World } from "./world.ts";

const CARD = "chip-ecash-1";
const FEN = 3_000;
const ASK = ["keys menu 6 1", "keys 3 0 0 0 enter"];
const TAP = `tap ${CARD}`;
/** Of the disk: what is kept before the card pays, its record, and what is let go. */
const UNTIL_BOOKED = 8;
const EVERY = process.env.TAEL_PURSE_TAP === "1";

interface Shop {
  world: World;
  cashier: Cashier;
  /** What the purse has lost since it was made. */
  spent(): number;
}

async function open(image?: WorldImage): Promise<Shop> {
  let card: ChipCard | undefined;
  const hand = (given: ChipCard): ChipCard => (card = given);
  const world = await World.create({ seed: 31, chips: true, hand, ...(image === undefined ? {} : { image }) });
  const cashier = new Cashier(world);
  const balance = (): number => card?.view().applications.find(({ balanceFen }) => balanceFen !== undefined)?.balanceFen ?? FULL;
  return { world, cashier, spent: () => FULL - balance() };
}
const FULL = 50_000;

/** Each payment out of a purse, however far it has come to the host. */
async function booked(world: World): Promise<number> {
  const { transactions } = await world.desk.journal();
  const own = (transactions as unknown as { kind: string; amountFen: number }[]).filter(({ kind }) => kind === "ecash");
  return own.reduce((sum, { amountFen }) => sum + amountFen, 0);
}

/** From idle; ends wherever the power goes, else at idle. */
async function pay({ world, cashier }: Shop): Promise<void> {
  for (const line of [...ASK, TAP]) if (!world.isOff) await world.do(line).catch(() => undefined);
  if (!world.isOff) await cashier.home();
}

async function photographed(): Promise<WorldImage> {
  const { world, cashier } = await open();
  await cashier.home();
  world.cutNow();
  await world.fallen();
  const image = world.image();
  await world.close();
  return image;
}

async function momentsOf(image: WorldImage): Promise<Moment[]> {
  const shop = await open(image);
  await shop.cashier.home();
  for (const line of ASK) await shop.world.do(line);
  const end = shop.world.record();
  await shop.world.do(TAP);
  const moments = end();
  expect(shop.world.screen).toBe("approved");
  expect([shop.spent(), await booked(shop.world)]).toEqual([FEN, FEN]);
  await shop.world.close();
  return moments;
}

const cutsAt = ({ source, n }: Moment): Cut[] =>
  (["before", "after"] as const).map((phase) => ({ moment: { source, n }, phase, survival: "none" }));

test("wherever it goes, what the purse lost is booked or told, and the same card tapped again makes it right", {
  timeout: 600_000,
}, async () => {
  const image = await photographed();
  const all = await momentsOf(image);
  const moments = EVERY ? all : all.filter(({ source }) => source === "disk").slice(0, UNTIL_BOOKED);
  const fates = new Map<string, number>();
  for (const cut of moments.flatMap(cutsAt)) {
    const where = `${cut.phase} ${cut.moment.source} ${cut.moment.n}`;
    const shop = await open(image);
    const { world, cashier } = shop;
    await cashier.home();
    for (const line of ASK) await world.do(line);
    world.arm(cut);
    await world.do(TAP).catch(() => undefined);
    if (!world.isOff) await cashier.home();
    world.disarm();
    const lost = shop.spent();
    await world.do("power on");
    await world.do("keys 0 1 enter");
    await world.do("keys 0 0 0 0 enter");
    const told = world.desk.screen.lines.join(" ").includes("断电前");
    await cashier.home();
    const first = await booked(world);
    if (lost > first) expect(told, where).toBe(true);
    expect(first, where).toBeLessThanOrEqual(lost);
    await pay(shop);
    expect(await booked(world), where).toBe(shop.spent());
    expect(shop.spent(), where).toBeGreaterThan(0);
    const fate = `${lost === 0 ? "not charged" : first === lost ? "booked" : "charged"}, ${told ? "told" : "nothing said"}`;
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
    await world.close();
  }
  // Each kind of end was met.
  expect([...fates.keys()].sort()).toEqual(expect.arrayContaining(["booked, nothing said", "not charged, nothing said"]));
  expect([...fates.keys()].some((fate) => fate.endsWith(", told"))).toBe(true);
  if (EVERY) console.log(fates);
});
