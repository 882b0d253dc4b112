/** Cards pulled and answers spoilt on the bundle, through the simulated reader: whatever happens, the books agree. TAEL_MISHAPS: how many payments. */
import { expect, test } from "vitest";
import { seededRandom } from "../fakes/system.ts";
import { Cashier } from "./cashier.ts";
import { check, lookAtQuiet, Watch } from "./closing.ts";
import { Spoiler, type Spoil } from "./spoilt-card.ts";
import { typed } from "./visit.ts";
import { World } from "./world.ts";

/** T=0 and T=1; DDA, CDA, SDA; PINs for the host and for the card; issuer by command and by CDOL2. */
const CARDS = [
  ["chip-debit-1", "123456"],
  ["chip-credit-1", "123456"],
  ["chip-sda-1", "123456"],
  ["chip-pin-1", "1234"],
  ["chip-plain-pin-1", "1234"],
  ["chip-cdol2-1", "123456"],
  ["chip-refuses-second-ac", "123456"],
] as const;
const KINDS = ["pull", "turned", "cut", "doubled"] as const;
const PAYMENTS = Number(process.env.TAEL_MISHAPS ?? "42");
/** So that the pad's store of PINs is never empty, and debts go out. */
const PAUSE = "clock advance 70s";

test(`${PAYMENTS} payments with something wrong between card and reader`, { timeout: PAYMENTS * 10_000 + 60_000 }, async () => {
  const spoiler = new Spoiler();
  const world = await World.create({ seed: 8, chips: true, hand: spoiler.hand });
  spoiler.pull = () => queueMicrotask(() => void (world.desk.devices.icc.card !== undefined && world.desk.devices.icc.remove()));
  const cashier = new Cashier(world);
  const random = seededRandom(20_261_122);
  const pick = (below: number): number => Math.floor(random() * below);
  // Each of its own amount: one that stood twice would show.
  let fen = 500;
  const pay = async (card: string, pin: string, spoil: Spoil | undefined): Promise<string> => {
    spoiler.begin(spoil);
    await cashier.act(PAUSE);
    const at = {
      amount: [typed(String(fen++))],
      confirm: ["key enter"],
      pin: Array<string>(6).fill(`pin ${pin}`),
      present: ["key cancel"],
    };
    const outcome = await cashier.serve({ begin: `insert ${card}`, at }, { helpsPrinter: true });
    await cashier.home();
    return outcome;
  };
  await cashier.home();
  const watch = new Watch(world);
  const outcomes = new Map<string, number>();
  const lengths = new Map<string, number[]>();
  for (let n = 0; n < PAYMENTS; n++) {
    const [card, pin] = CARDS[n % CARDS.length]!;
    if (!lengths.has(card)) {
      await pay(card, pin, undefined);
      lengths.set(card, [...spoiler.lengths]);
    }
    const answers = lengths.get(card) ?? [];
    const at = pick(answers.length);
    const spoil = { at, kind: KINDS[pick(KINDS.length)]!, byte: pick(answers[at] ?? 1) };
    const outcome = await pay(card, pin, spoil);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    await lookAtQuiet(world, watch);
    expect(watch.violations, `${card}, ${JSON.stringify(spoil)}, seed 20261122`).toEqual([]);
  }
  await cashier.act("clock advance 10m");
  expect(await check(world)).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(1);
  await world.close();
});
