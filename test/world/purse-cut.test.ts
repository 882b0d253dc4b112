/**
 * The power goes while a card pays out of its purse, held near or in the slot: what the purse has lost is in the books, or somebody is told of it.
 * TAEL_PURSE_CUTS=1: at every moment there is, else at the first of the disk.
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
const EVERY = process.env.TAEL_PURSE_CUTS === "1";

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

/** From idle to idle; what was said last. */
async function pay({ world, cashier }: Shop, by: string): Promise<string> {
  for (const line of [...ASK, by]) await world.do(line);
  if (world.screen === "remove-card") await world.do("remove");
  const said = world.desk.screen.lines.join(" ");
  await cashier.home();
  return said;
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

async function momentsOf(image: WorldImage, by: string): Promise<Moment[]> {
  const shop = await open(image);
  await shop.cashier.home();
  for (const line of ASK) await shop.world.do(line);
  const end = shop.world.record();
  await shop.world.do(by);
  const moments = end();
  await shop.cashier.home();
  expect([shop.spent(), await booked(shop.world)]).toEqual([FEN, FEN]);
  await shop.world.close();
  return moments;
}

const cutsAt = ({ source, n }: Moment): Cut[] =>
  (["before", "after"] as const).map((phase) => ({ moment: { source, n }, phase, survival: "none" }));

/** What the power left behind, and the terminal after it, logged in again. */
async function cutOff(
  image: WorldImage,
  by: string,
  cut: Cut,
): Promise<{ shop: Shop; lost: number; booked: number; told: boolean }> {
  const shop = await open(image);
  const { world, cashier } = shop;
  await cashier.home();
  for (const line of ASK) await world.do(line);
  world.arm(cut);
  await world.do(by).catch(() => undefined);
  if (!world.isOff) await cashier.home();
  world.disarm();
  const lost = shop.spent();
  await world.do("power on");
  // Before anything else the card comes out.
  if (world.screen === "remove-card") await world.do("remove");
  await world.do("keys 0 1 enter");
  await world.do("keys 0 0 0 0 enter");
  const told = world.desk.screen.lines.join(" ").includes("断电前");
  await cashier.home();
  return { shop, lost, booked: await booked(world), told };
}

async function cuts(image: WorldImage, by: string): Promise<Cut[]> {
  const all = await momentsOf(image, by);
  return (EVERY ? all : all.filter(({ source }) => source === "disk").slice(0, UNTIL_BOOKED)).flatMap(cutsAt);
}

const fateOf = (lost: number, first: number): string => (lost === 0 ? "not charged" : first === lost ? "booked" : "charged");

test("in the field: what the purse lost is booked or told, and the same card tapped again makes it right", {
  timeout: 900_000,
}, async () => {
  const image = await photographed();
  const fates = new Set<string>();
  for (const cut of await cuts(image, TAP)) {
    const where = `${cut.phase} ${cut.moment.source} ${cut.moment.n}`;
    const { shop, lost, booked: first, told } = await cutOff(image, TAP, cut);
    if (lost > first) expect(told, where).toBe(true);
    expect(first, where).toBeLessThanOrEqual(lost);
    await pay(shop, TAP);
    expect(await booked(shop.world), where).toBe(shop.spent());
    expect(shop.spent(), where).toBeGreaterThan(0);
    fates.add(`${fateOf(lost, first)}, ${told ? "told" : "nothing said"}`);
    await shop.world.close();
  }
  expect([...fates].sort()).toEqual(["booked, nothing said", "charged, told", "not charged, nothing said", "not charged, told"]);
});

test("in the slot: what the purse lost is booked, or said when the card is there again, and never when it was booked", {
  timeout: 900_000,
}, async () => {
  const image = await photographed();
  const by = `insert ${CARD}`;
  const fates = new Set<string>();
  for (const cut of await cuts(image, by)) {
    const where = `${cut.phase} ${cut.moment.source} ${cut.moment.n}`;
    const { shop, lost, booked: first, told } = await cutOff(image, by, cut);
    if (lost > first) expect(told, where).toBe(true);
    if (first > 0) expect(told, where).toBe(false);
    expect(first, where).toBeLessThanOrEqual(lost);
    const said = await pay(shop, by);
    expect(said.includes("已扣款但没有记账"), `${where}: ${said}`).toBe(lost > first);
    expect((await booked(shop.world)) - first, where).toBe(shop.spent() - lost);
    fates.add(fateOf(lost, first));
    await shop.world.close();
  }
  expect([...fates].sort()).toEqual(["booked", "charged", "not charged"]);
});
