/** A reversal that is owed: when it goes, and what each answer makes of it. */
import { expect, test } from "vitest";
import { deliverOwed } from "../../../../app/steps/reverse.ts";
import { owedNext } from "../../journal/world.ts";
import { BAD_MAC, NO_LINE, ok, padWith, SILENT, type Scripted, type WorldOptions, worldOf } from "./terminal.ts";

async function deliver(tries: number, script: Scripted[], options: WorldOptions = {}) {
  const world = worldOf(options);
  world.journal.oweReversal(owedNext(world.journal, { amountFen: 4_200 }));
  world.script.push(...script);
  const delivery = await deliverOwed(world.t, tries);
  const log = world.system.logs.map(({ level, words }) => `${level} ${words}`).join("\n");
  return { ...world, delivery, log };
}

test("nothing is owed: nothing is asked", async () => {
  const world = worldOf();
  expect(await deliverOwed(world.t, 1)).toBe("nothing-owed");
  expect(world.asked).toEqual([]);
});

test.each(["00", "12", "25"])("answer %s: taken, remembered, owed no more", async (code) => {
  const { delivery, journal, asked, log, shown, lights } = await deliver(3, [ok(code)]);
  expect(delivery).toBe("delivered");
  expect(journal.owed).toBeUndefined();
  expect(journal.reversals()).toMatchObject([{ trace: 1, amountFen: 4_200, attempts: 1 }]);
  expect(asked).toMatchObject([{ about: "reversal", of: { trace: 1 } }]);
  expect(log).toContain(`info reversal of trace 1 taken (${code})`);
  expect(shown[0]).toEqual({
    id: "reversing",
    state: { amountFen: 4_200, trace: "000001", phase: "connecting", secondsLeft: 60, of: 60 },
  });
  expect(lights.slice(-2)).toEqual(["send off", "receive off"]);
});

test("silence: again, as often as was said, each counted before it leaves", async () => {
  const { delivery, journal, asked, log } = await deliver(3, [SILENT, SILENT, SILENT]);
  expect(delivery).toBe("still-owed");
  expect(asked.map((request) => (request.about === "reversal" ? request.of.attempts : -1))).toEqual([0, 1, 2]);
  expect(journal.owed?.attempts).toBe(3);
  expect(log).toContain("warn reversal of trace 1 not taken: silent");
});

test("silence, then an answer", async () => {
  expect((await deliver(3, [SILENT, ok()])).delivery).toBe("delivered");
});

test("once means once", async () => {
  expect((await deliver(1, [SILENT, ok()])).asked).toHaveLength(1);
});

test.each([
  ["no line", NO_LINE, true],
  ["refused", ok("51"), true],
  ["keys no good", ok("A0"), false],
  ["wrong MAC", BAD_MAC, false],
] as const)("%s: not again now, still owed", async (_, script, signedOn) => {
  const { delivery, journal, asked } = await deliver(3, [script, ok()]);
  expect(delivery).toBe("still-owed");
  expect(asked).toHaveLength(1);
  expect(journal.owed).toMatchObject({ trace: 1, attempts: 1 });
  expect(journal.signedOn).toBe(signedOn);
});

test("the log says which answer did not take it", async () => {
  expect((await deliver(1, [ok("51")])).log).toContain("not taken: answer 51");
});

test("without a host it waits", async () => {
  expect(await deliver(1, [], { host: false })).toMatchObject({ delivery: "still-owed", asked: [] });
});

test("without keys nothing is asked and no try is counted; with them it goes", async () => {
  for (const pinpad of [undefined, padWith()]) {
    const { delivery, asked, journal } = await deliver(1, [ok()], { unkeyed: { pinpad } });
    expect({ delivery, asked, attempts: journal.owed?.attempts }).toEqual({ delivery: "still-owed", asked: [], attempts: 0 });
  }
  expect(await deliver(1, [ok()], { unkeyed: { pinpad: padWith("master", "PIK", "MAK") } })).toMatchObject({
    delivery: "delivered",
  });
  // Its working keys are gone: a sign-on that was stored holds no more.
  const { delivery, journal } = await deliver(1, [ok()], { unkeyed: { pinpad: padWith("master", "PIK") } });
  expect([delivery, journal.signedOn]).toEqual(["still-owed", false]);
});

test("signed off: signs on first, and waits when that fails", async () => {
  const world = worldOf();
  world.journal.oweReversal(owedNext(world.journal));
  world.journal.signOff();
  expect(await deliverOwed(world.t, 1)).toBe("still-owed");
  expect(world.journal.owed?.attempts).toBe(0);
  // In training the pad keeps its keys: signed on without a word.
  Object.assign(world.t, { training: {} });
  world.script.push(ok());
  expect(await deliverOwed(world.t, 1)).toBe("delivered");
});

test("no tries at all is a contradiction", async () => {
  await expect(deliver(0, [])).rejects.toThrow("at least once");
});
