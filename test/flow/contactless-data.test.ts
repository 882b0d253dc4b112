/** Parameters and tables of payments without PIN and signature (394–399, §5.8): fetched, stored, used, shown, and gone on with where they were cut off. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk, type State } from "./desk-client.ts";

let desk: Desk;

const RANGES = Array.from({ length: 59 }, (_, n) => ({ length: 19, bin: String(100_000 + n) }));
/** The demo card's own beginning comes last, in the second block. */
const NO_PIN = [...RANGES, { length: 19, bin: "622999" }];

beforeAll(async () => {
  desk = await Desk.start(["--seed", "71"]);
  await desk.post("/acquirer", {
    contactless: { parameters: { FF8058: "000000030000" }, noPin: NO_PIN, excluded: [{ length: 16, bin: "621799" }] },
  });
});
afterAll(() => desk.stop());

const asked = async (code: string): Promise<string[]> =>
  (await desk.messages()).flatMap(({ dir, fields }) =>
    dir === "out" && fields["60"]?.endsWith(code) ? [fields["62"] ?? ""] : [],
  );
const administrator = [..."12345678", "enter"];

async function tap(fen: number): Promise<State> {
  await desk.expect("present", desk.keys(...String(fen), "enter"));
  return desk.post("/card", { action: "tap", card: "chip-debit-1" });
}

test("the first sign-on brings them; a block that is lost is asked for again, those before it are not", async () => {
  await desk.post("/acquirer", { match: { management: "396", fields: { "62": "041" } }, fault: "silence", count: 1 });
  await desk.logIn();
  expect(await asked("396")).toEqual(["001", "041"]);
  // Nothing of it counts yet.
  await desk.expect("pin", tap(10_000));
  await desk.finish(await desk.pin("123456"));
  await desk.expect("notice", desk.keys("menu", "7", "6", "4", ...administrator));
  expect((await desk.state()).screen.lines.join(" ")).toContain("表B 60 条，表C 1 条");
  await desk.finish();
  expect([await asked("396"), await asked("398"), await asked("397"), await asked("399")]).toEqual([
    ["001", "041", "041"],
    ["001"],
    [""],
    [""],
  ]);
});

test("they are used: in the table and up to the host's limit no PIN is asked, above it it is", async () => {
  await desk.expect("approved", tap(30_000));
  await desk.finish();
  await desk.expect("pin", tap(30_100));
  await desk.finish(await desk.pin("123456"));
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("they are shown and printed", async () => {
  await desk.expect("notice", desk.keys("menu", "7", "6", "5", ...administrator));
  await desk.finish(await desk.keys("enter"));
  const paper = (await desk.paper()).at(-1)!.text.join("\n");
  for (const words of ["300.00", "60 条", "622999*************", "621799**********"]) expect(paper).toContain(words);
});
