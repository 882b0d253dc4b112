/** A firmware that never rests does not hang the world: it says so, and of which day. */
import { expect, test } from "vitest";
import { ABI_BANNER } from "../../platform/abi.ts";
import { day } from "./day.ts";

const SPINS = `${ABI_BANNER}
globalThis.onDoorEvent = () => door.wake(door.monotonic(), 0);
door.wake(door.monotonic() + 1, 0);`;

test("a firmware that wakes up at once for ever ends the day with words", async () => {
  const { violations } = await day({ seed: 1, bundle: { code: SPINS } });
  expect(violations.map(({ what, words }) => `${what}: ${words}`)).toEqual([
    expect.stringMatching(/^stopped: Error: it never came to rest after/),
  ]);
});
