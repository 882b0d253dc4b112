import { expect, test } from "vitest";
import { openHidKeypad } from "../../../hal/keypad/hid-keypad.ts";
import { createFakeSystem } from "../../fakes/system.ts";

function keypad() {
  const system = createFakeSystem();
  const opened = openHidKeypad(system, "keypad");
  const keys: string[] = [];
  opened.onKey = (key) => keys.push(key);
  return {
    system,
    keys,
    report: (...held: number[]) =>
      system.fakePort("keypad").toTerminal(Uint8Array.from([0, 0, ...held, 0, 0, 0, 0, 0, 0].slice(0, 8))),
  };
}

test("only what is new in a report was pressed, also while another key is held", async () => {
  const { system, keys, report } = keypad();
  report(0x59);
  report(0x59, 0x5a);
  await system.advance(50);
  report(0x5a);
  report(0x5a, 0x58);
  expect(keys).toEqual(["1", "2", "enter"]);
});

test("roll-over, wrong lengths, unknown keys", async () => {
  const { system, keys, report } = keypad();
  report(0x59);
  report(1, 1, 1, 1, 1, 1);
  await system.advance(50);
  report(0x59);
  system.fakePort("keypad").toTerminal(Uint8Array.of(0, 0, 0x5a));
  report(0x04);
  expect(keys).toEqual(["1"]);
  expect(system.logs.some((line) => line.words.includes("3 bytes"))).toBe(true);
});

test("8 ms tell bounce from a second press", async () => {
  const { system, keys, report } = keypad();
  for (const gapMs of [7, 8]) {
    report(0x59);
    await system.advance(40);
    report();
    await system.advance(gapMs);
    report(0x59);
    await system.advance(40);
    report();
    await system.advance(100);
  }
  expect(keys).toEqual(["1", "1", "1"]);
});

test("quick presses that waited while the terminal was busy are all presses", () => {
  const { system, keys } = keypad();
  const now = system.scheduler.now();
  // 0 down, up, down, up at a finger's pace, handed over all at once.
  for (const [held, agoMs] of [
    [0x62, 400],
    [0, 340],
    [0x62, 260],
    [0, 200],
  ] as const) {
    system.fakePort("keypad").toTerminal(Uint8Array.of(0, 0, held, 0, 0, 0, 0, 0), now - agoMs);
  }
  expect(keys).toEqual(["0", "0"]);
});
