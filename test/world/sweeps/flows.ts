/**
 * What is swept: every row of the menu (../flows.ts), every row to which a card is shown once more with a chip in the slot, and the ways a row can go
 * that need the host's or the card's help.
 */
import type { Rule } from "../../../tools/acquirer/contract.ts";
import { tray } from "../../../tools/cards/index.ts";
import { differing } from "../differing.ts";
import { FLOWS, type Flow } from "../flows.ts";
import type { JournalRecord } from "../people.ts";
import type { Line } from "../visit.ts";
import type { World } from "../world.ts";
import type { ImageName } from "./images.ts";
import { CHIP, SteadyPeople, STRIPE } from "./steady.ts";

export interface SweepFlow {
  name: string;
  /** Its row (../flows.ts). */
  path: string;
  image: ImageName;
  /** Everybody's, by its id in the tray; default a striped one. */
  card?: string;
  /** What the host does this time; stays until the cell is over. */
  rules?(world: World): Promise<readonly Rule[]> | readonly Rule[];
  /** Lines that lead up to it; nothing goes wrong in them. */
  before?: readonly Line[];
  /** Instead of what is usually answered to a screen. */
  at?: Record<string, Line[]>;
  /** Asked for again after a cut, until the batch is closed. */
  settles?: true;
  /** Part of these sweeps only in the long run: it moves no money and talks to nobody. */
  quiet?: true;
}

/** Rows that are not swept, and why. */
export const LEFT_OUT: Record<string, string> = {
  "9 9 5": "training keeps a book of its own, which the money's invariants do not know; test/flow/training-all walks it",
};

/** A backup is waited for on a line where nobody sends one: the wait ends by itself. */
const NO_FILE = { notice: ["clock advance 70s"] };
const OWN_ANSWERS: Record<string, Record<string, Line[]>> = { "9 9 9": NO_FILE, "9 9 0": NO_FILE, "9 9 00": NO_FILE };

/** Rows that move money or talk to the host. */
const TALKS = /^([1-4]|6|7)|^8 6 7$|^9 [123]$|^9 9 [167]$|^9 9 4 5$/;

const sale = (name: string, ...rules: Rule[]): SweepFlow => ({ name, path: "1", image: "day", rules: () => rules });
const chipSale = (name: string, card: string, ...rules: Rule[]): SweepFlow => ({
  ...sale(`chip sale, ${name}`, ...rules),
  image: "chips",
  card,
});
const tapSale = (name: string, card: string, ...rules: Rule[]): SweepFlow => ({
  ...sale(`tapped sale, ${name}`, ...rules),
  image: "chips",
  card,
  // Once to say so, and again when there is an amount.
  at: { present: Array<Line>(3).fill(`tap ${card}`) },
});
const FIRST_REQUEST = { match: { mti: "0200" }, count: 1 };

/** A chip says nothing three times; then its stripe may stand in. */
const DEAD_CHIP = [..."123"].flatMap(() => ["keys 1 enter", "insert chip-mute", "key enter", "remove"]);

const VARIANTS: readonly SweepFlow[] = [
  sale("sale, declined", { ...FIRST_REQUEST, answer: { "39": "51" } }),
  sale("sale, host silent, reversed", { ...FIRST_REQUEST, fault: "silence" }),
  sale("sale, wrong MAC, reversed", { ...FIRST_REQUEST, fault: "wrong-mac" }),
  chipSale("declined", CHIP, { ...FIRST_REQUEST, answer: { "39": "51" } }),
  chipSale("host silent, reversed", CHIP, { ...FIRST_REQUEST, fault: "silence" }),
  chipSale("the card says no after the host's yes, reversed", "chip-refuses-second-ac"),
  chipSale("the card dies after the host's yes, reversed", "chip-dies-at-second-ac"),
  chipSale("T=1, combined signature", "chip-credit-1"),
  chipSale("a script of the issuer's", CHIP, { ...FIRST_REQUEST, chip: { scripts: [{ do: "pin-unblock" }] } }),
  chipSale("a script that the card refuses", CHIP, {
    ...FIRST_REQUEST,
    chip: { scripts: [{ do: "command", header: "84EE0000", data: "00" }] },
  }),
  { ...chipSale("a PIN that the card compares, wrong and right", "chip-pin-1"), at: { pin: ["pin 9999", "pin 1234"] } },
  { ...chipSale("the same, sealed for its reader", "chip-plain-pin-1"), at: { pin: ["pin 9999", "pin 1234"] } },
  {
    ...chipSale("a wrong PIN, the card waits for another", CHIP, { ...FIRST_REQUEST, answer: { "39": "55" } }),
    at: { declined: ["key clear"] },
  },
  tapSale("approved", CHIP),
  tapSale("host silent, reversed", CHIP, { ...FIRST_REQUEST, fault: "silence" }),
  tapSale("a phone that wants to be looked at", "chip-phone-locked"),
  chipSale("no application for this terminal", "chip-no-application"),
  chipSale("its application is blocked", "chip-blocked-app"),
  chipSale("works long, asks for time", "chip-slow"),
  { ...chipSale("several applications", "chip-choice-1"), at: { application: ["keys 1"] } },
  { ...chipSale("a dead chip, its stripe instead", "chip-mute"), before: DEAD_CHIP, at: { present: ["swipe chip-mute"] } },
  {
    name: "offline sale, told late",
    path: "7 2",
    image: "day",
    rules: () => [{ match: { mti: "0220" }, fault: "silence", count: 1 }],
  },
  { name: "settlement of a long batch", path: "9 3", image: "long", settles: true },
  {
    name: "settlement of a long batch, unbalanced",
    path: "9 3",
    image: "long",
    settles: true,
    rules: async (world) => [{ match: { mti: "0500" }, answer: { "48": await differing(world) } }],
  },
];

/** Some transaction that was paid by the chip. */
function paidBy(card: string): JournalRecord {
  const pan = tray().find(({ id }) => id === card)?.pan ?? "";
  return { kind: "sale", state: "approved", batch: "1", trace: "1", pan, amountFen: 1, approvedFen: 1, date: "20260101" };
}

/** Who comes with that card puts a chip into the slot. */
function inserts(row: Flow, card: string): boolean {
  const { begin = "", at = {} } = row.visit(new SteadyPeople(tray(), 1, card), paidBy(card));
  return [begin, ...Object.values(at).flat()].some((line) => line.startsWith("insert "));
}

const ROWS = FLOWS.filter(({ path }) => LEFT_OUT[path] === undefined);
/** The row is about chips alone. */
const CHIPS_ONLY = ROWS.filter((row) => inserts(row, STRIPE));

export const SWEEP_FLOWS: readonly SweepFlow[] = [
  ...ROWS.map(
    ({ path }): SweepFlow => ({
      name: `menu ${path}`,
      path,
      ...(CHIPS_ONLY.some((row) => row.path === path) ? { image: "chips", card: CHIP } : { image: "day" }),
      ...(OWN_ANSWERS[path] === undefined ? {} : { at: OWN_ANSWERS[path] }),
      ...(path === "9 3" ? { settles: true } : {}),
      ...(TALKS.test(path) ? {} : { quiet: true }),
    }),
  ),
  ...ROWS.filter((row) => inserts(row, CHIP) && !CHIPS_ONLY.includes(row)).map(
    ({ path }): SweepFlow => ({ name: `menu ${path}, chip`, path, image: "chips", card: CHIP }),
  ),
  { name: "menu 9 3, chips", path: "9 3", image: "chips", card: CHIP, settles: true },
  ...VARIANTS,
];
