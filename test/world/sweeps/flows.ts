/** What is swept: every row of the menu (../flows.ts), and the ways a row can go that need the host's help. */
import type { Rule } from "../../../tools/acquirer/contract.ts";
import { FLOWS } from "../flows.ts";
import type { Line } from "../visit.ts";
import type { World } from "../world.ts";
import type { ImageName } from "./images.ts";

export interface SweepFlow {
  name: string;
  /** Its row (../flows.ts). */
  path: string;
  image: ImageName;
  /** What the host does this time; stays until the cell is over. */
  rules?(world: World): Promise<readonly Rule[]> | readonly Rule[];
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
const OWN_ANSWERS: Record<string, Record<string, Line[]>> = { "9 9 9": NO_FILE, "9 9 0": NO_FILE };

/** Rows that move money or talk to the host. */
const TALKS = /^([1-4]|7)|^8 6 7$|^9 [123]$|^9 9 [167]$|^9 9 4 5$/;

/** DE48 of a 0510 that says "domestic differs" of the terminal's own totals: every record goes up. */
async function differs(world: World): Promise<string> {
  const { totals } = await world.desk.journal();
  const digits = (name: string, width: number): string => String(totals[name] ?? 0).padStart(width, "0");
  const own = digits("debitFen", 12) + digits("debitCount", 3) + digits("creditFen", 12) + digits("creditCount", 3);
  return `${own}2${"0".repeat(30)}1`;
}

const sale = (name: string, ...rules: Rule[]): SweepFlow => ({ name, path: "1", image: "day", rules: () => rules });
const FIRST_REQUEST = { match: { mti: "0200" }, count: 1 };

const VARIANTS: readonly SweepFlow[] = [
  sale("sale, declined", { ...FIRST_REQUEST, answer: { "39": "51" } }),
  sale("sale, host silent, reversed", { ...FIRST_REQUEST, fault: "silence" }),
  sale("sale, wrong MAC, reversed", { ...FIRST_REQUEST, fault: "wrong-mac" }),
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
    rules: async (world) => [{ match: { mti: "0500" }, answer: { "48": await differs(world) } }],
  },
];

export const SWEEP_FLOWS: readonly SweepFlow[] = [
  ...FLOWS.filter(({ path }) => LEFT_OUT[path] === undefined).map(
    ({ path }): SweepFlow => ({
      name: `menu ${path}`,
      path,
      image: "day",
      ...(OWN_ANSWERS[path] === undefined ? {} : { at: OWN_ANSWERS[path] }),
      ...(path === "9 3" ? { settles: true } : {}),
      ...(TALKS.test(path) ? {} : { quiet: true }),
    }),
  ),
  ...VARIANTS,
];
