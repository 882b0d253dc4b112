/** The comparison is not blind: what really goes wrong is told. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Mark, markOf, readPaper, violations } from "./books.ts";
import { AFTERWARDS_FEN, approved, silent } from "./flows.ts";
import { PowerIsGone, World } from "./world.ts";

let world: World;
let mark: Mark;
beforeEach(async () => {
  world = await World.create();
  silent.prepare?.(world);
  await world.logIn();
  mark = markOf(world);
});
afterEach(() => world.close());

const words = async (confirmedFen: readonly number[]): Promise<string> =>
  (await violations(world, mark, confirmedFen)).join("\n");

/** A sale whose request is the last thing that happens, on a disk that only says it has synced. */
async function cutOnALyingDisk(): Promise<void> {
  world.disk.lyingSync = true;
  world.arm({ moment: { source: "host", n: 2 }, phase: "after", survival: "none" });
  await expect(silent.run(world)).rejects.toThrow(PowerIsGone);
}

test("a sale that goes through breaks nothing", async () => {
  await approved.run(world);
  expect(await words(approved.confirmedFen)).toBe("");
});

test("a disk that forgets what it said was synced: the host has money that the journal does not know", async () => {
  await cutOnALyingDisk();
  await world.powerOn();
  await world.logIn();
  const told = await words(silent.confirmedFen);
  expect(told).toContain("approved, the journal does not have it");
  expect(told).toContain("a message carried 000001/000002 after 000001/000002");
});

test("a debt that stands", async () => {
  world.desk.setFault("host", { fault: "drop-response", count: 9 });
  await world.sale(AFTERWARDS_FEN);
  await world.finish();
  expect(await words([AFTERWARDS_FEN])).toMatch(/a reversal of trace \d{6} is still owed/);
});

test("money taken more often than confirmed", async () => {
  await approved.run(world);
  await approved.run(world);
  expect(await words(approved.confirmedFen)).toBe("100.00 was taken 2 times and confirmed 1 times");
});

test("a slip that broke off is no slip", () => {
  expect(readPaper(["MERCHANT COPY", "凭证号(VOUCHER NO) 000002"])).toBeUndefined();
});
