/** What a decline is to the people: a PIN that may be tried again and a pad that must rest first; a stripe the host will not have. */
import { expect, test } from "vitest";
import { showOutcome } from "../../../../app/steps/outcome.ts";
import { withPin } from "../../../../app/steps/pin-tries.ts";
import type { Input } from "../../../../app/steps/ui.ts";
import { CARD, type World, worldOf } from "./terminal.ts";

const key = (name: string): Input => ({ input: "key", key: name }) as Input;
const advices = ({ shown }: World): unknown[] => shown.filter(({ id }) => id === "declined").map(({ state }) => state.advice);
const resting = Object.assign(new Error("too many PINs"), { device: "pinpad", code: "rate-limited", waitSeconds: 30 });

/** A pad that answers with these, one after another. */
function withPad(world: World, ...answers: (Uint8Array | Error)[]): void {
  const enterPin = (): Promise<unknown> => {
    const next = answers.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve({ outcome: "entered", block: next });
  };
  Object.assign(world.t.devices, { pinpad: { enterPin, show: () => Promise.resolve() } });
}

const asking = { transaction: "transaction.sale", card: CARD, amountFen: 1_000 } as const;

test("a pad that must rest says how long, is asked again, and the transaction goes on", async () => {
  const world = worldOf();
  const { ui } = world.t;
  withPad(world, new Uint8Array(8), resting, new Uint8Array(8));
  world.inputs.push(key("clear"), key("clear"));
  const codes = ["55", "00"];
  const outcome = await withPin(world.t, asking, () => {
    const code = codes.shift() ?? "";
    return Promise.resolve({ outcome: code === "00" ? "approved" : "declined", code });
  });
  expect(outcome).toMatchObject({ outcome: "approved" });
  expect(advices(world)).toEqual([ui.say("declined.pin-left", { left: 2 }), ui.say("problem.pinpad-wait", { seconds: 30 })]);
});

test("nobody waits for the pad: it stays declined, as it has been told", async () => {
  const world = worldOf();
  withPad(world, new Uint8Array(8), resting);
  world.inputs.push(key("clear"), key("enter"));
  expect(await withPin(world.t, asking, () => Promise.resolve({ outcome: "declined", code: "55" }))).toEqual({
    outcome: "declined",
    code: "55",
    told: true,
  });
});

test("45: the host will not have the stripe of a chip card, so the chip is asked for", async () => {
  const world = worldOf();
  withPad(world);
  await showOutcome(world.t, "transaction.sale", 1_000, { outcome: "declined", code: "45" });
  expect(world.shown.find(({ id }) => id === "declined")?.state).toMatchObject({ code: "45", advice: "请插芯片卡" });
});

test("what the journal did not take is told in its own words, not as a full disk", async () => {
  const notice = async (words?: "problem.batch-full"): Promise<string> => {
    const world = worldOf();
    await showOutcome(world.t, "transaction.sale", 1_000, { outcome: "not-sent", why: "journal", words });
    return JSON.stringify(world.shown.at(-1)?.state);
  };
  expect(await notice("problem.batch-full")).toContain("本批已满");
  expect(await notice()).not.toContain("存储已满");
});
