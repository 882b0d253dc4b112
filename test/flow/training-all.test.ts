/** Every row of the menus that moves money or talks to the host, in training (M31): each can be walked to its end, and nothing of it is real. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Entry, MAIN_MENU } from "../../app/menu.ts";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;
const CARD = "debit-1";
/** For what only a purse will do. */
const PURSE = "chip-ecash-1";
const onlyChip = ({ screen }: State): boolean => !screen.lines.some((line) => line.includes("刷卡"));
const MOST_STEPS = 25;

/** Paths of digits to the rows below a menu, in their order. */
const pathsOf = ({ rows = [] }: Entry, before: readonly string[] = []): string[][] =>
  rows.flatMap((row) => (row.rows === undefined ? [[...before, row.key]] : pathsOf(row, [...before, row.key])));

const trades = pathsOf(MAIN_MENU).filter(([menu]) => ["1", "2", "3", "4", "6", "7"].includes(menu ?? ""));
const PRINTS = ["81", "82", "83", "84"];
/** Settlement last: what is voided and adjusted must be of the open batch. */
const WITH_HOST = ["991", "92", "91", "93"];
const PATHS = [...trades, ...[...PRINTS, ...WITH_HOST].map((keys) => [...keys])];

interface Practised {
  trace: string;
  authCode: string;
  date: string;
}

/** What somebody types at a screen who knows one transaction of the batch. */
const typed = ({ trace, authCode, date }: Practised): Record<string, string[]> => ({
  supervisor: [..."123456", "enter"],
  amount: [..."100", "enter"],
  trace: [...trace, "enter"],
  date: [...date.slice(4), "enter"],
  authcode: [...authCode, "enter"],
  reference: [..."000000000001", "enter"],
  menu: ["1"],
});

/** From a row of the menu to idle, whatever is asked on the way; leaves where this transaction is not the right one. */
async function walk(path: readonly string[], known: Practised): Promise<void> {
  let state: State = await desk.keys("menu", ...path);
  let before = "";
  for (let n = 0; state.screen.id !== "idle"; n++) {
    if (n > MOST_STEPS)
      throw new Error(`menu ${path.join(" ")} does not end: ${state.screen.id} ${state.screen.lines.join(" | ")}`);
    const { id } = state.screen;
    // The same question again: this answer will not do.
    const again = id === before && id in typed(known);
    before = id;
    if (again) state = await desk.keys("cancel");
    else if (id === "present")
      state = await (onlyChip(state) ? desk.post("/card", { action: "insert", card: PURSE }) : desk.swipe(CARD));
    else if (id === "remove-card") state = await desk.post("/card", { action: "remove" });
    else if (id === "pin") state = await desk.pin("123456");
    else state = await desk.keys(...(typed(known)[id] ?? ["enter"]));
  }
}

let wire = 0;
let real: unknown;
let known: Practised;
const journal = () => desk.get<{ batch: string; transactions: Practised[] }>("/journal");

beforeAll(async () => {
  desk = await Desk.start(["--seed", "24"]);
  await desk.logIn();
  await desk.finish(await desk.sale(CARD, 1_000));
  await desk.keys("menu", "9", "9", "5", ..."123456", "enter", "enter");
  await desk.finish();
  wire = (await desk.messages()).length;
  real = await journal();
  // The first that is practised, by a trace of its own.
  known = { ...((await journal()).transactions.at(-1) as Practised), trace: "1" };
  await desk.call("DELETE", "/paper");
});
afterAll(() => desk.stop());

test(`${PATHS.length} rows are practised: nothing on the wire, nothing in the journal, every paper says training`, async () => {
  for (const path of PATHS) {
    await walk(path, known);
    expect(await desk.messages(), `menu ${path.join(" ")}`).toHaveLength(wire);
  }
  expect(await journal()).toEqual(real);
  const papers = (await desk.paper()).map(({ text }) => text.join("\n"));
  expect(papers.length).toBeGreaterThan(10);
  for (const paper of papers) expect(paper).toContain("培训/TRAINING");
});

test("afterwards the real batch is as it was, and agrees with the host", async () => {
  await desk.keys("menu", "9", "9", "5", ..."123456", "enter", "enter");
  await desk.finish();
  expect(await journal()).toEqual(real);
  expect(await desk.check()).toMatchObject({ ok: true, differences: [] });
});
