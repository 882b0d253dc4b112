/**
 * How a cashier does each thing the menu offers. A row of app/menu.ts without a flow here fails a test, so that a new function joins the sweeps
 * and the random days by itself.
 */
import type { JournalRecord, People } from "./people.ts";
import { keys, type Line, retyped, typed, type Visit } from "./visit.ts";

export interface Flow {
  /** Digits from the main menu to its row. */
  path: string;
  /** How often somebody comes for it in a random day; 0: never by chance, since the day could not go on as it was. */
  weight: number;
  /** Which transactions of the open batch it can be about; without it, it needs none. */
  about?: (record: JournalRecord) => boolean;
  visit(people: People, original: JournalRecord): Omit<Visit, "begin"> & { begin?: Line };
}

const stands = ({ state }: JournalRecord): boolean => state === "approved" || state === "pending";
const of =
  (...kinds: string[]) =>
  (record: JournalRecord): boolean =>
    stands(record) && kinds.includes(record.kind);

/** Nothing but the row, and a password where one is asked. */
const look = (path: string, weight: number, at: Record<string, Line[]> = {}): Flow => ({
  path,
  weight,
  visit: (people) => ({ at: { supervisor: people.password(), date: ["key enter"], ...at } }),
});

const changed = (
  path: string,
  weight: number,
  fen: (people: People, original: JournalRecord) => number,
  about: Flow["about"],
): Flow => ({
  path,
  weight,
  about,
  visit: (people, original) => ({
    at: { trace: [typed(original.trace)], amount: [typed(String(Math.max(1, fen(people, original))))] },
  }),
});

/** What is done about money that is held back. */
const held = (path: string, weight: number, percent: (people: People) => number, mayType = true): Flow => ({
  path,
  weight,
  about: of("preauth"),
  visit(people, hold) {
    const holder = people.holderOf(hold);
    return {
      at: {
        supervisor: people.password(),
        ...people.present(holder, mayType),
        date: [typed(hold.date.slice(4))],
        authcode: [typed(hold.authCode ?? "000000")],
        amount: [typed(String(Math.max(1, Math.floor((hold.approvedFen * percent(people)) / 100))))],
        pin: people.pins(holder),
      },
    };
  },
});

/** Undone with its voucher number. */
const undone = (path: string, weight: number, about: Flow["about"]): Flow => ({
  path,
  weight,
  about,
  visit(people, original) {
    const holder = people.holderOf(original);
    return {
      at: {
        supervisor: people.password(),
        trace: [typed(original.trace)],
        ...people.present(holder, true),
        pin: people.pins(holder),
      },
    };
  },
});

/** Cards with a purse, by how often they come. */
const PURSES = ["chip-ecash-1", "chip-ecash-only", "chip-ecash-low", "chip-ecash-1", "chip-debit-1"];

/** A purse in the slot: what it pays, what it is asked, what is put into it. */
const purse = (path: string, weight: number, own: (people: People) => Record<string, Line[]> = () => ({})): Flow => ({
  path,
  weight,
  visit: (people) => ({
    at: {
      amount: [typed(String(people.amount(20_000)))],
      present: [`insert ${people.chance.one(PURSES)}`],
      pin: people.pins({ pin: "123456" }),
      "remove-card": ["remove", "remove"],
      ...own(people),
    },
  }),
});

/** A purse that was paid with or loaded before, by the number of the voucher. */
const purseUndone = (
  path: string,
  weight: number,
  kind: string,
  own: (original: JournalRecord) => Record<string, Line[]>,
): Flow => ({
  path,
  weight,
  about: of(kind),
  visit: (people, original) => ({
    at: {
      supervisor: people.password(),
      trace: [typed(original.trace)],
      present: [`insert ${people.holderOf(original).card}`],
      "remove-card": ["remove", "remove"],
      ...own(original),
    },
  }),
});

const few = (people: People, { approvedFen }: JournalRecord): number =>
  Math.max(1, Math.floor((approvedFen * people.chance.from(1, 15)) / 100));

export const FLOWS: readonly Flow[] = [
  {
    path: "1",
    weight: 14,
    visit(people) {
      const holder = people.holder();
      const fen = people.amount(people.chance.happens(0.1) ? 1_200_000 : 60_000);
      const card = people.shows(holder);
      const begin = people.chance.one([card, card, keys(...String(fen), "enter"), keys("menu", "1")]);
      return {
        begin,
        at: { present: [card, card], amount: [typed(String(fen))], pin: people.pins(holder) },
      };
    },
  },
  undone("2", 4, of("sale", "offline")),
  {
    path: "3",
    weight: 3,
    about: of("sale"),
    visit(people, sale) {
      const holder = people.holderOf(sale);
      const fen = people.chance.happens(0.4) ? sale.approvedFen : people.chance.from(1, sale.approvedFen);
      return {
        at: {
          supervisor: people.password(),
          ...people.present(holder, true),
          reference: [typed(sale.reference ?? "000000000000")],
          date: [typed(sale.date.slice(4))],
          amount: [typed(String(fen))],
        },
      };
    },
  },
  {
    path: "4 1",
    weight: 4,
    visit(people) {
      const holder = people.holder();
      return {
        at: {
          ...people.present(holder, false),
          amount: [typed(String(people.amount(100_000)))],
          pin: people.pins(holder),
        },
      };
    },
  },
  held("4 2", 2, () => 100),
  held("4 3", 3, (people) => people.chance.from(50, 116)),
  held("4 4", 2, (people) => people.chance.from(50, 116)),
  undone("4 5", 2, of("completion")),
  held("4 6", 1, () => 20, false),
  look("4 7", 0.3),
  purse("6 1", 3),
  purse("6 2", 2),
  purse("6 3", 0.3),
  purse("6 4", 0.3, (people) => ({ menu: [keys(people.chance.one(["1", "2"]))] })),
  purse("6 5 1", 1),
  purse("6 5 2", 1, (people) => ({
    present: [`swipe ${people.chance.one(["debit-1", "debit-2"])}`, `insert ${people.chance.one(PURSES)}`],
  })),
  purse("6 5 3", 1),
  purseUndone("6 5 4", 0.6, "cash-load", () => ({})),
  purseUndone("6 6", 0.6, "ecash", ({ approvedFen, date }) => ({
    field: [keys("enter"), keys("enter")],
    date: [typed(date.slice(4))],
    amount: [typed(String(approvedFen))],
  })),
  {
    path: "7 1",
    weight: 2,
    visit(people) {
      const holder = people.holder();
      return { at: { ...people.present(holder, false), pin: people.pins(holder) } };
    },
  },
  {
    path: "7 2",
    weight: 4,
    visit: (people) => ({
      at: {
        ...people.present(people.holder(), true),
        amount: [typed(String(people.amount(50_000)))],
        menu: [keys(people.chance.one(["1", "2", "3"]))],
        authcode: [typed(String(people.chance.from(100_000, 999_999)))],
      },
    }),
  },
  changed(
    "7 3",
    2,
    (people, sale) => sale.approvedFen + (people.chance.happens(0.5) ? 1 : -1) * few(people, sale),
    of("offline"),
  ),
  {
    path: "7 4",
    weight: 2,
    visit(people) {
      const fen = people.amount(50_000);
      return { at: { amount: [typed(String(fen)), retyped(String(Math.ceil(fen / 10_000) * 10_000))] } };
    },
  },
  changed("7 5", 2, few, of("sale", "offline")),
  ...["1", "2", "3", "4", "5"].map((row) => look(`7 6 ${row}`, 0.1)),
  look("8 1", 0.6),
  {
    path: "8 2",
    weight: 0.6,
    about: stands,
    visit: (_people, { trace }) => ({ at: { trace: [typed(trace)] } }),
  },
  look("8 3", 0.2),
  look("8 4", 0.2),
  look("8 5", 0.2),
  ...["1", "2", "3", "4", "5", "6"].map((row) => look(`8 6 ${row}`, 0.05)),
  look("8 6 7", 0.3),
  look("8 6 8", 0),
  look("9 1", 0.4),
  look("9 2", 0.2),
  look("9 3", 0.5),
  look("9 4 1", 0.1),
  {
    path: "9 4 2",
    weight: 0.1,
    about: stands,
    visit: (_people, { trace }) => ({ at: { trace: [typed(trace)] } }),
  },
  {
    path: "9 4 3",
    weight: 0.1,
    about: stands,
    visit: (_people, { pan }) => ({ at: { "card-tail": [typed(pan.slice(-4))] } }),
  },
  {
    path: "9 4 4",
    weight: 0.1,
    about: stands,
    visit: (_people, { approvedFen }) => ({ at: { amount: [typed(String(approvedFen))] } }),
  },
  look("9 4 5", 0.1),
  ...["1", "2", "3", "4"].map((row) => look(`9 4 6 ${row}`, 0.05)),
  ...["1", "2", "3", "4", "5"].map((row) => look(`9 5 ${row}`, 0)),
  look("9 5 6", 0.1),
  look("9 6", 0.2),
  look("9 7", 0.1),
  look("9 8", 0),
  look("9 9 1", 0.2),
  look("9 9 2", 0.1),
  look("9 9 3", 0.1),
  ...["1", "2", "3", "4", "5"].map((row) => look(`9 9 4 ${row}`, 0)),
  look("9 9 5", 0),
  look("9 9 6", 0.2),
  look("9 9 7", 0.2),
  look("9 9 8", 0),
  look("9 9 9", 0),
  look("9 9 0", 0),
  look("9 9 00", 0),
  look("9 0", 0),
];

/** Its keys from idle. */
export const opening = ({ path }: Pick<Flow, "path">): Line => keys("menu", ...path.split(" "));
