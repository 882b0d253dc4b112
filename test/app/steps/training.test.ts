import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { balanceOf, localTimeOf, readAnswer, settlementResult, statementRows } from "../../../app/acquirer/answers.ts";
import type { Fate, FinancialRequest, Request } from "../../../app/acquirer/host.ts";
import { noTotals } from "../../../app/model/ledger.ts";
import type { Profile } from "../../../app/model/profile.ts";
import { beginTraining } from "../../../app/steps/training.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const profile = JSON.parse(readFileSync("tools/sim/profiles/demo.json", "utf8")) as Profile;
const now = () => ({ date: "20261121", time: "091500" });
const card = { entry: "swipe", pan: "6222021234567890128", expiry: "3012" } as FinancialRequest["card"];
const sale = (amountFen: number): FinancialRequest => ({
  about: "sale",
  trace: 1,
  batch: 1,
  amountFen,
  card,
  pinBlock: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  operator: "01",
});

function begun() {
  const system = createFakeSystem();
  const training = beginTraining({ system, profile, now });
  const ask = async (request: Request, beforeSend?: () => void): Promise<Fate> => {
    const fate = training.host.exchange(request, { beforeSend });
    await system.advanceUntilIdle();
    return fate;
  };
  return { system, training, ask };
}

test("a sale is approved with a reference of the training's own, and the PIN block is gone", async () => {
  const { ask } = begun();
  const request = sale(10_000);
  const fate = await ask(request);
  if (fate.fate !== "answered") throw new Error(fate.fate);
  expect(fate).toMatchObject({ code: "00", headerRequest: 0 });
  expect(readAnswer(fate.answer)).toMatchObject({ code: "00", reference: "TRAIN0000001", settlementDate: "1121" });
  expect(localTimeOf(fate.answer, now())).toEqual(now());
  expect(request.pinBlock).toEqual(new Uint8Array(8));
});

test("the last digits of the amount choose the answer", async () => {
  const { ask } = begun();
  for (const [amountFen, expected] of [
    [1_051, { fate: "answered", code: "51" }],
    [55, { fate: "answered", code: "55" }],
    [5, { fate: "answered", code: "05" }],
    [1_098, { fate: "silent" }],
    [1_050, { fate: "answered", code: "00" }],
  ] as const)
    expect(await ask(sale(amountFen))).toMatchObject(expected);
});

test("balance, settlement and statement say what their readers expect", async () => {
  const { ask } = begun();
  const answerTo = async (request: Request) => {
    const fate = await ask(request);
    if (fate.fate !== "answered") throw new Error(fate.fate);
    return fate.answer;
  };
  expect(balanceOf(await answerTo({ about: "balance", trace: 1, batch: 1, card, pinBlock: undefined, operator: "01" }))).toBe(
    888_888,
  );
  const totals = { domestic: noTotals(), foreign: noTotals() };
  const settled = await answerTo({ about: "settlement", trace: 2, batch: 1, operator: "01", totals });
  expect(settlementResult(settled)).toEqual({ domestic: 1, foreign: 1 });
  expect(statementRows(await answerTo({ about: "statement", date: "20261121", block: 1 }))).toEqual({ last: true, rows: [] });
});

test("a journal that refuses stops it before anything is answered", async () => {
  const { ask } = begun();
  const fate = await ask(sale(100), () => {
    throw new Error("no");
  });
  expect(fate).toMatchObject({ fate: "not-sent", why: "journal" });
});

test("the journal is signed on, keeps what it is given, and nothing of it is in the store", () => {
  const { system, training } = begun();
  const before = system.store.keys("");
  expect([training.journal.signedOn, training.journal.batch, training.journal.count]).toEqual([true, 1, 0]);
  expect(training.journal.takeTrace()).toBe(1);
  expect(training.journal.nextTrace).toBe(2);
  expect(system.store.keys("")).toEqual(before);
});
