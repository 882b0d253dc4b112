import { expect, test } from "vitest";
import type { Fate, Host } from "../../../app/acquirer/host.ts";
import { openHostRequests } from "../../../app/steps/host-requests.ts";
import { createFakeSystem } from "../../fakes/system.ts";

function hostThat(...fates: Fate[]): Host {
  return {
    describe: () => ({ entryMode: "022", security: undefined }),
    lineState: "up",
    exchange: () => Promise.resolve(fates.shift() ?? { fate: "silent", words: "" }),
  };
}
const answered = (headerRequest: number): Fate => ({
  fate: "answered",
  code: "00",
  headerRequest,
  answer: { mti: "0830", fields: new Map() },
});
const ECHO = { about: "echo", batch: 1 } as const;

test("each value is kept once, in order, over a restart, until it is done", async () => {
  const system = createFakeSystem();
  const requests = openHostRequests(system);
  const host = requests.heard(hostThat(answered(3), answered(1), answered(3), answered(0)));
  for (let n = 0; n < 4; n++) await host.exchange(ECHO);
  expect(requests.pending()).toEqual([1, 3]);
  const again = openHostRequests(system);
  expect(again.pending()).toEqual([1, 3]);
  again.done(1);
  expect(openHostRequests(system).pending()).toEqual([3]);
});

test("reserved values and answers that are none ask for nothing", async () => {
  const requests = openHostRequests(createFakeSystem());
  const host = requests.heard(
    hostThat(
      answered(9),
      answered(15),
      { fate: "bad-mac", answer: { mti: "0210", fields: new Map() } },
      { fate: "silent", words: "" },
    ),
  );
  for (let n = 0; n < 4; n++) await host.exchange(ECHO);
  expect(requests.pending()).toEqual([]);
  expect(requests.traffic).toEqual({ begun: 4, answered: 2 });
});

test("the host stays the host", () => {
  const host = openHostRequests(createFakeSystem()).heard(hostThat());
  expect([host.lineState, host.describe(ECHO).entryMode]).toEqual(["up", "022"]);
});
